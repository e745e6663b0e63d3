/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a catalogue of their own, and as an extension of the built-in one. Whatever is accepted must be whole: its parts can be walked, its labels are there, it makes tables,
 * and nothing that was there before has gone. */
#include "ruhu-catalogue.h"
#include "ruhu-database.h"
#include "ruhu-error.h"
#include "ruhu-tables.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
walk_records (RuhuCatalogue *catalogue)
{
  GPtrArray *records = ruhu_catalogue_get_records (catalogue);

  for (guint i = 0; i < records->len; i++)
    {
      RuhuRecordType *type = g_ptr_array_index (records, i);
      g_assert_true (ruhu_catalogue_get_record (catalogue, type->name) == type);
      g_assert_true (type->label.en != NULL && type->label.zh_CN != NULL);
      g_assert_cmpuint (type->fields->len, >, 0);
      for (guint j = 0; j < type->fields->len; j++)
        {
          RuhuField *field = g_ptr_array_index (type->fields, j);
          g_assert_true (ruhu_record_type_get_field (type, field->name) == field);
          g_assert_false (ruhu_catalogue_excludes (field->name));
          g_assert_cmpuint (field->privacy, <=, 3);
          g_assert_true (field->writers & RUHU_ROLE_OFFICE);
          if (field->type == RUHU_TYPE_CHOICE || field->type == RUHU_TYPE_CHOICES)
            g_assert_nonnull (field->choices);
          if (field->type == RUHU_TYPE_REFERENCE)
            g_assert_nonnull (ruhu_catalogue_get_record (catalogue, field->reference));
        }
    }
}

static void
check_tables (RuhuCatalogue *catalogue)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuDatabase) database = ruhu_database_open (":memory:", RUHU_DATABASE_CREATE, &error);

  g_assert_no_error (error);
  g_assert_true (ruhu_database_migrate (database, &error) && ruhu_tables_follow (database, catalogue, NULL, &error));
}

static void
try_alone (const char *text)
{
  const char *names[] = { "fuzz.json", NULL };
  const char *texts[] = { text, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuCatalogue) catalogue = ruhu_catalogue_load (names, texts, &error);

  if (catalogue == NULL)
    {
      g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
      g_assert_true (g_str_has_prefix (error->message, "fuzz.json: /"));
      return;
    }
  walk_records (catalogue);
  check_tables (catalogue);
}

static void
try_as_extension (RuhuCatalogue *base, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuCatalogue) extended = ruhu_catalogue_extend (base, "fuzz.json", text, &error);
  GPtrArray *records = ruhu_catalogue_get_records (base);

  if (extended == NULL)
    {
      g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
      return;
    }
  walk_records (extended);
  for (guint i = 0; i < records->len; i++)
    {
      RuhuRecordType *before = g_ptr_array_index (records, i);
      RuhuRecordType *after = ruhu_catalogue_get_record (extended, before->name);
      for (guint j = 0; j < before->fields->len; j++)
        {
          RuhuField *field = g_ptr_array_index (before->fields, j);
          g_assert_cmpint (ruhu_record_type_get_field (after, field->name)->type, ==, field->type);
        }
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static RuhuCatalogue *base;
  static const char *const names[] = { "base.json", NULL };
  static const char *const texts[] = {
    "{\"catalogue\":1,\"choices\":[{\"name\":\"c\",\"label\":{\"en\":\"C\",\"zh_CN\":\"选\"},\"choices\":[{\"code\":\"1\",\"label\":{\"en\":\"One\",\"zh_CN\":\"一\"}}]}],"
    "\"records\":[{\"name\":\"household\",\"label\":{\"en\":\"H\",\"zh_CN\":\"户\"},\"plural\":{\"en\":\"H\",\"zh_CN\":\"户\"},\"belongs\":\"household\",\"privacy\":2,"
    "\"merge\":\"review\",\"fields\":[{\"name\":\"phone\",\"type\":\"text\",\"label\":{\"en\":\"P\",\"zh_CN\":\"电\"}}]}],"
    "\"forms\":[{\"name\":\"visit\",\"label\":{\"en\":\"V\",\"zh_CN\":\"访\"},\"record\":\"household\",\"steps\":[{\"name\":\"seal\",\"label\":{\"en\":\"S\",\"zh_CN\":\"封\"},"
    "\"parts\":[{\"record\":\"household\",\"mode\":\"self\"}]}]}]}",
    NULL
  };

  if (base == NULL)
    base = ruhu_catalogue_load (names, texts, NULL);
  g_assert_nonnull (base);
  /* A catalogue is a text: what follows a NUL is not seen. */
  g_autofree char *text = g_strndup ((const char *) data, size);
  try_alone (text);
  try_as_extension (base, text);
  return 0;
}
