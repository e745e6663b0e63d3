/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saving: validate → change → heads → rows, one transaction. */
#define G_LOG_DOMAIN "ruhu-store"

#include "config.h"

#include "ruhu-error.h"
#include "ruhu-heads.h"
#include "ruhu-store-private.h"
#include "ruhu-store-review.h"
#include "ruhu-store.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Everything that a save looks up about this laptop, in one go. */
#define FACTS                                                                                                                                  \
  "SELECT (SELECT value FROM meta WHERE key = 'device'), (SELECT value FROM meta WHERE key = 'user'), "                                        \
  "(SELECT CAST (value AS BIGINT) FROM meta WHERE key = 'seq'), (SELECT value FROM meta WHERE key = 'clock'), (SELECT CAST (value AS BIGINT) " \
  "FROM meta WHERE key = 'clock_correction'), (SELECT 1 FROM meta WHERE key = 'backfill_scope' AND (value = ?1 OR value = '*')), "             \
  "coalesce ((SELECT 1 FROM scope WHERE scope = ?1), (SELECT 1 FROM scope WHERE scope = '*')), l.seq, l.time "                                 \
  "FROM (SELECT 1) LEFT JOIN log l ON l.n = " RUHU_LAST_WAITING

typedef struct
{
  /* Owned. */
  char *device;
  char *user;
  char *clock; /* the last stamp */
  /* Values. */
  gint64 seq; /* of the last change */
  gint64 correction;
  gboolean pending; /* the scope is being backfilled */
  gboolean holds;   /* … or is here whole */
} Facts;

static void
facts_clear (Facts *self)
{
  g_free (self->device);
  g_free (self->user);
  g_free (self->clock);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Facts, facts_clear)

typedef struct
{
  RuhuStore *store;
  const RuhuEdit *edit;
  gint64 seq;
  gboolean extends;
} Save;

static gboolean
load_facts (RuhuStore *self, const char *scope, Facts *facts, GError **error)
{
  g_autoptr (RuhuStatement) query = ruhu_database_query (ruhu_store_get_database (self), FACTS, error, "s", scope);

  if (query == NULL || !ruhu_statement_next (query, error))
    return FALSE;
  facts->device = g_strdup (ruhu_statement_get_text (query, 0));
  facts->user = g_strdup (ruhu_statement_get_text (query, 1));
  facts->seq = MAX (ruhu_statement_get_integer (query, 2), ruhu_statement_get_integer (query, 7));
  facts->clock = g_strdup (ruhu_stamp_get_later (ruhu_statement_get_text (query, 3), ruhu_statement_get_text (query, 8)));
  facts->correction = ruhu_statement_get_integer (query, 4);
  facts->pending = !ruhu_statement_is_null (query, 5);
  facts->holds = !ruhu_statement_is_null (query, 6) && !facts->pending;
  return TRUE;
}

/* A change of @edit with everything but its seq and time. NOT_ENROLLED. Transfer full. */
static RuhuChange *
change_of_edit (const RuhuEdit *edit, const Facts *facts, GError **error)
{
  g_autoptr (RuhuChange) change = g_new0 (RuhuChange, 1);

  change->device = g_strdup (facts->device);
  change->by = g_strdup (facts->user);
  if (change->device == NULL || change->by == NULL)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NOT_ENROLLED, _ ("This laptop has not been enrolled yet."));
      return NULL;
    }
  change->scope = g_strdup (edit->scope);
  change->of_village = edit->of_village;
  change->visit = g_strdup (edit->visit);
  change->seen = edit->seen;
  change->set = json_object_get (edit->set);
  return g_steal_pointer (&change);
}

static int
compare_findings (gconstpointer a, gconstpointer b)
{
  return (int) (*(RuhuFinding *const *) a)->severity - (int) (*(RuhuFinding *const *) b)->severity;
}

static GPtrArray *
check_change (RuhuStore *self, const RuhuChange *change, GError **error)
{
  g_autoptr (GPtrArray) findings = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_finding_free);
  g_autofree char *today = ruhu_clock_today (ruhu_store_get_clock (self));
  RuhuRole role;

  if (!ruhu_store_read_role (self, &role, error) || !ruhu_validator_check_local (ruhu_store_get_validator (self), change, role, today, findings, error))
    return NULL;
  g_ptr_array_sort (findings, compare_findings);
  return g_steal_pointer (&findings);
}

GPtrArray *
ruhu_store_check (RuhuStore *self, const RuhuEdit *edit, GError **error)
{
  g_auto (Facts) facts = { 0 };
  g_autoptr (RuhuChange) change = NULL;

  g_return_val_if_fail (self != NULL && edit != NULL, NULL);
  change = load_facts (self, edit->scope, &facts, error) ? change_of_edit (edit, &facts, error) : NULL;
  return change != NULL ? check_change (self, change, error) : NULL;
}

/* Of what has left this laptop the stored values are gone: then only what the change itself carries can be judged, as the township does. */
static gboolean
judge (RuhuStore *self, const RuhuChange *change, gboolean holds, GError **error)
{
  RuhuValidator *validator = ruhu_store_get_validator (self);
  g_autofree char *today = NULL;
  RuhuRole role;

  if (!ruhu_store_read_role_of (self, change->by, &role, error))
    return FALSE;
  if (!holds)
    return ruhu_validator_check_remote (validator, change, role, error) &&
           ruhu_heads_check_scope (ruhu_store_get_database (self), ruhu_store_get_catalogue (self), change, NULL, error);
  today = ruhu_clock_today (ruhu_store_get_clock (self));
  return ruhu_validator_refuse_local (validator, change, role, today, error);
}

/* What has left this laptop may still be saved from a draft that was begun before: the township judges it by the rights of that time. What was never here may not. */
static gboolean
check_rights (Save *save, const Facts *facts, GError **error)
{
  if (facts->holds || facts->pending || save->edit->draft != NULL)
    return TRUE;
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN, _ ("This household is not on this laptop."));
  return FALSE;
}

/* Both are in the log with the change, and nowhere else: see ruhu_store_keep_last(). */
static void
number_and_stamp (Save *save, const Facts *facts, RuhuChange *change)
{
  RuhuClock *clock = ruhu_store_get_clock (save->store);

  ruhu_clock_set_correction (clock, facts->correction);
  ruhu_clock_reset (clock, facts->clock);
  change->seq = facts->seq + 1;
  change->time = ruhu_clock_stamp (clock);
}

/* Into the log as the bytes that will travel. What this laptop would not take from others it does not make itself. */
static gboolean
append (RuhuStore *self, const RuhuChange *change, gint64 *n, GError **error)
{
  g_autofree char *body = ruhu_change_to_json (change);
  gsize length = strlen (body);

  return ruhu_change_check (change, body, length, error) && ruhu_store_append (self, change, body, (gssize) length, "change", 0, n, error);
}

static gboolean
save_in_transaction (RuhuDatabase *database, gpointer data, GError **error)
{
  Save *save = data;
  RuhuStore *self = save->store;
  g_auto (Facts) facts = { 0 };
  g_autoptr (RuhuChange) change = NULL;
  gint64 n;

  if (!load_facts (self, save->edit->scope, &facts, error))
    return FALSE;
  change = change_of_edit (save->edit, &facts, error);
  if (change == NULL || !check_rights (save, &facts, error) || !judge (self, change, facts.holds, error))
    return FALSE;
  number_and_stamp (save, &facts, change);
  if (!append (self, change, &n, error) || !ruhu_store_note_photos (self, change, error))
    return FALSE;
  if (facts.holds && !ruhu_heads_apply (database, ruhu_store_get_catalogue (self), change, n, 0, NULL, NULL, error))
    return FALSE;
  if (save->edit->draft != NULL && !ruhu_store_end_draft (self, save->edit->draft, save->edit->draft_seen, change->seq, error))
    return FALSE;
  if (save->edit->answers > 0 && !ruhu_store_discard_review (self, save->edit->answers, error))
    return FALSE;
  save->seq = change->seq;
  save->extends = ruhu_store_change_extends (change);
  return TRUE;
}

gboolean
ruhu_store_save (RuhuStore *self, const RuhuEdit *edit, gint64 *seq, GError **error)
{
  Save save = { .store = self, .edit = edit };

  g_return_val_if_fail (self != NULL && edit != NULL && edit->scope != NULL && edit->set != NULL, FALSE);
  if (!ruhu_database_transaction (ruhu_store_get_database (self), save_in_transaction, &save, error))
    return FALSE;
  if (seq != NULL)
    *seq = save.seq;
  if (save.extends)
    {
      g_autoptr (GError) local = NULL;

      if (!ruhu_store_refresh_catalogue (self, NULL, &local))
        g_warning ("the catalogue was not refreshed: %s", local->message);
    }
  return TRUE;
}
