/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bare way of a change to a server's disk: libcurl, HTTPS (TLS 1.3), zstd, libmicrohttpd, and three plain inserts for each line, a transaction for each body. No token, no parsing, no
 * check, no order, no answer that says anything. */
#pragma once

#include "ruhu-key.h"

G_BEGIN_DECLS

typedef struct _BenchBare BenchBare;

/* @database: a file that is not there. Transfer full. */
BenchBare *bench_bare_new (const char *database, RuhuKey *key);
guint bench_bare_get_port (BenchBare *self);
guint bench_bare_get_taken (BenchBare *self);
void bench_bare_free (BenchBare *self);

typedef struct _BenchSender BenchSender;

/* A connection that has had its first answer. Many threads may have one each. Transfer full. */
BenchSender *bench_bare_connect (guint port);
/* Sends each of @bodies (GBytes: lines), one after the other, and waits for each answer. */
void bench_bare_send (BenchSender *self, GPtrArray *bodies);
void bench_bare_disconnect (BenchSender *self);

G_END_DECLS
