/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuServer: requests in, responses out, no sockets. Worker threads with a connection each; one committer; one watch for the long polls. */
#pragma once

#include "ruhu-access.h"
#include "ruhu-commit.h"
#include "ruhu-request.h"
#include "ruhu-uploads.h"

G_BEGIN_DECLS

typedef struct _RuhuServer RuhuServer;
typedef struct _RuhuRoute RuhuRoute;

typedef struct
{
  const char *database;      /* its path; must exist */
  const char *township_name; /* told to laptops at enrolment */
  guint threads;             /* workers; 0: three */
  guint enrol_failures;      /* a minute and address; 0: ten */
  guint enrol_failures_all;  /* a minute, of all addresses together; 0: 300 */
  guint right_days;          /* see ruhu_ledger_set_right_days(); 0: as it is */
  gsize page_bytes;          /* of a page of stream or backfill, before compression; 0: 512 KiB */
  gboolean log_requests;
  RuhuNowFunc now; /* NULL: the system's clock */
  gpointer now_data;
} RuhuServerOptions;

/* Errors: those of ruhu_store_open(). Transfer full. */
RuhuServer *ruhu_server_new (const RuhuServerOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What is wrong with a request by its headers and the length of its body alone (-1: not told), without looking into the database: no such address, no such method, too long,
 * no token where one is needed. NULL: nothing. Transfer full. */
RuhuResponse *ruhu_server_refuse_early (RuhuServer *self, RuhuRequest *request, gint64 length);

/* Exactly once for each request, on any thread. @response: transfer full; NULL only from ruhu_server_admit(). */
typedef void (*RuhuAnswerFunc) (RuhuResponse *response, gpointer data);

/* Whether the bearer of @authorization may send a body to @method and @path: asked before a byte of it is stored. Answers with NULL, or with why not. */
void ruhu_server_admit (RuhuServer *self, const char *method, const char *path, const char *authorization, RuhuAnswerFunc func, gpointer data);

/* Takes @request; never blocks for long; @func may be called before it returns. */
void ruhu_server_submit (RuhuServer *self, RuhuRequest *request, RuhuAnswerFunc func, gpointer data);

/* Answers everything that was submitted, the long polls at once and the pushes when they are on disk; what comes later is told to try again. */
void ruhu_server_stop (RuhuServer *self);
void ruhu_server_free (RuhuServer *self);

/* The township's time, ms. */
gint64 ruhu_server_get_now (RuhuServer *self);

/* A request on its way through a handler. */
typedef struct
{
  RuhuServer *server; /* borrowed */
  /* Owned. */
  RuhuRequest *request;
  RuhuAccess *access; /* NULL on open routes */
  /* For the handlers to set where the error's code is not exact enough. */
  guint status;      /* 0: the code's */
  guint retry_after; /* s; 0: none */
  /* Private to the server. */
  const RuhuRoute *route;
  RuhuAnswerFunc func;
  gpointer data;
  gint64 started;
  gboolean admission; /* nothing but the token is looked at */
  gboolean waited;
} RuhuCall;

/* Ends the call with what became of it later; the call is freed. Take either @response (transfer full) or @error (borrowed). */
void ruhu_call_answer (RuhuCall *self, RuhuResponse *response, const GError *error);

/* What handlers need of the server. */
const char *ruhu_server_get_township_name (RuhuServer *self);
gsize ruhu_server_get_page_bytes (RuhuServer *self);
/* Borrowed. */
RuhuPhotoStore *ruhu_server_get_photos (RuhuServer *self);
RuhuUploads *ruhu_server_get_uploads (RuhuServer *self);
/* The size of the page that @request asks for by its parameter "size"; the server's own if it asks for none or a larger one. INVALID. */
gboolean ruhu_server_get_page_size (RuhuServer *self, RuhuRequest *request, gsize *bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* 0, or the seconds for which nobody at that address may try a code. */
guint ruhu_server_get_enrol_wait (RuhuServer *self, const char *peer);
void ruhu_server_add_enrol_failure (RuhuServer *self, const char *peer);
/* The log has grown by other means than a commit. */
void ruhu_server_notify (RuhuServer *self);
/* See ruhu_commit_submit(). */
gboolean ruhu_server_commit (RuhuServer *self, RuhuBatch *batch, RuhuCommitFunc func, gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Lets @call wait @seconds for news after @position, then runs its handler again. FALSE where it may not wait (it has, or the server is stopping): answer now. */
gboolean ruhu_call_park (RuhuCall *call, gint64 position, gint64 seconds) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuServer, ruhu_server_free)

G_END_DECLS
