/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-income-totals"

#include "config.h"

#include "ruhu-income-totals.h"

#include "ruhu-cleanups.h"
#include "ruhu-field-row.h"

#include <glib/gi18n.h>

static gint64
get_int (json_object *fields, const char *name)
{
  return json_object_get_int64 (json_object_object_get (fields, name));
}

static void
add_amount (GHashTable *sums, json_object *fields, gint64 year)
{
  const char *class = json_object_get_string (json_object_object_get (fields, "cat"));
  gint64 *sum = class != NULL ? g_hash_table_lookup (sums, class) : NULL;

  if (class == NULL || get_int (fields, "year") != year)
    return;
  if (sum == NULL)
    {
      sum = g_new0 (gint64, 1);
      g_hash_table_insert (sums, g_strdup (class), sum);
    }
  *sum += get_int (fields, "amount");
}

static GHashTable *
sum_added (RuhuEditSession *session, RuhuRecordType *type, gint64 year)
{
  GHashTable *sums = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  RuhuDraftBody *body = ruhu_edit_session_get_body (session);
  g_autoptr (GPtrArray) ids = ruhu_draft_body_list_records (body, type->name);

  for (guint i = 0; i < ids->len; i++)
    {
      g_autoptr (RuhuJson) fields = ruhu_draft_body_dup_fields (body, type->name, ids->pdata[i]);

      if (!ruhu_draft_body_is_pending (body, type->name, ids->pdata[i]))
        add_amount (sums, fields, year);
    }
  return sums;
}

static GHashTable *
sum_earlier (RuhuEditSession *session, RuhuRecordType *type, gint64 year)
{
  GHashTable *sums = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GPtrArray *earlier = ruhu_edit_session_get_earlier (session, type->name);

  for (guint i = 0; earlier != NULL && i < earlier->len; i++)
    add_amount (sums, earlier->pdata[i], year);
  return sums;
}

/* "Wages 1,500.00 · Costs 300.00", or NULL when there is nothing. */
static char *
describe_sums (RuhuRecordType *type, GHashTable *sums)
{
  RuhuField *class = ruhu_record_type_get_field (type, "cat");
  RuhuField *amount = ruhu_record_type_get_field (type, "amount");
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < class->choices->choices->len; i++)
    {
      RuhuChoice *choice = class->choices->choices->pdata[i];
      gint64 *sum = g_hash_table_lookup (sums, choice->code);
      g_autoptr (RuhuJson) value = sum != NULL ? json_object_new_int64 (*sum) : NULL;
      g_autofree char *figure = sum != NULL ? ruhu_field_row_format (amount, value, NULL) : NULL;

      if (sum != NULL)
        g_string_append_printf (text, "%s%s %s", text->len > 0 ? " · " : "", ruhu_label_get (&choice->label), figure);
    }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

static void
append_line (GString *lines, const char *format, int year, const char *sums)
{
  if (sums == NULL)
    return;
  if (lines->len > 0)
    g_string_append_c (lines, '\n');
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  g_string_append_printf (lines, format, year, sums);
#pragma GCC diagnostic pop
}

char *
ruhu_income_totals_describe (RuhuEditSession *session, RuhuRecordType *type, int year)
{
  g_autoptr (GHashTable) added = sum_added (session, type, year);
  g_autoptr (GHashTable) before = sum_earlier (session, type, year);
  g_autoptr (GHashTable) last = sum_earlier (session, type, year - 1);
  g_autofree char *added_text = describe_sums (type, added);
  g_autofree char *before_text = describe_sums (type, before);
  g_autofree char *last_text = describe_sums (type, last);
  GString *lines = g_string_new (NULL);

  /* Translators: a year, and sums by class of income. */
  append_line (lines, _ ("Added now for %d: %s"), year, added_text);
  append_line (lines, _ ("Recorded before for %d: %s"), year, before_text);
  append_line (lines, _ ("For comparison, %d: %s"), year - 1, last_text);
  return g_string_free (lines, FALSE);
}
