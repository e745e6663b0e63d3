/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-httpd.h"

#include "ruhu-error.h"
#include "ruhu-patience.h"
#include "ruhu-route.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

/* RFC 8446 and 5246 with forward secrecy and authenticated encryption only: both ends are ours, so nothing older is needed. */
#define PRIORITIES                                                                               \
  "NONE:+VERS-TLS1.3:+VERS-TLS1.2:+ECDHE-ECDSA:+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM:"    \
  "+AEAD:+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SHA384:" \
  "+SIGN-ECDSA-SECP256R1-SHA256:+CTYPE-X509:%SERVER_PRECEDENCE"
/* Of one connection: request line and headers must fit into it. */
#define MEMORY_LIMIT (64 * 1024)
/* Of all bodies that are being received or worked on, and in what steps it is taken: what is only announced holds no room. */
#define BODY_BUDGET G_GUINT64_CONSTANT (268435456)
#define BODY_STEP   (64 * 1024)
/* A peer that goes on sending after it passed the limit is read no further than this. */
#define MAX_DISCARDED (4 * 1024 * 1024)
#define STOP_SECONDS  5

struct _RuhuHttpd
{
  RuhuServer *server; /* borrowed */
  RuhuPatience *patience;
  GPtrArray *daemons; /* struct MHD_Daemon */
  GPtrArray *urls;    /* char * */
  guint port;
  gint in_flight; /* atomic: requests not answered to the end */
  GMutex mutex;
  guint64 bodies; /* under the mutex: bytes of BODY_BUDGET that are taken */
};

/* What the next call of access_cb() is about. */
typedef enum
{
  STAGE_ADMISSION, /* the token is looked at; the body waits */
  STAGE_BODY,
} Stage;

/* One request on its connection. Belongs to the connection's daemon thread, but for @response, which a worker sets before it resumes the connection. */
typedef struct
{
  RuhuHttpd *httpd;
  struct MHD_Connection *connection;
  RuhuVisit *visit;     /* the connection's */
  RuhuRequest *request; /* until it is submitted */
  RuhuResponse *response;
  Stage stage;
  GByteArray *body;
  gsize max_body;
  gsize discarded;
  gboolean busy; /* there is no room for the rest of the body */
  guint64 reserved;
} Exchange;

static void
log_cb (void *data, const char *format, va_list arguments)
{
  g_autofree char *text = g_strdup_vprintf (format, arguments);

  g_debug ("%s", g_strchomp (text));
}

static char *
dup_peer (struct MHD_Connection *connection)
{
  const union MHD_ConnectionInfo *info = MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  char host[NI_MAXHOST];
  socklen_t length;

  if (info == NULL || info->client_addr == NULL)
    return NULL;
  length = info->client_addr->sa_family == AF_INET6 ? sizeof (struct sockaddr_in6) : sizeof (struct sockaddr_in);
  if (getnameinfo (info->client_addr, length, host, sizeof host, NULL, 0, NI_NUMERICHOST) != 0)
    return NULL;
  return g_strdup (g_str_has_prefix (host, "::ffff:") ? host + strlen ("::ffff:") : host);
}

static enum MHD_Result
add_query_cb (void *data, enum MHD_ValueKind kind, const char *name, const char *value)
{
  RuhuRequest *request = data;

  ruhu_request_add_query (request, name, value);
  return MHD_YES;
}

static char *
dup_header (struct MHD_Connection *connection, const char *name)
{
  return g_strdup (MHD_lookup_connection_value (connection, MHD_HEADER_KIND, name));
}

static RuhuVisit *
get_visit (struct MHD_Connection *connection)
{
  const union MHD_ConnectionInfo *info = MHD_get_connection_info (connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

  return info->socket_context;
}

static Exchange *
exchange_new (RuhuHttpd *httpd, struct MHD_Connection *connection, const char *method, const char *url)
{
  Exchange *self = g_new0 (Exchange, 1);

  self->httpd = httpd;
  self->connection = connection;
  self->stage = STAGE_BODY;
  self->visit = get_visit (connection);
  self->request = ruhu_request_new (method, url);
  self->request->authorization = dup_header (connection, MHD_HTTP_HEADER_AUTHORIZATION);
  self->request->content_encoding = dup_header (connection, MHD_HTTP_HEADER_CONTENT_ENCODING);
  self->request->accept_encoding = dup_header (connection, MHD_HTTP_HEADER_ACCEPT_ENCODING);
  for (guint i = 0; ruhu_request_header_names[i] != NULL; i++)
    {
      const char *value = MHD_lookup_connection_value (connection, MHD_HEADER_KIND, ruhu_request_header_names[i]);

      if (value != NULL)
        ruhu_request_add_header (self->request, ruhu_request_header_names[i], value);
    }
  self->request->peer = dup_peer (connection);
  MHD_get_connection_values (connection, MHD_GET_ARGUMENT_KIND, add_query_cb, self->request);
  g_atomic_int_inc (&httpd->in_flight);
  return self;
}

static void
exchange_free (Exchange *self)
{
  g_mutex_lock (&self->httpd->mutex);
  self->httpd->bodies -= self->reserved;
  g_mutex_unlock (&self->httpd->mutex);
  g_atomic_int_add (&self->httpd->in_flight, -1);
  ruhu_request_free (self->request);
  ruhu_response_free (self->response);
  g_clear_pointer (&self->body, g_byte_array_unref);
  g_free (self);
}

static void
release_bytes_cb (void *bytes)
{
  g_bytes_unref (bytes);
}

static enum MHD_Result
queue_response (Exchange *self)
{
  gsize size;
  const void *data = g_bytes_get_data (self->response->body, &size);
  struct MHD_Response *response;
  enum MHD_Result result;

  ruhu_patience_await_bytes (self->httpd->patience, self->visit, size);
  response = MHD_create_response_from_buffer_with_free_callback_cls (size, (void *) data, release_bytes_cb, g_bytes_ref (self->response->body));
  if (response == NULL)
    return MHD_NO;
  for (guint i = 0; i + 1 < self->response->headers->len; i += 2)
    MHD_add_response_header (response, self->response->headers->pdata[i], self->response->headers->pdata[i + 1]);
  result = MHD_queue_response (self->connection, self->response->status, response);
  MHD_destroy_response (response);
  return result;
}

static gboolean
reserve (Exchange *self, guint64 length)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->httpd->mutex);

  if (self->httpd->bodies + length > BODY_BUDGET)
    return FALSE;
  self->httpd->bodies += length;
  self->reserved += length;
  return TRUE;
}

/* The body's length as it is announced; -1: not told (chunked). */
static gint64
get_length (Exchange *self)
{
  const char *text = MHD_lookup_connection_value (self->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
  guint64 length;

  if (text == NULL)
    return MHD_lookup_connection_value (self->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL ? -1 : 0;
  /* What overflows is too large for every route. */
  return g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &length, NULL) ? (gint64) length : G_MAXINT64;
}

static void
answer_cb (RuhuResponse *response, gpointer data)
{
  Exchange *self = data;

  self->response = response;
  MHD_resume_connection (self->connection);
}

/* Only a known device's body is taken. */
static enum MHD_Result
admit (Exchange *self)
{
  self->stage = STAGE_ADMISSION;
  ruhu_patience_rest (self->httpd->patience, self->visit);
  MHD_suspend_connection (self->connection);
  ruhu_server_admit (self->httpd->server, self->request->method, self->request->path, self->request->authorization, answer_cb, self);
  return MHD_YES;
}

/* All that can be refused by the headers is, before a byte is stored. */
static enum MHD_Result
begin (Exchange *self)
{
  gint64 length = get_length (self);
  const char *allow;
  const RuhuRoute *route = ruhu_route_find (self->request->method, self->request->path, &allow);

  ruhu_patience_await_bytes (self->httpd->patience, self->visit, 0);
  self->max_body = route != NULL ? route->max_body : 0;
  self->response = ruhu_server_refuse_early (self->httpd->server, self->request, length);
  if (self->response != NULL)
    return queue_response (self);
  return length == 0 || (route->flags & RUHU_ROUTE_OPEN) != 0 ? MHD_YES : admit (self);
}

static enum MHD_Result
collect (Exchange *self, const char *data, size_t *size)
{
  gsize stored = self->body != NULL ? self->body->len : 0;

  ruhu_patience_add_bytes (self->httpd->patience, self->visit, *size);
  if (stored + *size > self->reserved && stored + *size <= self->max_body && !self->busy)
    self->busy = !reserve (self, MAX (*size, BODY_STEP));
  if (self->discarded > 0 || self->busy || stored + *size > self->max_body)
    self->discarded += *size;
  else
    {
      if (self->body == NULL)
        self->body = g_byte_array_new ();
      g_byte_array_append (self->body, (const guint8 *) data, (guint) *size);
    }
  *size = 0;
  return self->discarded > MAX_DISCARDED ? MHD_NO : MHD_YES;
}

static enum MHD_Result
refuse_busy (Exchange *self)
{
  g_autoptr (GError) error = g_error_new_literal (RUHU_ERROR, RUHU_ERROR_BUSY, _ ("The township is receiving as much as it can hold; nothing was taken, try again."));

  self->response = ruhu_response_new_problem (error, 0, ruhu_server_get_now (self->httpd->server));
  ruhu_response_add_header (self->response, "Retry-After", "5");
  return queue_response (self);
}

static enum MHD_Result
finish (Exchange *self)
{
  if (self->busy)
    return refuse_busy (self);
  if (self->discarded > 0)
    {
      self->response = ruhu_server_refuse_early (self->httpd->server, self->request, G_MAXINT64);
      return queue_response (self);
    }
  if (self->body != NULL)
    self->request->body = g_byte_array_free_to_bytes (g_steal_pointer (&self->body));
  ruhu_patience_rest (self->httpd->patience, self->visit);
  MHD_suspend_connection (self->connection);
  ruhu_server_submit (self->httpd->server, g_steal_pointer (&self->request), answer_cb, self);
  return MHD_YES;
}

static enum MHD_Result
access_cb (void *data, struct MHD_Connection *connection, const char *url, const char *method, const char *version, const char *upload, size_t *upload_size, void **context)
{
  Exchange *self = *context;

  if (self == NULL)
    {
      self = exchange_new (data, connection, method, url);
      *context = self;
      return begin (self);
    }
  if (self->stage == STAGE_ADMISSION)
    {
      self->stage = STAGE_BODY;
      ruhu_patience_await_bytes (self->httpd->patience, self->visit, 0);
      return self->response != NULL ? queue_response (self) : MHD_YES;
    }
  if (*upload_size > 0)
    return collect (self, upload, upload_size);
  return self->response != NULL ? queue_response (self) : finish (self);
}

static void
ignore_cb (RuhuResponse *response, gpointer data)
{
  ruhu_response_free (response);
}

/* The peer broke off in the middle of a body. Where the route can use a part of it, it gets what came: on a poor link that may be all that ever gets through at once. */
static void
hand_over_part (Exchange *self)
{
  if (self->request == NULL || self->body == NULL || self->response != NULL || self->busy || self->discarded > 0 || strcmp (self->request->method, "PATCH") != 0)
    return;
  self->request->partial = TRUE;
  self->request->body = g_byte_array_free_to_bytes (g_steal_pointer (&self->body));
  ruhu_server_submit (self->httpd->server, g_steal_pointer (&self->request), ignore_cb, NULL);
}

static void
completed_cb (void *data, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode code)
{
  Exchange *self = *context;

  if (self != NULL)
    {
      ruhu_patience_await_request (self->httpd->patience, self->visit);
      hand_over_part (self);
    }
  g_clear_pointer ((Exchange **) context, exchange_free);
}

static void
visit_cb (void *data, struct MHD_Connection *connection, void **visit, enum MHD_ConnectionNotificationCode code)
{
  RuhuHttpd *self = data;

  if (code == MHD_CONNECTION_NOTIFY_STARTED)
    *visit = ruhu_patience_enter (self->patience, MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
  else
    ruhu_patience_leave (self->patience, *visit);
}

/* -1 with @error. */
static int
listen_on (const char *text, guint port, guint *bound_port, GError **error)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);
  g_autoptr (GSocketAddress) wanted = address != NULL ? g_inet_socket_address_new (address, (guint16) port) : NULL;
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GSocket) socket = NULL;

  if (wanted == NULL)
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("“%s” is not an IP address."), text);
      return -1;
    }
  socket = g_socket_new (g_inet_address_get_family (address), G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
  if (socket == NULL)
    return -1;
  /* Each address is listed by itself: "::" must not take 0.0.0.0's port away. */
  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6 && !g_socket_set_option (socket, IPPROTO_IPV6, IPV6_V6ONLY, 1, error))
    return -1;
  g_socket_set_listen_backlog (socket, 256);
  if (!g_socket_bind (socket, wanted, TRUE, error) || !g_socket_listen (socket, error))
    return -1;
  bound = g_socket_get_local_address (socket, error);
  if (bound == NULL)
    return -1;
  *bound_port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return dup (g_socket_get_fd (socket));
}

static gboolean
start_daemon (RuhuHttpd *self, int fd, const char *address, RuhuKey *key, const RuhuHttpdOptions *options, GError **error)
{
  struct MHD_Daemon *daemon;

  /* Not epoll, which tells of each event once: GnuTLS may meet the end of the connection behind a part of a record, says "try again", and nothing would come any more. */
  daemon = MHD_start_daemon (MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_TLS | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, (guint16) self->port, NULL, NULL, access_cb, self,
                             MHD_OPTION_EXTERNAL_LOGGER, log_cb, NULL, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_HTTPS_MEM_KEY, key->key, MHD_OPTION_HTTPS_MEM_CERT, key->certificate,
                             MHD_OPTION_HTTPS_PRIORITIES, PRIORITIES, MHD_OPTION_NOTIFY_COMPLETED, completed_cb, NULL, MHD_OPTION_NOTIFY_CONNECTION, visit_cb, self, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t) MEMORY_LIMIT,
                             MHD_OPTION_CONNECTION_LIMIT, options->connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT, options->connections_per_address, MHD_OPTION_CONNECTION_TIMEOUT,
                             options->idle_seconds, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
  if (daemon == NULL)
    {
      close (fd);
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_FAILED, _ ("The HTTPS server on %s could not start; is the key in this directory its own?"), address);
      return FALSE;
    }
  g_ptr_array_add (self->daemons, daemon);
  g_ptr_array_add (self->urls, g_strdup_printf (strchr (address, ':') != NULL ? "https://[%s]:%u" : "https://%s:%u", address, self->port));
  return TRUE;
}

RuhuHttpd *
ruhu_httpd_new (RuhuServer *server, RuhuKey *key, const RuhuHttpdOptions *options, GError **error)
{
  g_autoptr (RuhuHttpd) self = g_new0 (RuhuHttpd, 1);
  g_autoptr (GError) last = NULL;

  self->server = server;
  self->port = options->port;
  self->daemons = g_ptr_array_new ();
  self->urls = g_ptr_array_new_with_free_func (g_free);
  g_mutex_init (&self->mutex);
  self->patience = ruhu_patience_new (options->idle_seconds);
  for (guint i = 0; options->listen[i] != NULL; i++)
    {
      g_autoptr (GError) local = NULL;
      guint port = 0;
      int fd = listen_on (options->listen[i], self->port, &port, &local);

      if (fd < 0 && g_error_matches (local, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
        {
          g_set_error (error, RUHU_ERROR, RUHU_ERROR_BUSY, _ ("Port %u of %s is taken by another program."), self->port, options->listen[i]);
          return NULL;
        }
      if (fd < 0)
        {
          g_message ("Not listening on %s: %s", options->listen[i], local->message);
          g_clear_error (&last);
          last = g_steal_pointer (&local);
          continue;
        }
      self->port = port;
      if (!start_daemon (self, fd, options->listen[i], key, options, error))
        return NULL;
    }
  if (self->daemons->len > 0)
    return g_steal_pointer (&self);
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_FAILED, _ ("The server can listen on none of its addresses: %s."), last != NULL ? last->message : _ ("none is configured"));
  return NULL;
}

guint
ruhu_httpd_get_port (RuhuHttpd *self)
{
  return self->port;
}

char *
ruhu_httpd_dup_addresses (RuhuHttpd *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < self->urls->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", (const char *) self->urls->pdata[i]);
  return g_strdup (text->str);
}

void
ruhu_httpd_stop (RuhuHttpd *self)
{
  gint64 end = g_get_monotonic_time () + STOP_SECONDS * G_TIME_SPAN_SECOND;

  for (guint i = 0; i < self->daemons->len; i++)
    {
      MHD_socket fd = MHD_quiesce_daemon (self->daemons->pdata[i]);

      if (fd != MHD_INVALID_SOCKET)
        close (fd);
    }
  /* From here on no connection is suspended for longer than a moment. */
  ruhu_server_stop (self->server);
  while (g_atomic_int_get (&self->in_flight) > 0 && g_get_monotonic_time () < end)
    g_usleep (5 * G_TIME_SPAN_MILLISECOND);
  for (guint i = 0; i < self->daemons->len; i++)
    MHD_stop_daemon (self->daemons->pdata[i]);
  g_ptr_array_set_size (self->daemons, 0);
}

void
ruhu_httpd_free (RuhuHttpd *self)
{
  if (self == NULL)
    return;
  if (self->daemons->len > 0)
    ruhu_httpd_stop (self);
  ruhu_patience_free (self->patience);
  g_ptr_array_unref (self->daemons);
  g_ptr_array_unref (self->urls);
  g_mutex_clear (&self->mutex);
  g_free (self);
}
