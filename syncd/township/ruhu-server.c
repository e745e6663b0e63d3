/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-server.h"

#include "ruhu-error.h"
#include "ruhu-rate.h"
#include "ruhu-route.h"
#include "ruhu-watch.h"

#include <glib/gi18n-lib.h>

#define DEFAULT_THREADS            3
#define DEFAULT_ENROL_FAILURES     10
#define DEFAULT_ENROL_FAILURES_ALL 300
#define DEFAULT_PAGE_BYTES         (512 * 1024)
#define MIN_PAGE_BYTES             1024

struct _RuhuServer
{
  /* Owned. */
  char *township_name;
  GAsyncQueue *sessions; /* RuhuSession: those no worker is using */
  GThreadPool *pool;
  RuhuCommit *commit;
  RuhuWatch *watch;
  RuhuRate *enrol_rate;
  RuhuPhotoStore *photos;
  RuhuUploads *uploads;
  RuhuRate *enrol_rate_all; /* of everybody: guesses from many addresses are guesses at the same codes */
  /* Values. */
  gsize page_bytes;
  gboolean log_requests;
  RuhuNowFunc now;
  gpointer now_data;
  GMutex mutex;
  gboolean stopping; /* under the mutex; once it is set nothing enters the pool but what the watch lets go */
};

gint64
ruhu_server_get_now (RuhuServer *self)
{
  return self->now != NULL ? self->now (self->now_data) : g_get_real_time () / 1000;
}

static void
call_free (RuhuCall *self)
{
  ruhu_request_free (self->request);
  ruhu_access_free (self->access);
  g_free (self);
}

/* No query, no token, nothing of a person: what is needed to see a laptop in trouble. */
static void
log_call (RuhuCall *self, RuhuResponse *response)
{
  gsize received = self->request->body != NULL ? g_bytes_get_size (self->request->body) : 0;

  g_message ("%s %s %u %" G_GINT64_FORMAT " ms device %s in %" G_GSIZE_FORMAT " out %" G_GSIZE_FORMAT,
             self->route != NULL ? self->request->method : "-", self->route != NULL ? self->route->path : "(no route)", response->status,
             (g_get_monotonic_time () - self->started) / 1000, self->access != NULL ? self->access->device : "-", received, g_bytes_get_size (response->body));
}

/* What is wrong at the township is told in general words: the exact ones may name its files, and advice about a damaged file or a full disk would be taken for the laptop's own.
 * They are for the township's log. */
static RuhuResponse *
make_problem (RuhuCall *self, const GError *error, gint64 now)
{
  RuhuError code = error->domain == RUHU_ERROR ? (RuhuError) error->code : RUHU_ERROR_FAILED;
  guint status = self->status != 0 ? self->status : ruhu_error_get_http_status (code);
  const char *sentence = _ ("The township's server could not do this; nothing was taken and nothing is lost, try again later.");
  g_autoptr (GError) general = NULL;

  if (code == RUHU_ERROR_BUSY || status < 500)
    return ruhu_response_new_problem (error, self->status, now);
  g_warning ("%s %s: %s", self->request->method, self->route != NULL ? self->route->path : "", error->message);
  if (code == RUHU_ERROR_NO_SPACE)
    sentence = _ ("The township's disk is full; nothing was taken and nothing is lost, try again when the office has made room.");
  else if (code == RUHU_ERROR_READ_ONLY)
    sentence = _ ("The township's disk cannot be written; nothing was taken and nothing is lost, tell the office and try again.");
  if (code != RUHU_ERROR_NO_SPACE)
    code = status == 503 ? RUHU_ERROR_BUSY : RUHU_ERROR_FAILED;
  general = g_error_new_literal (RUHU_ERROR, (gint) code, sentence);
  return ruhu_response_new_problem (general, self->status, now);
}

void
ruhu_call_answer (RuhuCall *self, RuhuResponse *response, const GError *error)
{
  gint64 now = ruhu_server_get_now (self->server);
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, now);

  if (response == NULL)
    response = make_problem (self, error, now);
  if (ruhu_response_get_header (response, "Ruhu-Now") == NULL)
    ruhu_response_add_header (response, "Ruhu-Now", text);
  if (self->retry_after > 0)
    {
      g_autofree char *seconds = g_strdup_printf ("%u", self->retry_after);

      ruhu_response_add_header (response, "Retry-After", seconds);
    }
  if (self->server->log_requests)
    log_call (self, response);
  self->func (response, self->data);
  call_free (self);
}

/* NULL without an error: the handler has handed the call on, which may be gone already. */
static RuhuResponse *
run (RuhuCall *call, RuhuSession *session, GError **error)
{
  if ((call->route->flags & RUHU_ROUTE_OPEN) == 0)
    {
      g_clear_pointer (&call->access, ruhu_access_free);
      call->access = ruhu_access_check (session, call->request->authorization, (call->route->flags & RUHU_ROUTE_LEAVING) != 0, error);
      if (call->access == NULL)
        return NULL;
      ruhu_commit_touch (call->server->commit, call->access->device);
    }
  if (call->admission)
    return NULL;
  return call->route->handler (call, session, error);
}

static void
work_cb (gpointer data, gpointer user_data)
{
  RuhuCall *call = data;
  RuhuServer *self = user_data;
  RuhuSession *session = g_async_queue_pop (self->sessions);
  g_autoptr (GError) error = NULL;
  /* The call may be gone after its handler has handed it on; an admission has no handler. */
  gboolean admission = call->admission;
  RuhuResponse *response = run (call, session, &error);

  g_async_queue_push (self->sessions, session);
  if (response != NULL || error != NULL)
    {
      ruhu_call_answer (call, response, error);
    }
  else if (admission)
    {
      call->func (NULL, call->data);
      call_free (call);
    }
}

static void
wake_cb (gpointer parked)
{
  RuhuCall *call = parked;

  g_thread_pool_push (call->server->pool, call, NULL);
}

static void
committed_cb (gpointer data, gpointer user_data)
{
  ruhu_server_notify (user_data);
}

static gboolean
open_sessions (RuhuServer *self, const RuhuServerOptions *options, guint n, GError **error)
{
  for (guint i = 0; i < n; i++)
    {
      RuhuSession *session = ruhu_session_open (options->database, FALSE, options->now, options->now_data, error);

      if (session == NULL)
        return FALSE;
      g_async_queue_push (self->sessions, session);
    }
  return TRUE;
}

RuhuServer *
ruhu_server_new (const RuhuServerOptions *options, GError **error)
{
  g_autoptr (RuhuServer) self = g_new0 (RuhuServer, 1);
  guint threads = options->threads > 0 ? options->threads : DEFAULT_THREADS;
  g_autoptr (RuhuSession) commit = NULL;
  g_autoptr (RuhuSession) watch = NULL;

  g_mutex_init (&self->mutex);
  self->township_name = g_strdup (options->township_name);
  self->sessions = g_async_queue_new_full ((GDestroyNotify) ruhu_session_free);
  self->enrol_rate = ruhu_rate_new (options->enrol_failures > 0 ? options->enrol_failures : DEFAULT_ENROL_FAILURES, 60);
  self->enrol_rate_all = ruhu_rate_new (options->enrol_failures_all > 0 ? options->enrol_failures_all : DEFAULT_ENROL_FAILURES_ALL, 60);
  self->page_bytes = options->page_bytes > 0 ? options->page_bytes : DEFAULT_PAGE_BYTES;
  self->log_requests = options->log_requests;
  self->now = options->now;
  self->now_data = options->now_data;

  if (!open_sessions (self, options, threads, error))
    return NULL;
  self->photos = ruhu_photo_store_new (options->database);
  self->uploads = ruhu_uploads_new (self->photos, ruhu_server_get_now (self));
  commit = ruhu_session_open (options->database, FALSE, options->now, options->now_data, error);
  if (commit != NULL && options->right_days > 0)
    ruhu_ledger_set_right_days (commit->ledger, options->right_days);
  watch = commit != NULL ? ruhu_session_open (options->database, FALSE, options->now, options->now_data, error) : NULL;
  if (watch == NULL)
    return NULL;
  self->pool = g_thread_pool_new (work_cb, self, (gint) threads, TRUE, error);
  if (self->pool == NULL)
    return NULL;
  self->watch = ruhu_watch_new (g_steal_pointer (&watch), wake_cb);
  self->commit = ruhu_commit_new (g_steal_pointer (&commit), committed_cb, self);
  return g_steal_pointer (&self);
}

static RuhuResponse *
refuse (RuhuServer *self, guint status, RuhuError code, const char *sentence)
{
  g_autoptr (GError) error = g_error_new_literal (RUHU_ERROR, (gint) code, sentence);
  gint64 now = ruhu_server_get_now (self);
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, now);
  RuhuResponse *response = ruhu_response_new_problem (error, status, now);

  ruhu_response_add_header (response, "Ruhu-Now", text);
  return response;
}

static RuhuResponse *
check_early (RuhuServer *self, RuhuRequest *request, gint64 length)
{
  const char *allow;
  const RuhuRoute *route = ruhu_route_find (request->method, request->path, &allow);
  RuhuResponse *response;

  if (route == NULL && allow == NULL)
    return refuse (self, 0, RUHU_ERROR_NOT_FOUND, _ ("There is nothing at this address."));
  if (route == NULL)
    {
      response = refuse (self, 405, RUHU_ERROR_INVALID, _ ("This address takes another method."));
      ruhu_response_add_header (response, "Allow", allow);
      return response;
    }
  if (length > 0 && (guint64) length > route->max_body)
    {
      g_autofree char *sentence = g_strdup_printf (_ ("The body may have %zu bytes at the most; nothing of it was taken."), route->max_body);

      return refuse (self, 0, RUHU_ERROR_TOO_LARGE, sentence);
    }
  if ((route->flags & RUHU_ROUTE_OPEN) == 0 && request->authorization == NULL)
    return refuse (self, 0, RUHU_ERROR_UNAUTHORISED, _ ("The request carries no device token."));
  return NULL;
}

RuhuResponse *
ruhu_server_refuse_early (RuhuServer *self, RuhuRequest *request, gint64 length)
{
  const char *allow;
  const RuhuRoute *route = ruhu_route_find (request->method, request->path, &allow);
  RuhuResponse *response = check_early (self, request, length);

  if (response != NULL && self->log_requests)
    g_message ("%s %s %u by its headers", route != NULL ? route->method : "-", route != NULL ? route->path : "(no route)", response->status);
  return response;
}

static gboolean
enter_pool (RuhuCall *call, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&call->server->mutex);

  if (call->server->stopping)
    {
      call->retry_after = 5;
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_BUSY, _ ("The township's server is being stopped; nothing was taken, try again."));
      return FALSE;
    }
  return g_thread_pool_push (call->server->pool, call, error);
}

static RuhuCall *
call_new (RuhuServer *self, RuhuRequest *request, RuhuAnswerFunc func, gpointer data)
{
  RuhuCall *call = g_new0 (RuhuCall, 1);
  const char *allow;

  call->server = self;
  call->request = request;
  call->func = func;
  call->data = data;
  call->started = g_get_monotonic_time ();
  call->route = ruhu_route_find (request->method, request->path, &allow);
  return call;
}

void
ruhu_server_admit (RuhuServer *self, const char *method, const char *path, const char *authorization, RuhuAnswerFunc func, gpointer data)
{
  RuhuCall *call = call_new (self, ruhu_request_new (method, path), func, data);
  g_autoptr (GError) error = NULL;
  RuhuResponse *refused;

  call->admission = TRUE;
  call->request->authorization = g_strdup (authorization);
  refused = check_early (self, call->request, 0);
  if (refused != NULL || !enter_pool (call, &error))
    ruhu_call_answer (call, refused, error);
}

void
ruhu_server_submit (RuhuServer *self, RuhuRequest *request, RuhuAnswerFunc func, gpointer data)
{
  RuhuCall *call = call_new (self, request, func, data);
  RuhuResponse *refused = check_early (self, request, request->body != NULL ? (gint64) g_bytes_get_size (request->body) : 0);
  g_autoptr (GError) error = NULL;

  if (refused != NULL || !enter_pool (call, &error))
    ruhu_call_answer (call, refused, error);
}

gboolean
ruhu_call_park (RuhuCall *call, gint64 position, gint64 seconds)
{
  gint64 until = call->started + seconds * G_TIME_SPAN_SECOND;

  if (call->waited)
    return FALSE;
  /* Before it is parked: from then on it is the watch's. */
  call->waited = TRUE;
  return ruhu_watch_park (call->server->watch, call->access->device, position, until, call);
}

void
ruhu_server_stop (RuhuServer *self)
{
  g_mutex_lock (&self->mutex);
  self->stopping = TRUE;
  g_mutex_unlock (&self->mutex);
  if (self->watch != NULL)
    ruhu_watch_stop (self->watch);
  if (self->pool != NULL)
    g_thread_pool_free (g_steal_pointer (&self->pool), FALSE, TRUE);
  if (self->commit != NULL)
    ruhu_commit_stop (self->commit);
}

void
ruhu_server_free (RuhuServer *self)
{
  if (self == NULL)
    return;
  ruhu_server_stop (self);
  ruhu_commit_free (self->commit);
  ruhu_watch_free (self->watch);
  g_async_queue_unref (self->sessions);
  g_mutex_clear (&self->mutex);
  ruhu_rate_free (self->enrol_rate);
  ruhu_uploads_free (self->uploads);
  ruhu_photo_store_free (self->photos);
  ruhu_rate_free (self->enrol_rate_all);
  g_free (self->township_name);
  g_free (self);
}

const char *
ruhu_server_get_township_name (RuhuServer *self)
{
  return self->township_name;
}

gsize
ruhu_server_get_page_bytes (RuhuServer *self)
{
  return self->page_bytes;
}

RuhuPhotoStore *
ruhu_server_get_photos (RuhuServer *self)
{
  return self->photos;
}

RuhuUploads *
ruhu_server_get_uploads (RuhuServer *self)
{
  return self->uploads;
}

gboolean
ruhu_server_get_page_size (RuhuServer *self, RuhuRequest *request, gsize *bytes, GError **error)
{
  gint64 size;

  if (!ruhu_request_get_integer (request, "size", MIN_PAGE_BYTES, G_MAXINT64, G_MAXINT64, &size, error))
    return FALSE;
  *bytes = (gsize) MIN ((guint64) size, (guint64) self->page_bytes);
  return TRUE;
}

guint
ruhu_server_get_enrol_wait (RuhuServer *self, const char *peer)
{
  gint64 now = g_get_monotonic_time () / 1000;

  return MAX (ruhu_rate_get_wait (self->enrol_rate, peer, now), ruhu_rate_get_wait (self->enrol_rate_all, NULL, now));
}

void
ruhu_server_add_enrol_failure (RuhuServer *self, const char *peer)
{
  gint64 now = g_get_monotonic_time () / 1000;

  ruhu_rate_add_failure (self->enrol_rate, peer, now);
  ruhu_rate_add_failure (self->enrol_rate_all, NULL, now);
}

void
ruhu_server_notify (RuhuServer *self)
{
  ruhu_watch_notify (self->watch);
}

gboolean
ruhu_server_commit (RuhuServer *self, RuhuBatch *batch, RuhuCommitFunc func, gpointer data, GError **error)
{
  return ruhu_commit_submit (self->commit, batch, func, data, error);
}
