/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One clean-up type for each C resource that GLib does not know. */
#pragma once

#include <glib.h>
#include <json-c/json.h>
#include <unistd.h>

G_BEGIN_DECLS

static inline void
ruhu_json_clear (json_object **object)
{
  if (*object != NULL)
    json_object_put (*object);
  *object = NULL;
}

/* A borrowed tokener that fails to parse leaves its pointer valid, hence the test. */
static inline void
ruhu_json_tokener_clear (json_tokener **tokener)
{
  if (*tokener != NULL)
    json_tokener_free (*tokener);
  *tokener = NULL;
}

typedef json_object RuhuJson;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuJson, json_object_put)

typedef int RuhuFd;
static inline void
ruhu_fd_clear (RuhuFd *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RuhuFd, ruhu_fd_clear)

G_END_DECLS
