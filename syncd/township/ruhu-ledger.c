/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Taking changes into the log. A change that is not valid is in the log too, as 'refused', and one that its author had no right to as 'quarantined', so that its author's next
 * changes are not held up and nothing anybody typed is lost; neither moves a head. */
#define G_LOG_DOMAIN "ruhu-ledger"

#include "config.h"

#include "ruhu-ledger.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-heads.h"
#include "ruhu-ledger-private.h"
#include "ruhu-store-private.h"

#include <glib/gi18n-lib.h>
#include <gnutls/crypto.h>
#include <string.h>

/* How far a stamp may be ahead of the township's clock. */
#define FUTURE_MS ((gint64) 10 * 60 * 1000)
/* Among how many of the last entries the newest stamp is looked for, and how far behind it the next one may come: a laptop that heard of it counts on from there. */
#define RECENT  "10000"
#define NEXT_MS ((gint64) 1000)

RuhuLedger *
ruhu_ledger_new (RuhuStore *store)
{
  RuhuLedger *self = g_new0 (RuhuLedger, 1);

  self->store = store;
  self->database = ruhu_store_get_database (store);
  self->right_days = RUHU_LEDGER_RIGHT_DAYS;
  return self;
}

void
ruhu_ledger_set_right_days (RuhuLedger *self, guint days)
{
  self->right_days = days;
}

void
ruhu_ledger_free (RuhuLedger *self)
{
  g_free (self);
}

void
ruhu_pushed_free (RuhuPushed *self)
{
  if (self == NULL)
    return;
  ruhu_change_free (self->change);
  g_free (self->line);
  g_free (self);
}

void
ruhu_refusal_free (RuhuRefusal *self)
{
  if (self == NULL)
    return;
  g_free (self->code);
  g_free (self->detail);
  g_free (self);
}

void
ruhu_batch_clear (RuhuBatch *self)
{
  self->accepted = 0;
  g_clear_pointer (&self->refused, g_ptr_array_unref);
  g_clear_pointer (&self->quarantined, g_ptr_array_unref);
  g_clear_error (&self->stop);
  self->stopped_at = 0;
}

void
ruhu_chain_hash (guint8 *hash, const char *kind, const char *body, gsize length, const char *reason, const char *detail)
{
  /* GnuTLS has the processor's own instructions for it, which GLib's checksum has not: it is a tenth of what a change costs otherwise. */
  gnutls_hash_hd_t sum;
  int begun = gnutls_hash_init (&sum, GNUTLS_DIG_SHA256);

  g_assert (begun == 0);
  gnutls_hash (sum, hash, RUHU_HASH_LENGTH);
  gnutls_hash (sum, kind, strlen (kind) + 1);
  gnutls_hash (sum, body, length);
  if (reason != NULL)
    {
      gnutls_hash (sum, "", 1);
      gnutls_hash (sum, reason, strlen (reason) + 1);
      gnutls_hash (sum, detail, strlen (detail));
    }
  gnutls_hash_deinit (sum, hash);
}

char *
ruhu_chain_to_hex (const guint8 *hash)
{
  static const char digits[] = "0123456789abcdef";
  char *hex = g_malloc (RUHU_HASH_LENGTH * 2 + 1);

  for (gsize i = 0; i < RUHU_HASH_LENGTH; i++)
    {
      hex[2 * i] = digits[hash[i] >> 4];
      hex[2 * i + 1] = digits[hash[i] & 15];
    }
  hex[RUHU_HASH_LENGTH * 2] = '\0';
  return hex;
}

gboolean
ruhu_ledger_load_end (RuhuLedger *self, RuhuChainEnd *end, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = ruhu_database_query (self->database, "SELECT n, hash FROM log ORDER BY n DESC LIMIT 1", error, "");
  RuhuChainEnd found = { 0 };

  if (query == NULL)
    return FALSE;
  if (ruhu_statement_next (query, &local))
    {
      gsize length;
      const void *hash = ruhu_statement_get_blob (query, 1, &length);

      found.position = ruhu_statement_get_integer (query, 0);
      if (length != RUHU_HASH_LENGTH)
        {
          g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_CORRUPT, _ ("The last entry of the log has no hash."));
          return FALSE;
        }
      memcpy (found.hash, hash, RUHU_HASH_LENGTH);
    }
  if (!ruhu_check_end (&local, error))
    return FALSE;
  *end = found;
  return TRUE;
}

gboolean
ruhu_ledger_append (RuhuLedger *self,
                    RuhuChainEnd *end,
                    const char *kind,
                    const RuhuChange *change,
                    const char *line,
                    gsize length,
                    const char *reason,
                    const char *detail,
                    GError **error)
{
  ruhu_chain_hash (end->hash, kind, line, length, reason, detail);
  end->position++;
  return ruhu_database_run (self->database,
                            "INSERT INTO log (n, position, kind, device, seq, seen, time, author, scope, visit, body, reason, detail, hash) "
                            "VALUES (?1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
                            error, "issiissss"
                                   "tssb",
                            end->position, kind, change->device, change->seq, change->seen, change->time, change->by, change->scope, change->visit, line,
                            (gssize) length, reason, detail, (const void *) end->hash, (gsize) RUHU_HASH_LENGTH);
}

/* One device's batch while it is taken in. */
typedef struct
{
  RuhuLedger *ledger;
  RuhuBatch *batch;
  RuhuDevice *device;
  const RuhuRights *rights;
  RuhuRole role;
  RuhuChainEnd *end;
  RuhuEffects *effects;
  GPtrArray *absent; /* of the change that is looked at: see ruhu_heads_check_scope() */
  gint64 *newest;    /* ms: the newest stamp of the log; NOT_LOOKED_UP until it is asked for */
} Intake;

#define NOT_LOOKED_UP G_MININT64

static RuhuRole
role_of (RuhuLedger *self, const char *user, GError **error)
{
  g_autofree char *name = NULL;

  if (!ruhu_database_get_text (self->database, "SELECT role FROM r_helper WHERE id = ?1 AND deleted = 0", &name, error, "s", user))
    return 0;
  return name != NULL ? ruhu_role_from_name (name) : 0;
}

/* Where this clock was wrong for an hour, and was believed, no laptop that heard of it can give a stamp of today any more: up to the newest that was taken then is not the future. */
static gboolean
is_of_the_future (Intake *intake, const RuhuChange *change, gboolean *future, GError **error)
{
  RuhuLedger *self = intake->ledger;
  gint64 made = ruhu_stamp_get_time (change->time);
  g_autofree char *text = NULL;

  *future = made > ruhu_clock_now (ruhu_store_get_clock (self->store)) + FUTURE_MS;
  if (!*future)
    return TRUE;
  if (*intake->newest == NOT_LOOKED_UP)
    {
      if (!ruhu_database_get_text (self->database, "SELECT max (time) FROM (SELECT time FROM log ORDER BY n DESC LIMIT " RECENT ")", &text, error, ""))
        return FALSE;
      *intake->newest = text != NULL ? ruhu_stamp_get_time (text) : 0;
    }
  *future = made > *intake->newest + NEXT_MS;
  return TRUE;
}

/* What makes the rest of a batch wait, in *@stop: it will be welcome once the laptop has put it right. */
static gboolean
look_for_stop (Intake *intake, const RuhuChange *change, GError **stop, GError **error)
{
  gboolean future;

  if (!is_of_the_future (intake, change, &future, error))
    return FALSE;
  if (strcmp (change->device, intake->device->id) != 0)
    g_set_error_literal (stop, RUHU_ERROR, RUHU_ERROR_FORBIDDEN, _ ("The change was made by another laptop."));
  else if (change->seq > intake->device->last_seq + 1 && !intake->batch->gaps)
    g_set_error (stop, RUHU_ERROR, RUHU_ERROR_GAP, _ ("Change %lld came, but %lld is the next."), (long long) change->seq,
                 (long long) intake->device->last_seq + 1);
  else if (future)
    g_set_error_literal (stop, RUHU_ERROR, RUHU_ERROR_CLOCK, _ ("A change is stamped with a time in the future."));
  else if (change->seen > intake->end->position)
    g_set_error_literal (stop, RUHU_ERROR, RUHU_ERROR_REWRITTEN, _ ("A change has seen more than this township's history holds."));
  else if (*intake->newest != NOT_LOOKED_UP)
    *intake->newest = MAX (*intake->newest, ruhu_stamp_get_time (change->time));
  return TRUE;
}

static void
note_refusal (GPtrArray *list, gint64 seq, const GError *refusal)
{
  RuhuRefusal *item = g_new0 (RuhuRefusal, 1);

  item->seq = seq;
  item->code = g_strdup (ruhu_error_get_name ((RuhuError) refusal->code));
  item->detail = g_strdup (refusal->message);
  g_ptr_array_add (list, item);
}

gboolean
ruhu_ledger_take_effect (RuhuLedger *self, RuhuChainEnd *end, const RuhuChange *change, json_object *fields, const RuhuHeadsKnown *known, RuhuEffects *effects, GError **error)
{
  RuhuCatalogue *catalogue = ruhu_store_get_catalogue (self->store);
  /* Of a change that was let in late: there may be some. */
  gboolean moves, applied, deletions = TRUE;

  effects->extends |= ruhu_store_change_extends (change);
  applied = fields != NULL ? ruhu_heads_apply_fields (self->database, catalogue, change, end->position, end->position, fields, error)
                           : ruhu_heads_apply (self->database, catalogue, change, end->position, end->position, known, &deletions, error);
  if (!applied || !ruhu_ledger_moves_grants (self, change, deletions, &moves, error))
    return FALSE;
  effects->moves_grants |= moves;
  return ruhu_ledger_follow_decisions (self, end, change, effects, error);
}

static gboolean
take_change (Intake *intake, const RuhuPushed *pushed, GError **error)
{
  RuhuLedger *self = intake->ledger;
  const RuhuChange *change = pushed->change;
  RuhuAuthor author = { intake->device, intake->rights, intake->role };
  g_autoptr (GError) refusal = NULL;
  g_autoptr (GError) quarantine = NULL;
  g_autoptr (GError) role_lacks = NULL;
  RuhuHeadsKnown known = { .absent = intake->absent, .in_order = change->seq > intake->device->last_seq };
  const GError *why;

  g_ptr_array_set_size (intake->absent, 0);
  if (!ruhu_ledger_judge_content (self, &author, pushed, intake->absent, &refusal, &role_lacks, error) ||
      (refusal == NULL && !ruhu_ledger_judge_rights (self, &author, change, &role_lacks, &quarantine, error)))
    return FALSE;
  /* Who may not decide has nothing decided by the office's letting it in: decisions about decisions would have no end. */
  if (quarantine != NULL && json_object_object_get_ex (change->set, "decision", NULL))
    refusal = g_steal_pointer (&quarantine);
  why = refusal != NULL ? refusal : quarantine;
  if (!ruhu_ledger_append (self, intake->end, refusal != NULL ? "refused" : quarantine != NULL ? "quarantined"
                                                                                               : "change",
                           change, pushed->line, pushed->length, why != NULL ? ruhu_error_get_name ((RuhuError) why->code) : NULL,
                           why != NULL ? why->message : NULL, error))
    return FALSE;
  intake->device->last_seq = MAX (intake->device->last_seq, change->seq);
  if (why == NULL)
    return ruhu_ledger_take_effect (self, intake->end, change, NULL, &known, intake->effects, error);
  note_refusal (refusal != NULL ? intake->batch->refused : intake->batch->quarantined, change->seq, why);
  return refusal != NULL || ruhu_ledger_follow_earlier_decision (self, intake->end, change, intake->effects, error);
}

/* Of a change whose number the township has had. *@known: it is that change. A number that was used for another one (by a laptop whose data was put back from an older copy) stops
 * the batch: neither of the two may get lost. */
static gboolean
compare_known (Intake *intake, const RuhuPushed *pushed, gboolean *known, GError **error)
{
  g_autofree char *body = NULL;

  *known = FALSE;
  if (!ruhu_database_get_text (intake->ledger->database, "SELECT body FROM log WHERE device = ?1 AND seq = ?2", &body, error, "si", intake->device->id,
                               pushed->change->seq))
    return FALSE;
  *known = body != NULL && strlen (body) == pushed->length && memcmp (body, pushed->line, pushed->length) == 0;
  if (body == NULL || *known)
    return TRUE;
  intake->batch->stopped_at = pushed->change->seq;
  g_set_error (&intake->batch->stop, RUHU_ERROR, RUHU_ERROR_SEQ_REUSED, _ ("Change %lld is another one at the township."), (long long) pushed->change->seq);
  return TRUE;
}

/* Whether the laptop's history is this one: else its changes' `seen` means nothing here. */
static gboolean
check_standing (RuhuLedger *self, RuhuBatch *batch, GError **error)
{
  gboolean common;

  if (!ruhu_ledger_is_common (self, batch->at, batch->hash, &common, error))
    return FALSE;
  if (!common)
    batch->stop = g_error_new_literal (RUHU_ERROR, RUHU_ERROR_REWRITTEN, _ ("The township's history is not the one that this laptop saw."));
  return TRUE;
}

static gboolean
take_batch (Intake *intake, GError **error)
{
  RuhuBatch *batch = intake->batch;

  for (guint i = 0; i < batch->changes->len && batch->stop == NULL; i++)
    {
      const RuhuPushed *pushed = g_ptr_array_index (batch->changes, i);
      gboolean known = FALSE;

      if (strcmp (pushed->change->device, intake->device->id) == 0 && pushed->change->seq <= intake->device->last_seq &&
          !compare_known (intake, pushed, &known, error))
        return FALSE;
      if (known || batch->stop != NULL)
        continue;
      if (!look_for_stop (intake, pushed->change, &batch->stop, error) || (batch->stop == NULL && !take_change (intake, pushed, error)))
        return FALSE;
    }
  batch->accepted = intake->device->last_seq;
  return TRUE;
}

typedef struct
{
  RuhuLedger *ledger;
  RuhuBatch **batches;
  gsize n;
  RuhuEffects effects;
  gint64 newest; /* see Intake */
} Accept;

static gboolean
take_device (Accept *job, RuhuBatch *batch, RuhuChainEnd *end, GError **error)
{
  RuhuLedger *self = job->ledger;
  g_autoptr (RuhuDevice) device = NULL;
  g_autoptr (GError) local = NULL;
  g_autofree char *now = NULL;
  g_auto (RuhuRights) rights = { 0 };
  g_autoptr (GPtrArray) absent = g_ptr_array_new ();
  Intake intake = { .rights = &rights, .ledger = self, .batch = batch, .end = end, .effects = &job->effects, .absent = absent, .newest = &job->newest };

  ruhu_batch_clear (batch);
  batch->refused = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_refusal_free);
  batch->quarantined = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_refusal_free);
  device = ruhu_ledger_get_device (self, batch->device, &local);
  if (!ruhu_check_end (&local, error))
    return FALSE;
  if (device == NULL)
    {
      batch->stop = g_error_new_literal (RUHU_ERROR, RUHU_ERROR_UNAUTHORISED, _ ("The township does not know this laptop."));
      return TRUE;
    }
  intake.device = device;
  intake.role = role_of (self, device->user, &local);
  if (!ruhu_check_end (&local, error) || !ruhu_ledger_load_rights (self, device->id, &rights, error) || !check_standing (self, batch, error) ||
      !take_batch (&intake, error))
    return FALSE;
  now = ruhu_stamp_from_time (ruhu_clock_now (ruhu_store_get_clock (self->store)));
  return ruhu_database_run (self->database, "UPDATE device SET last_seq = ?2, last_seen = ?3 WHERE id = ?1", error, "sis", device->id, device->last_seq, now);
}

static gboolean
accept (RuhuDatabase *database, gpointer data, GError **error)
{
  Accept *job = data;
  RuhuChainEnd end;

  job->effects = (RuhuEffects){ 0 };
  job->newest = NOT_LOOKED_UP;
  if (!ruhu_ledger_load_end (job->ledger, &end, error))
    return FALSE;
  for (gsize i = 0; i < job->n; i++)
    if (!take_device (job, job->batches[i], &end, error))
      return FALSE;
  return !job->effects.moves_grants || ruhu_ledger_follow_grants (job->ledger, &end, NULL, NULL, error);
}

/* What fails here is tried again before the next changes are taken: they are in the log either way. */
static gboolean
refresh_if (RuhuLedger *self, gboolean extends)
{
  g_autoptr (GError) local = NULL;

  if (!extends || ruhu_store_refresh_catalogue (self->store, NULL, &local))
    return TRUE;
  g_warning ("the catalogue was not refreshed: %s", local->message);
  self->data_version = -1;
  return FALSE;
}

void
ruhu_ledger_follow_others (RuhuLedger *self)
{
  gint64 version = ruhu_database_get_data_version (self->database);

  if (refresh_if (self, version != self->data_version))
    self->data_version = version;
}

gboolean
ruhu_ledger_accept (RuhuLedger *self, RuhuBatch **batches, gsize n, GError **error)
{
  Accept job = { .ledger = self, .batches = batches, .n = n };

  g_return_val_if_fail (self != NULL && batches != NULL, FALSE);
  ruhu_ledger_follow_others (self);
  if (!ruhu_database_transaction (self->database, accept, &job, error))
    {
      for (gsize i = 0; i < n; i++)
        ruhu_batch_clear (batches[i]);
      return FALSE;
    }
  (void) refresh_if (self, job.effects.extends);
  return TRUE;
}

typedef struct
{
  RuhuLedger *ledger;
  const char *by;
  const char *scope;
  gboolean of_village;
  json_object *set;
  RuhuEffects effects;
} Write;

/* The township's own numbers go on behind the position of the last restore: under those that the restore lost, laptops have other changes. */
#define LAST_OWN                                                                           \
  "SELECT max (last) FROM (SELECT max (seq) AS last FROM log WHERE device = ?1 UNION ALL " \
  "SELECT max (n) FROM log WHERE device = ?1 AND seq IS NULL AND kind = 'restored') AS numbers"

/* The township itself sees everything it has: `seen` is the end of the log. */
static RuhuPushed *
make_own (Write *job, const RuhuChainEnd *end, GError **error)
{
  RuhuLedger *self = job->ledger;
  g_autoptr (RuhuChange) change = g_new0 (RuhuChange, 1);
  g_autoptr (RuhuPushed) pushed = g_new0 (RuhuPushed, 1);
  gint64 last;

  if (!ruhu_database_get_integer (self->database, LAST_OWN, 0, &last, error, "s", RUHU_TOWNSHIP_DEVICE) ||
      !ruhu_store_load_clock (self->store, error))
    return NULL;
  change->device = g_strdup (RUHU_TOWNSHIP_DEVICE);
  change->seq = last + 1;
  change->seen = end->position;
  change->time = ruhu_clock_stamp (ruhu_store_get_clock (self->store));
  change->by = g_strdup (job->by);
  change->scope = g_strdup (job->scope);
  change->of_village = job->of_village;
  change->set = json_object_get (job->set);
  if (!ruhu_store_keep_clock (self->store, change->time, error))
    return NULL;
  pushed->line = ruhu_change_to_json (change);
  pushed->length = strlen (pushed->line);
  pushed->change = ruhu_change_parse (pushed->line, pushed->length, error);
  return pushed->change != NULL ? g_steal_pointer (&pushed) : NULL;
}

static gboolean
write_own (RuhuDatabase *database, gpointer data, GError **error)
{
  Write *job = data;
  RuhuLedger *self = job->ledger;
  g_autoptr (RuhuPushed) pushed = NULL;
  RuhuChainEnd end;

  job->effects = (RuhuEffects){ 0 };
  if (!ruhu_ledger_load_end (self, &end, error))
    return FALSE;
  pushed = make_own (job, &end, error);
  return pushed != NULL && ruhu_heads_check_scope (database, ruhu_store_get_catalogue (self->store), pushed->change, NULL, error) &&
         ruhu_validator_check_remote (ruhu_store_get_validator (self->store), pushed->change, RUHU_ROLE_OFFICE, error) &&
         ruhu_ledger_append (self, &end, "change", pushed->change, pushed->line, pushed->length, NULL, NULL, error) &&
         ruhu_ledger_take_effect (self, &end, pushed->change, NULL, NULL, &job->effects, error) &&
         (!job->effects.moves_grants || ruhu_ledger_follow_grants (self, &end, NULL, NULL, error));
}

gboolean
ruhu_ledger_write (RuhuLedger *self, const char *by, const char *scope, gboolean of_village, json_object *set, GError **error)
{
  Write job = { .ledger = self, .by = by, .scope = scope, .of_village = of_village, .set = set };

  g_return_val_if_fail (self != NULL && by != NULL && scope != NULL && set != NULL, FALSE);
  ruhu_ledger_follow_others (self);
  if (!ruhu_database_transaction (self->database, write_own, &job, error))
    return FALSE;
  (void) refresh_if (self, job.effects.extends);
  return TRUE;
}

gboolean
ruhu_ledger_get_head (RuhuLedger *self, gint64 *position, char **hash, GError **error)
{
  RuhuChainEnd end;

  if (!ruhu_ledger_load_end (self, &end, error))
    return FALSE;
  *position = end.position;
  if (hash != NULL)
    *hash = ruhu_chain_to_hex (end.hash);
  return TRUE;
}

char *
ruhu_ledger_get_hash (RuhuLedger *self, gint64 position, GError **error)
{
  static const guint8 zero[RUHU_HASH_LENGTH] = { 0 };
  g_autoptr (RuhuStatement) query = NULL;
  gsize length;
  const void *hash;

  if (position == 0)
    return ruhu_chain_to_hex (zero);
  query = ruhu_database_query (self->database, "SELECT hash FROM log WHERE n = ?1", error, "i", position);
  if (query == NULL || !ruhu_statement_next (query, error))
    return NULL;
  hash = ruhu_statement_get_blob (query, 0, &length);
  return length == RUHU_HASH_LENGTH ? ruhu_chain_to_hex (hash) : NULL;
}
