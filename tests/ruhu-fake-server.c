/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "fake-server"

#include "config.h"

#include "ruhu-fake-server.h"

#include "ruhu-cleanups.h"
#include "ruhu-draft-lines.h"
#include "ruhu-error.h"
#include "ruhu-fake-key.h"
#include "ruhu-link.h"
#include "ruhu-problem.h"
#include "ruhu-wire.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <string.h>

#define PAGE_BYTES 600 /* small pages, so that every test turns some */

typedef struct
{
  char *path;
  FakeWay way;
} Misbehaviour;

struct _FakeServer
{
  Township *township;
  struct MHD_Daemon *daemon;
  GMutex mutex;
  GPtrArray *misbehaviours;
  GPtrArray *paths;  /* of the requests seen */
  GHashTable *codes; /* code → device that used it, or "" */
  FakeKey *keys[2];
  guint16 port;
  guint n_links;
  gboolean ending;
};

/* A request under way. */
typedef struct
{
  GByteArray *body;
  gint way; /* FakeWay, or -1 */
} Call;

typedef struct
{
  guint status;
  const char *type;
  GBytes *body;
  const char *encoding;
} Answer;

static void
misbehaviour_free (Misbehaviour *self)
{
  g_free (self->path);
  g_free (self);
}

static GBytes *
bytes_of_json (json_object *object)
{
  const char *text = json_object_to_json_string_ext (object, JSON_C_TO_STRING_PLAIN);
  GBytes *bytes = g_bytes_new (text, strlen (text));

  json_object_put (object);
  return bytes;
}

static void
set_problem (FakeServer *self, Answer *answer, RuhuError code, const char *reason)
{
  g_autoptr (GError) error = g_error_new_literal (RUHU_ERROR, code, reason);
  char *text = ruhu_problem_from_error (error, self->township->now);

  answer->status = ruhu_error_get_http_status (code);
  answer->type = RUHU_PROBLEM_TYPE;
  g_clear_pointer (&answer->body, g_bytes_unref);
  answer->body = g_bytes_new_take (text, strlen (text));
}

static void
set_problem_of (FakeServer *self, Answer *answer, const GError *error)
{
  set_problem (self, answer, error->domain == RUHU_ERROR ? (RuhuError) error->code : RUHU_ERROR_FAILED, error->message);
}

/* The asking device; NULL with a problem in @answer. */
static RuhuDevice *
find_device (FakeServer *self, struct MHD_Connection *connection, gboolean leaving, Answer *answer)
{
  const char *header = MHD_lookup_connection_value (connection, MHD_HEADER_KIND, "Authorization");
  g_autoptr (RuhuDevice) device = NULL;
  if (header != NULL && g_str_has_prefix (header, "Bearer "))
    {
      g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, header + 7, -1);
      device = ruhu_ledger_find_token (self->township->ledger, hash, NULL);
    }
  if (device == NULL)
    set_problem (self, answer, RUHU_ERROR_UNAUTHORISED, "The township does not know this token.");
  else if (device->revoked != NULL && !leaving)
    set_problem (self, answer, RUHU_ERROR_REVOKED, "This laptop was withdrawn.");
  else
    return g_steal_pointer (&device);
  return NULL;
}
static void
answer_enrol (FakeServer *self, GBytes *body, Answer *answer)
{
  g_autoptr (RuhuJson) object = ruhu_wire_parse_json (g_bytes_get_data (body, NULL), g_bytes_get_size (body), 4, NULL);
  const char *code = json_object_get_string (json_object_object_get (object, "code"));
  const char *device = json_object_get_string (json_object_object_get (object, "device"));
  const char *used = g_hash_table_lookup (self->codes, code), *expected = json_object_get_string (json_object_object_get (object, "user"));
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, json_object_get_string (json_object_object_get (object, "token")), -1);
  g_autofree char *user = g_strndup (code, strrchr (code, '_') - code);
  g_autoptr (GError) error = NULL;
  json_object *told;
  gint64 position;

  if (used == NULL || (*used != '\0' && !g_str_equal (used, device)) || (expected != NULL && !g_str_equal (expected, user)))
    {
      set_problem (self, answer, used == NULL || *used != '\0' ? RUHU_ERROR_EXPIRED : RUHU_ERROR_FORBIDDEN, "The code is used up, or for somebody else.");
      return;
    }
  g_hash_table_insert (self->codes, g_strdup (code), g_strdup (device));
  g_assert_true (ruhu_ledger_add_device (self->township->ledger, device, user, "laptop", hash, &position, &error));
  g_assert_no_error (error);
  told = json_object_new_object ();
  json_object_object_add (told, "device", json_object_new_string (device));
  json_object_object_add (told, "user", json_object_new_string (user));
  json_object_object_add (told, "role", json_object_new_string ("helper"));
  json_object_object_add (told, "township", json_object_new_string ("星星镇"));
  json_object_object_add (told, "position", json_object_new_int64 (position));
  answer->body = bytes_of_json (told);
}

static GPtrArray *
parse_pushed (GBytes *body)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_pushed_free);
  gsize size, offset = 0, length;
  const char *data = g_bytes_get_data (body, &size), *line;

  while (ruhu_wire_next_line (data, size, &offset, &line, &length))
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

static void
answer_push (FakeServer *self, RuhuDevice *device, GBytes *body, Answer *answer)
{
  g_autoptr (GPtrArray) changes = parse_pushed (body);
  RuhuBatch batch = { .device = device->id, .changes = changes };
  RuhuBatch *batches[] = { &batch };
  g_autoptr (GError) error = NULL;
  json_object *told = json_object_new_object (), *refused = json_object_new_array (), *stop = NULL;

  g_assert_true (ruhu_ledger_accept (self->township->ledger, batches, 1, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < batch.refused->len; i++)
    json_object_array_add (refused, json_object_new_int64 (i));
  if (batch.stop != NULL)
    {
      stop = json_object_new_object ();
      json_object_object_add (stop, "code", json_object_new_string (ruhu_error_get_name (batch.stop->code)));
      json_object_object_add (stop, "detail", json_object_new_string (batch.stop->message));
    }
  json_object_object_add (told, "accepted", json_object_new_int64 (batch.accepted));
  json_object_object_add (told, "refused", refused);
  json_object_object_add (told, "stop", stop);
  answer->body = bytes_of_json (told);
  ruhu_batch_clear (&batch);
}

static gint64
get_number (struct MHD_Connection *connection, const char *name)
{
  const char *text = MHD_lookup_connection_value (connection, MHD_GET_ARGUMENT_KIND, name);

  return text != NULL ? g_ascii_strtoll (text, NULL, 10) : 0;
}

/* Waits like the township does, without the lock. */
static void
wait_for_news (FakeServer *self, struct MHD_Connection *connection, RuhuDevice *device)
{
  gint64 end = g_get_monotonic_time () + get_number (connection, "wait") * G_TIME_SPAN_SECOND;
  gboolean news = FALSE;

  while (!self->ending && g_get_monotonic_time () < end)
    {
      g_assert_true (ruhu_ledger_has_news (self->township->ledger, device->id, get_number (connection, "after"), &news, NULL));
      if (news)
        return;
      g_mutex_unlock (&self->mutex);
      g_usleep (20000);
      g_mutex_lock (&self->mutex);
    }
}

static void
answer_stream (FakeServer *self, struct MHD_Connection *connection, RuhuDevice *device, const char *url, Answer *answer)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  gboolean ok;

  if (g_str_equal (url, "/v1/pull"))
    {
      wait_for_news (self, connection, device);
      ok = ruhu_ledger_stream (self->township->ledger, device->id, get_number (connection, "after"),
                               MHD_lookup_connection_value (connection, MHD_GET_ARGUMENT_KIND, "hash"), PAGE_BYTES, lines, &error);
    }
  else
    ok = ruhu_ledger_backfill (self->township->ledger, device->id, MHD_lookup_connection_value (connection, MHD_GET_ARGUMENT_KIND, "scope"), get_number (connection, "at"),
                               MHD_lookup_connection_value (connection, MHD_GET_ARGUMENT_KIND, "cookie"), PAGE_BYTES, lines, &error);
  if (!ok)
    {
      set_problem_of (self, answer, error);
      return;
    }
  answer->type = RUHU_WIRE_NDJSON;
  answer->body = g_string_free_to_bytes (g_steal_pointer (&lines));
}

static void
answer_drafts (FakeServer *self, struct MHD_Connection *connection, RuhuDevice *device, GBytes *body, Answer *answer)
{
  g_autoptr (RuhuDraftLines) lines = ruhu_draft_lines_parse (g_bytes_get_data (body, NULL), g_bytes_get_size (body), NULL);
  g_autoptr (RuhuStatement) rows = NULL;
  if (lines != NULL)
    {
      answer->body = township_keep_drafts (self->township, device->id, lines);
      return;
    }
  answer->type = RUHU_WIRE_NDJSON;
  rows = (MHD_lookup_connection_value (connection, MHD_GET_ARGUMENT_KIND, "own") != NULL ? ruhu_ledger_query_own_drafts : ruhu_ledger_query_drafts) (self->township->ledger, device->id, NULL);
  answer->body = g_string_free_to_bytes (ruhu_draft_lines_write (rows, PAGE_BYTES, NULL));
}

/* What an honest township answers. */
static void
answer_honestly (FakeServer *self, struct MHD_Connection *connection, const char *url, GByteArray *received, Answer *answer)
{
  g_autoptr (GBytes) packed = g_bytes_new (received->data, received->len);
  g_autoptr (RuhuDevice) device = NULL;
  g_autoptr (GBytes) body = NULL;
  RuhuEncoding encoding;

  g_assert_true (ruhu_encoding_from_header (MHD_lookup_connection_value (connection, MHD_HEADER_KIND, "Content-Encoding"), &encoding));
  body = ruhu_wire_decompress (encoding, packed, RUHU_WIRE_MAX_BODY, NULL);
  g_assert_nonnull (body);
  answer->status = 200;
  answer->type = "application/json";
  if (g_str_equal (url, "/v1/enrol"))
    {
      answer_enrol (self, body, answer);
      return;
    }
  device = find_device (self, connection, g_str_equal (url, "/v1/push") || g_str_equal (url, "/v1/me") || (g_str_equal (url, "/v1/drafts") && received->len > 0), answer);
  if (device == NULL)
    return;
  if (g_str_equal (url, "/v1/push"))
    answer_push (self, device, body, answer);
  else if (g_str_equal (url, "/v1/me"))
    answer->body = g_bytes_new_static ("{}", 2);
  else if (g_str_equal (url, "/v1/standing"))
    set_problem (self, answer, RUHU_ERROR_NOT_FOUND, "An older township.");
  else if (g_str_equal (url, "/v1/drafts"))
    answer_drafts (self, connection, device, body, answer);
  else
    answer_stream (self, connection, device, url, answer);
}

static void
halve (Answer *answer, gboolean packed)
{
  g_autoptr (GBytes) whole = packed ? ruhu_wire_compress (RUHU_ENCODING_ZSTD, answer->body, NULL) : g_bytes_ref (answer->body);

  g_bytes_unref (answer->body);
  answer->body = g_bytes_new_from_bytes (whole, 0, g_bytes_get_size (whole) / 2);
  answer->encoding = packed ? "zstd" : NULL;
}

static void
set_page (Answer *answer, guint status)
{
  g_clear_pointer (&answer->body, g_bytes_unref);
  answer->status = status;
  answer->type = "text/html; charset=utf-8";
  answer->body = g_bytes_new_static ("<html>Please log in</html>", 26);
}

static void
spoil (FakeServer *self, FakeWay way, Answer *answer)
{
  if (way == FAKE_HTML)
    set_page (answer, 200);
  else if (way == FAKE_REDIRECT)
    set_page (answer, 302);
  else if (way == FAKE_ERROR_500)
    set_page (answer, 500);
  else if (way == FAKE_ERROR_503)
    set_page (answer, 503);
  else if (way == FAKE_DISK_FULL)
    set_problem (self, answer, RUHU_ERROR_NO_SPACE, "The disk is full.");
  else if (way == FAKE_RATE)
    set_problem (self, answer, RUHU_ERROR_RATE, "Too often.");
  else if (way == FAKE_TOO_LARGE)
    set_problem (self, answer, RUHU_ERROR_TOO_LARGE, "Too large.");
  else if (way == FAKE_REVOKED)
    set_problem (self, answer, RUHU_ERROR_REVOKED, "This laptop was withdrawn.");
  else if (way == FAKE_UNAUTHORISED)
    set_problem (self, answer, RUHU_ERROR_UNAUTHORISED, "The township does not know this token.");
  else if (way == FAKE_TRUNCATED || way == FAKE_BROKEN_ZSTD)
    halve (answer, way == FAKE_BROKEN_ZSTD);
}

typedef struct
{
  FakeWay way;
  GBytes *body;
} Drip;

static ssize_t
drip_cb (void *data, uint64_t position, char *buffer, size_t max)
{
  Drip *self = data;
  gsize size;
  const char *body = g_bytes_get_data (self->body, &size);

  if (self->way == FAKE_ENDLESS)
    {
      memset (buffer, ' ', max);
      return (ssize_t) max;
    }
  if (self->way == FAKE_CUT && position >= size / 2)
    return MHD_CONTENT_READER_END_WITH_ERROR;
  if (position >= size)
    return MHD_CONTENT_READER_END_OF_STREAM;
  if (self->way == FAKE_SLOW)
    g_usleep (150000);
  max = MIN (max, MIN (size - position, MAX (size / 12, 1)));
  memcpy (buffer, body + position, max);
  return (ssize_t) max;
}

static void
drip_free (void *data)
{
  Drip *self = data;

  g_bytes_unref (self->body);
  g_free (self);
}

static struct MHD_Response *
make_response (FakeServer *self, Answer *answer, int way)
{
  struct MHD_Response *response;
  g_autofree char *now = g_strdup_printf ("%" G_GINT64_FORMAT, self->township->now);

  if (way == FAKE_SLOW || way == FAKE_CUT || way == FAKE_ENDLESS)
    {
      Drip *drip = g_new0 (Drip, 1);

      drip->way = way;
      drip->body = g_bytes_ref (answer->body);
      response = MHD_create_response_from_callback (MHD_SIZE_UNKNOWN, 64 * 1024, drip_cb, drip, drip_free);
    }
  else
    response = MHD_create_response_from_buffer (g_bytes_get_size (answer->body), (void *) g_bytes_get_data (answer->body, NULL), MHD_RESPMEM_MUST_COPY);
  MHD_add_response_header (response, "Content-Type", answer->type);
  if (g_str_has_prefix (answer->type, "application/"))
    MHD_add_response_header (response, "Ruhu-Now", now);
  if (answer->encoding != NULL)
    MHD_add_response_header (response, "Content-Encoding", answer->encoding);
  if (way == FAKE_RATE)
    MHD_add_response_header (response, "Retry-After", "7");
  if (way == FAKE_REDIRECT)
    MHD_add_response_header (response, "Location", "https://127.0.0.1:1/login");
  return response;
}

static int
take_misbehaviour (FakeServer *self, const char *path)
{
  for (guint i = 0; i < self->misbehaviours->len; i++)
    {
      Misbehaviour *one = g_ptr_array_index (self->misbehaviours, i);

      if (g_str_has_prefix (path, one->path))
        {
          int way = one->way;

          g_ptr_array_remove_index (self->misbehaviours, i);
          return way;
        }
    }
  return -1;
}

static enum MHD_Result
finish_call (FakeServer *self, struct MHD_Connection *connection, const char *url, Call *call)
{
  Answer answer = { 0 };
  struct MHD_Response *response;
  enum MHD_Result result = MHD_NO;

  for (int i = 0; call->way == FAKE_STALL && i < 1000 && !self->ending; i++)
    g_usleep (20000);
  if (call->way == FAKE_LOST_REQUEST || call->way == FAKE_STALL)
    return MHD_NO;
  g_mutex_lock (&self->mutex);
  /* A problem is told instead of doing the work; what is spoilt on the way was done. */
  if (call->way == FAKE_DISK_FULL || call->way == FAKE_RATE || call->way == FAKE_TOO_LARGE || call->way == FAKE_REVOKED || call->way == FAKE_UNAUTHORISED ||
      call->way == FAKE_HTML || call->way == FAKE_REDIRECT)
    spoil (self, call->way, &answer);
  else
    {
      answer_honestly (self, connection, url, call->body, &answer);
      if (call->way >= 0)
        spoil (self, call->way, &answer);
    }
  if (call->way != FAKE_LOST_ANSWER)
    {
      response = make_response (self, &answer, call->way);
      result = MHD_queue_response (connection, answer.status, response);
      MHD_destroy_response (response);
    }
  g_bytes_unref (answer.body);
  g_mutex_unlock (&self->mutex);
  return result;
}

static enum MHD_Result
handle_cb (void *data, struct MHD_Connection *connection, const char *url, const char *method, const char *version, const char *upload, size_t *size, void **state)
{
  FakeServer *self = data;
  Call *call = *state;

  if (call == NULL)
    {
      *state = call = g_new0 (Call, 1);
      call->body = g_byte_array_new ();
      g_mutex_lock (&self->mutex);
      g_ptr_array_add (self->paths, g_strdup (url));
      call->way = take_misbehaviour (self, url);
      g_mutex_unlock (&self->mutex);
      return MHD_YES;
    }
  if (*size > 0)
    {
      g_byte_array_append (call->body, (const guint8 *) upload, *size);
      *size = 0;
      return MHD_YES;
    }
  return finish_call (self, connection, url, call);
}

static void
completed_cb (void *data, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode code)
{
  Call *call = *state;

  if (call == NULL)
    return;
  g_byte_array_unref (call->body);
  g_free (call);
  *state = NULL;
}

void
fake_server_start (FakeServer *self, gboolean other_key)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (self->port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };

  g_assert_null (self->daemon);
  self->ending = FALSE;
  self->daemon = MHD_start_daemon (MHD_USE_TLS | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD, self->port, NULL, NULL, handle_cb, self,
                                   MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_HTTPS_MEM_KEY, self->keys[other_key]->key, MHD_OPTION_HTTPS_MEM_CERT,
                                   self->keys[other_key]->certificate, MHD_OPTION_NOTIFY_COMPLETED, completed_cb, NULL, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1,
                                   MHD_OPTION_END);
  g_assert_nonnull (self->daemon);
  self->port = MHD_get_daemon_info (self->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

void
fake_server_stop (FakeServer *self)
{
  self->ending = TRUE;
  g_clear_pointer (&self->daemon, MHD_stop_daemon);
}

FakeServer *
fake_server_new (Township *township)
{
  FakeServer *self = g_new0 (FakeServer, 1);

  self->township = township;
  g_mutex_init (&self->mutex);
  self->misbehaviours = g_ptr_array_new_with_free_func ((GDestroyNotify) misbehaviour_free);
  self->paths = g_ptr_array_new_with_free_func (g_free);
  self->codes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->keys[0] = fake_key_new ();
  self->keys[1] = fake_key_new ();
  fake_server_start (self, FALSE);
  return self;
}

void
fake_server_free (FakeServer *self)
{
  fake_server_stop (self);
  g_ptr_array_unref (self->misbehaviours);
  g_ptr_array_unref (self->paths);
  g_hash_table_unref (self->codes);
  fake_key_free (self->keys[0]);
  fake_key_free (self->keys[1]);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

void
fake_server_lock (FakeServer *self)
{
  g_mutex_lock (&self->mutex);
}

void
fake_server_unlock (FakeServer *self)
{
  g_mutex_unlock (&self->mutex);
}

void
fake_server_misbehave (FakeServer *self, const char *path, FakeWay way, guint times)
{
  g_mutex_lock (&self->mutex);
  while (times-- > 0)
    {
      Misbehaviour *one = g_new0 (Misbehaviour, 1);

      one->path = g_strdup (path);
      one->way = way;
      g_ptr_array_add (self->misbehaviours, one);
    }
  g_mutex_unlock (&self->mutex);
}

char *
fake_server_dup_link (FakeServer *self, const char *user)
{
  g_autofree char *code = NULL;

  g_mutex_lock (&self->mutex);
  code = g_strdup_printf ("%s_%u", user, ++self->n_links);
  g_hash_table_insert (self->codes, g_strdup (code), g_strdup (""));
  g_mutex_unlock (&self->mutex);
  return ruhu_link_format ("127.0.0.1", self->port, code, self->keys[0]->pin);
}

guint
fake_server_count (FakeServer *self, const char *path)
{
  guint n = 0;

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->paths->len; i++)
    n += g_str_has_prefix (g_ptr_array_index (self->paths, i), path);
  g_mutex_unlock (&self->mutex);
  return n;
}

gint64
fake_server_count_changes (FakeServer *self, const char *device)
{
  gint64 count = -1;

  g_mutex_lock (&self->mutex);
  g_assert_true (ruhu_database_get_integer (ruhu_store_get_database (self->township->store),
                                            "SELECT count (*) FROM log WHERE kind <> 'scope' AND device <> 'township' AND (?1 IS NULL OR device = ?1)", 0, &count,
                                            NULL, "s", device));
  g_mutex_unlock (&self->mutex);
  return count;
}
