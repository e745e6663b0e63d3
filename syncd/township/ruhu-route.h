/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuRoute: the table of the API. syncd/wire/openapi.yaml describes it; a test compares the two. */
#pragma once

#include "ruhu-server.h"

G_BEGIN_DECLS

/* Of a POST to /v1/standing. */
#define RUHU_STANDING_MAX_BODY (32 * 1024)
/* Of one to /v1/photos. */
#define RUHU_PHOTOS_MAX_BODY (64 * 1024)

/* On a worker. A response (transfer full); or NULL with @error; or NULL without one: the handler has handed @call on, and somebody ends it with ruhu_call_answer(). */
typedef RuhuResponse *(*RuhuHandler) (RuhuCall *call, RuhuSession *session, GError **error);

typedef enum
{
  RUHU_ROUTE_OPEN = 1 << 0,    /* asks for no token */
  RUHU_ROUTE_LEAVING = 1 << 1, /* a withdrawn laptop may still use it, to hand over what is on it */
} RuhuRouteFlags;

struct _RuhuRoute
{
  const char *method;
  const char *path;
  RuhuHandler handler;
  gsize max_body; /* bytes as they travel; 0: none is taken */
  guint flags;    /* RuhuRouteFlags */
};

/* NULL if there is none; then *@allow (static; NULL if the path is unknown) says which method the path has. */
const RuhuRoute *ruhu_route_find (const char *method, const char *path, const char **allow);

/* One file each. */
RuhuResponse *ruhu_endpoint_health (RuhuCall *call, RuhuSession *session, GError **error);
RuhuResponse *ruhu_endpoint_enrol (RuhuCall *call, RuhuSession *session, GError **error);
RuhuResponse *ruhu_endpoint_push (RuhuCall *call, RuhuSession *session, GError **error);
RuhuResponse *ruhu_endpoint_pull (RuhuCall *call, RuhuSession *session, GError **error);
RuhuResponse *ruhu_endpoint_backfill (RuhuCall *call, RuhuSession *session, GError **error);
RuhuResponse *ruhu_endpoint_standing (RuhuCall *call, RuhuSession *session, GError **error);
RuhuResponse *ruhu_endpoint_keep_drafts (RuhuCall *call, RuhuSession *session, GError **error);
RuhuResponse *ruhu_endpoint_give_drafts (RuhuCall *call, RuhuSession *session, GError **error);
RuhuResponse *ruhu_endpoint_witness (RuhuCall *call, RuhuSession *session, GError **error);
RuhuResponse *ruhu_endpoint_me (RuhuCall *call, RuhuSession *session, GError **error);
RuhuResponse *ruhu_endpoint_upload_options (RuhuCall *call, RuhuSession *session, GError **error);
RuhuResponse *ruhu_endpoint_upload_create (RuhuCall *call, RuhuSession *session, GError **error);
RuhuResponse *ruhu_endpoint_upload_head (RuhuCall *call, RuhuSession *session, GError **error);
RuhuResponse *ruhu_endpoint_upload_patch (RuhuCall *call, RuhuSession *session, GError **error);
RuhuResponse *ruhu_endpoint_upload_delete (RuhuCall *call, RuhuSession *session, GError **error);
RuhuResponse *ruhu_endpoint_photo (RuhuCall *call, RuhuSession *session, GError **error);
RuhuResponse *ruhu_endpoint_photos (RuhuCall *call, RuhuSession *session, GError **error);

G_END_DECLS
