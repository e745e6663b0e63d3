/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuHttp: requests to one township over libcurl, its connection kept open between them. Belongs to one thread.
 *
 * The only check of who answers is the pinned key (SHA-256 of the server's SubjectPublicKeyInfo, RFC 7469 section 2.4): a township has no public name that an authority
 * could vouch for. There is no switch that turns it off. Before it has passed, not a byte of HTTP is sent. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _RuhuHttp RuhuHttp;

/* Whether the request under way is to be given up; asked in the thread of the request, whenever @wake_fd was readable. @idle: it is a long poll, which may be given up for little. */
typedef gboolean (*RuhuHttpStopFunc) (gboolean idle, gpointer data);

/* @wake_fd: an eventfd that ends waiting (it is emptied), or -1. Transfer full. */
RuhuHttp *ruhu_http_new (int wake_fd, RuhuHttpStopFunc stop, gpointer data);
void ruhu_http_free (RuhuHttp *self);

/* @base: "https://HOST:PORT"; @pin: base64url, as in the enrolment link; @token: NULL before enrolment. Copied. */
void ruhu_http_set_server (RuhuHttp *self, const char *base, const char *pin, const char *token);

/* Forgets the connections that are kept: the network is another one now. */
void ruhu_http_renew (RuhuHttp *self);

/* How long a connection may stand still, and take until somebody answers, in seconds; 60 and 10 unless told. The handshake behind that counts as standing still: on a slow link its two
 * kilobytes take their time. */
void ruhu_http_set_patience (RuhuHttp *self, guint still, guint connect);

typedef struct
{
  const char *method;                /* NULL: GET, or POST where there is a body, which is compressed then when that pays */
  const char *target;                /* path and query: "/v1/pull?after=3" */
  GBytes *body;                      /* NULL: GET; otherwise POST. Compressed by ruhu_http_send() when that pays */
  const char *type;                  /* @body's */
  const char *accept;                /* the media type that a good answer has; NULL: any */
  const char *const *headers;        /* further lines, NULL-terminated; or NULL */
  gboolean packed;                   /* @body is compressed already, with zstd */
  void (*meanwhile) (gpointer data); /* called once, when @body is on its way and nothing is left but to wait for the answer; or NULL */
  gpointer meanwhile_data;
  gboolean yields; /* it may be given up for little, as a long poll */
  guint wait;      /* seconds that the township may keep it open: a long poll */
} RuhuHttpRequest;

/**
 * ruhu_http_send:
 *
 * One request. What is returned is the body of a 2xx answer of type @accept, decompressed, at most RUHU_WIRE_MAX_BODY bytes. Transfer full.
 * Errors: SERVER_KEY (nothing was sent), NETWORK, RATE, PROTOCOL, what the township's problem document says (its own troubles, as a full disk, as NETWORK), and
 * G_IO_ERROR_CANCELLED when it was given up.
 */
GBytes *ruhu_http_send (RuhuHttp *self, const RuhuHttpRequest *request, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The township's time now in ms, from the last answer and the time elapsed since; -1 if the last one did not tell. */
gint64 ruhu_http_get_township_time (RuhuHttp *self);

/* Whether the last request broke after it had begun to be sent, so that a smaller one may get through; and how long its answer's body was to be, as it travels: 0 if
 * not even the answer's head had come. */
gboolean ruhu_http_was_cut (RuhuHttp *self);
gsize ruhu_http_get_expected (RuhuHttp *self);

/* The township's public key (SubjectPublicKeyInfo, DER) from the connection that was made last, whose pin held; NULL before the first. Borrowed. */
GBytes *ruhu_http_get_server_key (RuhuHttp *self);

/* Of the last answer, even where the transfer broke: its status (0: none came), a header of it (borrowed until the next request; NULL: not there), and what came of its body. */
guint ruhu_http_get_status (RuhuHttp *self);
const char *ruhu_http_get_header (RuhuHttp *self, const char *name);
GBytes *ruhu_http_dup_received (RuhuHttp *self);

/* What the last answer asked to wait (Retry-After) in ms; 0: nothing. */
gint64 ruhu_http_get_retry_after (RuhuHttp *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuHttp, ruhu_http_free)

G_END_DECLS
