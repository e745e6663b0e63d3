/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-fixture"

#include "config.h"

#include "ruhu-fixture.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-heads.h"
#include "ruhu-tables.h"
#include "ruhu-wire.h"

#include <glib/gstdio.h>
#include <string.h>

static gint64
fixture_now (gpointer data)
{
  Township *self = data;

  return self->now++;
}

static RuhuStore *
open_store (const char *path, Township *township, GError **error)
{
  RuhuStoreOptions options = {
    .path = path, .flags = RUHU_DATABASE_CREATE, .catalogue = township->catalogue, .now = fixture_now, .now_data = township
  };

  return ruhu_store_open (&options, error);
}

/* A URI has its folder in front as it is: "file:" and nothing else. */
static char *
path_of (Township *self, const char *name)
{
  g_autofree char *file = g_strconcat (name, ".db", self->suffix, NULL);

  return g_str_has_suffix (self->directory, ":") ? g_strconcat (self->directory, file, NULL) : g_build_filename (self->directory, file, NULL);
}

void
township_write (Township *self, const char *scope, const char *set)
{
  g_autoptr (RuhuJson) object = json_tokener_parse (set);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (object);
  if (!ruhu_ledger_write (self->ledger, "office", scope, g_str_has_prefix (scope, "v"), object, &error))
    g_error ("%s: %s", set, error->message);
}

gboolean
township_try_open (Township *self, GError **error)
{
  g_autofree char *path = path_of (self, "township");

  self->store = open_store (path, self, error);
  if (self->store == NULL)
    return FALSE;
  self->ledger = ruhu_ledger_new (self->store);
  return TRUE;
}

static void
township_open (Township *self)
{
  g_autoptr (GError) error = NULL;

  if (!township_try_open (self, &error))
    g_error ("the township does not open: %s", error->message);
}

void
township_close (Township *self)
{
  g_clear_pointer (&self->ledger, ruhu_ledger_free);
  g_clear_pointer (&self->store, ruhu_store_close);
}

Township *
township_new (void)
{
  g_autofree char *directory = g_dir_make_tmp ("ruhu-test-XXXXXX", NULL);

  return township_new_at (directory, "", NULL);
}

Township *
township_new_at (const char *directory, const char *suffix, RuhuCatalogue *catalogue)
{
  Township *self = g_new0 (Township, 1);

  self->directory = g_strdup (directory);
  self->suffix = g_strdup (suffix);
  self->catalogue = catalogue;
  self->now = FIXTURE_NOW;
  township_open (self);
  township_write (self, RUHU_SCOPE_TOWNSHIP,
                  "{\"helper\":{\"office\":{\"name\":\"办公室\",\"role\":\"office\"},\"helper-a\":{\"name\":\"甲天\",\"role\":\"helper\"},"
                  "\"helper-b\":{\"name\":\"乙地\",\"role\":\"helper\"}}}");
  township_write (self, RUHU_SCOPE_TOWNSHIP, "{\"village\":{\"v1\":{\"name\":\"月亮村\"}}}");
  township_write (self, "h1",
                  "{\"household\":{\"h1\":{\"hh_no\":\"0001\",\"village_id\":\"v1\",\"head\":\"p1\"}},"
                  "\"person\":{\"p1\":{\"name\":\"曾小明\",\"relation\":\"01\",\"sex\":\"1\"}}}");
  township_write (self, "h2",
                  "{\"household\":{\"h2\":{\"hh_no\":\"0002\",\"village_id\":\"v1\",\"head\":\"p2\"}},"
                  "\"person\":{\"p2\":{\"name\":\"单玄黄\",\"relation\":\"01\",\"sex\":\"2\"}}}");
  township_write (self, "h1",
                  "{\"assignment\":{\"a1\":{\"helper_id\":\"helper-a\",\"post\":\"A\",\"from_date\":\"2018-01-01\"},"
                  "\"a2\":{\"helper_id\":\"helper-b\",\"post\":\"B\",\"from_date\":\"2018-01-01\"}}}");
  township_write (self, "h2", "{\"assignment\":{\"a3\":{\"helper_id\":\"helper-b\",\"post\":\"A\",\"from_date\":\"2018-01-01\"}}}");
  return self;
}

void
township_reopen (Township *self)
{
  township_close (self);
  township_open (self);
}

void
township_free (Township *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->directory, 0, NULL);
  const char *name;

  township_close (self);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->directory, name, NULL);

      g_unlink (path);
    }
  g_rmdir (self->directory);
  g_free (self->directory);
  g_free (self->suffix);
  g_free (self);
}

Laptop *
laptop_new_closed (Township *township, const char *device)
{
  Laptop *self = g_new0 (Laptop, 1);

  self->device = g_strdup (device);
  self->path = path_of (township, device);
  return self;
}

Laptop *
laptop_new (Township *township, const char *device, const char *user)
{
  Laptop *self = laptop_new_closed (township, device);
  g_autofree char *token = g_compute_checksum_for_string (G_CHECKSUM_SHA256, device, -1);
  g_autoptr (GError) error = NULL;
  gint64 position;

  laptop_reopen (self, township);
  g_assert_true (ruhu_ledger_add_device (township->ledger, device, user, "laptop", token, &position, &error));
  g_assert_true (ruhu_replica_enrol (self->replica, device, user, "helper", "星星镇", position, &error));
  g_assert_no_error (error);
  return self;
}

GBytes *
township_keep_drafts (Township *self, const char *device, const RuhuDraftLines *lines)
{
  RuhuDraftsTold told = { lines->drafts, lines->have, lines->updated, lines->over, lines->over_updated, lines->took, lines->took_updated };
  g_autoptr (RuhuDraftsAnswer) compared = ruhu_drafts_answer_new ();
  g_autoptr (RuhuJson) object = NULL;
  const char *text;

  g_assert_true (ruhu_ledger_keep_drafts (self->ledger, device, &told, compared->lacks, compared->others, NULL));
  object = ruhu_drafts_answer_to_json (compared);
  text = json_object_to_json_string (object);
  return g_bytes_new (text, strlen (text));
}

void
laptop_close (Laptop *self)
{
  g_clear_pointer (&self->replica, ruhu_replica_free);
  g_clear_pointer (&self->store, ruhu_store_close);
}

gboolean
laptop_try_open (Laptop *self, Township *township, GError **error)
{
  self->store = open_store (self->path, township, error);
  if (self->store == NULL)
    return FALSE;
  self->replica = ruhu_replica_new (self->store);
  /* How fast this machine is decides nothing: a page that comes is one transaction. */
  ruhu_replica_set_slice (self->replica, G_MAXINT64);
  return TRUE;
}

void
laptop_reopen (Laptop *self, Township *township)
{
  g_autoptr (GError) error = NULL;

  laptop_close (self);
  if (!laptop_try_open (self, township, &error))
    g_error ("a laptop does not open: %s", error->message);
}

void
laptop_free (Laptop *self)
{
  laptop_close (self);
  g_free (self->device);
  g_free (self->path);
  g_free (self);
}

void
laptops_set_up_pair (Laptops *self, gconstpointer data)
{
  self->township = township_new ();
  self->a = laptop_new (self->township, "0a", "helper-a");
  self->b = laptop_new (self->township, "0b", "helper-b");
  laptop_pull (self->a, self->township);
  laptop_pull (self->b, self->township);
}

void
laptops_set_up (Laptops *self, gconstpointer data)
{
  laptops_set_up_pair (self, data);
  self->office = laptop_new (self->township, "0c", "office");
  laptop_pull (self->a, self->township);
  laptop_pull (self->b, self->township);
  laptop_pull (self->office, self->township);
}

void
laptops_tear_down (Laptops *self, gconstpointer data)
{
  laptop_free (self->a);
  laptop_free (self->b);
  g_clear_pointer (&self->office, laptop_free);
  township_free (self->township);
}

gboolean
laptop_try_save (Laptop *self, const char *scope, const char *set, gint64 seen, GError **error)
{
  g_autoptr (RuhuJson) object = json_tokener_parse (set);
  RuhuEdit edit = { .scope = scope, .of_village = g_str_has_prefix (scope, "v"), .seen = seen, .set = object };

  g_assert_nonnull (object);
  if (seen < 0)
    g_assert_true (ruhu_store_get_seen (self->store, &edit.seen, NULL));
  return ruhu_store_save (self->store, &edit, NULL, error);
}

void
laptop_save (Laptop *self, const char *scope, const char *set, gint64 seen)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (laptop_try_save (self, scope, set, seen, &error));
  g_assert_no_error (error);
}

static GPtrArray *
parse_lines (GString *lines)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_pushed_free);
  const char *line;
  gsize length;
  gsize offset = 0;

  while (ruhu_wire_next_line (lines->str, lines->len, &offset, &line, &length))
    {
      RuhuPushed *pushed = g_new0 (RuhuPushed, 1);

      pushed->line = g_strndup (line, length);
      pushed->length = length;
      pushed->change = ruhu_change_parse (line, length, NULL);
      g_assert_nonnull (pushed->change);
      g_ptr_array_add (changes, pushed);
    }
  return changes;
}

guint
laptop_push (Laptop *self, Township *township)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GError) error = NULL;
  RuhuBatch batch = { .device = self->device };
  RuhuBatch *batches[] = { &batch };
  guint refused;
  gint64 last;

  g_assert_true (ruhu_replica_take_outbox (self->replica, 0, 1000, 1 << 20, lines, &last, &error));
  batch.changes = changes = parse_lines (lines);
  ruhu_ledger_foresee (township->ledger, RUHU_ROLE_HELPER, changes);
  g_assert_true (ruhu_ledger_accept (township->ledger, batches, 1, &error));
  g_assert_no_error (error);
  g_assert_no_error (batch.stop);
  g_assert_true (ruhu_replica_pushed (self->replica, batch.accepted, &error));
  refused = batch.refused->len;
  ruhu_batch_clear (&batch);
  return refused;
}

static void
run_backfill (Laptop *self, Township *township, const char *scope, gint64 position)
{
  g_autofree char *cookie = NULL;
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  do
    {
      g_autoptr (RuhuBackfillPage) page = NULL;

      g_assert_true (ruhu_ledger_backfill (township->ledger, self->device, scope, position, cookie, 400, lines, &error));
      page = ruhu_backfill_page_parse (lines->str, lines->len, &error);
      g_assert_no_error (error);
      g_assert_true (ruhu_replica_backfill (self->replica, (RuhuBackfillEntry *) (void *) page->entries->data, page->entries->len, page->next, &error));
      g_assert_no_error (error);
      g_free (cookie);
      cookie = g_strdup (page->next);
    }
  while (cookie != NULL);
}

void
laptop_pull (Laptop *self, Township *township)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  gboolean more = TRUE;

  while (more)
    {
      g_autofree char *hash = NULL;
      g_autofree char *scope = NULL;
      g_autoptr (RuhuPage) page = NULL;
      gint64 position;
      gint64 cursor;
      gsize applied;

      g_assert_true (ruhu_replica_get_cursor (self->replica, &cursor, &hash, &error));
      g_assert_true (ruhu_ledger_stream (township->ledger, self->device, cursor, hash, 500, lines, &error));
      g_assert_no_error (error);
      page = ruhu_page_parse (lines->str, lines->len, &error);
      g_assert_no_error (error);
      g_assert_true (ruhu_replica_apply (self->replica, (RuhuEntry *) (void *) page->entries->data, page->entries->len, &applied, &error));
      g_assert_no_error (error);
      g_assert_true (ruhu_replica_get_backfill (self->replica, &scope, &position, NULL, &error));
      if (scope != NULL)
        {
          run_backfill (self, township, scope, position);
          continue;
        }
      g_assert_true (ruhu_replica_advance (self->replica, page->until, page->hash, &error));
      g_assert_no_error (error);
      more = page->until < page->head;
    }
}

void
laptop_sync (Laptop *self, Township *township)
{
  laptop_push (self, township);
  laptop_pull (self, township);
}

char *
store_value (RuhuStore *store, const char *type, const char *id, const char *field)
{
  g_autoptr (RuhuRecord) record = ruhu_store_get_record (store, type, id, NULL);
  json_object *value = NULL;

  if (record == NULL || !json_object_object_get_ex (record->fields, field, &value) || value == NULL)
    return g_strdup ("-");
  return g_strdup (json_object_to_json_string_ext (value, JSON_C_TO_STRING_PLAIN));
}

gint64
store_count (RuhuStore *store, const char *sql)
{
  g_autoptr (GError) error = NULL;
  gint64 count = -1;

  g_assert_true (ruhu_database_get_integer (ruhu_store_get_database (store), sql, 0, &count, &error, ""));
  g_assert_no_error (error);
  return count;
}

static void
dump_query (RuhuStore *store, const char *sql, const char *scope, GString *out)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuStatement) query = ruhu_database_query (ruhu_store_get_database (store), sql, &error, "s", scope);

  g_assert_no_error (error);
  while (ruhu_statement_next (query, &error))
    {
      for (int i = 0; i < ruhu_statement_get_n_columns (query); i++)
        g_string_append_printf (out, "%s|", ruhu_statement_is_null (query, i) ? "~" : ruhu_statement_get_text (query, i));
      g_string_append_c (out, '\n');
    }
  g_assert_no_error (error);
}

char *
store_dump (RuhuStore *store, const char *scope)
{
  GString *out = g_string_new (NULL);
  GPtrArray *types = ruhu_catalogue_get_records (ruhu_store_get_catalogue (store));

  dump_query (store,
              "SELECT h.type, h.record, h.scope, l.device, l.seq, l.position, h.fields FROM head h JOIN log l ON l.n = h.change "
              "WHERE ?1 IS NULL OR h.scope = ?1 ORDER BY 1, 2, 4, 5",
              scope, out);
  dump_query (store, "SELECT type, record, field, scope FROM conflict WHERE ?1 IS NULL OR scope = ?1 ORDER BY 1, 2, 3", scope, out);
  for (guint i = 0; i < types->len; i++)
    {
      g_autofree char *table = ruhu_record_type_dup_table (g_ptr_array_index (types, i));
      g_autofree char *quoted = ruhu_database_quote (table);
      g_autofree char *sql = g_strdup_printf ("SELECT '%s', * FROM %s WHERE ?1 IS NULL OR scope = ?1 ORDER BY id", table, quoted);

      dump_query (store, sql, scope, out);
    }
  return g_string_free (out, FALSE);
}
