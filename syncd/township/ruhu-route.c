/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-route.h"

#include "ruhu-photo.h"

#include <string.h>

#define PARAMETER      "/{"
#define ENROL_MAX_BODY (16 * 1024)

/* tests/check-openapi.py reads these lines. */
static const RuhuRoute routes[] = {
  { "GET", "/healthz", ruhu_endpoint_health, 0, RUHU_ROUTE_OPEN },
  { "POST", "/v1/enrol", ruhu_endpoint_enrol, ENROL_MAX_BODY, RUHU_ROUTE_OPEN },
  { "POST", "/v1/push", ruhu_endpoint_push, RUHU_WIRE_MAX_BODY, RUHU_ROUTE_LEAVING },
  { "GET", "/v1/pull", ruhu_endpoint_pull, 0, 0 },
  { "GET", "/v1/backfill", ruhu_endpoint_backfill, 0, 0 },
  { "POST", "/v1/standing", ruhu_endpoint_standing, RUHU_STANDING_MAX_BODY, RUHU_ROUTE_LEAVING },
  { "POST", "/v1/drafts", ruhu_endpoint_keep_drafts, RUHU_WIRE_MAX_BODY, RUHU_ROUTE_LEAVING },
  { "GET", "/v1/drafts", ruhu_endpoint_give_drafts, 0, RUHU_ROUTE_LEAVING },
  { "POST", "/v1/witness", ruhu_endpoint_witness, RUHU_WIRE_MAX_BODY, RUHU_ROUTE_LEAVING },
  { "GET", "/v1/me", ruhu_endpoint_me, 0, RUHU_ROUTE_LEAVING },
  { "OPTIONS", "/v1/uploads", ruhu_endpoint_upload_options, 0, RUHU_ROUTE_OPEN },
  { "POST", "/v1/uploads", ruhu_endpoint_upload_create, RUHU_PHOTO_MAX_BYTES, RUHU_ROUTE_LEAVING },
  { "OPTIONS", "/v1/uploads/{upload}", ruhu_endpoint_upload_options, 0, RUHU_ROUTE_OPEN },
  { "HEAD", "/v1/uploads/{upload}", ruhu_endpoint_upload_head, 0, RUHU_ROUTE_LEAVING },
  { "PATCH", "/v1/uploads/{upload}", ruhu_endpoint_upload_patch, RUHU_PHOTO_MAX_BYTES, RUHU_ROUTE_LEAVING },
  { "DELETE", "/v1/uploads/{upload}", ruhu_endpoint_upload_delete, 0, 0 },
  { "POST", "/v1/photos", ruhu_endpoint_photos, RUHU_PHOTOS_MAX_BODY, RUHU_ROUTE_LEAVING },
  { "GET", "/v1/photos/{sha256}", ruhu_endpoint_photo, 0, 0 },
  { "HEAD", "/v1/photos/{sha256}", ruhu_endpoint_photo, 0, 0 },
};

/* A route's path may end in a parameter, which stands for one segment that is not empty. */
static gboolean
matches (const char *pattern, const char *path)
{
  const char *parameter = strstr (pattern, PARAMETER);
  gsize start = parameter != NULL ? (gsize) (parameter - pattern) + 1 : 0;

  if (parameter == NULL)
    return strcmp (pattern, path) == 0;
  return strncmp (pattern, path, start) == 0 && path[start] != '\0' && strchr (path + start, '/') == NULL;
}

const RuhuRoute *
ruhu_route_find (const char *method, const char *path, const char **allow)
{
  *allow = NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      if (!matches (routes[i].path, path))
        continue;
      if (strcmp (routes[i].method, method) == 0)
        return &routes[i];
      *allow = routes[i].method;
    }
  return NULL;
}
