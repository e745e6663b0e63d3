/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ruhu-record: what a person does at a laptop, from a command line, by the same ruhu_store_save() as the app's; and a replica's
 * contents in an order that can be compared. A tool of the tests and of tests/demo. */
#define G_LOG_DOMAIN "ruhu-record"
#include "config.h"

#include "ruhu-catalogue.h"
#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-heads.h"
#include "ruhu-replica.h"
#include "ruhu-store-photos.h"
#include "ruhu-store-review.h"
#include "ruhu-store-query.h"
#include "ruhu-store.h"
#include "ruhu-tables.h"
#include "ruhu-value.h"

#include <gio/gio.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

typedef struct
{
  const char *name;
  guint n_arguments; /* at least */
  gboolean (*run) (RuhuStore *store, char **arguments, GError **error);
  const char *usage;
} Command;

static gint64 option_seen = -1;
static char *option_draft;
static char *option_database;

static gboolean
fail_usage (GError **error, const char *text)
{
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, text);
  return FALSE;
}

static const char *
json_text (json_object *value)
{
  return value == NULL ? "null" : json_object_to_json_string_ext (value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

/* The object @name of @parent, made when it is not there. Borrowed. */
static json_object *
member_object (json_object *parent, const char *name)
{
  json_object *child = NULL;

  if (!json_object_object_get_ex (parent, name, &child))
    {
      child = json_object_new_object ();
      json_object_object_add (parent, name, child);
    }
  return child;
}

/* Adds TYPE ID FIELD VALUE to @set. @value as a person types it; "" empties the field. */
static gboolean
add_value (RuhuStore *store, json_object *set, const char *type_name, const char *id, const char *field_name, const char *text, GError **error)
{
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (store), type_name);
  RuhuField *field = type != NULL ? ruhu_record_type_get_field (type, field_name) : NULL;
  json_object *value = NULL;

  if (type != NULL && g_str_equal (field_name, "deleted"))
    value = json_object_new_boolean (g_str_equal (text, "1"));
  else if (field == NULL)
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND, "no field %s.%s", type_name, field_name);
      return FALSE;
    }
  else if (field->type == RUHU_TYPE_CHOICES && text[0] == '[')
    value = json_tokener_parse (text);
  else if (field->type == RUHU_TYPE_BOOLEAN && (g_str_equal (text, "0") || g_str_equal (text, "1")))
    value = json_object_new_boolean (text[0] == '1');
  else if ((field->type == RUHU_TYPE_CHOICE || field->type == RUHU_TYPE_REFERENCE) && text[0] != '\0')
    value = json_object_new_string (text);
  else if (!ruhu_value_parse (field, text, &value, error))
    return FALSE;
  json_object_object_add (member_object (member_object (set, type_name), id), field_name, value);
  return TRUE;
}

/* The id that "+" stands for: by the type's key where it has one. Transfer full. */
static char *
new_id (RuhuStore *store, const char *type_name, const char *scope, json_object *fields)
{
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (store), type_name);
  char *id = type != NULL && type->key != NULL ? ruhu_record_type_make_id (type, scope, fields) : NULL;

  return id != NULL ? id : ruhu_random_id ();
}

/* Records entered under "+" get their ids. Transfer full: the id of the change's new visit, or NULL. */
static char *
name_new_records (RuhuStore *store, const char *scope, json_object *set)
{
  char *visit = NULL;

  json_object_object_foreach (set, type_name, records)
  {
    json_object *fields = NULL;
    g_autofree char *id = NULL;

    if (!json_object_object_get_ex (records, "+", &fields))
      continue;
    id = new_id (store, type_name, scope, fields);
    json_object_get (fields);
    json_object_object_del (records, "+");
    json_object_object_add (records, id, fields);
    printf ("new\t%s\t%s\n", type_name, id);
    if (g_str_equal (type_name, "visit"))
      visit = g_steal_pointer (&id);
  }
  return visit;
}

static gboolean
save_set (RuhuStore *store, const char *scope, json_object *set, gint64 seen, GError **error)
{
  g_autofree char *visit = name_new_records (store, scope, set);
  RuhuEdit edit = { .scope = scope, .visit = visit, .seen = option_seen >= 0 ? option_seen : seen, .set = set, .draft = option_draft };
  gint64 seq = 0;

  if (edit.seen < 0 && !ruhu_store_get_seen (store, &edit.seen, error))
    return FALSE;
  if (!ruhu_store_save (store, &edit, &seq, error))
    return FALSE;
  printf ("saved\t%" G_GINT64_FORMAT "\n", seq);
  return TRUE;
}

/* save SCOPE (TYPE ID FIELD VALUE)… */
static gboolean
run_save (RuhuStore *store, char **arguments, GError **error)
{
  g_autoptr (RuhuJson) set = json_object_new_object ();
  guint n = g_strv_length (arguments);

  if (n < 5 || (n - 1) % 4 != 0)
    return fail_usage (error, "save SCOPE TYPE ID FIELD VALUE…");
  for (guint i = 1; i < n; i += 4)
    if (!add_value (store, set, arguments[i], arguments[i + 1], arguments[i + 2], arguments[i + 3], error))
      return FALSE;
  return save_set (store, arguments[0], set, -1, error);
}

/* set TYPE ID (FIELD VALUE)…: of a record that is there, in its scope. */
static gboolean
run_set (RuhuStore *store, char **arguments, GError **error)
{
  g_autoptr (RuhuJson) set = json_object_new_object ();
  g_autoptr (RuhuRecord) record = NULL;
  guint n = g_strv_length (arguments);

  if (n % 2 != 0)
    return fail_usage (error, "set TYPE ID FIELD VALUE…");
  record = ruhu_store_get_record (store, arguments[0], arguments[1], error);
  if (record == NULL)
    return error != NULL && *error != NULL ? FALSE : (g_set_error (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND, "no %s %s here", arguments[0], arguments[1]), FALSE);
  for (guint i = 2; i < n; i += 2)
    if (!add_value (store, set, arguments[0], arguments[1], arguments[i], arguments[i + 1], error))
      return FALSE;
  return save_set (store, record->scope, set, -1, error);
}

/* households [TEXT]: id, number, head, village, conflicts. */
static gboolean
run_households (RuhuStore *store, char **arguments, GError **error)
{
  g_autoptr (GPtrArray) rows = ruhu_store_find_households (store, arguments[0], NULL, 0, 100000, error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      RuhuHouseholdRow *row = g_ptr_array_index (rows, i);

      printf ("household\t%s\t%s\t%s\t%s\t%" G_GINT64_FORMAT "\n", row->id, row->hh_no != NULL ? row->hh_no : "", row->head_name, row->village, row->n_conflicts);
    }
  return TRUE;
}

/* list TYPE [SCOPE] */
static gboolean
run_list (RuhuStore *store, char **arguments, GError **error)
{
  g_autoptr (GPtrArray) rows = ruhu_store_list_records (store, arguments[0], arguments[1], 0, 0, error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      RuhuRecord *row = g_ptr_array_index (rows, i);

      printf ("record\t%s\t%s\t%s\t%s\n", arguments[0], row->id, row->scope, json_text (row->fields));
    }
  return TRUE;
}

/* show TYPE ID [FIELD] */
static gboolean
run_show (RuhuStore *store, char **arguments, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuRecord) record = ruhu_store_get_record (store, arguments[0], arguments[1], &local);
  json_object *value = NULL;

  if (record == NULL)
    {
      if (local != NULL)
        g_propagate_error (error, g_steal_pointer (&local));
      else
        g_set_error (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND, "no %s %s here", arguments[0], arguments[1]);
      return FALSE;
    }
  if (arguments[2] == NULL)
    printf ("%s\n", json_text (record->fields));
  else
    printf ("%s\n", json_object_object_get_ex (record->fields, arguments[2], &value) ? json_text (value) : "null");
  return TRUE;
}

/* conflicts [SCOPE]: type, record, field, then each value with its author, the one that stands first. */
static gboolean
run_conflicts (RuhuStore *store, char **arguments, GError **error)
{
  g_autoptr (GPtrArray) rows = ruhu_store_list_conflicts (store, arguments[0], 0, 100000, error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      RuhuConflict *row = g_ptr_array_index (rows, i);

      printf ("conflict\t%s\t%s\t%s\t%s", row->type, row->record, row->field, row->scope);
      for (guint j = 0; j < row->versions->len; j++)
        {
          RuhuVersion *version = g_ptr_array_index (row->versions, j);

          printf ("\t%s=%s", version->by, json_text (version->value));
        }
      printf ("\n");
    }
  return TRUE;
}

/* resolve TYPE ID FIELD VALUE: writes the field having seen every version, as the review page does. */
static gboolean
run_resolve (RuhuStore *store, char **arguments, GError **error)
{
  g_autoptr (GPtrArray) rows = ruhu_store_list_conflicts (store, NULL, 0, 100000, error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      RuhuConflict *row = g_ptr_array_index (rows, i);
      g_autoptr (RuhuJson) set = NULL;

      if (!g_str_equal (row->type, arguments[0]) || !g_str_equal (row->record, arguments[1]) || !g_str_equal (row->field, arguments[2]))
        continue;
      set = json_object_new_object ();
      return add_value (store, set, row->type, row->record, row->field, arguments[3], error) && save_set (store, row->scope, set, row->seen, error);
    }
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND, "no conflict on %s.%s", arguments[0], arguments[2]);
  return FALSE;
}

/* history TYPE ID FIELD: newest first. */
static gboolean
run_history (RuhuStore *store, char **arguments, GError **error)
{
  g_autoptr (GPtrArray) rows = ruhu_store_get_history (store, arguments[0], arguments[1], arguments[2], error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      RuhuVersion *row = g_ptr_array_index (rows, i);

      printf ("version\t%s\t%" G_GINT64_FORMAT "\t%" G_GINT64_FORMAT "\t%s\t%s%s\n", row->device, row->seq, row->position, row->by, json_text (row->value), row->stands ? "\tstands" : "");
    }
  return TRUE;
}

/* state: position, what waits, what was refused, who this is. */
static gboolean
run_state (RuhuStore *store, char **arguments, GError **error)
{
  static const char *const keys[] = { "device", "user", "role" };
  gint64 seen = 0, waiting = 0, refused = 0, conflicts = 0;

  if (!ruhu_store_get_seen (store, &seen, error) || !ruhu_store_count_outbox (store, &waiting, &refused, error) || !ruhu_store_count_conflicts (store, &conflicts, error))
    return FALSE;
  printf ("seen\t%" G_GINT64_FORMAT "\nwaiting\t%" G_GINT64_FORMAT "\nrefused\t%" G_GINT64_FORMAT "\nconflicts\t%" G_GINT64_FORMAT "\n", seen, waiting, refused, conflicts);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *value = ruhu_store_get_meta (store, keys[i], NULL);

      printf ("%s\t%s\n", keys[i], value != NULL ? value : "");
    }
  return TRUE;
}

static gboolean
run_photo (RuhuStore *store, char **arguments, GError **error)
{
  g_autoptr (RuhuPhotoStore) photos = ruhu_photo_store_new (ruhu_database_get_path (ruhu_store_get_database (store)));
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *data = NULL, *hash = NULL;
  gsize length;

  if (!g_file_get_contents (arguments[0], &data, &length, error))
    return FALSE;
  bytes = g_bytes_new_take (g_steal_pointer (&data), length);
  hash = ruhu_store_add_photo (store, photos, bytes, error);
  if (hash != NULL)
    printf ("%s\n", hash);
  return hash != NULL;
}

/* reviews: own changes that did not take effect as they were sent: state, number, code, the township's or the office's words. */
static gboolean
run_reviews (RuhuStore *store, char **arguments, GError **error)
{
  static const char *const states[] = { [RUHU_REVIEW_REFUSED] = "refused", [RUHU_REVIEW_QUARANTINED] = "quarantined", [RUHU_REVIEW_ACCEPTED] = "accepted" };
  g_autoptr (GPtrArray) rows = ruhu_store_list_reviews (store, error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      RuhuReview *row = g_ptr_array_index (rows, i);

      printf ("%s\t%" G_GINT64_FORMAT "\t%s\t%s\n", states[row->state], row->seq, row->code != NULL ? row->code : "", row->detail != NULL ? row->detail : "");
    }
  return TRUE;
}

/* draft SCOPE [JSON]: puts a visit's draft, or lists what there is. */
static gboolean
run_draft (RuhuStore *store, char **arguments, GError **error)
{
  g_autoptr (GPtrArray) drafts = NULL;

  if (arguments[1] != NULL)
    {
      g_autoptr (RuhuJson) body = json_tokener_parse (arguments[1]);
      g_autofree char *id = ruhu_random_id ();
      gint64 seen = 0;

      if (body == NULL || !ruhu_store_get_seen (store, &seen, error) || !ruhu_store_put_draft (store, id, "visit", arguments[0], seen, body, error))
        return FALSE;
      printf ("new\tdraft\t%s\n", id);
      return TRUE;
    }
  drafts = ruhu_store_list_drafts (store, arguments[0], error);
  for (guint i = 0; drafts != NULL && i < drafts->len; i++)
    printf ("draft\t%s\t%s\n", ((RuhuDraft *) g_ptr_array_index (drafts, i))->scope, json_text (((RuhuDraft *) g_ptr_array_index (drafts, i))->body));
  return drafts != NULL;
}

static gboolean
dump_rows (RuhuStore *store, GError **error)
{
  GPtrArray *types = ruhu_catalogue_get_records (ruhu_store_get_catalogue (store));

  for (guint i = 0; i < types->len; i++)
    {
      RuhuRecordType *type = g_ptr_array_index (types, i);
      g_autofree char *table = ruhu_record_type_dup_table (type);
      g_autofree char *quoted = ruhu_database_quote (table);
      g_autofree char *sql = g_strdup_printf ("SELECT id, scope FROM %s ORDER BY scope, id", quoted);
      g_autoptr (RuhuStatement) rows = ruhu_database_query (ruhu_store_get_database (store), sql, error, "");
      g_autoptr (GError) local = NULL;

      if (rows == NULL)
        return FALSE;
      while (ruhu_statement_next (rows, &local))
        {
          g_autofree char *id = g_strdup (ruhu_statement_get_text (rows, 0));
          g_autoptr (RuhuJson) fields = ruhu_tables_get (ruhu_store_get_database (store), type, id, error);

          if (fields == NULL)
            return FALSE;
          printf ("row\t%s\t%s\t%s\t%s\n", ruhu_statement_get_text (rows, 1), type->name, id, json_text (fields));
        }
      if (local != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }
  return TRUE;
}

/* Every row of a query whose columns are all printed, after @word. */
static gboolean
dump_query (RuhuStore *store, const char *word, const char *sql, GError **error)
{
  g_autoptr (RuhuStatement) rows = ruhu_database_query (ruhu_store_get_database (store), sql, error, "");
  g_autoptr (GError) local = NULL;

  if (rows == NULL)
    return FALSE;
  while (ruhu_statement_next (rows, &local))
    {
      fputs (word, stdout);
      for (int i = 0; i < ruhu_statement_get_n_columns (rows); i++)
        {
          const char *text = ruhu_statement_get_text (rows, i);

          printf ("\t%s", text != NULL ? text : "-");
        }
      fputc ('\n', stdout);
    }
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return local == NULL;
}

/* The bodies are told by their checksums: a dump is compared, and may be kept as a test's artefact. */
static gboolean
dump_log (RuhuStore *store, GError **error)
{
  g_autoptr (RuhuStatement) rows = ruhu_database_query (ruhu_store_get_database (store), "SELECT device, seq, position, kind, scope, body FROM log WHERE seq IS NOT NULL ORDER BY device, seq", error, "");
  g_autoptr (GError) local = NULL;

  if (rows == NULL)
    return FALSE;
  while (ruhu_statement_next (rows, &local))
    {
      g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, ruhu_statement_get_text (rows, 5), -1);
      const char *position = ruhu_statement_get_text (rows, 2);
      g_autofree char *where = g_strdup (position != NULL ? position : "-");

      printf ("log\t%s\t%s", ruhu_statement_get_text (rows, 0), ruhu_statement_get_text (rows, 1));
      printf ("\t%s\t%s", where, ruhu_statement_get_text (rows, 3));
      printf ("\t%s\t%.16s\n", ruhu_statement_get_text (rows, 4), sum);
    }
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return local == NULL;
}

/* dump: everything that replicas must agree on, sorted: row, head, conflict, scope, log. */
static gboolean
run_dump (RuhuStore *store, char **arguments, GError **error)
{
  return dump_rows (store, error) &&
         dump_query (store, "head", "SELECT h.scope, h.type, h.record, l.device, l.seq, h.fields FROM head h JOIN log l ON l.n = h.change ORDER BY h.scope, h.type, h.record, l.device, l.seq", error) &&
         dump_query (store, "conflict", "SELECT scope, type, record, field FROM conflict ORDER BY scope, type, record, field", error) &&
         dump_query (store, "scope", "SELECT scope FROM scope ORDER BY scope", error) &&
         dump_log (store, error);
}

static const Command commands[] = {
  { "save", 5, run_save, "save SCOPE TYPE ID FIELD VALUE…   (ID \"+\": a new record; several fours: one change)" },
  { "set", 4, run_set, "set TYPE ID FIELD VALUE…" },
  { "resolve", 4, run_resolve, "resolve TYPE ID FIELD VALUE" },
  { "households", 0, run_households, "households [TEXT]" },
  { "list", 1, run_list, "list TYPE [SCOPE]" },
  { "show", 2, run_show, "show TYPE ID [FIELD]" },
  { "history", 3, run_history, "history TYPE ID FIELD" },
  { "conflicts", 0, run_conflicts, "conflicts [SCOPE]" },
  { "reviews", 0, run_reviews, "reviews" },
  { "draft", 1, run_draft, "draft SCOPE [JSON]" },
  { "photo", 1, run_photo, "photo FILE   (prints its hash, for a record to mention)" },
  { "state", 0, run_state, "state" },
  { "dump", 0, run_dump, "dump" },
};

static gboolean
run_command (RuhuStore *store, char **arguments, GError **error)
{
  for (guint i = 0; arguments[0] != NULL && i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (arguments[0], commands[i].name))
      return g_strv_length (arguments + 1) >= commands[i].n_arguments ? commands[i].run (store, arguments + 1, error) : fail_usage (error, commands[i].usage);
  return fail_usage (error, "no such command");
}

/* Commands from the standard input, one a line, quoted as for a shell; each answered at once, by "ok" or "error NAME MESSAGE". */
static int
run_batch (RuhuStore *store)
{
  char line[65536];
  int status = 0;

  while (fgets (line, sizeof line, stdin) != NULL)
    {
      g_auto (GStrv) arguments = NULL;
      g_autoptr (GError) error = NULL;

      if (g_shell_parse_argv (line, NULL, &arguments, &error) && run_command (store, arguments, &error))
        printf ("ok\n");
      else
        {
          printf ("error\t%s\t%s\n", error != NULL && error->domain == RUHU_ERROR ? ruhu_error_get_name (error->code) : "other", error != NULL ? error->message : "");
          status = 1;
        }
      fflush (stdout);
    }
  return status;
}

static int
fail (GError *error)
{
  g_printerr ("%s\t%s\n", error->domain == RUHU_ERROR ? ruhu_error_get_name (error->code) : "other", error->message);
  return 1;
}

int
main (int argc, char **argv)
{
  const GOptionEntry entries[] = {
    { "seen", 0, 0, G_OPTION_ARG_INT64, &option_seen, "Save as from a page opened at this position", "POSITION" },
    { "draft", 0, 0, G_OPTION_ARG_STRING, &option_draft, "Save as from the page that keeps this draft", "ID" },
    { "database", 0, 0, G_OPTION_ARG_FILENAME, &option_database, "The file, where it is not a laptop's", "FILE" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("DIR COMMAND…|batch");
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuStore) store = NULL;
  g_autofree char *path = NULL;
  RuhuStoreOptions options = { NULL };

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    return fail (error);
  if (argc < 3)
    {
      g_printerr ("ruhu-record [--seen N] [--draft ID] [--database FILE] DIR COMMAND…\n");
      for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
        g_printerr ("  %s\n", commands[i].usage);
      return 2;
    }
  g_setenv ("RUHU_DATA_DIR", argv[1], TRUE);
  path = option_database != NULL ? g_strdup (option_database) : ruhu_store_dup_default_path ();
  options.path = path;
  store = ruhu_store_open (&options, &error);
  if (store == NULL)
    return fail (error);
  if (g_str_equal (argv[2], "batch"))
    return run_batch (store);
  return run_command (store, argv + 2, &error) ? 0 : fail (error);
}
