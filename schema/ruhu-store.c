/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-store"

#include "config.h"

#include "ruhu-store.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-heads.h"
#include "ruhu-listing.h"
#include "ruhu-quick-sum.h"
#include "ruhu-replacement.h"
#include "ruhu-store-private.h"
#include "ruhu-tables.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#define EXTENSION "catalogue_extension"

struct _RuhuStore
{
  /* Owned. */
  RuhuDatabase *database;
  RuhuCatalogue *base;      /* without extensions */
  RuhuCatalogue *catalogue; /* with them */
  RuhuClock *clock;
  RuhuValidator *validator;
  RuhuRules *rules;        /* NULL until asked for */
  GHashTable *expressions; /* "type\nsql" → RuhuExpression */
  char *extensions;        /* checksum of the extensions that the catalogue has */
};

gboolean
ruhu_check_end (GError **local, GError **target)
{
  if (*local == NULL)
    return TRUE;
  g_propagate_error (target, g_steal_pointer (local));
  return FALSE;
}

static void
take_catalogue (RuhuStore *self, RuhuCatalogue *catalogue)
{
  g_clear_pointer (&self->rules, ruhu_rules_free);
  g_clear_pointer (&self->validator, ruhu_validator_free);
  g_clear_pointer (&self->expressions, g_hash_table_unref);
  g_clear_pointer (&self->catalogue, ruhu_catalogue_unref);
  self->expressions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) ruhu_expression_free);
  self->catalogue = catalogue;
  self->validator = ruhu_validator_new (self->database, catalogue);
}

#define EXTENSIONS "SELECT id, body FROM r_catalogue_extension WHERE deleted = 0 AND body IS NOT NULL ORDER BY name, id"

/* A checksum of the extensions in the file; "" for a catalogue that has no such record type. Transfer full. */
static char *
sum_extensions (RuhuStore *self, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (RuhuStatement) query = NULL;
  g_autoptr (GError) local = NULL;

  if (ruhu_catalogue_get_record (self->base, EXTENSION) == NULL)
    return g_strdup ("");
  query = ruhu_database_query (self->database, EXTENSIONS, error, "");
  if (query == NULL)
    return NULL;
  while (ruhu_statement_next (query, &local))
    for (int i = 0; i < 2; i++)
      {
        const char *text = ruhu_statement_get_text (query, i);

        g_checksum_update (sum, (const guchar *) text, (gssize) strlen (text) + 1);
      }
  return ruhu_check_end (&local, error) ? g_strdup (g_checksum_get_string (sum)) : NULL;
}

/* The base catalogue with every extension of the log that fits on top; one that does not is passed over with a warning, its data stays in the log. */
static RuhuCatalogue *
extended_catalogue (RuhuStore *self, GError **error)
{
  g_autoptr (RuhuCatalogue) catalogue = ruhu_catalogue_ref (self->base);
  g_autoptr (RuhuStatement) query = NULL;
  g_autoptr (GError) local = NULL;

  if (ruhu_catalogue_get_record (self->base, EXTENSION) == NULL)
    return g_steal_pointer (&catalogue);
  query = ruhu_database_query (self->database, EXTENSIONS, error, "");
  if (query == NULL)
    return NULL;
  while (ruhu_statement_next (query, &local))
    {
      g_autoptr (GError) why = NULL;
      RuhuCatalogue *grown = ruhu_catalogue_extend (catalogue, ruhu_statement_get_text (query, 0), ruhu_statement_get_text (query, 1), &why);

      if (grown == NULL)
        {
          g_warning ("an extension of the catalogue does not fit: %s", why->message);
          continue;
        }
      ruhu_catalogue_unref (catalogue);
      catalogue = grown;
    }
  return ruhu_check_end (&local, error) ? g_steal_pointer (&catalogue) : NULL;
}

static gboolean
rebuild_grown (RuhuDatabase *database, RuhuCatalogue *catalogue, GPtrArray *grown, GError **error)
{
  for (guint i = 0; grown != NULL && i < grown->len; i++)
    if (!ruhu_heads_rebuild_all (database, catalogue, g_ptr_array_index (grown, i), NULL, error))
      return FALSE;
  return TRUE;
}

static gboolean
follow (RuhuDatabase *database, gpointer data, GError **error)
{
  RuhuCatalogue *catalogue = data;
  g_autoptr (GPtrArray) grown = NULL;

  return ruhu_tables_follow (database, catalogue, &grown, error) && rebuild_grown (database, catalogue, grown, error) && ruhu_listing_fill (database, catalogue, error);
}

typedef struct
{
  RuhuStore *store;
  RuhuCatalogue *catalogue;
} Refresh;

static gboolean
refresh (RuhuDatabase *database, gpointer data, GError **error)
{
  Refresh *job = data;

  g_clear_pointer (&job->catalogue, ruhu_catalogue_unref);
  job->catalogue = extended_catalogue (job->store, error);
  return job->catalogue != NULL && follow (database, job->catalogue, error);
}

/* The store goes by the new catalogue only when the tables have followed it on disk: else it would write to columns that are not there. */
static gboolean
extend (RuhuStore *self, GError **error)
{
  Refresh job = { self, NULL };

  if (!ruhu_database_transaction (self->database, refresh, &job, error))
    {
      g_clear_pointer (&job.catalogue, ruhu_catalogue_unref);
      return FALSE;
    }
  take_catalogue (self, job.catalogue);
  return TRUE;
}

gboolean
ruhu_store_refresh_catalogue (RuhuStore *self, gboolean *changed, GError **error)
{
  g_autofree char *sum = NULL;
  gboolean same;

  g_return_val_if_fail (self != NULL, FALSE);
  sum = sum_extensions (self, error);
  if (sum == NULL)
    return FALSE;
  same = g_strcmp0 (sum, self->extensions) == 0;
  if (!same && !extend (self, error))
    return FALSE;
  g_free (self->extensions);
  self->extensions = g_steal_pointer (&sum);
  if (changed != NULL)
    *changed = !same;
  return TRUE;
}

const char *
ruhu_store_get_extensions (RuhuStore *self)
{
  return self->extensions;
}

gboolean
ruhu_store_change_extends (const RuhuChange *change)
{
  return json_object_object_get_ex (change->set, EXTENSION, NULL);
}

/* The checksum of no extensions: a store without any is not refreshed at each opening. */
static char *
sum_none (RuhuStore *self)
{
  return ruhu_catalogue_get_record (self->base, EXTENSION) != NULL ? g_compute_checksum_for_string (G_CHECKSUM_SHA256, "", 0) : g_strdup ("");
}

/* Mostly there is nothing to do. A deferred transaction finds that out without the writer's lock, which the daemon may hold for longer than the app would wait. */
static gboolean
follow_tables (RuhuStore *self, GError **error)
{
  g_autoptr (GError) local = NULL;

  return ruhu_database_read (self->database, follow, self->catalogue, &local) ||
         ruhu_database_transaction (self->database, follow, self->catalogue, error);
}

/* Reading needs the extended catalogue, but may not let the tables follow it. */
static gboolean
extend_only (RuhuStore *self, GError **error)
{
  RuhuCatalogue *catalogue = extended_catalogue (self, error);

  if (catalogue == NULL)
    return FALSE;
  take_catalogue (self, catalogue);
  return TRUE;
}

RuhuExpression *
ruhu_store_get_expression (RuhuStore *self, RuhuRecordType *type, const char *sql, GError **error)
{
  g_autofree char *key = g_strconcat (type->name, "\n", sql, NULL);
  RuhuExpression *expression = g_hash_table_lookup (self->expressions, key);

  if (expression == NULL)
    {
      expression = ruhu_expression_new (self->database, type, sql, error);
      if (expression != NULL)
        g_hash_table_insert (self->expressions, g_steal_pointer (&key), expression);
    }
  return expression;
}

RuhuStore *
ruhu_store_open (const RuhuStoreOptions *options, GError **error)
{
  g_autoptr (RuhuStore) self = g_new0 (RuhuStore, 1);
  gboolean read_only = (options->flags & RUHU_DATABASE_READ_ONLY) != 0;

  self->base = options->catalogue != NULL ? ruhu_catalogue_ref (options->catalogue) : ruhu_catalogue_load_builtin (error);
  if (self->base == NULL)
    return NULL;
  if (!read_only && !ruhu_replacement_finish (options->path, error))
    return NULL;
  self->database = ruhu_database_open (options->path, options->flags, error);
  if (self->database == NULL)
    return NULL;
  self->clock = ruhu_clock_new (options->now, options->now_data);
  take_catalogue (self, ruhu_catalogue_ref (self->base));
  if (!read_only && (!ruhu_database_migrate (self->database, error) || !follow_tables (self, error)))
    return NULL;
  self->extensions = sum_none (self);
  if (read_only && !extend_only (self, error))
    return NULL;
  if ((!read_only && !ruhu_store_refresh_catalogue (self, NULL, error)) || !ruhu_store_load_clock (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
ruhu_store_close (RuhuStore *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->rules, ruhu_rules_free);
  g_clear_pointer (&self->validator, ruhu_validator_free);
  g_clear_pointer (&self->expressions, g_hash_table_unref);
  g_clear_pointer (&self->extensions, g_free);
  g_clear_pointer (&self->clock, ruhu_clock_free);
  g_clear_pointer (&self->catalogue, ruhu_catalogue_unref);
  g_clear_pointer (&self->base, ruhu_catalogue_unref);
  g_clear_pointer (&self->database, ruhu_database_close);
  g_free (self);
}

char *
ruhu_store_dup_default_directory (void)
{
  const char *set = g_getenv ("RUHU_DATA_DIR");
  char *directory = set != NULL && *set != '\0' ? g_strdup (set) : g_build_filename (g_get_user_data_dir (), "ruhu", NULL);

  if (g_mkdir_with_parents (directory, 0700) != 0)
    g_debug ("cannot make the data directory: %s", g_strerror (errno));
  return directory;
}

char *
ruhu_store_dup_default_path (void)
{
  g_autofree char *directory = ruhu_store_dup_default_directory ();

  return g_build_filename (directory, "ruhu.db", NULL);
}

RuhuDatabase *
ruhu_store_get_database (RuhuStore *self)
{
  return self->database;
}

RuhuCatalogue *
ruhu_store_get_catalogue (RuhuStore *self)
{
  return self->catalogue;
}

RuhuCatalogue *
ruhu_store_get_base_catalogue (RuhuStore *self)
{
  return self->base;
}

RuhuClock *
ruhu_store_get_clock (RuhuStore *self)
{
  return self->clock;
}

RuhuValidator *
ruhu_store_get_validator (RuhuStore *self)
{
  return self->validator;
}

RuhuRules *
ruhu_store_get_rules (RuhuStore *self, GError **error)
{
  if (self->rules == NULL)
    self->rules = ruhu_rules_new (ruhu_database_get_path (self->database), self->catalogue, error);
  return self->rules;
}

char *
ruhu_store_get_meta (RuhuStore *self, const char *key, GError **error)
{
  char *value = NULL;

  return ruhu_database_get_text (self->database, "SELECT value FROM meta WHERE key = ?1", &value, error, "s", key) ? value : NULL;
}

gboolean
ruhu_store_set_meta (RuhuStore *self, const char *key, const char *value, GError **error)
{
  return ruhu_database_run (self->database, "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value", error,
                            "ss", key, value);
}

gboolean
ruhu_store_unset_meta (RuhuStore *self, const char *key, GError **error)
{
  return ruhu_database_run (self->database, "DELETE FROM meta WHERE key = ?1", error, "s", key);
}

gboolean
ruhu_store_get_number (RuhuStore *self, const char *key, gint64 fallback, gint64 *value, GError **error)
{
  return ruhu_database_get_integer (self->database, "SELECT CAST (value AS BIGINT) FROM meta WHERE key = ?1", fallback, value, error, "s", key);
}

gboolean
ruhu_store_set_number (RuhuStore *self, const char *key, gint64 value, GError **error)
{
  char text[24];

  g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, value);
  return ruhu_store_set_meta (self, key, text, error);
}

gboolean
ruhu_store_get_seen (RuhuStore *self, gint64 *seen, GError **error)
{
  /* The second while the rows of everything are being made: nothing of an earlier position is to be seen then. */
  return ruhu_database_get_integer (self->database,
                                    "SELECT CAST (value AS BIGINT) FROM meta WHERE key IN ('cursor', 'backfill_shown') ORDER BY key LIMIT 1", 0, seen, error, "");
}

gboolean
ruhu_store_load_clock (RuhuStore *self, GError **error)
{
  g_autoptr (RuhuStatement) query =
      ruhu_database_query (self->database,
                           "SELECT (SELECT value FROM meta WHERE key = 'clock'), (SELECT CAST (value AS BIGINT) FROM meta WHERE key = 'clock_correction'), "
                           "(SELECT time FROM log WHERE n = " RUHU_LAST_WAITING ")",
                           error, "");

  if (query == NULL || !ruhu_statement_next (query, error))
    return FALSE;
  ruhu_clock_set_correction (self->clock, ruhu_statement_get_integer (query, 1));
  ruhu_clock_reset (self->clock, ruhu_stamp_get_later (ruhu_statement_get_text (query, 0), ruhu_statement_get_text (query, 2)));
  return TRUE;
}

gboolean
ruhu_store_keep_last (RuhuStore *self, gint64 seq, gint64 *last, GError **error)
{
  g_autoptr (RuhuStatement) query = NULL;
  g_autoptr (GError) local = NULL;
  gint64 kept;

  if (!ruhu_store_get_number (self, "seq", 0, &kept, error))
    return FALSE;
  *last = kept;
  if (seq <= kept)
    return TRUE;
  query = ruhu_database_query (self->database, "SELECT seq, time, (SELECT value FROM meta WHERE key = 'clock') FROM log WHERE n = " RUHU_LAST_WAITING, error, "");
  if (query == NULL)
    return FALSE;
  if (!ruhu_statement_next (query, &local) || ruhu_statement_get_integer (query, 0) <= kept)
    return ruhu_check_end (&local, error);
  *last = ruhu_statement_get_integer (query, 0);
  return ruhu_store_set_number (self, "seq", *last, error) &&
         ruhu_store_keep_clock (self, ruhu_stamp_get_later (ruhu_statement_get_text (query, 1), ruhu_statement_get_text (query, 2)), error);
}

gboolean
ruhu_store_keep_clock (RuhuStore *self, const char *stamp, GError **error)
{
  return ruhu_store_set_meta (self, "clock", stamp, error);
}

RuhuRole
ruhu_store_get_role (RuhuStore *self)
{
  g_autoptr (GError) local = NULL;
  RuhuRole role = 0;

  if (!ruhu_store_read_role (self, &role, &local))
    g_warning ("The role cannot be read: %s", local->message);
  return role;
}

gboolean
ruhu_store_read_role (RuhuStore *self, RuhuRole *role, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *user = ruhu_store_get_meta (self, "user", &local);

  return ruhu_check_end (&local, error) && ruhu_store_read_role_of (self, user, role, error);
}

gboolean
ruhu_store_read_role_of (RuhuStore *self, const char *user, RuhuRole *role, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *name = NULL;

  *role = 0;
  if (user != NULL && ruhu_catalogue_get_record (self->catalogue, "helper") != NULL &&
      !ruhu_database_get_text (self->database, "SELECT role FROM r_helper WHERE id = ?1 AND deleted = 0", &name, error, "s", user))
    return FALSE;
  if (name == NULL)
    name = ruhu_store_get_meta (self, "role", &local);
  if (name != NULL)
    *role = ruhu_role_from_name (name);
  return ruhu_check_end (&local, error);
}

gboolean
ruhu_store_is_pending (RuhuStore *self, const char *scope, gboolean *pending, GError **error)
{
  gint64 found;

  if (!ruhu_database_get_integer (self->database, "SELECT 1 FROM meta WHERE key = 'backfill_scope' AND (value = ?1 OR value = '*')", 0, &found, error, "s",
                                  scope))
    return FALSE;
  *pending = found != 0;
  return TRUE;
}

gboolean
ruhu_store_holds (RuhuStore *self, const char *scope, gboolean *holds, GError **error)
{
  gint64 found;

  gboolean pending;

  if (!ruhu_store_is_pending (self, scope, &pending, error) ||
      !ruhu_database_get_integer (self->database, "SELECT 1 WHERE EXISTS (SELECT 1 FROM scope WHERE scope = ?1) OR EXISTS (SELECT 1 FROM scope WHERE scope = '*')", 0, &found, error,
                                  "s", scope))
    return FALSE;
  *holds = found != 0 && !pending;
  return TRUE;
}

gboolean
ruhu_store_append (RuhuStore *self, const RuhuChange *change, const char *body, gssize length, const char *kind, gint64 position, gint64 *n, GError **error)
{
  if (!ruhu_database_run (self->database,
                          "INSERT INTO log (position, kind, device, seq, seen, time, author, scope, visit, body, hash) "
                          "VALUES (nullif (?1, 0), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, nullif (?11, 0))",
                          error, "issiissssti", position, kind, change->device, change->seq, change->seen, change->time, change->by, change->scope,
                          change->visit, body, length, position == 0 ? ruhu_quick_sum (body, (gsize) length) : 0))
    return FALSE;
  *n = ruhu_database_get_last_id (self->database);
  return TRUE;
}
