/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A real ruhu-township as another process, an honest laptop of it, and connections made by hand, for test-hostile-clients. */
#pragma once

#include <curl/curl.h>
#include <gio/gio.h>
#include <gnutls/gnutls.h>

G_BEGIN_DECLS

#define HOSTILE_TOKEN  "hostile-test-token-ABCDEFGHIJKLMNOPQRSTUVWX"
#define HOSTILE_DEVICE "00000000000abcde"
/* The shortest that the configuration takes, in s: headers then have twice as long, bodies four times. */
#define IDLE 5
/* An honest laptop is answered within this, in ms. */
#define SOON 5000
/* What hostile clients may cost the server in memory, in KiB; the figures of each case are in the test's log. */
#define MEMORY_BOUND (224 * 1024)
/* … of one connection, after its handshake: its buffers for request and answer, and what TLS keeps. */
#define CONNECTION_BOUND 64

#if defined(__SANITIZE_ADDRESS__)
#define SLOWNESS      6
#define HAS_SANITIZER 1
#else
#define SLOWNESS      1
#define HAS_SANITIZER 0
#endif

/* The server; pid 0: it has ended. */
typedef struct
{
  char *scratch;
  char *town;
  char *base;
  char *authorization; /* the header with its line end */
  GPid pid;
  guint port;
} HostileSite;
extern HostileSite site;

/* @township: the path of the program. Makes a township with an enrolled device, and serves it. */
void hostile_set_up (const char *township);
void hostile_tear_down (void);

/* The highest memory is measured from here on. What the server has now, in KiB. */
glong hostile_begin_measuring (void);
void hostile_check_memory (glong before);
/* Of @n connections that were opened since. */
void hostile_check_memory_of_each (glong before, guint n);

/* A request by libcurl, and what became of it. */
typedef struct
{
  const char *target;
  const char *encoding; /* NULL: plain */
  const char *from;     /* own address, or NULL */
  GBytes *body;
  long milliseconds; /* the whole may take; 0: a minute */
  CURLcode code;
  long status;
  double seconds;
} Trip;

/* @trip: a Trip; for g_thread_new() too. NULL. */
gpointer trip_run (gpointer trip);

/* An honest laptop, on a new connection: who am I, and what have you of mine. From @address, or any. */
void honest_check_from (const char *address);
void honest_check (void);

/* A connection by hand. */
typedef struct
{
  int fd;
  gnutls_session_t tls; /* NULL: not yet spoken */
} Raw;

Raw raw_connect (void);
/* … from this address of the loopback network. */
Raw raw_connect_from (guint32 host);
/* With its handshake done. */
Raw raw_new (void);
void raw_clear (Raw *raw);
/* FALSE: the server has ended it. */
gboolean raw_send (Raw *raw, const char *data, gsize size);
/* What comes until the server ends it or falls silent. Transfer full. */
char *raw_read (Raw *raw, int milliseconds);
/* Whether the server has ended it. */
gboolean raw_is_over (Raw *raw);

/* The head of a push with @rest among its headers. Transfer full. */
char *hostile_push_head (const char *rest);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Raw, raw_clear)

G_END_DECLS
