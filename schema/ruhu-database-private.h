/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a driver does; ruhu-database.c stands on it. Today there is one driver, SQLite. */
#pragma once

#include "ruhu-database.h"

G_BEGIN_DECLS

/* Whether a transaction is open on this connection; one that is to be taken back does not count. */
gboolean ruhu_driver_in_transaction (RuhuDatabase *self);

/* Takes the open transaction back. Where that fails, nothing else runs on this connection before it has been done: what did would be told as done, and go with the rest. */
gboolean ruhu_driver_roll_back (RuhuDatabase *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* While guarded, nothing runs once SQLite has ended the transaction by itself, as it does after an I/O error: statements that came after it would each be committed alone. */
void ruhu_driver_guard (RuhuDatabase *self, gboolean guarded);

/* Binds by letters, as ruhu_database_run() documents. @copy: whether text and blobs must outlive the call. */
gboolean ruhu_driver_bind_valist (RuhuStatement *statement, gboolean copy, const char *types, va_list values, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A cached statement, or a fresh one when the cached one is under way. */
RuhuStatement *ruhu_driver_prepare (RuhuDatabase *self, const char *sql, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Version of the core tables in the file. */
gboolean ruhu_driver_get_version (RuhuDatabase *self, gint64 *version, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ruhu_driver_set_version (RuhuDatabase *self, gint64 version, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
