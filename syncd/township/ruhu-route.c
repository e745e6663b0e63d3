/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-route.h"

#include <string.h>

#define ENROL_MAX_BODY (16 * 1024)

/* tests/check-openapi.py reads these lines. */
static const RuhuRoute routes[] = {
  { "GET", "/healthz", ruhu_endpoint_health, 0, TRUE },
  { "POST", "/v1/enrol", ruhu_endpoint_enrol, ENROL_MAX_BODY, TRUE },
  { "POST", "/v1/push", ruhu_endpoint_push, RUHU_WIRE_MAX_BODY, FALSE },
  { "GET", "/v1/pull", ruhu_endpoint_pull, 0, FALSE },
  { "GET", "/v1/backfill", ruhu_endpoint_backfill, 0, FALSE },
  { "GET", "/v1/me", ruhu_endpoint_me, 0, FALSE },
};

const RuhuRoute *
ruhu_route_find (const char *method, const char *path, const char **allow)
{
  *allow = NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      if (strcmp (routes[i].path, path) != 0)
        continue;
      if (strcmp (routes[i].method, method) == 0)
        return &routes[i];
      *allow = routes[i].method;
    }
  return NULL;
}
