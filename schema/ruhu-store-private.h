/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the store's own files share with the replica and the ledger. */
#pragma once

#include "ruhu-expression.h"
#include "ruhu-store-query.h"

G_BEGIN_DECLS

/* The numbers of the file, read fresh inside a transaction, because the app and the daemon share it. */
gboolean ruhu_store_get_number (RuhuStore *self, const char *key, gint64 fallback, gint64 *value, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ruhu_store_set_number (RuhuStore *self, const char *key, gint64 value, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ruhu_store_unset_meta (RuhuStore *self, const char *key, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The log's row of this laptop's last change that waits: an SQL expression. */
#define RUHU_LAST_WAITING "(SELECT n FROM log WHERE device = (SELECT value FROM meta WHERE key = 'device') AND position IS NULL ORDER BY seq DESC LIMIT 1)"

/* The number and the stamp of this laptop's last change are in the log as long as it waits there: a save writes them once. To be called before the own change @seq waits no more: from
 * then on they are in meta. *@last: the number of the last one. Inside a transaction. */
gboolean ruhu_store_keep_last (RuhuStore *self, gint64 seq, gint64 *last, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Takes the last stamp and the correction that any program left in the file into this store's clock; and leaves this clock's there. */
gboolean ruhu_store_load_clock (RuhuStore *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ruhu_store_keep_clock (RuhuStore *self, const char *stamp, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Appends a change to the log. @position 0: not known. *@n: its row. */
gboolean ruhu_store_append (RuhuStore *self, const RuhuChange *change, const char *body, gssize length, const char *kind, gint64 position, gint64 *n, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Deletes a draft that became the own change @seq, or (0) was thrown away, so that the township is told. Another version than @seen (nullable) stays: that one has not ended. Inside a transaction. */
gboolean ruhu_store_end_draft (RuhuStore *self, const char *id, const RuhuDraftVersion *seen, gint64 seq, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The catalogue without the log's extensions. Borrowed. */
RuhuCatalogue *ruhu_store_get_base_catalogue (RuhuStore *self);

/* Whether a scope is being backfilled. What is saved meanwhile goes to the outbox and is applied with it at the end. */
gboolean ruhu_store_is_pending (RuhuStore *self, const char *scope, gboolean *pending, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether this laptop holds a scope (by itself or by "*") and has it whole. */
gboolean ruhu_store_holds (RuhuStore *self, const char *scope, gboolean *holds, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ruhu_store_read_role() where @user, this laptop's (or NULL), is known already. */
gboolean ruhu_store_read_role_of (RuhuStore *self, const char *user, RuhuRole *role, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The compiled expression @sql over @type's fields; kept until the catalogue changes. Borrowed. */
RuhuExpression *ruhu_store_get_expression (RuhuStore *self, RuhuRecordType *type, const char *sql, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A user's name, or the id where it is not known here; a household's head's name. Transfer full. */
char *ruhu_store_dup_user_name (RuhuStore *self, const char *user);
char *ruhu_store_dup_household_name (RuhuStore *self, const char *scope);

/* A version of @head with its value and what is known of its author and visit. Transfer full; the caller sets is_head and stands. */
RuhuVersion *ruhu_store_make_version (RuhuStore *self, const RuhuChange *change, gint64 position, json_object *value);

/* Leaves a notice for the person at this laptop; @counts: JSON. Inside a transaction. */
gboolean ruhu_store_add_notice (RuhuStore *store, const char *kind, json_object *counts, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Notes that an extension of the catalogue was applied; the catalogue is refreshed at the end of the transaction by ruhu_store_refresh_catalogue(). */
gboolean ruhu_store_change_extends (const RuhuChange *change);

/* The photos that @change mentions are to be sent, if they are still on this laptop alone. */
gboolean ruhu_store_note_photos (RuhuStore *self, const RuhuChange *change, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A photo that waits to be sent: a record mentions it ('due'), or only a draft that was handed over ('handed'). */
#define RUHU_PHOTO_IS_DUE "state IN ('due', 'handed')"
/* Not all that this laptop holds has come, so nobody can say what is mentioned nowhere. */
#define RUHU_PHOTOS_PARTIAL "EXISTS (SELECT 1 FROM meta WHERE key = 'backfill_scope') OR EXISTS (SELECT 1 FROM meta WHERE key = 'rebase_scopes')"

/* Adds the hashes that the fields of type photo among @fields have to @hashes, a set. */
void ruhu_store_add_record_photos (RuhuRecordType *type, json_object *fields, GHashTable *hashes);

/* Moves @error, if set, to @target; TRUE if it was not set. For loops over ruhu_statement_next(). */
gboolean ruhu_check_end (GError **local, GError **target);

G_END_DECLS
