/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuPatience: ends connections that keep the server waiting by sending or taking a byte now and then. A connection that does nothing at all ends by its idle time, which such
 * a byte starts anew; here each stage of a connection has an end that no byte puts off for free. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _RuhuPatience RuhuPatience;
typedef struct _RuhuVisit RuhuVisit;

/* What a peer has to move in the end, in bytes a second: a fourth of the slowest link that laptops are expected to have (8 kbit/s). */
#define RUHU_PATIENCE_RATE 256

/* @idle_seconds: as of the server's connections. Transfer full. */
RuhuPatience *ruhu_patience_new (guint idle_seconds);
/* Ends the thread; the visits are left alone. */
void ruhu_patience_free (RuhuPatience *self);

/* A connection on the socket @fd, which is shut down (never closed) when it takes too long, until ruhu_patience_leave(). Starts like ruhu_patience_await_request(). Owned by @self. */
RuhuVisit *ruhu_patience_enter (RuhuPatience *self, int fd);
void ruhu_patience_leave (RuhuPatience *self, RuhuVisit *visit);

/* The handshake, or the pause between two requests, and then the headers: twice the idle time altogether. */
void ruhu_patience_await_request (RuhuPatience *self, RuhuVisit *visit);
/* A body comes, or an answer of @bytes goes: four times the idle time, and what @bytes take at the rate above. */
void ruhu_patience_await_bytes (RuhuPatience *self, RuhuVisit *visit, gsize bytes);
/* @bytes of the body have come: what they take at that rate is added. */
void ruhu_patience_add_bytes (RuhuPatience *self, RuhuVisit *visit, gsize bytes);
/* The server works: the peer has nothing to do. */
void ruhu_patience_rest (RuhuPatience *self, RuhuVisit *visit);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuPatience, ruhu_patience_free)

G_END_DECLS
