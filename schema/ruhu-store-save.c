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

#define META "SELECT value FROM meta WHERE key = ?1"

typedef struct
{
  RuhuStore *store;
  const RuhuEdit *edit;
  gint64 seq;
  gboolean extends;
} Save;

/* A change of @edit with everything but its seq and time. NOT_ENROLLED. Transfer full. */
static RuhuChange *
change_of_edit (RuhuStore *self, const RuhuEdit *edit, GError **error)
{
  g_autoptr (RuhuChange) change = g_new0 (RuhuChange, 1);

  if (!ruhu_database_get_text (ruhu_store_get_database (self), META, &change->device, error, "s", "device") ||
      !ruhu_database_get_text (ruhu_store_get_database (self), META, &change->by, error, "s", "user"))
    return NULL;
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

  if (!ruhu_validator_check_local (ruhu_store_get_validator (self), change, ruhu_store_get_role (self), today, findings, error))
    return NULL;
  g_ptr_array_sort (findings, compare_findings);
  return g_steal_pointer (&findings);
}

GPtrArray *
ruhu_store_check (RuhuStore *self, const RuhuEdit *edit, GError **error)
{
  g_autoptr (RuhuChange) change = NULL;

  g_return_val_if_fail (self != NULL && edit != NULL, NULL);
  change = change_of_edit (self, edit, error);
  return change != NULL ? check_change (self, change, error) : NULL;
}

static gboolean
refuse_findings (RuhuStore *self, const RuhuChange *change, GError **error)
{
  g_autoptr (GPtrArray) findings = check_change (self, change, error);
  RuhuFinding *first;

  if (findings == NULL)
    return FALSE;
  first = findings->len > 0 ? g_ptr_array_index (findings, 0) : NULL;
  if (first == NULL || first->severity != RUHU_SEVERITY_ERROR)
    return TRUE;
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, "%s", first->message);
  return FALSE;
}

/* Of what has left this laptop the stored values are gone: then only what the change itself carries can be judged, as the township does. */
static gboolean
judge (RuhuStore *self, const RuhuChange *change, gboolean holds, GError **error)
{
  return holds ? refuse_findings (self, change, error)
               : ruhu_validator_check_remote (ruhu_store_get_validator (self), change, ruhu_store_get_role (self), error);
}

/* What has left this laptop may still be saved from a draft that was begun before: the township judges it by the rights of that time. What was never here may not. */
static gboolean
check_rights (Save *save, gboolean *holds, GError **error)
{
  gboolean pending;

  if (!ruhu_store_holds (save->store, save->edit->scope, holds, error) ||
      !ruhu_store_is_pending (save->store, save->edit->scope, &pending, error))
    return FALSE;
  if (*holds || pending || save->edit->draft != NULL)
    return TRUE;
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN, _ ("This household is not on this laptop."));
  return FALSE;
}

static gboolean
number_and_stamp (Save *save, RuhuChange *change, GError **error)
{
  RuhuStore *self = save->store;
  gint64 last;

  if (!ruhu_store_get_number (self, "seq", 0, &last, error) || !ruhu_store_load_clock (self, error))
    return FALSE;
  change->seq = last + 1;
  change->time = ruhu_clock_stamp (ruhu_store_get_clock (self));
  return ruhu_store_set_number (self, "seq", change->seq, error) && ruhu_store_keep_clock (self, change->time, error);
}

static gboolean
save_in_transaction (RuhuDatabase *database, gpointer data, GError **error)
{
  Save *save = data;
  RuhuStore *self = save->store;
  g_autoptr (RuhuChange) change = change_of_edit (self, save->edit, error);
  g_autoptr (RuhuChange) parsed = NULL;
  g_autofree char *body = NULL;
  gboolean holds;
  gint64 n;

  if (change == NULL || !check_rights (save, &holds, error) || !judge (self, change, holds, error) ||
      !ruhu_heads_check_scope (database, change, error) || !number_and_stamp (save, change, error))
    return FALSE;
  body = ruhu_change_to_json (change);
  /* What this laptop would not take from others it does not make itself. */
  parsed = ruhu_change_parse (body, strlen (body), error);
  if (parsed == NULL || !ruhu_store_append (self, parsed, body, (gssize) strlen (body), "change", 0, &n, error) || !ruhu_store_note_photos (self, parsed, error))
    return FALSE;
  if (holds && !ruhu_heads_apply (database, ruhu_store_get_catalogue (self), parsed, n, 0, error))
    return FALSE;
  if (save->edit->draft != NULL && !ruhu_store_delete_draft (self, save->edit->draft, error))
    return FALSE;
  if (save->edit->answers > 0 && !ruhu_store_discard_review (self, save->edit->answers, error))
    return FALSE;
  save->seq = change->seq;
  save->extends = ruhu_store_change_extends (parsed);
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
