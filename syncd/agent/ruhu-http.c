/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-syncd"

#include "config.h"

#include "ruhu-http.h"

#include "ruhu-bundle.h"
#include "ruhu-error.h"
#include "ruhu-problem.h"
#include "ruhu-schedule.h"
#include "ruhu-wire.h"

#include <curl/curl.h>
#include <errno.h>
#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

G_STATIC_ASSERT (sizeof (curl_off_t) == 8);

#define STILL_SECONDS   60
#define CONNECT_SECONDS 10
/* Slower than this for STILL_SECONDS is standing still, in bytes a second. Any real link does better. */
#define STILL_SPEED 8L
/* Smaller bodies gain nothing from being compressed. */
#define COMPRESS_FROM   256
#define MAX_RETRY_AFTER (24 * 3600)
/* How libcurl marks a certificate among what it tells about it. */
#define CERTIFICATE "Cert:"

struct _RuhuHttp
{
  /* Borrowed. */
  RuhuHttpStopFunc stop;
  gpointer stop_data;
  /* Owned. */
  CURLM *multi;
  CURL *easy;
  char *base;
  char *pin; /* as libcurl wants it */
  char *token;
  GByteArray *received;
  GBytes *server_key;
  /* Values. */
  int wake_fd;
  guint still, connect;
  gboolean cut;
  gint64 township_time, township_elapsed;
  gint64 retry_after;
};

typedef struct curl_slist HeaderList;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HeaderList, curl_slist_free_all)

static gpointer
initialise_curl (gpointer unused)
{
  curl_global_init (CURL_GLOBAL_DEFAULT);
  return NULL;
}

RuhuHttp *
ruhu_http_new (int wake_fd, RuhuHttpStopFunc stop, gpointer data)
{
  static GOnce once = G_ONCE_INIT;
  RuhuHttp *self = g_new0 (RuhuHttp, 1);

  g_once (&once, initialise_curl, NULL);
  self->stop = stop;
  self->stop_data = data;
  self->wake_fd = wake_fd;
  self->still = STILL_SECONDS;
  self->connect = CONNECT_SECONDS;
  self->multi = curl_multi_init ();
  self->easy = curl_easy_init ();
  self->received = g_byte_array_new ();
  self->township_time = -1;
  return self;
}

void
ruhu_http_free (RuhuHttp *self)
{
  if (self == NULL)
    return;
  curl_easy_cleanup (self->easy);
  curl_multi_cleanup (self->multi);
  g_byte_array_unref (self->received);
  g_clear_pointer (&self->server_key, g_bytes_unref);
  g_free (self->base);
  g_free (self->pin);
  if (self->token != NULL)
    explicit_bzero (self->token, strlen (self->token));
  g_free (self->token);
  g_free (self);
}

void
ruhu_http_set_server (RuhuHttp *self, const char *base, const char *pin, const char *token)
{
  g_autofree char *standard = NULL;

  g_return_if_fail (self != NULL && base != NULL && pin != NULL);

  /* The link has the URL-safe alphabet, libcurl the standard one with padding (RFC 4648 sections 4 and 5). */
  standard = g_strdup (pin);
  g_strdelimit (standard, "-", '+');
  g_strdelimit (standard, "_", '/');
  g_free (self->base);
  g_free (self->pin);
  g_free (self->token);
  g_clear_pointer (&self->server_key, g_bytes_unref);
  self->base = g_strdup (base);
  self->pin = g_strdup_printf ("sha256//%s=", standard);
  self->token = g_strdup (token);
}

void
ruhu_http_renew (RuhuHttp *self)
{
  g_return_if_fail (self != NULL);

  curl_multi_cleanup (self->multi);
  self->multi = curl_multi_init ();
}

void
ruhu_http_set_patience (RuhuHttp *self, guint still, guint connect)
{
  g_return_if_fail (self != NULL);

  self->still = still;
  self->connect = connect;
}

static size_t
receive_cb (char *data, size_t size, size_t n, void *user_data)
{
  RuhuHttp *self = user_data;
  gsize length = size * n;

  if (length > RUHU_WIRE_MAX_BODY - MIN (self->received->len, RUHU_WIRE_MAX_BODY))
    return 0;
  g_byte_array_append (self->received, (const guint8 *) data, length);
  return length;
}

/* Every option about security, in one place. */
static void
set_security (RuhuHttp *self)
{
  CURL *easy = self->easy;

  curl_easy_setopt (easy, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt (easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
  curl_easy_setopt (easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt (easy, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
  /* The pin is the check: no authority and no name is asked, and none could replace it. */
  curl_easy_setopt (easy, CURLOPT_PINNEDPUBLICKEY, self->pin);
  curl_easy_setopt (easy, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt (easy, CURLOPT_SSL_VERIFYHOST, 0L);
  /* What the pin was held against is kept: bundles are sealed for that key. */
  curl_easy_setopt (easy, CURLOPT_CERTINFO, 1L);
  curl_easy_setopt (easy, CURLOPT_CAINFO, NULL);
  curl_easy_setopt (easy, CURLOPT_CAPATH, NULL);
  curl_easy_setopt (easy, CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
  /* The township is reached directly; a proxy in the environment is meant for the web. */
  curl_easy_setopt (easy, CURLOPT_PROXY, "");
}

static void
set_limits (RuhuHttp *self, const RuhuHttpRequest *request)
{
  CURL *easy = self->easy;

  curl_easy_setopt (easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (easy, CURLOPT_CONNECTTIMEOUT, (long) (self->connect + self->still));
  curl_easy_setopt (easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt (easy, CURLOPT_TCP_KEEPIDLE, 30L);
  curl_easy_setopt (easy, CURLOPT_TCP_KEEPINTVL, 10L);
  curl_easy_setopt (easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t) RUHU_WIRE_MAX_BODY);
  curl_easy_setopt (easy, CURLOPT_QUICK_EXIT, 1L);
  if (request->wait > 0)
    {
      /* Nothing is heard for the length of the poll, and looking at the speed would wake the machine each second. */
      curl_easy_setopt (easy, CURLOPT_TIMEOUT, (long) (request->wait + self->still));
      return;
    }
  /* No limit on the whole: a large page over a slow link is progress. */
  curl_easy_setopt (easy, CURLOPT_LOW_SPEED_LIMIT, STILL_SPEED);
  curl_easy_setopt (easy, CURLOPT_LOW_SPEED_TIME, (long) self->still);
}

static HeaderList *
make_headers (RuhuHttp *self, const RuhuHttpRequest *request, RuhuEncoding encoding)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  HeaderList *list = NULL;

  /* Without "Expect" a push does not wait a round trip for leave to go on. */
  g_ptr_array_add (lines, g_strdup ("Expect:"));
  g_ptr_array_add (lines, g_strdup ("Accept-Encoding: zstd, gzip"));
  g_ptr_array_add (lines, g_strdup_printf ("Accept: %s, " RUHU_PROBLEM_TYPE, request->accept != NULL ? request->accept : "*/*"));
  for (guint i = 0; request->headers != NULL && request->headers[i] != NULL; i++)
    g_ptr_array_add (lines, g_strdup (request->headers[i]));
  if (request->body != NULL)
    g_ptr_array_add (lines, g_strdup_printf ("Content-Type: %s", request->type));
  if (encoding != RUHU_ENCODING_IDENTITY)
    g_ptr_array_add (lines, g_strdup_printf ("Content-Encoding: %s", ruhu_encoding_get_name (encoding)));
  if (self->token != NULL)
    g_ptr_array_add (lines, g_strdup_printf ("Authorization: Bearer %s", self->token));
  for (guint i = 0; i < lines->len; i++)
    {
      char *line = g_ptr_array_index (lines, i);

      list = curl_slist_append (list, line);
      explicit_bzero (line, strlen (line));
    }
  return list;
}

static void
set_request (RuhuHttp *self, const RuhuHttpRequest *request, const char *url, HeaderList *headers, GBytes *body)
{
  CURL *easy = self->easy;

  curl_easy_reset (easy);
  set_security (self);
  set_limits (self, request);
  curl_easy_setopt (easy, CURLOPT_URL, url);
  curl_easy_setopt (easy, CURLOPT_USERAGENT, "ruhu-syncd/" VERSION);
  curl_easy_setopt (easy, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
  curl_easy_setopt (easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt (easy, CURLOPT_WRITEFUNCTION, receive_cb);
  curl_easy_setopt (easy, CURLOPT_WRITEDATA, self);
  if (g_strcmp0 (request->method, "HEAD") == 0)
    curl_easy_setopt (easy, CURLOPT_NOBODY, 1L);
  if (body == NULL)
    return;
  if (request->method != NULL)
    curl_easy_setopt (easy, CURLOPT_CUSTOMREQUEST, request->method);
  curl_easy_setopt (easy, CURLOPT_POST, 1L);
  curl_easy_setopt (easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) g_bytes_get_size (body));
  curl_easy_setopt (easy, CURLOPT_POSTFIELDS, g_bytes_get_size (body) > 0 ? g_bytes_get_data (body, NULL) : "");
}

static gboolean
is_given_up (RuhuHttp *self, const RuhuHttpRequest *request)
{
  guint64 count;

  /* The count itself does not matter: what is wished for is the callback's to know. */
  if (self->wake_fd >= 0 && read (self->wake_fd, &count, sizeof count) < 0 && errno != EAGAIN)
    g_warning ("The wake-up descriptor cannot be read: %s", g_strerror (errno));
  return self->stop != NULL && self->stop (request->wait > 0 || request->yields, self->stop_data);
}

/* What is left for the township's host to be found and to answer, in ms; afterwards only standing still counts. @since: elapsed time. */
static gint64
get_patience (RuhuHttp *self, gint64 since)
{
  const gint64 longest = 60 * 1000;
  long port = 0;

  /* The peer's port is known as soon as it has answered; for a kept connection, at once. */
  curl_easy_getinfo (self->easy, CURLINFO_PRIMARY_PORT, &port);
  if (port != 0)
    return longest;
  return CLAMP (since + (gint64) self->connect * 1000 - ruhu_schedule_boottime (NULL), 0, longest);
}

/* Runs what set_request() made. CURLE_ABORTED_BY_CALLBACK when it was given up. */
static CURLcode
transfer (RuhuHttp *self, const RuhuHttpRequest *request)
{
  CURLcode result = CURLE_FAILED_INIT;
  CURLMsg *message;
  int running = 1, left;
  gint64 since = ruhu_schedule_boottime (NULL);
  curl_off_t sent = 0, size = request->meanwhile != NULL && request->packed ? (curl_off_t) g_bytes_get_size (request->body) : 0;

  if (is_given_up (self, request))
    return CURLE_ABORTED_BY_CALLBACK;
  if (curl_multi_add_handle (self->multi, self->easy) != CURLM_OK)
    return CURLE_FAILED_INIT;
  while (curl_multi_perform (self->multi, &running) == CURLM_OK && running > 0)
    {
      struct curl_waitfd wake = { .fd = self->wake_fd, .events = CURL_WAIT_POLLIN };
      gint64 patience = get_patience (self, since);

      if (size > 0 && curl_easy_getinfo (self->easy, CURLINFO_SIZE_UPLOAD_T, &sent) == CURLE_OK && sent >= size)
        {
          size = 0;
          request->meanwhile (request->meanwhile_data);
          continue;
        }
      if (patience == 0)
        {
          curl_multi_remove_handle (self->multi, self->easy);
          return CURLE_OPERATION_TIMEDOUT;
        }
      if (curl_multi_poll (self->multi, &wake, self->wake_fd >= 0 ? 1 : 0, (int) patience, NULL) != CURLM_OK)
        break;
      if (wake.revents != 0 && is_given_up (self, request))
        {
          curl_multi_remove_handle (self->multi, self->easy);
          return CURLE_ABORTED_BY_CALLBACK;
        }
    }
  while ((message = curl_multi_info_read (self->multi, &left)) != NULL)
    {
      if (message->msg == CURLMSG_DONE && message->easy_handle == self->easy)
        result = message->data.result;
    }
  curl_multi_remove_handle (self->multi, self->easy);
  return result;
}

static void
set_transfer_error (RuhuHttp *self, CURLcode result, GError **error)
{
  switch (result)
    {
    case CURLE_ABORTED_BY_CALLBACK:
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The request was given up");
      break;
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_SERVER_KEY, _ ("The server at the township's address does not have the township's key."));
      break;
    case CURLE_SSL_CONNECT_ERROR:
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NETWORK, _ ("No secure connection to the township could be made. Perhaps this network wants you to sign in first."));
      break;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_PROTOCOL, _ ("What answered at the township's address does not speak the township's language."));
      break;
    case CURLE_FILESIZE_EXCEEDED:
    case CURLE_WRITE_ERROR:
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_PROTOCOL, _ ("The township's answer is larger than any should be."));
      break;
    case CURLE_COULDNT_RESOLVE_HOST:
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NETWORK, _ ("There is no network, or the township's address is not known in it."));
      break;
    case CURLE_COULDNT_CONNECT:
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NETWORK, _ ("The township does not answer."));
      break;
    case CURLE_OPERATION_TIMEDOUT:
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NETWORK, _ ("The connection to the township stands still."));
      break;
    default:
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_NETWORK, _ ("The connection to the township broke (%s)."), curl_easy_strerror (result));
      break;
    }
}

static const char *
get_header (RuhuHttp *self, const char *name)
{
  struct curl_header *header = NULL;

  if (curl_easy_header (self->easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
    return NULL;
  return header->value;
}

/* The key that the pin has just passed; a connection that is used again tells no certificate. */
static void
take_server_key (RuhuHttp *self)
{
  struct curl_certinfo *information = NULL;

  if (curl_easy_getinfo (self->easy, CURLINFO_CERTINFO, &information) != CURLE_OK || information == NULL || information->num_of_certs < 1)
    return;
  for (struct curl_slist *item = information->certinfo[0]; item != NULL; item = item->next)
    {
      g_autoptr (GBytes) key = g_str_has_prefix (item->data, CERTIFICATE) ? ruhu_bundle_read_certificate (item->data + strlen (CERTIFICATE), NULL) : NULL;

      if (key == NULL)
        continue;
      g_clear_pointer (&self->server_key, g_bytes_unref);
      self->server_key = g_steal_pointer (&key);
      return;
    }
}

/* What every answer tells, good or bad. @started: when the request was, elapsed time. */
static void
take_notes (RuhuHttp *self, gint64 started)
{
  const char *now = get_header (self, "Ruhu-Now");
  curl_off_t first_byte = 0, retry = 0;
  gint64 time;

  curl_easy_getinfo (self->easy, CURLINFO_STARTTRANSFER_TIME_T, &first_byte);
  if (now != NULL && g_ascii_string_to_signed (now, 10, 0, G_MAXINT64 / 2, &time, NULL))
    {
      self->township_time = time;
      self->township_elapsed = started + first_byte / 1000;
    }
  curl_easy_getinfo (self->easy, CURLINFO_RETRY_AFTER, &retry);
  self->retry_after = CLAMP (retry, 0, MAX_RETRY_AFTER) * 1000;
}

/* The township's own troubles are no state of this laptop's disk or database. */
static void
prefix_foreign_trouble (GError **error)
{
  static const RuhuError foreign[] = { RUHU_ERROR_FAILED, RUHU_ERROR_BUSY, RUHU_ERROR_NO_SPACE, RUHU_ERROR_READ_ONLY, RUHU_ERROR_CORRUPT,
                                       RUHU_ERROR_VERSION, RUHU_ERROR_EXPRESSION, RUHU_ERROR_SERVER_KEY, RUHU_ERROR_NOT_ENROLLED };

  for (gsize i = 0; i < G_N_ELEMENTS (foreign); i++)
    {
      if (g_error_matches (*error, RUHU_ERROR, foreign[i]))
        {
          /* In its own language, which need not be the helper's. */
          g_message ("The township says: %s", (*error)->message);
          g_clear_error (error);
          g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NETWORK, _ ("The township's server has a trouble of its own."));
          return;
        }
    }
}

static gboolean
has_type (const char *content_type, const char *wanted)
{
  gsize length = strlen (wanted);

  return content_type != NULL && g_ascii_strncasecmp (content_type, wanted, length) == 0 && (content_type[length] == '\0' || content_type[length] == ';' || content_type[length] == ' ');
}

/* The answer's body without its compression. */
static GBytes *
unpack (RuhuHttp *self, GError **error)
{
  g_autoptr (GBytes) packed = g_bytes_new_take (g_memdup2 (self->received->data, self->received->len), self->received->len);
  g_autoptr (GError) local = NULL;
  g_autoptr (GBytes) plain = NULL;
  RuhuEncoding encoding;

  if (!ruhu_encoding_from_header (get_header (self, "Content-Encoding"), &encoding))
    g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_PROTOCOL, _ ("The township's answer is compressed in a way that was not asked for."));
  else
    {
      plain = ruhu_wire_decompress (encoding, packed, RUHU_WIRE_MAX_BODY, &local);
      if (plain == NULL)
        g_set_error (error, RUHU_ERROR, RUHU_ERROR_PROTOCOL, _ ("The township's answer cannot be unpacked: %s"), local->message);
    }
  return g_steal_pointer (&plain);
}

static GBytes *
judge (RuhuHttp *self, const RuhuHttpRequest *request, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GBytes) body = NULL;
  const char *type = NULL;
  gconstpointer data;
  gint64 now = -1;
  gsize size;
  long status = 0;

  curl_easy_getinfo (self->easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo (self->easy, CURLINFO_CONTENT_TYPE, &type);
  if (status / 100 == 2 && (request->accept == NULL || has_type (type, request->accept)))
    return unpack (self, error);
  /* A problem, or anything at all: what cannot be unpacked has no text for us. */
  body = unpack (self, NULL);
  data = body != NULL ? g_bytes_get_data (body, &size) : NULL;
  ruhu_problem_to_error ((guint) status, type, data != NULL ? data : "", data != NULL ? size : 0, &now, &local);
  if (now >= 0 && self->township_time < 0)
    {
      self->township_time = now;
      self->township_elapsed = ruhu_schedule_boottime (NULL);
    }
  prefix_foreign_trouble (&local);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

GBytes *
ruhu_http_send (RuhuHttp *self, const RuhuHttpRequest *request, GError **error)
{
  g_autoptr (HeaderList) headers = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autofree char *url = NULL;
  g_autoptr (GError) local = NULL;
  RuhuEncoding encoding = RUHU_ENCODING_IDENTITY;
  gint64 started;
  CURLcode result;

  g_return_val_if_fail (self != NULL && self->base != NULL, NULL);

  if (request->body != NULL && request->method == NULL && (request->packed || g_bytes_get_size (request->body) >= COMPRESS_FROM))
    encoding = RUHU_ENCODING_ZSTD;
  if (request->body != NULL)
    body = request->method != NULL || request->packed ? g_bytes_ref (request->body) : ruhu_wire_compress (encoding, request->body, error);
  if (request->body != NULL && body == NULL)
    return NULL;
  url = g_strconcat (self->base, request->target, NULL);
  headers = make_headers (self, request, encoding);
  set_request (self, request, url, headers, body);
  g_byte_array_set_size (self->received, 0);
  self->township_time = -1;
  self->retry_after = 0;
  self->cut = FALSE;
  started = ruhu_schedule_boottime (NULL);
  result = transfer (self, request);
  if (result != CURLE_OK)
    {
      curl_off_t begun = 0;

      curl_easy_getinfo (self->easy, CURLINFO_PRETRANSFER_TIME_T, &begun);
      set_transfer_error (self, result, &local);
      self->cut = begun > 0 && g_error_matches (local, RUHU_ERROR, RUHU_ERROR_NETWORK);
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  take_notes (self, started);
  take_server_key (self);
  return judge (self, request, error);
}

gint64
ruhu_http_get_township_time (RuhuHttp *self)
{
  g_return_val_if_fail (self != NULL, -1);

  if (self->township_time < 0)
    return -1;
  return self->township_time + (ruhu_schedule_boottime (NULL) - self->township_elapsed);
}

gboolean
ruhu_http_was_cut (RuhuHttp *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->cut;
}

gsize
ruhu_http_get_expected (RuhuHttp *self)
{
  curl_off_t length = 0;

  g_return_val_if_fail (self != NULL, 0);

  curl_easy_getinfo (self->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  return MAX (self->received->len, (gsize) CLAMP (length, 0, RUHU_WIRE_MAX_BODY));
}

GBytes *
ruhu_http_get_server_key (RuhuHttp *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->server_key;
}

guint
ruhu_http_get_status (RuhuHttp *self)
{
  long status = 0;

  g_return_val_if_fail (self != NULL, 0);

  curl_easy_getinfo (self->easy, CURLINFO_RESPONSE_CODE, &status);
  return (guint) CLAMP (status, 0, 999);
}

const char *
ruhu_http_get_header (RuhuHttp *self, const char *name)
{
  g_return_val_if_fail (self != NULL, NULL);

  return get_header (self, name);
}

GBytes *
ruhu_http_dup_received (RuhuHttp *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_bytes_new (self->received->data, self->received->len);
}

gint64
ruhu_http_get_retry_after (RuhuHttp *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->retry_after;
}
