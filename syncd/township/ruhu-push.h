/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A laptop's changes as they arrive, and what it is told of them: the same over the network and in a bundle. */
#pragma once

#include "ruhu-ledger.h"

G_BEGIN_DECLS

/* A change of @device's from its line. INVALID with the place and the reason, FORBIDDEN if it is another device's. Transfer full. */
RuhuPushed *ruhu_pushed_parse (const char *device, const char *line, gsize length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The answer to @batch after it was accepted. @position: the head then; @now: the township's time in ms. Transfer full: json_object_put(). */
json_object *ruhu_push_to_json (const RuhuBatch *batch, gint64 position, gint64 now);

G_END_DECLS
