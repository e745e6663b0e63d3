/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "bench"

#include "config.h"

#include "bench-world.h"

#include "ruhu-cleanups.h"
#include "ruhu-enrol.h"
#include "ruhu-generate.h"
#include "ruhu-link.h"

#include <glib/gstdio.h>
#include <string.h>

#define FIELD(name, type, more) "{\"name\":\"bench_" name "\",\"type\":\"" type "\"," more "\"label\":{\"en\":\"Bench " name "\",\"zh_CN\":\"测量\"},\"privacy\":1}"
#define CODES                   "\"choices\":\"visit_outcome\","

static const char extension[] =
    "{\"catalogue\":1,\"records\":[{\"name\":\"visit\",\"fields\":[" FIELD ("problem", "text", "\"max\":200,\"long_text\":true,") "," FIELD ("kind", "choice", CODES) "," FIELD ("next", "date", "") "," FIELD ("month", "month", "") "," FIELD ("cost", "money", "\"min\":0,") "," FIELD ("area", "decimal", "\"places\":2,\"min\":0,") "," FIELD ("count", "integer", "\"min\":0,") "," FIELD ("urgent", "boolean", "") "]}]}";

static json_object *
make_extension (void)
{
  json_object *set = json_object_new_object (), *records = json_object_new_object (), *fields = json_object_new_object ();

  json_object_object_add (fields, "name", json_object_new_string ("bench"));
  json_object_object_add (fields, "body", json_object_new_string (extension));
  json_object_object_add (records, "bench", fields);
  json_object_object_add (set, "catalogue_extension", records);
  return set;
}

typedef struct
{
  guint64 seed;
  guint towns;
} Fill;

static gboolean
fill (RuhuSession *session, gpointer data, GError **error)
{
  const Fill *fill = data;
  g_autoptr (RuhuJson) set = make_extension ();
  g_autofree char *office = NULL;

  if (!ruhu_generate_many (session->ledger, fill->seed, fill->towns, error))
    return FALSE;
  office = bench_get_office (session);
  return ruhu_ledger_write (session->ledger, office, RUHU_SCOPE_TOWNSHIP, FALSE, set, error);
}

char *
bench_make_township (const char *folder, guint64 seed)
{
  return bench_make_townships (folder, seed, 1);
}

char *
bench_make_townships (const char *folder, guint64 seed, guint towns)
{
  Fill what = { seed, towns };
  char *path = g_build_filename (folder, "township", NULL);
  g_autoptr (RuhuConfig) config = ruhu_config_new ("星星镇");
  g_autoptr (GError) error = NULL;
  guint64 calls = 0;
  gboolean made;

  config->port = 0;
  made = ruhu_township_create (path, config, ruhu_generate_now, &calls, fill, &what, &error);
  bench_must (made, g_steal_pointer (&error), "The township");
  return path;
}

char *
bench_get_office (RuhuSession *session)
{
  g_autoptr (GError) error = NULL;
  char *id = NULL;
  gboolean found = ruhu_database_get_text (ruhu_store_get_database (session->store), BENCH_OFFICE, &id, &error, "");

  bench_must (found && id != NULL, g_steal_pointer (&error), "The office's user");
  return id;
}

BenchServer *
bench_server_start (const char *township)
{
  static const char *const listen[] = { "127.0.0.1", NULL };
  BenchServer *self = g_new0 (BenchServer, 1);
  g_autoptr (GError) error = NULL;
  g_autofree char *database = NULL;
  RuhuServerOptions options = { 0 };
  RuhuHttpdOptions http = { .listen = listen, .connections = 2000, .connections_per_address = 2000, .idle_seconds = 60 };

  self->township = ruhu_township_open (township, &error);
  bench_must (self->township != NULL, g_steal_pointer (&error), township);
  database = ruhu_township_dup_path (self->township, RUHU_FILE_DATABASE);
  options.database = database;
  options.township_name = "星星镇";
  options.log_requests = TRUE;
  self->key = ruhu_township_load_key (self->township, &error);
  bench_must (self->key != NULL, g_steal_pointer (&error), "The key");
  self->server = ruhu_server_new (&options, &error);
  bench_must (self->server != NULL, g_steal_pointer (&error), "The server");
  self->httpd = ruhu_httpd_new (self->server, self->key, &http, &error);
  bench_must (self->httpd != NULL, g_steal_pointer (&error), "HTTPS");
  self->session = ruhu_township_open_session (self->township, &error);
  bench_must (self->session != NULL, g_steal_pointer (&error), "The session");
  return self;
}

void
bench_server_stop (BenchServer *self)
{
  ruhu_httpd_stop (self->httpd);
  ruhu_httpd_free (self->httpd);
  ruhu_server_free (self->server);
  ruhu_session_free (self->session);
  ruhu_key_free (self->key);
  ruhu_township_free (self->township);
  g_free (self);
}

char *
bench_make_link (RuhuSession *session, RuhuKey *key, const char *user, guint port)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *code = ruhu_enrol_issue (session, user, 1, &error);
  g_autofree char *pin = NULL;

  bench_must (code != NULL, g_steal_pointer (&error), "An enrolment code");
  pin = ruhu_key_dup_pin (key, &error);
  bench_must (pin != NULL, g_steal_pointer (&error), "The key's pin");
  return ruhu_link_format ("127.0.0.1", (guint16) port, code, pin);
}

void
bench_enrol (const char *folder, const char *link)
{
  g_autoptr (RuhuCourier) courier = NULL;
  g_autoptr (GError) error = NULL;
  gboolean done;

  bench_must (g_mkdir_with_parents (folder, 0700) == 0, NULL, folder);
  courier = ruhu_courier_new (folder, -1, NULL, NULL, NULL);
  done = ruhu_courier_enrol (courier, link, &error) && ruhu_courier_sync (courier, &error);
  bench_must (done, g_steal_pointer (&error), "Enrolling a laptop");
}

void
bench_move_laptop (const char *folder, guint port)
{
  g_autoptr (RuhuCredentials) credentials = NULL;
  g_autoptr (GError) error = NULL;
  gboolean saved;

  saved = ruhu_credentials_load (folder, &credentials, NULL, &error);
  bench_must (saved && credentials != NULL, g_steal_pointer (&error), folder);
  g_free (credentials->server);
  credentials->server = g_strdup_printf ("https://127.0.0.1:%u", port);
  saved = ruhu_credentials_save (folder, credentials, NULL, &error);
  bench_must (saved, g_steal_pointer (&error), folder);
}

RuhuStore *
bench_open_laptop (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, BENCH_DATABASE, NULL);
  RuhuStoreOptions options = { .path = path };
  g_autoptr (GError) error = NULL;
  RuhuStore *store = ruhu_store_open (&options, &error);

  bench_must (store != NULL, g_steal_pointer (&error), path);
  return store;
}

void
bench_disk_off (RuhuDatabase *database)
{
  g_autoptr (GError) error = NULL;
  gboolean set = ruhu_database_execute (database, "PRAGMA synchronous = OFF", &error);

  bench_must (set, g_steal_pointer (&error), "PRAGMA");
}

void
bench_search (RuhuStore *store, const char *text, gboolean all)
{
  RuhuHouseholdFilter filter = { .text = text, .first = all ? 0 : BENCH_FIRST };
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) numbers = ruhu_store_select_households (store, &filter, &error);
  g_autoptr (GPtrArray) rows = NULL;

  bench_must (numbers != NULL, g_steal_pointer (&error), "A search");
  rows = ruhu_store_read_households (store, (const gint64 *) (gconstpointer) numbers->data, MIN (numbers->len, BENCH_SCREEN), &error);
  bench_must (rows != NULL, g_steal_pointer (&error), "A screen of the list");
}

gint64
bench_count (RuhuDatabase *database, const char *sql)
{
  g_autoptr (GError) error = NULL;
  gint64 n = 0;
  gboolean counted = ruhu_database_get_integer (database, sql, 0, &n, &error, "");

  bench_must (counted, g_steal_pointer (&error), sql);
  return n;
}
