/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A real HTTPS server with a key of its own, before the fixture's real ledger, that misbehaves when it is told to. */
#pragma once

#include "ruhu-fixture.h"

G_BEGIN_DECLS

typedef enum
{
  FAKE_HTML,         /* 200, a log-in page */
  FAKE_REDIRECT,     /* 302 to one */
  FAKE_ERROR_500,    /* 500 without a document */
  FAKE_ERROR_503,    /* 503, HTML */
  FAKE_DISK_FULL,    /* 507 with the township's own problem document */
  FAKE_RATE,         /* 429, Retry-After: 7 */
  FAKE_TRUNCATED,    /* a whole answer of half a body */
  FAKE_BROKEN_ZSTD,  /* a whole answer of half a compressed body */
  FAKE_CUT,          /* the connection breaks in the middle of the body */
  FAKE_LOST_REQUEST, /* the connection breaks before anything was done */
  FAKE_LOST_ANSWER,  /* … after everything was done */
  FAKE_STALL,        /* nothing comes for ever so long */
  FAKE_SLOW,         /* the answer comes in drops */
  FAKE_ENDLESS,      /* the answer does not end */
  FAKE_TOO_LARGE,    /* 413 with the township's document */
  FAKE_REVOKED,
  FAKE_UNAUTHORISED,
  FAKE_N_WAYS,
} FakeWay;

typedef struct _FakeServer FakeServer;

/* Listens on a port of 127.0.0.1. @township is borrowed; use it between fake_server_lock() and _unlock() alone. */
FakeServer *fake_server_new (Township *township);
void fake_server_free (FakeServer *self);

/* The same port with the server gone, and back again, with another key if wished. */
void fake_server_stop (FakeServer *self);
void fake_server_start (FakeServer *self, gboolean other_key);

void fake_server_lock (FakeServer *self);
void fake_server_unlock (FakeServer *self);

/* The next @times requests whose path starts with @path are answered like that. */
void fake_server_misbehave (FakeServer *self, const char *path, FakeWay way, guint times);

/* An enrolment link whose code enrols one device of @user, with the first key's pin. Transfer full. */
char *fake_server_dup_link (FakeServer *self, const char *user);

/* Requests that reached the handler so far, whose path starts with @path. */
guint fake_server_count (FakeServer *self, const char *path);

/* How many changes of the device (NULL: any laptop's) are in the ledger. */
gint64 fake_server_count_changes (FakeServer *self, const char *device);

G_END_DECLS
