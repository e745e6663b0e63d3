/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The requests that a server in this process tells of: how many, how long, how many bytes their bodies had as they travelled. */
#pragma once

#include "bench.h"

G_BEGIN_DECLS

typedef struct
{
  guint n;
  guint64 in, out; /* bytes of bodies, compressed; without headers and TLS */
} BenchRequests;

/* From now on messages of the programs' log are read instead of shown. */
void bench_requests_watch (void);
/* What came since it was last asked. */
BenchRequests bench_requests_take (void);

G_END_DECLS
