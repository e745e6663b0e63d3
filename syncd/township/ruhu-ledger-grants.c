/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Devices, and what each is granted. Grants follow from helpers' roles and assignments; each grant or revocation is an entry of the log addressed to one device, so that its
 * order against changes is fixed.
 *
 *   helper               the township's own records, the households assigned today, and their villages
 *   cadre                the township's own records, their village, and its households
 *   office               everything, and the quarantine
 *   inspector            everything
 *   no role, deleted     nothing */
#define G_LOG_DOMAIN "ruhu-ledger"

#include "config.h"

#include "ruhu-error.h"
#include "ruhu-ledger-private.h"
#include "ruhu-store-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Laptops (of ?2; NULL: all) whose user has a role. */
#define ACCOUNTS "FROM device d JOIN r_helper p ON p.id = d.owner WHERE d.revoked IS NULL AND p.deleted = 0 AND (?2 IS NULL OR d.id = ?2) "

/* What is wanted on the day ?1 is read without putting it in order, or leaving out what comes twice: SQLite would build a table for each. Dates are compared as text. */
#define OF_ROLES "SELECT d.id, p.role, p.village_id " ACCOUNTS
#define OF_ASSIGNMENTS                                                                                                                       \
  "SELECT d.id, a.scope, h.village_id FROM device d JOIN r_helper p ON p.id = d.owner JOIN r_assignment a ON a.helper_id = p.id "            \
  "LEFT JOIN r_household h ON h.id = a.scope WHERE d.revoked IS NULL AND p.deleted = 0 AND p.role = 'helper' AND (?2 IS NULL OR d.id = ?2) " \
  "AND a.deleted = 0 AND (a.from_date IS NULL OR a.from_date <= ?1) AND (a.to_date IS NULL OR a.to_date >= ?1)"
#define OF_VILLAGES                                                                                                            \
  "SELECT d.id, h.id, NULL FROM device d JOIN r_helper p ON p.id = d.owner JOIN r_household h ON h.village_id = p.village_id " \
  "WHERE d.revoked IS NULL AND p.deleted = 0 AND p.role = 'cadre' AND (?2 IS NULL OR d.id = ?2) AND h.deleted = 0"
#define GRANTED "SELECT device, scope FROM granted WHERE until IS NULL AND (?1 IS NULL OR device = ?1)"

void
ruhu_device_free (RuhuDevice *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->user);
  g_free (self->name);
  g_free (self->created);
  g_free (self->revoked);
  g_free (self->last_seen);
  g_free (self);
}

char *
ruhu_scope_entry_to_json (const char *device, const char *scope, gboolean granted)
{
  return g_strdup_printf ("{\"%s\":\"%s\",\"device\":\"%s\"}", granted ? "grant" : "revoke", scope, device);
}

gboolean
ruhu_ledger_append_scope (RuhuLedger *self, RuhuChainEnd *end, const char *device, const char *scope, gboolean granted, GError **error)
{
  g_autofree char *body = ruhu_scope_entry_to_json (device, scope, granted);
  g_autofree char *now = NULL;

  ruhu_chain_hash (end->hash, "scope", body, strlen (body), NULL, NULL);
  end->position++;
  if (!ruhu_database_run (self->database, "INSERT INTO log (n, position, kind, device, scope, body, hash) VALUES (?1, ?1, 'scope', ?2, ?3, ?4, ?5)", error,
                          "isssb", end->position, device, scope, body, (const void *) end->hash, (gsize) RUHU_HASH_LENGTH))
    return FALSE;
  if (granted)
    return ruhu_database_run (self->database, "INSERT INTO granted (device, scope, since) VALUES (?1, ?2, ?3)", error, "ssi", device, scope,
                              end->position);
  now = ruhu_stamp_from_time (ruhu_clock_now (ruhu_store_get_clock (self->store)));
  return ruhu_database_run (self->database, "UPDATE granted SET until = ?3, ended = ?4 WHERE device = ?1 AND scope = ?2 AND until IS NULL", error, "ssis",
                            device, scope, end->position, now);
}

/* Of one scope: with an IN SQLite would build a table for each change. */
#define HELD                                                                                             \
  "SELECT max (CASE WHEN until IS NULL OR ended IS NULL OR ended >= ?4 THEN 2 ELSE 1 END) FROM granted " \
  "WHERE scope = ?2 AND since <= ?3 AND (until IS NULL OR until > ?3) AND "
#define HELD_BY_IT HELD "device = ?1"
#define HELD_BEFORE_IT                                                                                                     \
  HELD "device IN (SELECT p.id FROM device p JOIN device d ON d.owner = p.owner WHERE d.id = ?1 AND p.revoked IS NOT NULL" \
       " AND ?3 <= d.enrolled_at)"

/* The better of what is held of @scope and of everything. */
static gboolean
look_for_held (RuhuLedger *self, const char *sql, const char *device, const char *scope, gint64 seen, const char *oldest, gint64 *held, GError **error)
{
  gint64 all = 0;

  if (!ruhu_database_get_integer (self->database, sql, 0, held, error, "ssis", device, scope, seen, oldest) ||
      (*held < 2 && !ruhu_database_get_integer (self->database, sql, 0, &all, error, "ssis", device, RUHU_SCOPE_ALL, seen, oldest)))
    return FALSE;
  *held = MAX (*held, all);
  return TRUE;
}

gboolean
ruhu_ledger_load_rights (RuhuLedger *self, const char *device, RuhuRights *rights, GError **error)
{
  gint64 now = ruhu_clock_now (ruhu_store_get_clock (self->store));

  rights->oldest = ruhu_stamp_from_time (MAX (now - (gint64) self->right_days * 24 * 60 * 60 * 1000, 0));
  return ruhu_database_get_integer (self->database, "SELECT since FROM granted WHERE device = ?1 AND scope = '*' AND until IS NULL", 0, &rights->all_since, error, "s",
                                    device);
}

gboolean
ruhu_ledger_judge_scope (RuhuLedger *self, const RuhuRights *rights, const char *device, const char *scope, gint64 seen, RuhuRight *right, GError **error)
{
  gint64 held = 0;
  gboolean has = FALSE, lost = FALSE;

  if (rights->all_since > 0 && rights->all_since <= seen)
    {
      *right = RUHU_RIGHT_HELD;
      return TRUE;
    }
  if (!look_for_held (self, HELD_BY_IT, device, scope, seen, rights->oldest, &held, error) ||
      (held == 0 && !look_for_held (self, HELD_BEFORE_IT, device, scope, seen, rights->oldest, &held, error)))
    return FALSE;
  if (held == 0 && !ruhu_ledger_was_lost (self, seen, &lost, error))
    return FALSE;
  /* Whoever holds it again loses nothing by an old page; and what gave it the scope may have been lost with what it had seen: then it counts what it holds now. */
  if ((held == 1 || lost) && !ruhu_ledger_has_scope (self, device, scope, &has, error))
    return FALSE;
  *right = held == 2 || has ? RUHU_RIGHT_HELD : held == 1 ? RUHU_RIGHT_OLD
                                                          : RUHU_RIGHT_NONE;
  return TRUE;
}

gboolean
ruhu_ledger_has_scope (RuhuLedger *self, const char *device, const char *scope, gboolean *has, GError **error)
{
  const char *wider = strcmp (scope, RUHU_SCOPE_QUARANTINE) == 0 ? scope : RUHU_SCOPE_ALL;
  gint64 found;

  if (!ruhu_database_get_integer (self->database, "SELECT 1 FROM granted WHERE device = ?1 AND scope IN (?2, ?3) AND until IS NULL LIMIT 1", 0, &found,
                                  error, "sss", device, scope, wider))
    return FALSE;
  *has = found != 0;
  return TRUE;
}

/* Whether somebody deleted the record at some time: any edit beside it may bring it back. */
static gboolean
may_come_back (RuhuLedger *self, const char *scope, const char *type, const char *id, gboolean *may, GError **error)
{
  gint64 found;

  /* A field with such a name in it costs a superfluous look, no more. */
  if (!ruhu_database_get_integer (self->database, "SELECT 1 FROM head WHERE scope = ?1 AND record = ?2 AND type = ?3 AND instr (fields, 'deleted') > 0 LIMIT 1", 0,
                                  &found, error, "sss", scope, id, type))
    return FALSE;
  *may = found != 0;
  return TRUE;
}

static gboolean
moves_by (RuhuLedger *self, const char *scope, const char *type, json_object *records, const char *const *names, gboolean deletions, gboolean *moves, GError **error)
{
  json_object_object_foreach (records, id, fields)
  {
    for (guint i = 0; names[i] != NULL; i++)
      *moves = *moves || json_object_object_get_ex (fields, names[i], NULL);
    if (!*moves && deletions && !may_come_back (self, scope, type, id, moves, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
ruhu_ledger_moves_grants (RuhuLedger *self, const RuhuChange *change, gboolean deletions, gboolean *moves, GError **error)
{
  static const char *const of_helper[] = { "role", "village_id", NULL };
  static const char *const of_household[] = { "village_id", NULL };
  json_object *records = NULL;

  *moves = json_object_object_get_ex (change->set, "assignment", NULL);
  if (!*moves && json_object_object_get_ex (change->set, "helper", &records) && !moves_by (self, change->scope, "helper", records, of_helper, deletions, moves, error))
    return FALSE;
  if (!*moves && json_object_object_get_ex (change->set, "household", &records) && !moves_by (self, change->scope, "household", records, of_household, deletions, moves, error))
    return FALSE;
  return TRUE;
}

/* A scope of a device. Both strings belong to the GStringChunk of whoever collects them. */
typedef struct
{
  const char *device;
  const char *scope;
} Grant;

/* What each device should hold, and what it does. */
typedef struct
{
  GStringChunk *strings;
  GArray *wanted, *granted;
} Grants;

static void
grants_clear (Grants *self)
{
  g_clear_pointer (&self->strings, g_string_chunk_free);
  g_clear_pointer (&self->wanted, g_array_unref);
  g_clear_pointer (&self->granted, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Grants, grants_clear)

static int
compare_grants (gconstpointer a, gconstpointer b)
{
  const Grant *one = a, *other = b;
  int order = one->device == other->device ? 0 : strcmp (one->device, other->device);

  return order != 0 ? order : strcmp (one->scope, other->scope);
}

static void
add_grant (Grants *self, GArray *to, const char *device, const char *scope)
{
  Grant grant = { g_string_chunk_insert_const (self->strings, device), g_string_chunk_insert_const (self->strings, scope) };

  g_array_append_val (to, grant);
}

static void
add_of_role (Grants *self, const char *device, RuhuRole role, const char *village, gboolean *any_cadre)
{
  if (role == RUHU_ROLE_OFFICE || role == RUHU_ROLE_INSPECTOR)
    add_grant (self, self->wanted, device, RUHU_SCOPE_ALL);
  if (role == RUHU_ROLE_OFFICE)
    add_grant (self, self->wanted, device, RUHU_SCOPE_QUARANTINE);
  if (role == RUHU_ROLE_HELPER || role == RUHU_ROLE_CADRE)
    add_grant (self, self->wanted, device, RUHU_SCOPE_TOWNSHIP);
  if (role == RUHU_ROLE_CADRE && village != NULL)
    {
      add_grant (self, self->wanted, device, village);
      *any_cadre = TRUE;
    }
}

static gboolean
collect_of_roles (RuhuLedger *self, Grants *grants, const char *today, const char *device, gboolean *any_cadre, GError **error)
{
  g_autoptr (RuhuStatement) query = ruhu_database_query (self->database, OF_ROLES, error, "ss", today, device);
  g_autoptr (GError) local = NULL;

  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    {
      const char *role = ruhu_statement_get_text (query, 1);

      if (role != NULL)
        add_of_role (grants, ruhu_statement_get_text (query, 0), ruhu_role_from_name (role), ruhu_statement_get_text (query, 2), any_cadre);
    }
  return ruhu_check_end (&local, error);
}

/* The second and the third column of @sql are scopes, or NULL. */
static gboolean
collect (RuhuLedger *self, Grants *grants, const char *sql, const char *today, const char *device, GError **error)
{
  g_autoptr (RuhuStatement) query = ruhu_database_query (self->database, sql, error, "ss", today, device);
  g_autoptr (GError) local = NULL;

  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    for (int i = 1; i <= 2; i++)
      if (!ruhu_statement_is_null (query, i))
        add_grant (grants, grants->wanted, ruhu_statement_get_text (query, 0), ruhu_statement_get_text (query, i));
  return ruhu_check_end (&local, error);
}

static gboolean
collect_granted (RuhuLedger *self, Grants *grants, const char *device, GError **error)
{
  g_autoptr (RuhuStatement) query = ruhu_database_query (self->database, GRANTED, error, "s", device);
  g_autoptr (GError) local = NULL;

  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    add_grant (grants, grants->granted, ruhu_statement_get_text (query, 0), ruhu_statement_get_text (query, 1));
  return ruhu_check_end (&local, error);
}

/* Both in order; in `wanted` some may come twice. */
static gboolean
load_grants (RuhuLedger *self, Grants *grants, const char *today, const char *device, GError **error)
{
  gboolean any_cadre = FALSE;

  grants->strings = g_string_chunk_new (4096);
  grants->wanted = g_array_new (FALSE, FALSE, sizeof (Grant));
  grants->granted = g_array_new (FALSE, FALSE, sizeof (Grant));
  if (!collect_of_roles (self, grants, today, device, &any_cadre, error) || !collect (self, grants, OF_ASSIGNMENTS, today, device, error) ||
      (any_cadre && !collect (self, grants, OF_VILLAGES, today, device, error)) || !collect_granted (self, grants, device, error))
    return FALSE;
  g_array_sort (grants->wanted, compare_grants);
  g_array_sort (grants->granted, compare_grants);
  return TRUE;
}

/* An entry of the log for each of @some that is not among @others. */
static gboolean
append_missing (RuhuLedger *self, RuhuChainEnd *end, GArray *some, GArray *others, gboolean granted, GError **error)
{
  const Grant *before = NULL;
  guint k = 0;

  for (guint i = 0; i < some->len; i++)
    {
      const Grant *grant = &g_array_index (some, Grant, i);

      while (k < others->len && compare_grants (&g_array_index (others, Grant, k), grant) < 0)
        k++;
      if ((k < others->len && compare_grants (&g_array_index (others, Grant, k), grant) == 0) || (before != NULL && compare_grants (before, grant) == 0))
        continue;
      before = grant;
      if (!ruhu_ledger_append_scope (self, end, grant->device, grant->scope, granted, error))
        return FALSE;
    }
  return TRUE;
}

/* Without a device there is nobody to grant anything to: most of a township's life before its first laptop is the import of households. */
static gboolean
has_devices (RuhuLedger *self, gboolean *any, GError **error)
{
  gint64 found;

  if (!ruhu_database_get_integer (self->database, "SELECT 1 FROM device LIMIT 1", 0, &found, error, ""))
    return FALSE;
  *any = found != 0;
  return TRUE;
}

gboolean
ruhu_ledger_follow_grants (RuhuLedger *self, RuhuChainEnd *end, const char *device, const char *today, GError **error)
{
  g_autofree char *now = today == NULL ? ruhu_clock_today (ruhu_store_get_clock (self->store)) : g_strdup (today);
  g_auto (Grants) grants = { 0 };
  gboolean any;

  if (!has_devices (self, &any, error))
    return FALSE;
  if (!any)
    return TRUE;
  /* Revocations come first, so that whoever loses one kind of grant for another never holds both. */
  return load_grants (self, &grants, now, device, error) && append_missing (self, end, grants.granted, grants.wanted, FALSE, error) &&
         append_missing (self, end, grants.wanted, grants.granted, TRUE, error);
}

typedef struct
{
  RuhuLedger *ledger;
  const char *today;
} Reconcile;

static gboolean
reconcile (RuhuDatabase *database, gpointer data, GError **error)
{
  Reconcile *job = data;
  RuhuChainEnd end;

  return ruhu_ledger_load_end (job->ledger, &end, error) && ruhu_ledger_follow_grants (job->ledger, &end, NULL, job->today, error);
}

gboolean
ruhu_ledger_reconcile (RuhuLedger *self, const char *today, GError **error)
{
  Reconcile job = { self, today };

  return ruhu_database_transaction (self->database, reconcile, &job, error);
}

#define DEVICE_COLUMNS "SELECT id, owner, name, created, revoked, last_seen, last_seq, enrolled_at FROM device "

static RuhuDevice *
device_from_row (RuhuStatement *row)
{
  RuhuDevice *self = g_new0 (RuhuDevice, 1);

  self->id = g_strdup (ruhu_statement_get_text (row, 0));
  self->user = g_strdup (ruhu_statement_get_text (row, 1));
  self->name = g_strdup (ruhu_statement_get_text (row, 2));
  self->created = g_strdup (ruhu_statement_get_text (row, 3));
  self->revoked = g_strdup (ruhu_statement_get_text (row, 4));
  self->last_seen = g_strdup (ruhu_statement_get_text (row, 5));
  self->last_seq = ruhu_statement_get_integer (row, 6);
  self->enrolled_at = ruhu_statement_get_integer (row, 7);
  return self;
}

RuhuDevice *
ruhu_ledger_get_device (RuhuLedger *self, const char *device, GError **error)
{
  g_autoptr (RuhuStatement) query = ruhu_database_query (self->database, DEVICE_COLUMNS "WHERE id = ?1", error, "s", device);

  return query != NULL && ruhu_statement_next (query, error) ? device_from_row (query) : NULL;
}

RuhuDevice *
ruhu_ledger_find_token (RuhuLedger *self, const char *token_hash, GError **error)
{
  g_autoptr (RuhuStatement) query = ruhu_database_query (self->database, DEVICE_COLUMNS "WHERE token_hash = ?1", error, "s", token_hash);

  return query != NULL && ruhu_statement_next (query, error) ? device_from_row (query) : NULL;
}

GPtrArray *
ruhu_ledger_list_devices (RuhuLedger *self, GError **error)
{
  g_autoptr (GPtrArray) devices = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_device_free);
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = ruhu_database_query (self->database, DEVICE_COLUMNS "ORDER BY owner, created, id", error, "");

  if (query == NULL)
    return NULL;
  while (ruhu_statement_next (query, &local))
    g_ptr_array_add (devices, device_from_row (query));
  return ruhu_check_end (&local, error) ? g_steal_pointer (&devices) : NULL;
}

typedef struct
{
  RuhuLedger *ledger;
  const char *device;
  const char *user;
  const char *name;
  const char *token_hash;
  gint64 position;
} AddDevice;

/* The same call again: the answer of the first got lost. *@done: it was. */
static gboolean
find_added (AddDevice *job, gboolean *done, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuDevice) device = ruhu_ledger_get_device (job->ledger, job->device, &local);
  g_autofree char *hash = NULL;

  *done = FALSE;
  if (!ruhu_check_end (&local, error))
    return FALSE;
  if (device == NULL)
    return TRUE;
  if (!ruhu_database_get_text (job->ledger->database, "SELECT token_hash FROM device WHERE id = ?1", &hash, error, "s", job->device))
    return FALSE;
  if (g_strcmp0 (hash, job->token_hash) != 0 || strcmp (device->user, job->user) != 0)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN, _ ("A laptop of this name is enrolled already."));
      return FALSE;
    }
  job->position = device->enrolled_at;
  *done = TRUE;
  return TRUE;
}

static gboolean
add_device (RuhuDatabase *database, gpointer data, GError **error)
{
  AddDevice *job = data;
  RuhuLedger *self = job->ledger;
  g_autofree char *now = ruhu_stamp_from_time (ruhu_clock_now (ruhu_store_get_clock (self->store)));
  RuhuChainEnd end;
  gboolean done;

  if (!find_added (job, &done, error))
    return FALSE;
  if (done)
    return TRUE;
  if (!ruhu_ledger_load_end (self, &end, error))
    return FALSE;
  job->position = end.position;
  return ruhu_database_run (database,
                            "INSERT INTO device (id, owner, name, token_hash, created, enrolled_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)", error, "sssssi",
                            job->device, job->user, job->name, job->token_hash, now, end.position) &&
         ruhu_ledger_follow_grants (self, &end, job->device, NULL, error);
}

gboolean
ruhu_ledger_add_device (RuhuLedger *self,
                        const char *device,
                        const char *user,
                        const char *name,
                        const char *token_hash,
                        gint64 *position,
                        GError **error)
{
  AddDevice job = { self, device, user, name, token_hash, 0 };

  g_return_val_if_fail (self != NULL && device != NULL && user != NULL && name != NULL && token_hash != NULL && position != NULL, FALSE);
  if (!ruhu_database_transaction (self->database, add_device, &job, error))
    return FALSE;
  *position = job.position;
  return TRUE;
}

typedef struct
{
  RuhuLedger *ledger;
  const char *device;
} RevokeDevice;

static gboolean
revoke_device (RuhuDatabase *database, gpointer data, GError **error)
{
  RevokeDevice *job = data;
  RuhuLedger *self = job->ledger;
  g_autofree char *now = ruhu_stamp_from_time (ruhu_clock_now (ruhu_store_get_clock (self->store)));
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuDevice) device = ruhu_ledger_get_device (self, job->device, &local);
  RuhuChainEnd end;

  if (!ruhu_check_end (&local, error))
    return FALSE;
  if (device == NULL)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND, _ ("There is no such laptop."));
      return FALSE;
    }
  return ruhu_database_run (database, "UPDATE device SET revoked = ?2 WHERE id = ?1 AND revoked IS NULL", error, "ss", job->device, now) &&
         ruhu_ledger_load_end (self, &end, error) && ruhu_ledger_follow_grants (self, &end, job->device, NULL, error);
}

gboolean
ruhu_ledger_revoke_device (RuhuLedger *self, const char *device, GError **error)
{
  RevokeDevice job = { self, device };

  return ruhu_database_transaction (self->database, revoke_device, &job, error);
}
