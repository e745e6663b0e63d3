/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuStore: one Ruhu database file, opened. ruhu_store_save() is the only way a person's work gets in.
 *
 * A store belongs to one thread; threads and programs that share a file each open their own. Queries are in ruhu-store-query.h, the daemon's side
 * in ruhu-replica.h, the township's in syncd/township/ruhu-ledger.h. */
#pragma once

#include "ruhu-catalogue.h"
#include "ruhu-change.h"
#include "ruhu-clock.h"
#include "ruhu-database.h"
#include "ruhu-rules.h"

G_BEGIN_DECLS

typedef struct
{
  const char *path;
  RuhuDatabaseFlags flags;
  RuhuCatalogue *catalogue; /* the built-in one when NULL; extensions in the log go on top */
  RuhuNowFunc now;          /* NULL: the system's clock */
  gpointer now_data;
} RuhuStoreOptions;

/**
 * ruhu_store_open:
 *
 * Opens, migrates the core tables, lets the record tables follow the catalogue. Nothing is deleted, whatever is wrong with the file.
 * Errors: those of ruhu_database_open(), VERSION. Transfer full.
 */
RuhuStore *ruhu_store_open (const RuhuStoreOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ruhu_store_close (RuhuStore *self);

/* Where the laptop's database is: $RUHU_DATA_DIR, else $XDG_DATA_HOME/ruhu; made with mode 0700. Transfer full. */
char *ruhu_store_dup_default_directory (void);
char *ruhu_store_dup_default_path (void);

/* Borrowed, for the life of the store (the catalogue: until an extension arrives). */
RuhuDatabase *ruhu_store_get_database (RuhuStore *self);
RuhuCatalogue *ruhu_store_get_catalogue (RuhuStore *self);
RuhuClock *ruhu_store_get_clock (RuhuStore *self);
RuhuValidator *ruhu_store_get_validator (RuhuStore *self);
/* The rules of the store's catalogue, over a reading connection of their own, opened at the first call. Borrowed, until an extension arrives. */
RuhuRules *ruhu_store_get_rules (RuhuStore *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Small facts about the file. NULL without error where there is none. Known keys: device, user, role, township, township_name, server, server_pin, server_key,
 * cursor, clock_correction, clock. Transfer full. */
char *ruhu_store_get_meta (RuhuStore *self, const char *key, GError **error);
gboolean ruhu_store_set_meta (RuhuStore *self, const char *key, const char *value, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The township position that this file has reached: what a page opened now must remember as its `seen`. Read it in the same ruhu_database_read() as the page's data. */
gboolean ruhu_store_get_seen (RuhuStore *self, gint64 *seen, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The user's role from their helper record, else from enrolment; 0: none. What is refused by it must have been able to read it. */
gboolean ruhu_store_read_role (RuhuStore *self, RuhuRole *role, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* For what is only shown by it: 0, with a warning, also where it cannot be read. */
RuhuRole ruhu_store_get_role (RuhuStore *self);

/* What somebody has seen or written last of a draft on the disk; both NULL: nothing. */
typedef struct
{
  char *updated; /* stamp */
  char *body;    /* JSON */
} RuhuDraftVersion;

typedef struct
{
  const char *scope; /* household id, village id or RUHU_SCOPE_TOWNSHIP */
  gboolean of_village;
  const char *visit; /* or NULL */
  gint64 seen;       /* of the page's opening */
  json_object *set;  /* type → record id → field → value (borrowed) */
  const char *draft; /* a draft to delete in the same transaction, or NULL */
  gint64 answers;    /* seq of an own change that was not let in, to be settled in the same transaction; 0: none */

  const RuhuDraftVersion *draft_seen; /* of @draft: another one stays; NULL: whichever there is ends */
} RuhuEdit;

/**
 * ruhu_store_check:
 *
 * Everything that is to be said about @edit, without saving: RuhuFinding, errors first. Transfer full, NULL when the check could not run.
 */
GPtrArray *ruhu_store_check (RuhuStore *self, const RuhuEdit *edit, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ruhu_store_save:
 * @seq: (out, optional): the change's number on this device
 *
 * The only writer: validate → change → heads → rows, one transaction, on disk when it returns. The values that are already there and the user's own choice are dropped
 * from the change only by the caller. INVALID names the first finding's place and reason; NOT_ENROLLED; FORBIDDEN when the household is not on this laptop. Nothing is
 * changed on failure.
 */
gboolean ruhu_store_save (RuhuStore *self, const RuhuEdit *edit, gint64 *seq, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ruhu_store_undo:
 * @seq: a change of this device
 * @new_seq: (out, optional): the number of the change that takes it back; it can itself be taken back
 *
 * Saves the values that stood before the change, as a change of its own: the log keeps both. What the change had made new is deleted. INVALID, with a sentence, when something
 * supersedes or contradicts it, or when it made an entry that can only be corrected by others. Else the errors of ruhu_store_save().
 */
gboolean ruhu_store_undo (RuhuStore *self, gint64 seq, gint64 *new_seq, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether that would go through just now. */
gboolean ruhu_store_can_undo (RuhuStore *self, gint64 seq);

/* Reloads the catalogue with the extensions that are in the log, and rebuilds the rows of types that grew. TRUE in *@changed if anything did. */
gboolean ruhu_store_refresh_catalogue (RuhuStore *self, gboolean *changed, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The checksum of the extensions that the catalogue has on top: two stores of one file whose are the same go by the same catalogue. Borrowed until the next refresh. */
const char *ruhu_store_get_extensions (RuhuStore *self);

/* Drafts: a visit being recorded. Never synchronised; written as fields are left. The body is its owner's; only its member RUHU_DRAFT_BASE, what was read and not typed, is dropped
 * when the scope leaves the laptop. */
#define RUHU_DRAFT_BASE "base"

typedef struct
{
  char *id;
  char *kind; /* the form's name */
  char *scope;
  gint64 seen;
  char *updated; /* stamp */
  json_object *body;
} RuhuDraft;

void ruhu_draft_free (RuhuDraft *self);
void ruhu_draft_version_clear (RuhuDraftVersion *self);
/* Inserts or replaces; without RUHU_DRAFT_BASE where this laptop does not hold the scope. On disk when it returns. */
gboolean ruhu_store_put_draft (RuhuStore *self, const char *id, const char *kind, const char *scope, gint64 seen, json_object *body, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same for somebody who has seen or written @seen of it, which follows: what another program has put in its place since, and says something else, is kept beside it. */
gboolean ruhu_store_put_draft_after (RuhuStore *self, const char *id, const char *kind, const char *scope, gint64 seen_position, json_object *body, RuhuDraftVersion *seen, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* NULL without error where there is none. */
RuhuDraft *ruhu_store_get_draft (RuhuStore *self, const char *id, GError **error);
/* RuhuDraft, newest first; of one scope or (NULL) of all. */
GPtrArray *ruhu_store_list_drafts (RuhuStore *self, const char *scope, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Throws it away, which the township is told. Deletes it so that putting it again brings it back whole: its photos stay here as if nobody had saved them yet, also those that the township has.
 * @seen: (nullable): another version than this one stays. */
gboolean ruhu_store_discard_draft (RuhuStore *self, const char *id, const RuhuDraftVersion *seen, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuStore, ruhu_store_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuDraft, ruhu_draft_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RuhuDraftVersion, ruhu_draft_version_clear)

G_END_DECLS
