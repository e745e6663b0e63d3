/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-store"

#include "config.h"

#include "ruhu-salvage.h"

#include "ruhu-clock.h"
#include "ruhu-error.h"
#include "ruhu-quick-sum.h"
#include "ruhu-store-private.h"
#include "ruhu-wal.h"

#include <glib/gstdio.h>
#include <string.h>

/* Rows behind the last one that was read that are still tried: a damaged page hides as many at the most. */
#define MAX_HIDDEN 2000
/* Draft rows that are tried at the least. */
#define MAX_DRAFTS 200

static void
salvaged_free (gpointer data)
{
  RuhuSalvaged *self = data;

  ruhu_change_free (self->change);
  g_free (self->body);
  g_free (self->reason);
  g_free (self->detail);
  g_free (self);
}

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
  GHashTable *found; /* seq → RuhuSalvaged, owned by the table */
} Reading;

static RuhuSalvaged *
salvaged_new (RuhuChange *change, const char *body, gsize length)
{
  RuhuSalvaged *self = g_new0 (RuhuSalvaged, 1);

  self->change = change;
  self->body = g_strndup (body, length);
  return self;
}

static void
insert (Reading *self, RuhuSalvaged *item)
{
  g_hash_table_replace (self->found, g_memdup2 (&item->change->seq, sizeof item->change->seq), item);
}

/* A text that lies in the file, perhaps an older copy of a row's. A row has its sum right behind it. */
static gboolean
keep (Reading *self, const char *json, gsize length, const char *end)
{
  RuhuChange *change = ruhu_change_parse (json, length, NULL);
  gint64 sum = ruhu_quick_sum (json, length), behind = 0;
  RuhuSalvaged *item, *other;

  if (change == NULL || strcmp (change->device, self->device) != 0)
    {
      ruhu_change_free (change);
      return FALSE;
    }
  if ((gsize) (end - json) >= length + sizeof behind)
    memcpy (&behind, json + length, sizeof behind);
  item = salvaged_new (change, json, length);
  item->altered = GINT64_FROM_BE (behind) != sum;
  other = g_hash_table_lookup (self->found, &change->seq);
  /* What was altered where it is now may be whole where it was before. */
  if (other != NULL && other->altered && other->sum == sum)
    item->altered = FALSE;
  if (other == NULL || (other->altered && other->reason == NULL && !item->altered && (other->sum == sum || other->sum == 0)))
    insert (self, item);
  else
    salvaged_free (item);
  return TRUE;
}

/* What stands beside an altered text. */
static RuhuChange *
read_columns (Reading *self, RuhuStatement *row)
{
  RuhuChange *change = g_new0 (RuhuChange, 1);
  const char *time = ruhu_statement_get_text (row, 4);

  change->device = g_strdup (self->device);
  change->seq = ruhu_statement_get_integer (row, 0);
  change->seen = ruhu_statement_get_integer (row, 3);
  change->time = time != NULL && ruhu_stamp_get_time (time) >= 0 ? g_strdup (time) : ruhu_stamp_from_time (0);
  change->by = g_strdup (ruhu_statement_get_text (row, 5));
  change->scope = g_strdup (ruhu_statement_get_text (row, 6));
  change->visit = g_strdup (ruhu_statement_get_text (row, 7));
  return change;
}

static void
keep_row (Reading *self, RuhuStatement *row)
{
  const char *body = ruhu_statement_get_text (row, 1);
  gsize length = strlen (body);
  gboolean has_sum = !ruhu_statement_is_null (row, 2);
  RuhuChange *change = ruhu_change_parse (body, length, NULL);
  gboolean whole = change != NULL && strcmp (change->device, self->device) == 0 && change->seq == ruhu_statement_get_integer (row, 0) &&
                   (!has_sum || ruhu_statement_get_integer (row, 2) == ruhu_quick_sum (body, length));
  RuhuSalvaged *item;

  if (!whole)
    {
      ruhu_change_free (change);
      change = read_columns (self, row);
    }
  item = salvaged_new (change, body, length);
  item->altered = !whole;
  item->sum = has_sum ? ruhu_statement_get_integer (row, 2) : 0;
  /* Refused here, not at the township: see ruhu_replica_hold_back(). */
  if (ruhu_statement_is_null (row, 9) && strcmp (ruhu_statement_get_text (row, 8), "refused") == 0)
    item->reason = g_strdup (ruhu_statement_get_text (row, 10));
  item->detail = item->reason != NULL ? g_strdup (ruhu_statement_get_text (row, 11)) : NULL;
  item->settled = ruhu_statement_get_integer (row, 12) != 0;
  if (change->seq > 0 && !g_hash_table_contains (self->found, &change->seq))
    insert (self, item);
  else
    salvaged_free (item);
}

/* One row by its number; a page that cannot be read costs its rows and no others. */
static gboolean
read_change (Reading *self, RuhuDatabase *database, gint64 n)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = ruhu_database_query (database,
                                                         "SELECT seq, body, hash, seen, time, author, scope, visit, kind, position, reason, detail, settled FROM log "
                                                         "WHERE n = ?1 AND device = ?2 AND kind IN ('change', 'refused', 'quarantined')",
                                                         &local, "is", n, self->device);
  gboolean found = query != NULL && ruhu_statement_next (query, &local);

  if (found)
    keep_row (self, query);
  self->salvage->whole &= local == NULL;
  return found;
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

      p += behind != NULL && keep (self, p, (gsize) (behind - p), end) ? (gsize) (behind - p) : strlen (start);
      p = memmem (p, (gsize) (end - p), start, strlen (start));
    }
}

static char *
find_in (RuhuDatabase *database, gboolean log, const char *start, gint64 sum)
{
  g_autoptr (GBytes) raw = ruhu_database_read_raw (database, log);
  gsize size = 0;
  const char *bytes = raw != NULL ? g_bytes_get_data (raw, &size) : "", *end = bytes + size, *p;

  for (p = size > 0 ? memmem (bytes, size, start, strlen (start)) : NULL; p != NULL; p = memmem (p + 1, (gsize) (end - p - 1), start, strlen (start)))
    {
      const char *behind = end_of_object (p, (gsize) (end - p) > RUHU_CHANGE_MAX ? p + RUHU_CHANGE_MAX : end);

      if (behind != NULL && ruhu_quick_sum (p, (gsize) (behind - p)) == sum)
        return g_strndup (p, (gsize) (behind - p));
    }
  return NULL;
}

char *
ruhu_salvage_find (RuhuDatabase *database, const char *device, gint64 seq, gint64 sum)
{
  g_autofree char *start = NULL;
  char *found;

  g_return_val_if_fail (database != NULL && device != NULL, NULL);

  start = g_strdup_printf ("{\"device\":\"%s\",\"seq\":%" G_GINT64_FORMAT ",", device, seq);
  found = find_in (database, TRUE, start, sum);
  return found != NULL ? found : find_in (database, FALSE, start, sum);
}

/* SQLite reads a copy: it would write the log back into the file, and what is there is all that there is. */
static void
read_files (Reading *self, const char *path)
{
  static const char *const suffixes[] = { "", "-wal", "-shm" };
  g_autofree char *copy = g_strconcat (path, ".salvage", NULL);
  char *bytes[2] = { NULL, NULL };
  gsize sizes[2] = { 0, 0 };

  /* The log first: closing the file drops this program's locks on it, and whoever closes the database then takes itself for the last one, and the log away. */
  for (gsize i = 2; i-- > 0;)
    {
      g_autofree char *from = g_strconcat (path, suffixes[i], NULL);
      g_autofree char *to = g_strconcat (copy, suffixes[i], NULL);

      if (!g_file_get_contents (from, &bytes[i], &sizes[i], NULL))
        continue;
      if (i == 1 && ruhu_wal_mend ((guint8 *) bytes[i], sizes[i]))
        self->salvage->whole = FALSE;
      if (!g_file_set_contents_full (to, bytes[i], (gssize) sizes[i], G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL))
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
  g_autoptr (GHashTable) found = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, salvaged_free);
  g_autoptr (GPtrArray) seqs = NULL;
  Reading reading = { self, device, found };
  GHashTableIter iter;
  gpointer key;

  g_return_val_if_fail (path != NULL && device != NULL, NULL);
  self->changes = g_ptr_array_new_with_free_func (salvaged_free);
  self->drafts = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_draft_free);
  self->whole = TRUE;
  read_files (&reading, path);
  seqs = g_ptr_array_new ();
  g_hash_table_iter_init (&iter, found);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_ptr_array_add (seqs, key);
  g_ptr_array_sort (seqs, compare_seqs);
  for (guint i = 0; i < seqs->len; i++)
    {
      gpointer seq, item;

      g_hash_table_steal_extended (found, g_ptr_array_index (seqs, i), &seq, &item);
      g_ptr_array_add (self->changes, item);
      self->whole &= !((RuhuSalvaged *) item)->altered;
      g_free (seq);
    }
  return self;
}

typedef struct
{
  const RuhuSalvage *salvage;
  RuhuStore *store;
  gint64 after;
  guint n;
} Put;

/* What may have left the laptop is never stamped anew; what was altered is known by its sum. */
static gboolean
put_change (RuhuDatabase *database, RuhuStore *store, const RuhuSalvaged *item, GError **error)
{
  gint64 n;

  return ruhu_store_append (store, item->change, item->body, (gssize) strlen (item->body), item->reason != NULL ? "refused" : "change", 0, &n, error) &&
         ruhu_database_run (database, "UPDATE log SET sent = 1, reason = ?2, detail = ?3, hash = CASE WHEN ?4 = 1 THEN ?5 ELSE hash END WHERE n = ?1", error, "issii", n, item->reason,
                            item->detail, (gint64) item->altered, item->sum);
}

/* What the township refused comes from there again; this laptop's own refusals would come from nowhere. */
static gboolean
is_settled (const RuhuSalvaged *item)
{
  return item->reason != NULL && item->settled;
}

static gboolean
put (RuhuDatabase *database, gpointer data, GError **error)
{
  Put *job = data;

  for (guint i = 0; i < job->salvage->changes->len; i++)
    {
      const RuhuSalvaged *item = g_ptr_array_index (job->salvage->changes, i);

      if (!is_settled (item) && !put_change (database, job->store, item, error))
        return FALSE;
    }
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
  Put job = { .salvage = self, .store = store };

  g_return_val_if_fail (self != NULL && store != NULL, FALSE);
  return ruhu_database_transaction (ruhu_store_get_database (store), put, &job, error);
}

/* One that is here under its number stays as it is. */
static gboolean
put_more (RuhuDatabase *database, gpointer data, GError **error)
{
  Put *job = data;
  gint64 found;

  job->n = 0;
  for (guint i = 0; i < job->salvage->changes->len; i++)
    {
      const RuhuSalvaged *item = g_ptr_array_index (job->salvage->changes, i);

      if (!ruhu_database_get_integer (database, "SELECT 1 FROM log WHERE device = ?1 AND seq = ?2 LIMIT 1", 0, &found, error, "si", item->change->device, item->change->seq))
        return FALSE;
      if (found != 0 || is_settled (item) || (item->reason == NULL && item->change->seq <= job->after))
        continue;
      if (!put_change (database, job->store, item, error))
        return FALSE;
      job->n++;
    }
  return TRUE;
}

gboolean
ruhu_salvage_put_more (const RuhuSalvage *self, RuhuStore *store, gint64 after, guint *n, GError **error)
{
  Put job = { .salvage = self, .store = store, .after = after };

  g_return_val_if_fail (self != NULL && store != NULL && n != NULL, FALSE);
  if (!ruhu_database_transaction (ruhu_store_get_database (store), put_more, &job, error))
    return FALSE;
  *n = job.n;
  return TRUE;
}
