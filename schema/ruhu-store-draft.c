/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-store"

#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-store-private.h"
#include "ruhu-store.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define COLUMNS "SELECT id, kind, scope, seen, updated, body FROM draft "

void
ruhu_draft_free (RuhuDraft *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->kind);
  g_free (self->scope);
  g_free (self->updated);
  json_object_put (self->body);
  g_free (self);
}

void
ruhu_draft_version_clear (RuhuDraftVersion *self)
{
  g_clear_pointer (&self->updated, g_free);
  g_clear_pointer (&self->body, g_free);
}

typedef struct
{
  RuhuStore *store;
  const char *id;
  const char *kind;
  const char *scope;
  gint64 seen;
  json_object *body;
  const RuhuDraftVersion *before; /* NULL: whatever is there is replaced */
  char *updated;
  char *written;
} Put;

/* @body without what was read; its members are shared. */
static json_object *
strip_base (json_object *body)
{
  json_object *stripped = json_object_new_object ();

  json_object_object_foreach (body, name, value)
  {
    if (strcmp (name, RUHU_DRAFT_BASE) != 0)
      json_object_object_add (stripped, name, json_object_get (value));
  }
  return stripped;
}

/* Of two versions the later has the higher stamp, also where the clock was put back between them. */
static gboolean
stamp_version (Put *job, char **updated, GError **error)
{
  g_autofree char *before = NULL;
  gint64 now = ruhu_clock_now (ruhu_store_get_clock (job->store));

  if (!ruhu_database_get_text (ruhu_store_get_database (job->store), "SELECT updated FROM draft WHERE id = ?1 UNION ALL SELECT updated FROM over_draft WHERE id = ?1", &before, error, "s", job->id))
    return FALSE;
  *updated = ruhu_stamp_from_time (before != NULL ? MAX (now, ruhu_stamp_get_time (before) + 1) : now);
  return TRUE;
}

/* Two versions, as JSON, are the same where the same was typed. */
static gboolean
is_same (const char *one, const char *other)
{
  g_autoptr (RuhuJson) a = json_tokener_parse (one), b = json_tokener_parse (other);

  if (json_object_is_type (a, json_type_object))
    json_object_object_del (a, RUHU_DRAFT_BASE);
  if (json_object_is_type (b, json_type_object))
    json_object_object_del (b, RUHU_DRAFT_BASE);
  return json_object_equal (a, b);
}

/* Whether what is on the disk is not what @seen is: another program has put it there since, from the township, or a second window. */
static gboolean
is_other (RuhuStore *self, const char *id, const RuhuDraftVersion *seen, gboolean *other, GError **error)
{
  g_autofree char *updated = NULL, *body = NULL;

  *other = FALSE;
  if (!ruhu_database_get_text (ruhu_store_get_database (self), "SELECT updated FROM draft WHERE id = ?1", &updated, error, "s", id))
    return FALSE;
  if (updated == NULL || g_strcmp0 (updated, seen->updated) == 0)
    return TRUE;
  if (!ruhu_database_get_text (ruhu_store_get_database (self), "SELECT body FROM draft WHERE id = ?1", &body, error, "s", id))
    return FALSE;
  *other = body != NULL && (seen->body == NULL || !is_same (body, seen->body));
  return TRUE;
}

/* Under another name; the township has it under that one no more. */
static gboolean
keep_beside (Put *job, gint64 version, GError **error)
{
  g_autofree char *name = ruhu_random_id ();
  gboolean other;

  if (job->before == NULL)
    return TRUE;
  return is_other (job->store, job->id, job->before, &other, error) &&
         (!other || ruhu_database_run (ruhu_store_get_database (job->store), "UPDATE draft SET id = ?2, handed = 0, version = ?3 WHERE id = ?1", error, "ssi", job->id, name, version));
}

/* A page that was open when its scope left the laptop does not bring back what was deleted then. */
static gboolean
put_draft (RuhuDatabase *database, gpointer data, GError **error)
{
  Put *job = data;
  g_autoptr (RuhuJson) body = NULL;
  g_autofree char *device = NULL;
  gint64 version;
  gboolean holds;

  if (!ruhu_store_holds (job->store, job->scope, &holds, error) ||
      !ruhu_database_get_text (database, "SELECT value FROM meta WHERE key = 'device'", &device, error, ""))
    return FALSE;
  /* Nor to a laptop that was erased under an open page. */
  if (device == NULL)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NOT_ENROLLED, _ ("This laptop has not been enrolled yet."));
      return FALSE;
    }
  g_clear_pointer (&job->updated, g_free);
  g_clear_pointer (&job->written, g_free);
  body = holds || !json_object_is_type (job->body, json_type_object) ? json_object_get (job->body) : strip_base (job->body);
  job->written = g_strdup (json_object_to_json_string_ext (body, JSON_C_TO_STRING_PLAIN));
  if (!stamp_version (job, &job->updated, error) || !ruhu_database_run (database, "DELETE FROM over_draft WHERE id = ?1", error, "s", job->id) ||
      !ruhu_store_get_number (job->store, "draft_version", 0, &version, error) || !ruhu_store_set_number (job->store, "draft_version", version + 1, error) ||
      !keep_beside (job, version + 1, error))
    return FALSE;
  return ruhu_database_run (database,
                            "INSERT INTO draft (id, kind, scope, seen, updated, body, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
                            "ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, scope = excluded.scope, seen = excluded.seen, updated = excluded.updated, "
                            "body = excluded.body, version = max(excluded.version, draft.version + 1)",
                            error, "sssissi", job->id, job->kind, job->scope, job->seen, job->updated, job->written,
                            version + 1);
}

/* @written: the version that is there then; as it was on failure. */
static gboolean
put (Put *job, RuhuDraftVersion *written, GError **error)
{
  RuhuDraftVersion now;
  gboolean done = ruhu_database_transaction (ruhu_store_get_database (job->store), put_draft, job, error);

  now = (RuhuDraftVersion){ job->updated, job->written };
  if (done)
    {
      ruhu_draft_version_clear (written);
      *written = now;
    }
  else
    ruhu_draft_version_clear (&now);
  return done;
}

gboolean
ruhu_store_put_draft (RuhuStore *self, const char *id, const char *kind, const char *scope, gint64 seen, json_object *body, GError **error)
{
  g_auto (RuhuDraftVersion) written = { NULL };
  Put job = { self, id, kind, scope, seen, body };

  g_return_val_if_fail (body != NULL, FALSE);
  return put (&job, &written, error);
}

gboolean
ruhu_store_put_draft_after (RuhuStore *self, const char *id, const char *kind, const char *scope, gint64 seen_position, json_object *body, RuhuDraftVersion *seen, GError **error)
{
  Put job = { self, id, kind, scope, seen_position, body, seen };

  g_return_val_if_fail (body != NULL && seen != NULL, FALSE);
  return put (&job, seen, error);
}

/* A draft whose body cannot be read is returned without it: it stays on disk for whoever can. */
static RuhuDraft *
draft_from_row (RuhuStatement *row)
{
  RuhuDraft *self = g_new0 (RuhuDraft, 1);

  self->id = g_strdup (ruhu_statement_get_text (row, 0));
  self->kind = g_strdup (ruhu_statement_get_text (row, 1));
  self->scope = g_strdup (ruhu_statement_get_text (row, 2));
  self->seen = ruhu_statement_get_integer (row, 3);
  self->updated = g_strdup (ruhu_statement_get_text (row, 4));
  self->body = json_tokener_parse (ruhu_statement_get_text (row, 5));
  return self;
}

RuhuDraft *
ruhu_store_get_draft (RuhuStore *self, const char *id, GError **error)
{
  g_autoptr (RuhuStatement) query = ruhu_database_query (ruhu_store_get_database (self), COLUMNS "WHERE id = ?1", error, "s", id);

  return query != NULL && ruhu_statement_next (query, error) ? draft_from_row (query) : NULL;
}

GPtrArray *
ruhu_store_list_drafts (RuhuStore *self, const char *scope, GError **error)
{
  g_autoptr (GPtrArray) drafts = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_draft_free);
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query =
      ruhu_database_query (ruhu_store_get_database (self), COLUMNS "WHERE ?1 IS NULL OR scope = ?1 ORDER BY updated DESC, id", error, "s", scope);

  if (query == NULL)
    return NULL;
  while (ruhu_statement_next (query, &local))
    g_ptr_array_add (drafts, draft_from_row (query));
  return ruhu_check_end (&local, error) ? g_steal_pointer (&drafts) : NULL;
}

gboolean
ruhu_store_end_draft (RuhuStore *self, const char *id, const RuhuDraftVersion *seen, gint64 seq, GError **error)
{
  RuhuDatabase *database = ruhu_store_get_database (self);
  gboolean other = FALSE;

  if (seen != NULL && seen->updated != NULL && !is_other (self, id, seen, &other, error))
    return FALSE;
  if (other)
    return ruhu_database_run (database,
                              "INSERT INTO over_draft (id, seq, updated) VALUES (?1, ?2, ?3) "
                              "ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, updated = excluded.updated, told = 0",
                              error, "sis", id, seq, seen->updated);
  return ruhu_database_run (database,
                            "INSERT INTO over_draft (id, seq, updated) SELECT id, ?2, updated FROM draft WHERE id = ?1 "
                            "ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, updated = excluded.updated, told = 0",
                            error,
                            "si", id, seq) &&
         ruhu_database_run (database, "DELETE FROM draft WHERE id = ?1", error, "s", id);
}

typedef struct
{
  RuhuStore *store;
  const char *id;
  const RuhuDraftVersion *seen;
} Discard;

static gboolean
discard_draft (RuhuDatabase *database, gpointer data, GError **error)
{
  Discard *job = data;

  return ruhu_database_run (database, "UPDATE photo SET state = 'new', received = 0, upload = NULL WHERE state = 'sent' AND EXISTS (SELECT 1 FROM draft WHERE id = ?1 AND body LIKE '%' || photo.hash || '%')", error, "s", job->id) &&
         ruhu_store_end_draft (job->store, job->id, job->seen, 0, error);
}

gboolean
ruhu_store_discard_draft (RuhuStore *self, const char *id, const RuhuDraftVersion *seen, GError **error)
{
  Discard job = { self, id, seen };

  return ruhu_database_transaction (ruhu_store_get_database (self), discard_draft, &job, error);
}
