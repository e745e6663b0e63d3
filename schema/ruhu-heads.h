/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Heads: who supersedes whom, and what stands. Pure functions first; ruhu_heads_apply() is the SQL beside them.
 *
 * A head is a change that wrote a field of a record and has not been superseded there. Stored one row for each (record, change), with the list of the
 * fields for which that change is still a head, so that a new record of fifteen fields is one row. */
#pragma once

#include "ruhu-catalogue.h"
#include "ruhu-change.h"
#include "ruhu-database.h"

G_BEGIN_DECLS

struct _RuhuHead
{
  gint64 change; /* log.n */
  char *device;  /* NULL: not looked up, nor are seq, seen, time and by */
  gint64 seq;
  gint64 position; /* 0: not known yet */
  gint64 seen;
  char *time;
  char *by;
  GPtrArray *fields; /* char *, sorted; borrowed from @names */
  char *names;
};

RuhuHead *ruhu_head_new (void);
void ruhu_head_free (RuhuHead *self);

/* The fields, joined by ',' (taken): one block for all of them, cut up in place. Once for each head. */
void ruhu_head_take_fields (RuhuHead *self, char *joined);

/* Whether a change (device, seq, seen) supersedes @head: same device and later, or the change had seen the head's position. A head whose device was not looked up is taken for another's. */
gboolean ruhu_head_is_superseded_by (const RuhuHead *head, const char *device, gint64 seq, gint64 seen);

/* Order in which the value that stands is chosen: (time, device, seq). <0, 0, >0. */
int ruhu_head_compare (const RuhuHead *a, const RuhuHead *b);

/* Whether @head is a head of @field. */
gboolean ruhu_head_has_field (const RuhuHead *head, const char *field);

/* Removes from @heads (RuhuHead, of one record) what (device, seq, seen) supersedes in @fields (char *), drops heads left without fields, and appends @change as a head of @fields.
 * Nothing happens if @change is among them already. @touched, if not NULL: changes (log.n) whose rows must be written again. */
void ruhu_heads_merge (GPtrArray *heads, const char *device, gint64 seq, gint64 seen, gint64 change, gint64 position, const char *time, GPtrArray *fields, GArray *touched);

/* Every head of one record of @scope, from the database, in order of log.n. Transfer full. */
GPtrArray *ruhu_heads_load (RuhuDatabase *database, const char *scope, const char *type, const char *record, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same where log.n is the position. What the log, on some page far back, says of a head that lies at or before @seen is not read: its device is NULL. */
GPtrArray *ruhu_heads_load_in_order (RuhuDatabase *database, const char *scope, const char *type, const char *record, gint64 seen, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Reads it. CORRUPT when the log has no such change. */
gboolean ruhu_head_complete (RuhuDatabase *database, RuhuHead *head, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What whoever applies a change knows already, so that nobody looks for it again. */
typedef struct
{
  GPtrArray *absent; /* ids, borrowed from the change, of records that are not there; or NULL */
  gboolean in_order; /* log.n is the position of every change, and no change of this one's device has a higher seq: a head that it has seen is superseded, whoever it is of */
} RuhuHeadsKnown;

/**
 * ruhu_heads_apply:
 * @change: a change whose log row is @n
 * @position: its position, or 0
 * @known: NULL: nothing
 * @deletions: NULL, or set to whether any of these records now has a head that deletes it
 *
 * Moves the heads of every record that @change writes, updates rows and conflicts, and refreshes the search index. Run inside a transaction. Record types and fields
 * the catalogue does not know get heads but no rows.
 */
gboolean ruhu_heads_apply (RuhuDatabase *database, RuhuCatalogue *catalogue, const RuhuChange *change, gint64 n, gint64 position, const RuhuHeadsKnown *known, gboolean *deletions, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* The same for a change that was let in late: only the fields (type → record → [names]) for which no later change of its own device counts become heads. Run inside a transaction. */
gboolean ruhu_heads_apply_fields (RuhuDatabase *database, RuhuCatalogue *catalogue, const RuhuChange *change, gint64 n, gint64 position, json_object *fields, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The scope that a record belongs to; *@scope NULL when there is no such record. Transfer full. */
gboolean ruhu_heads_find_scope (RuhuDatabase *database, RuhuCatalogue *catalogue, const char *type, const char *record, char **scope, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether every record that @change writes is new or belongs to the change's scope already: a record belongs to one scope for ever. INVALID otherwise. The ids of those that are new (and of a type that
 * the catalogue knows) are added to @absent, borrowed from the change, if that is not NULL. */
gboolean ruhu_heads_check_scope (RuhuDatabase *database, RuhuCatalogue *catalogue, const RuhuChange *change, GPtrArray *absent, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Installs @fields (type → record → [field names]) of change @n as heads without superseding anything: for a backfill into an empty scope. Rows follow by ruhu_heads_rebuild(). */
gboolean ruhu_heads_install (RuhuDatabase *database, RuhuCatalogue *catalogue, const char *scope, gint64 n, json_object *fields, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Makes the rows, conflicts and search terms of a record again from its heads and the log. */
gboolean ruhu_heads_rebuild (RuhuDatabase *database, RuhuCatalogue *catalogue, const char *type, const char *record, const char *scope, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for every record of a scope, or of a type (either may be NULL: all). */
gboolean ruhu_heads_rebuild_all (RuhuDatabase *database, RuhuCatalogue *catalogue, const char *type, const char *scope, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Deletes heads, rows, conflicts, search terms of a scope; its log rows too, but for those of @keep_device that have no position yet (the outbox), were refused or
 * are in quarantine. Others' changes in quarantine go with RUHU_SCOPE_ALL only. */
gboolean ruhu_heads_forget (RuhuDatabase *database, RuhuCatalogue *catalogue, const char *scope, const char *keep_device, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether neither of two heads had seen the other. */
gboolean ruhu_head_is_concurrent (const RuhuHead *a, const RuhuHead *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuHead, ruhu_head_free)

G_END_DECLS
