/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "bench"

#include "config.h"

#include "bench-bare.h"
#include "bench.h"

#include "ruhu-wire.h"

#include <curl/curl.h>
#include <microhttpd.h>
#include <sqlite3.h>
#include <string.h>

#define SCHEMA                                                                                      \
  "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000;"               \
  "CREATE TABLE log (n INTEGER PRIMARY KEY, body TEXT NOT NULL);"                                   \
  "CREATE TABLE head (record TEXT NOT NULL, change BIGINT NOT NULL, PRIMARY KEY (record, change));" \
  "CREATE TABLE row (id TEXT PRIMARY KEY, text TEXT NOT NULL)"
#define ID_LENGTH 32
/* Of a change's text, about what the visit's row takes. */
#define ROW_LENGTH 700

struct _BenchBare
{
  struct MHD_Daemon *daemon;
  sqlite3 *handle;
  sqlite3_stmt *log, *head, *row;
  GMutex mutex;
  guint taken; /* under the mutex */
};

struct _BenchSender
{
  CURL *easy;
  struct curl_slist *headers;
};

static sqlite3_stmt *
prepare (BenchBare *self, const char *sql)
{
  sqlite3_stmt *statement = NULL;

  bench_must (sqlite3_prepare_v3 (self->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) == SQLITE_OK, NULL, sql);
  return statement;
}

static void
run (sqlite3_stmt *statement)
{
  bench_must (sqlite3_step (statement) == SQLITE_DONE, NULL, "A bare insert");
  sqlite3_reset (statement);
}

static void
take_line (BenchBare *self, const char *line, gsize length)
{
  char id[ID_LENGTH + 1];

  self->taken++;
  g_snprintf (id, sizeof id, "%016" G_GINT64_MODIFIER "x%016x", (guint64) self->taken * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15), self->taken);
  sqlite3_bind_int64 (self->log, 1, self->taken);
  sqlite3_bind_text (self->log, 2, line, (int) length, SQLITE_STATIC);
  run (self->log);
  sqlite3_bind_text (self->head, 1, id, ID_LENGTH, SQLITE_STATIC);
  sqlite3_bind_int64 (self->head, 2, self->taken);
  run (self->head);
  sqlite3_bind_text (self->row, 1, id, ID_LENGTH, SQLITE_STATIC);
  sqlite3_bind_text (self->row, 2, line, (int) MIN (length, ROW_LENGTH), SQLITE_STATIC);
  run (self->row);
}

static void
take_body (BenchBare *self, GByteArray *packed)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (packed->data, packed->len);
  g_autoptr (GBytes) plain = ruhu_wire_decompress (RUHU_ENCODING_ZSTD, bytes, RUHU_WIRE_MAX_BODY, NULL);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gsize size, offset = 0, length;
  const char *text = g_bytes_get_data (plain, &size), *line;

  sqlite3_exec (self->handle, "BEGIN IMMEDIATE", NULL, NULL, NULL);
  while (ruhu_wire_next_line (text, size, &offset, &line, &length))
    take_line (self, line, length);
  bench_must (sqlite3_exec (self->handle, "COMMIT", NULL, NULL, NULL) == SQLITE_OK, NULL, "COMMIT");
}

static enum MHD_Result
access_cb (void *data, struct MHD_Connection *connection, const char *url, const char *method, const char *version, const char *upload, size_t *upload_size, void **context)
{
  GByteArray *body = *context;
  struct MHD_Response *response;
  enum MHD_Result result;

  if (body == NULL)
    {
      *context = g_byte_array_new ();
      return MHD_YES;
    }
  if (*upload_size > 0)
    {
      g_byte_array_append (body, (const guint8 *) upload, (guint) *upload_size);
      *upload_size = 0;
      return MHD_YES;
    }
  take_body (data, body);
  response = MHD_create_response_from_buffer (2, (void *) "{}", MHD_RESPMEM_PERSISTENT);
  result = MHD_queue_response (connection, 200, response);
  MHD_destroy_response (response);
  return result;
}

static void
completed_cb (void *data, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode code)
{
  g_clear_pointer ((GByteArray **) context, g_byte_array_unref);
}

BenchBare *
bench_bare_new (const char *database, RuhuKey *key)
{
  BenchBare *self = g_new0 (BenchBare, 1);

  g_mutex_init (&self->mutex);
  bench_must (sqlite3_open_v2 (database, &self->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, NULL) == SQLITE_OK, NULL, database);
  bench_must (sqlite3_exec (self->handle, SCHEMA, NULL, NULL, NULL) == SQLITE_OK, NULL, database);
  self->log = prepare (self, "INSERT INTO log (n, body) VALUES (?1, ?2)");
  self->head = prepare (self, "INSERT INTO head (record, change) VALUES (?1, ?2)");
  self->row = prepare (self, "INSERT INTO row (id, text) VALUES (?1, ?2)");
  self->daemon = MHD_start_daemon (MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TLS, 0, NULL, NULL, access_cb, self, MHD_OPTION_HTTPS_MEM_KEY, key->key, MHD_OPTION_HTTPS_MEM_CERT,
                                   key->certificate, MHD_OPTION_HTTPS_PRIORITIES, "NORMAL:-VERS-ALL:+VERS-TLS1.3", MHD_OPTION_NOTIFY_COMPLETED, completed_cb, NULL,
                                   MHD_OPTION_THREAD_POOL_SIZE, 2, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t) (64 * 1024), MHD_OPTION_END);
  bench_must (self->daemon != NULL, NULL, "The bare server");
  return self;
}

guint
bench_bare_get_port (BenchBare *self)
{
  return MHD_get_daemon_info (self->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

guint
bench_bare_get_taken (BenchBare *self)
{
  return self->taken;
}

void
bench_bare_free (BenchBare *self)
{
  MHD_stop_daemon (self->daemon);
  sqlite3_finalize (self->log);
  sqlite3_finalize (self->head);
  sqlite3_finalize (self->row);
  sqlite3_close (self->handle);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static size_t
ignore_cb (char *data, size_t size, size_t n, void *user_data)
{
  return size * n;
}

static void
set_options (CURL *easy, guint port, struct curl_slist *headers)
{
  g_autofree char *url = g_strdup_printf ("https://127.0.0.1:%u/push", port);

  curl_easy_setopt (easy, CURLOPT_URL, url);
  curl_easy_setopt (easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt (easy, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt (easy, CURLOPT_SSL_VERIFYHOST, 0L);
  /* Without these the authorities of the whole web are read though nobody asks them. */
  curl_easy_setopt (easy, CURLOPT_CAINFO, NULL);
  curl_easy_setopt (easy, CURLOPT_CAPATH, NULL);
  curl_easy_setopt (easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (easy, CURLOPT_WRITEFUNCTION, ignore_cb);
}

static void
send_packed (BenchSender *self, GBytes *packed)
{
  CURLcode result;

  curl_easy_setopt (self->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) g_bytes_get_size (packed));
  curl_easy_setopt (self->easy, CURLOPT_POSTFIELDS, g_bytes_get_data (packed, NULL));
  result = curl_easy_perform (self->easy);
  bench_must (result == CURLE_OK, NULL, curl_easy_strerror (result));
}

BenchSender *
bench_bare_connect (guint port)
{
  BenchSender *self = g_new0 (BenchSender, 1);
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0), packed = ruhu_wire_compress (RUHU_ENCODING_ZSTD, nothing, NULL);

  self->easy = curl_easy_init ();
  self->headers = curl_slist_append (NULL, "Expect:");
  set_options (self->easy, port, self->headers);
  send_packed (self, packed);
  return self;
}

void
bench_bare_send (BenchSender *self, GPtrArray *bodies)
{
  for (guint i = 0; i < bodies->len; i++)
    {
      g_autoptr (GBytes) packed = ruhu_wire_compress (RUHU_ENCODING_ZSTD, bodies->pdata[i], NULL);

      send_packed (self, packed);
    }
}

void
bench_bare_disconnect (BenchSender *self)
{
  curl_slist_free_all (self->headers);
  curl_easy_cleanup (self->easy);
  g_free (self);
}
