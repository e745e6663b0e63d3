/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "bench"

#include "config.h"

#include "bench-requests.h"

#include <stdio.h>
#include <string.h>

static GMutex mutex;
static BenchRequests requests; /* under the mutex */

/* "POST /v1/push 200 12 ms device … in 123 out 45" */
static GLogWriterOutput
read_log_cb (GLogLevelFlags level, const GLogField *fields, gsize n, gpointer data)
{
  for (gsize i = 0; i < n; i++)
    {
      const char *at = strcmp (fields[i].key, "MESSAGE") == 0 ? strstr (fields[i].value, " in ") : NULL;
      guint64 in, out;

      if (at == NULL || sscanf (at, " in %" G_GUINT64_FORMAT " out %" G_GUINT64_FORMAT, &in, &out) != 2)
        continue;
      g_mutex_lock (&mutex);
      requests.n++;
      requests.in += in;
      requests.out += out;
      g_mutex_unlock (&mutex);
    }
  return (level & G_LOG_LEVEL_MASK) <= G_LOG_LEVEL_WARNING ? g_log_writer_default (level, fields, n, data) : G_LOG_WRITER_HANDLED;
}

void
bench_requests_watch (void)
{
  g_log_set_writer_func (read_log_cb, NULL, NULL);
}

BenchRequests
bench_requests_take (void)
{
  BenchRequests taken;

  g_mutex_lock (&mutex);
  taken = requests;
  requests = (BenchRequests){ 0 };
  g_mutex_unlock (&mutex);
  return taken;
}
