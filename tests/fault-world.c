/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-fault"

#include "config.h"

#include "fault-world.h"

#include "ruhu-error.h"
#include "ruhu-heads.h"
#include "ruhu-page.h"

#include <string.h>

#define STREAM_BYTES   900
#define BACKFILL_BYTES 600

World *
world_new (gboolean third)
{
  World *self = g_new0 (World, 1);
  g_autoptr (GError) error = NULL;

  self->catalogue = ruhu_catalogue_load_builtin (&error);
  g_assert_no_error (error);
  self->township = township_new_at ("file:", "?vfs=fault", self->catalogue);
  self->laptops[0] = laptop_new (self->township, "0a", "helper-a");
  self->laptops[1] = laptop_new (self->township, "0b", "helper-b");
  for (guint i = 0; i < 2; i++)
    laptop_pull (self->laptops[i], self->township);
  if (third)
    self->laptops[2] = laptop_new_closed (self->township, "0d");
  return self;
}

void
world_close (World *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (self->laptops); i++)
    if (self->laptops[i] != NULL)
      laptop_close (self->laptops[i]);
  township_close (self->township);
}

void
world_free (World *self)
{
  if (self == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (self->laptops); i++)
    g_clear_pointer (&self->laptops[i], laptop_free);
  township_free (self->township);
  ruhu_catalogue_unref (self->catalogue);
  g_free (self);
}

static void
set_pages (World *self, RuhuStore *store)
{
  g_autofree char *sql = g_strdup_printf ("PRAGMA wal_autocheckpoint = %u", self->pages);
  g_autoptr (GError) error = NULL;

  if (self->pages > 0 && !ruhu_database_execute (ruhu_store_get_database (store), sql, &error))
    g_error ("%s", error->message);
}

void
world_open (World *self)
{
  if (self->township->store == NULL)
    township_reopen (self->township);
  set_pages (self, self->township->store);
  for (gsize i = 0; i < G_N_ELEMENTS (self->laptops); i++)
    if (self->laptops[i] != NULL && (i < 2 || !self->third_waits))
      {
        if (self->laptops[i]->store == NULL)
          laptop_reopen (self->laptops[i], self->township);
        set_pages (self, self->laptops[i]->store);
      }
}

static void
dump_rows (RuhuDatabase *database, const char *sql, GString *out)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuStatement) query = ruhu_database_query (database, sql, &error, "");

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
world_dump_database (RuhuDatabase *database)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) tables = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (RuhuStatement) query =
      ruhu_database_query (database, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name", &error, "");
  GString *out = g_string_new (NULL);

  g_assert_no_error (error);
  while (ruhu_statement_next (query, &error))
    g_ptr_array_add (tables, g_strdup (ruhu_statement_get_text (query, 0)));
  g_assert_no_error (error);
  dump_rows (database, "SELECT type, name, sql FROM sqlite_schema ORDER BY name", out);
  for (guint i = 0; i < tables->len; i++)
    {
      const char *table = g_ptr_array_index (tables, i);
      g_autofree char *quoted = ruhu_database_quote (table);
      /* A blob has no text: the log's hashes are given in hexadecimal. */
      gboolean is_log = strcmp (table, "log") == 0;
      /* What a store remembers of its own tables, and that its write-ahead log is still to be emptied, comes and goes with reopening. */
      const char *where = strcmp (table, "meta") == 0 ? "WHERE key NOT LIKE 'columns:%' AND key <> 'scrub'" : "";
      g_autofree char *sql = g_strdup_printf ("SELECT '%s', *%s FROM %s %s ORDER BY 2, 3", table, is_log ? ", hex (hash)" : "", quoted, where);

      dump_rows (database, sql, out);
    }
  return g_string_free (out, FALSE);
}

char *
world_dump (World *self)
{
  GString *out = g_string_new (NULL);

  for (gsize i = 0; i <= G_N_ELEMENTS (self->laptops); i++)
    {
      Laptop *laptop = i > 0 ? self->laptops[i - 1] : NULL;
      RuhuStore *store = i == 0 ? self->township->store : laptop != NULL ? laptop->store
                                                                         : NULL;
      g_autofree char *dump = store != NULL ? world_dump_database (ruhu_store_get_database (store)) : NULL;

      if (dump != NULL)
        g_string_append_printf (out, "== %s\n%s", i == 0 ? "township" : laptop->device, dump);
    }
  return g_string_free (out, FALSE);
}

typedef struct
{
  RuhuStore *store;
  char *text;
} Rebuilt;

/* Fails, so that nothing of it stays. */
static gboolean
rebuild (RuhuDatabase *database, gpointer data, GError **error)
{
  Rebuilt *job = data;

  if (ruhu_heads_rebuild_all (database, ruhu_store_get_catalogue (job->store), NULL, NULL, error))
    {
      job->text = world_dump_database (database);
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_EXPIRED, "seen enough");
    }
  return FALSE;
}

static void
assert_store_whole (RuhuStore *store)
{
  RuhuDatabase *database = ruhu_store_get_database (store);
  g_autofree char *before = NULL;
  Rebuilt job = { .store = store };
  g_autoptr (GError) error = NULL;

  if (!ruhu_database_check (database, &error))
    g_error ("%s", error->message);
  g_assert_cmpint (store_count (store, "SELECT count (*) FROM head WHERE change NOT IN (SELECT n FROM log)"), ==, 0);
  g_assert_cmpint (store_count (store, "SELECT count (*) FROM conflict c WHERE NOT EXISTS (SELECT 1 FROM head h WHERE h.record = c.record AND h.type = c.type)"), ==, 0);
  /* The rows of what is being backfilled come with the last page. */
  if (store_count (store, "SELECT count (*) FROM meta WHERE key = 'backfill_scope'") > 0)
    return;
  before = world_dump_database (database);
  g_assert_false (ruhu_database_transaction (database, rebuild, &job, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_EXPIRED);
  g_assert_cmpstr (job.text, ==, before);
  g_free (job.text);
}

void
world_assert_whole (World *self)
{
  gint64 checked;
  g_autoptr (GError) error = NULL;

  if (!ruhu_ledger_verify (self->township->ledger, &checked, &error))
    g_error ("%s", error->message);
  for (gsize i = 0; i < G_N_ELEMENTS (self->laptops); i++)
    if (self->laptops[i] != NULL && self->laptops[i]->store != NULL)
      assert_store_whole (self->laptops[i]->store);
}

static void
assert_same (World *self, Laptop *laptop)
{
  g_autoptr (GPtrArray) scopes = ruhu_replica_list_scopes (laptop->replica, NULL);

  g_assert_nonnull (scopes);
  g_assert_cmpint (store_count (laptop->store, "SELECT count (*) FROM log WHERE position IS NULL"), ==, 0);
  for (guint i = 0; i < scopes->len; i++)
    {
      g_autofree char *here = store_dump (laptop->store, g_ptr_array_index (scopes, i));
      g_autofree char *there = store_dump (self->township->store, g_ptr_array_index (scopes, i));

      g_assert_cmpstr (here, ==, there);
    }
}

void
world_converge (World *self)
{
  for (guint round = 0; round < 2; round++)
    for (gsize i = 0; i < G_N_ELEMENTS (self->laptops); i++)
      if (self->laptops[i] != NULL && !self->gone[i])
        laptop_sync (self->laptops[i], self->township);
  for (gsize i = 0; i < G_N_ELEMENTS (self->laptops); i++)
    if (self->laptops[i] != NULL && !self->gone[i])
      assert_same (self, self->laptops[i]);
  world_assert_whole (self);
}

GPtrArray *
world_read_outbox (Laptop *laptop, GError **error)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_pushed_free);
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query =
      ruhu_database_query (ruhu_store_get_database (laptop->store), "SELECT body FROM log WHERE position IS NULL ORDER BY seq", error, "");

  if (query == NULL)
    return NULL;
  while (ruhu_statement_next (query, &local))
    {
      RuhuPushed *pushed = g_new0 (RuhuPushed, 1);

      pushed->line = g_strdup (ruhu_statement_get_text (query, 0));
      pushed->length = strlen (pushed->line);
      pushed->change = ruhu_change_parse (pushed->line, pushed->length, NULL);
      g_assert_nonnull (pushed->change);
      g_ptr_array_add (changes, pushed);
    }
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  return g_steal_pointer (&changes);
}

static gboolean
fill (World *self, Laptop *laptop, const char *scope, gint64 position, const char *cookie, GError **error)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (RuhuBackfillPage) page = NULL;

  if (!ruhu_ledger_backfill (self->township->ledger, laptop->device, scope, position, cookie, BACKFILL_BYTES, lines, error))
    return FALSE;
  page = ruhu_backfill_page_parse (lines->str, lines->len, error);
  return page != NULL &&
         ruhu_replica_backfill (laptop->replica, (RuhuBackfillEntry *) (void *) page->entries->data, page->entries->len, page->next, error);
}

/* One page of the stream, or of the backfill that it waits for. *@more: it was not the last. */
static gboolean
pull_some (World *self, Laptop *laptop, gboolean *more, GError **error)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autofree char *hash = NULL;
  g_autofree char *scope = NULL;
  g_autofree char *cookie = NULL;
  g_autoptr (RuhuPage) page = NULL;
  gint64 position;
  gint64 cursor;
  gsize applied;

  *more = TRUE;
  if (!ruhu_replica_get_backfill (laptop->replica, &scope, &position, &cookie, error))
    return FALSE;
  if (scope != NULL)
    return fill (self, laptop, scope, position, cookie, error);
  if (!ruhu_replica_get_cursor (laptop->replica, &cursor, &hash, error) ||
      !ruhu_ledger_stream (self->township->ledger, laptop->device, cursor, hash, STREAM_BYTES, lines, error))
    return FALSE;
  page = ruhu_page_parse (lines->str, lines->len, error);
  if (page == NULL ||
      !ruhu_replica_apply (laptop->replica, (RuhuEntry *) (void *) page->entries->data, page->entries->len, &applied, error))
    return FALSE;
  if (applied < page->entries->len)
    return TRUE;
  *more = page->until < page->head;
  return ruhu_replica_advance (laptop->replica, page->until, page->hash, error);
}

gboolean
world_pull (World *self, Laptop *laptop, GError **error)
{
  gboolean more = TRUE;

  while (more)
    if (!pull_some (self, laptop, &more, error))
      return FALSE;
  return TRUE;
}
