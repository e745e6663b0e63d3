/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuWatch: the long polls that wait. One thread and one connection for all of them, however many; a poll is looked at again only when the log has grown. */
#pragma once

#include "ruhu-session.h"

G_BEGIN_DECLS

typedef struct _RuhuWatch RuhuWatch;

/* On the watch's thread: there is news for what was parked, or its time is up. */
typedef void (*RuhuWakeFunc) (gpointer parked);

/* @session is taken. Transfer full. */
RuhuWatch *ruhu_watch_new (RuhuSession *session, RuhuWakeFunc wake);

/**
 * ruhu_watch_park:
 * @position: the head at which it was seen that there is nothing for @device
 * @until: monotonic time (µs)
 *
 * FALSE when the watch has been stopped: nothing is parked.
 */
gboolean ruhu_watch_park (RuhuWatch *self, const char *device, gint64 position, gint64 until, gpointer parked) G_GNUC_WARN_UNUSED_RESULT;

/* The log may have grown. From any thread; several calls in a row cost no more than one. */
void ruhu_watch_notify (RuhuWatch *self);

/* Wakes everything that is parked and ends the thread. */
void ruhu_watch_stop (RuhuWatch *self);
void ruhu_watch_free (RuhuWatch *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuWatch, ruhu_watch_free)

G_END_DECLS
