/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "bench"

#include "config.h"

#include "bench-direct.h"

#include "ruhu-cleanups.h"
#include "ruhu-push.h"

#include <string.h>

#define BATCH   100
#define PRAGMAS "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 16777216"

gint64
bench_direct_enrol (RuhuSession *session, const char *device, const char *user)
{
  g_autoptr (GError) error = NULL;
  gint64 position = 0;
  gboolean added = ruhu_ledger_add_device (session->ledger, device, user, "laptop", device, &position, &error) && ruhu_session_get_head (session, &position, &error);

  bench_must (added, g_steal_pointer (&error), "The device");
  return position;
}

GPtrArray *
bench_direct_lines (GPtrArray *visits, const char *device, const char *user, gint64 first_seq, gint64 seen)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < visits->len; i++)
    {
      BenchVisit *visit = visits->pdata[i];
      RuhuChange change = { .device = (char *) device, .seq = first_seq + i, .seen = seen, .time = (char *) "2018-06-30T04:00:00.000Z.0000", .by = (char *) user, .scope = visit->household, .visit = visit->visit, .set = visit->set };

      g_ptr_array_add (lines, ruhu_change_to_json (&change));
    }
  return lines;
}

static GPtrArray *
parse_batch (const char *device, GPtrArray *lines, guint from)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_pushed_free);

  for (guint i = from; i < MIN (from + BATCH, lines->len); i++)
    {
      const char *line = lines->pdata[i];
      g_autoptr (GError) error = NULL;
      RuhuPushed *pushed = ruhu_pushed_parse (device, line, strlen (line), &error);

      bench_must (pushed != NULL, g_steal_pointer (&error), "A line");
      g_ptr_array_add (changes, pushed);
    }
  return changes;
}

/* What the server does with a body, in the request's thread and in the writer's. */
void
bench_direct_push (RuhuLedger *ledger, const char *device, GPtrArray *lines)
{
  for (guint from = 0; from < lines->len; from += BATCH)
    {
      GPtrArray *changes = parse_batch (device, lines, from);
      g_autoptr (RuhuBatch) batch = ruhu_batch_new (device, changes);
      g_autoptr (GError) error = NULL;
      gboolean taken;

      ruhu_ledger_foresee (ledger, RUHU_ROLE_OFFICE, changes);
      taken = ruhu_ledger_accept (ledger, &batch, 1, &error);
      bench_must (taken, g_steal_pointer (&error), "A batch");
      if (batch->stop != NULL)
        bench_must (FALSE, g_error_copy (batch->stop), "A batch was stopped");
      if (batch->refused->len > 0)
        bench_must (FALSE, NULL, ((RuhuRefusal *) batch->refused->pdata[0])->detail);
    }
}

void
bench_direct_become_laptop (RuhuStore *store, const char *user, gint64 cursor)
{
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, cursor);
  g_autoptr (GError) error = NULL;
  gboolean fine = ruhu_store_set_meta (store, "device", BENCH_LAPTOP, &error) && ruhu_store_set_meta (store, "user", user, &error) &&
                  ruhu_store_set_meta (store, "cursor", number, &error) &&
                  ruhu_database_execute (ruhu_store_get_database (store), "INSERT INTO scope (scope, since) VALUES ('*', 1); CREATE INDEX log_scope ON log (scope, n)", &error);

  bench_must (fine, g_steal_pointer (&error), "The laptop");
}

static sqlite3_stmt *
prepare (sqlite3 *handle, const char *sql)
{
  sqlite3_stmt *statement = NULL;

  bench_must (sqlite3_prepare_v3 (handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) == SQLITE_OK, NULL, sqlite3_errmsg (handle));
  return statement;
}

void
bench_rows_run (BenchRows *self, const char *sql)
{
  bench_must (sqlite3_exec (self->handle, sql, NULL, NULL, NULL) == SQLITE_OK, NULL, sql);
}

void
bench_rows_open (BenchRows *self, const char *folder, gboolean full)
{
  g_autofree char *path = g_build_filename (folder, BENCH_DATABASE, NULL);

  bench_must (sqlite3_open_v2 (path, &self->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK, NULL, path);
  bench_rows_run (self, PRAGMAS);
  if (!full)
    bench_rows_run (self, "PRAGMA synchronous = OFF");
  self->log = prepare (self->handle, "INSERT INTO log (kind, device, seq, seen, time, author, scope, visit, body) VALUES ('change', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
  self->visit = prepare (self->handle, "INSERT INTO r_visit (id, scope, date, companion, may_refuse, outcome, minutes, summary, read_back, bench_problem, bench_kind, bench_next,"
                                       "bench_month, bench_cost, bench_area, bench_count, bench_urgent) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)");
  self->household = prepare (self->handle, "UPDATE r_household SET phone = ?2, land_arable = ?3, land_forest = ?4 WHERE id = ?1");
}

void
bench_rows_close (BenchRows *self)
{
  sqlite3_finalize (self->log);
  sqlite3_finalize (self->visit);
  sqlite3_finalize (self->household);
  sqlite3_close (self->handle);
}

static void
bind_text (sqlite3_stmt *statement, int parameter, const char *text)
{
  sqlite3_bind_text (statement, parameter, text, -1, SQLITE_STATIC);
}

/* The value as it is: no check at all. */
static void
bind (sqlite3_stmt *statement, int parameter, json_object *value)
{
  if (json_object_is_type (value, json_type_string))
    bind_text (statement, parameter, json_object_get_string (value));
  else if (json_object_is_type (value, json_type_double))
    sqlite3_bind_double (statement, parameter, json_object_get_double (value));
  else
    sqlite3_bind_int64 (statement, parameter, json_object_get_int64 (value));
}

static void
bind_all (sqlite3_stmt *statement, int parameter, json_object *fields)
{
  json_object_object_foreach (fields, name, value)
  {
    (void) name;
    bind (statement, parameter++, value);
  }
}

static void
step (sqlite3_stmt *statement)
{
  bench_must (sqlite3_step (statement) == SQLITE_DONE, NULL, "A bare statement");
  sqlite3_reset (statement);
}

static json_object *
get_fields (BenchVisit *visit, const char *type, const char *id)
{
  return json_object_object_get (json_object_object_get (visit->set, type), id);
}

void
bench_rows_put (BenchRows *self, BenchVisit *visit, guint number, const char *body)
{
  bind_text (self->log, 1, BENCH_DEVICE);
  sqlite3_bind_int64 (self->log, 2, number + 1);
  sqlite3_bind_int64 (self->log, 3, 1000);
  bind_text (self->log, 4, "2018-06-30T04:00:00.000Z.0000");
  bind_text (self->log, 5, "3d9bbf1c55b0a2e8");
  bind_text (self->log, 6, visit->household);
  bind_text (self->log, 7, visit->visit);
  bind_text (self->log, 8, body);
  step (self->log);
  bind_text (self->visit, 1, visit->visit);
  bind_text (self->visit, 2, visit->household);
  bind_all (self->visit, 3, get_fields (visit, "visit", visit->visit));
  step (self->visit);
  bind_text (self->household, 1, visit->household);
  bind_all (self->household, 2, get_fields (visit, "household", visit->household));
  step (self->household);
}
