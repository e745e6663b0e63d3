/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-store"

#include "config.h"

#include "ruhu-salvage.h"

#include "ruhu-error.h"
#include "ruhu-store-private.h"

#include <glib/gstdio.h>
#include <string.h>

/* Rows behind the last one that was read that are still tried: a damaged page hides as many at the most. */
#define MAX_HIDDEN 2000
/* Draft rows that are tried at the least. */
#define MAX_DRAFTS 200

void
ruhu_salvage_free (RuhuSalvage *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->changes);
  g_ptr_array_unref (self->drafts);
  g_free (self);
}

typedef struct
{
  RuhuSalvage *salvage;
  const char *device;
  GHashTable *found; /* seq → JSON, owned by the table */
} Reading;

/* Whether it is a whole change of the device; then it is kept unless one with its number is there already. */
static gboolean
keep (Reading *self, const char *json, gsize length)
{
  g_autoptr (RuhuChange) change = ruhu_change_parse (json, length, NULL);

  if (change == NULL || strcmp (change->device, self->device) != 0)
    return FALSE;
  if (!g_hash_table_contains (self->found, &change->seq))
    g_hash_table_insert (self->found, g_memdup2 (&change->seq, sizeof change->seq), g_strndup (json, length));
  return TRUE;
}

/* One row by its number; a page that cannot be read costs its rows and no others. */
static gboolean
read_change (Reading *self, RuhuDatabase *database, gint64 n)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *body = NULL;

  if (!ruhu_database_get_text (database, "SELECT body FROM log WHERE n = ?1 AND device = ?2 AND kind IN ('change', 'refused')", &body, &local, "is", n, self->device))
    {
      self->salvage->whole = FALSE;
      return FALSE;
    }
  if (body != NULL)
    keep (self, body, strlen (body));
  return body != NULL;
}

static gint64
get_last (RuhuDatabase *database, const char *sql)
{
  gint64 last = 0;

  return ruhu_database_get_integer (database, sql, 0, &last, NULL, "") ? last : 0;
}

static void
read_draft (Reading *self, RuhuDatabase *database, gint64 row)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = ruhu_database_query (database, "SELECT id, kind, scope, seen, updated, body FROM draft WHERE rowid = ?1", &local, "i", row);
  RuhuDraft *draft;

  if (query == NULL || !ruhu_statement_next (query, &local))
    {
      self->salvage->whole &= local == NULL;
      return;
    }
  draft = g_new0 (RuhuDraft, 1);
  draft->id = g_strdup (ruhu_statement_get_text (query, 0));
  draft->kind = g_strdup (ruhu_statement_get_text (query, 1));
  draft->scope = g_strdup (ruhu_statement_get_text (query, 2));
  draft->seen = ruhu_statement_get_integer (query, 3);
  draft->updated = g_strdup (ruhu_statement_get_text (query, 4));
  draft->body = json_tokener_parse (ruhu_statement_get_text (query, 5));
  if (draft->id != NULL && draft->kind != NULL && draft->scope != NULL && draft->updated != NULL && draft->body != NULL)
    g_ptr_array_add (self->salvage->drafts, draft);
  else
    {
      self->salvage->whole = FALSE;
      ruhu_draft_free (draft);
    }
}

static void
read_rows (Reading *self, const char *path)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuDatabase) database = ruhu_database_open (path, RUHU_DATABASE_DEFAULT, &local);
  gint64 last, misses = 0;

  if (database == NULL)
    {
      self->salvage->whole = FALSE;
      return;
    }
  last = get_last (database, "SELECT max (n) FROM log");
  for (gint64 n = 1; n <= last || (last == 0 && misses < MAX_HIDDEN); n++)
    misses = read_change (self, database, n) ? 0 : misses + 1;
  last = get_last (database, "SELECT max (rowid) FROM draft");
  for (gint64 row = 1; row <= MAX (last, MAX_DRAFTS); row++)
    read_draft (self, database, row);
}

/* Behind the object that begins at @text; NULL if it does not end before @end. */
static const char *
end_of_object (const char *text, const char *end)
{
  gboolean quoted = FALSE;
  guint depth = 0;

  for (const char *p = text; p < end; p++)
    {
      if (quoted && *p == '\\')
        p++;
      else if (*p == '"')
        quoted = !quoted;
      else if (!quoted && *p == '{')
        depth++;
      else if (!quoted && *p == '}' && --depth == 0)
        return p + 1;
    }
  return NULL;
}

/* A change lies in the file as it was written, in one piece unless it is larger than a page. */
static void
look_through (Reading *self, const char *bytes, gsize size)
{
  g_autofree char *start = g_strdup_printf ("{\"device\":\"%s\",\"seq\":", self->device);
  const char *end = bytes + size;
  const char *p = size > 0 ? memmem (bytes, size, start, strlen (start)) : NULL;

  while (p != NULL)
    {
      const char *behind = end_of_object (p, (gsize) (end - p) > RUHU_CHANGE_MAX ? p + RUHU_CHANGE_MAX : end);

      p += behind != NULL && keep (self, p, (gsize) (behind - p)) ? (gsize) (behind - p) : strlen (start);
      p = memmem (p, (gsize) (end - p), start, strlen (start));
    }
}

/* SQLite reads a copy: it would write the log back into the file, and what is there is all that there is. */
static void
read_files (Reading *self, const char *path)
{
  static const char *const suffixes[] = { "", "-wal", "-shm" };
  g_autofree char *copy = g_strconcat (path, ".salvage", NULL);
  char *bytes[2] = { NULL, NULL };
  gsize sizes[2] = { 0, 0 };

  for (gsize i = 0; i < 2; i++)
    {
      g_autofree char *from = g_strconcat (path, suffixes[i], NULL);
      g_autofree char *to = g_strconcat (copy, suffixes[i], NULL);

      if (g_file_get_contents (from, &bytes[i], &sizes[i], NULL) && !g_file_set_contents_full (to, bytes[i], (gssize) sizes[i], G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL))
        g_debug ("no copy could be made to read from");
    }
  read_rows (self, copy);
  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *made = g_strconcat (copy, suffixes[i], NULL);

      g_unlink (made);
    }
  look_through (self, bytes[1], sizes[1]);
  look_through (self, bytes[0], sizes[0]);
  for (gsize i = 0; i < 2; i++)
    g_clear_pointer (&bytes[i], g_free);
}

static int
compare_seqs (gconstpointer a, gconstpointer b)
{
  gint64 x = **(const gint64 *const *) a;
  gint64 y = **(const gint64 *const *) b;

  return x < y ? -1 : x > y;
}

RuhuSalvage *
ruhu_salvage_read (const char *path, const char *device)
{
  RuhuSalvage *self = g_new0 (RuhuSalvage, 1);
  g_autoptr (GHashTable) found = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  g_autoptr (GPtrArray) seqs = NULL;
  Reading reading = { self, device, found };
  GHashTableIter iter;
  gpointer key;

  g_return_val_if_fail (path != NULL && device != NULL, NULL);
  self->changes = g_ptr_array_new_with_free_func (g_free);
  self->drafts = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_draft_free);
  self->whole = TRUE;
  read_files (&reading, path);
  seqs = g_ptr_array_new ();
  g_hash_table_iter_init (&iter, found);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_ptr_array_add (seqs, key);
  g_ptr_array_sort (seqs, compare_seqs);
  for (guint i = 0; i < seqs->len; i++)
    g_ptr_array_add (self->changes, g_strdup (g_hash_table_lookup (found, g_ptr_array_index (seqs, i))));
  return self;
}

typedef struct
{
  const RuhuSalvage *salvage;
  RuhuStore *store;
} Put;

static gboolean
put (RuhuDatabase *database, gpointer data, GError **error)
{
  Put *job = data;
  gint64 n;

  for (guint i = 0; i < job->salvage->changes->len; i++)
    {
      const char *json = g_ptr_array_index (job->salvage->changes, i);
      g_autoptr (RuhuChange) change = ruhu_change_parse (json, strlen (json), error);

      if (change == NULL || !ruhu_store_append (job->store, change, json, (gssize) strlen (json), "change", 0, &n, error))
        return FALSE;
    }
  /* They may have left the laptop: never stamped anew. */
  if (!ruhu_database_run (database, "UPDATE log SET sent = 1", error, ""))
    return FALSE;
  for (guint i = 0; i < job->salvage->drafts->len; i++)
    {
      const RuhuDraft *draft = g_ptr_array_index (job->salvage->drafts, i);

      if (!ruhu_database_run (database, "INSERT INTO draft (id, kind, scope, seen, updated, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO NOTHING", error,
                              "sssiss", draft->id, draft->kind, draft->scope, draft->seen, draft->updated,
                              json_object_to_json_string_ext (draft->body, JSON_C_TO_STRING_PLAIN)))
        return FALSE;
    }
  return TRUE;
}

gboolean
ruhu_salvage_put (const RuhuSalvage *self, RuhuStore *store, GError **error)
{
  Put job = { self, store };

  g_return_val_if_fail (self != NULL && store != NULL, FALSE);
  return ruhu_database_transaction (ruhu_store_get_database (store), put, &job, error);
}
