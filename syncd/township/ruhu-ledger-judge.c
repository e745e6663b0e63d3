/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is thought of a change: whether anybody may write it as it is, and whether its author may. What needs no look into the database was thought before (ruhu_ledger_foresee()). */
#define G_LOG_DOMAIN "ruhu-ledger"

#include "config.h"

#include "ruhu-error.h"
#include "ruhu-heads.h"
#include "ruhu-ledger-private.h"
#include "ruhu-store-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

gboolean
ruhu_ledger_is_judgement (const GError *error)
{
  return error->domain == RUHU_ERROR &&
         (error->code == RUHU_ERROR_INVALID || error->code == RUHU_ERROR_FORBIDDEN || error->code == RUHU_ERROR_TOO_LARGE);
}

/* What a check said; another failure than a judgement (a full disk, a damaged file) must not be taken for one. */
static gboolean
sort_out (gboolean passed, GError *said, GError **why, GError **error)
{
  if (passed)
    return TRUE;
  if (!ruhu_ledger_is_judgement (said))
    {
      g_propagate_error (error, said);
      return FALSE;
    }
  g_propagate_error (why, said);
  return TRUE;
}

void
ruhu_ledger_foresee (RuhuLedger *self, RuhuRole role, GPtrArray *changes)
{
  RuhuValidator *validator;
  const char *catalogue;

  g_return_if_fail (self != NULL && changes != NULL);
  ruhu_ledger_follow_others (self);
  validator = ruhu_store_get_validator (self->store);
  catalogue = g_intern_string (ruhu_store_get_extensions (self->store));
  for (guint i = 0; i < changes->len; i++)
    {
      RuhuPushed *pushed = changes->pdata[i];

      pushed->foreseen_by = NULL;
      pushed->foreseen_for = role;
      if (!ruhu_store_change_extends (pushed->change) && ruhu_validator_foresee_remote (validator, pushed->change, role))
        pushed->foreseen_by = catalogue;
    }
}

/* The role and the catalogue may have become others since. */
static gboolean
is_foreseen (RuhuLedger *self, const RuhuAuthor *author, const RuhuPushed *pushed)
{
  return pushed->foreseen_by != NULL && pushed->foreseen_for == author->role && strcmp (pushed->foreseen_by, ruhu_store_get_extensions (self->store)) == 0;
}

gboolean
ruhu_ledger_judge_content (RuhuLedger *self, const RuhuAuthor *author, const RuhuPushed *pushed, GPtrArray *absent, GError **why, GError **role_lacks, GError **error)
{
  const RuhuChange *change = pushed->change;
  RuhuValidator *validator = ruhu_store_get_validator (self->store);
  g_autoptr (GError) said = NULL;

  if (strcmp (change->by, author->device->user) != 0)
    {
      g_set_error_literal (why, RUHU_ERROR, RUHU_ERROR_FORBIDDEN, _ ("The change names another user than the laptop's."));
      return TRUE;
    }
  if (!ruhu_heads_check_scope (self->database, ruhu_store_get_catalogue (self->store), change, absent, &said))
    return sort_out (FALSE, g_steal_pointer (&said), why, error);
  if ((is_foreseen (self, author, pushed) && ruhu_validator_holds_foreseen (validator, change, absent)) || ruhu_validator_check_remote (validator, change, author->role, &said))
    return TRUE;
  if (!g_error_matches (said, RUHU_ERROR, RUHU_ERROR_FORBIDDEN))
    return sort_out (FALSE, g_steal_pointer (&said), why, error);
  g_propagate_error (role_lacks, g_steal_pointer (&said));
  /* The office may write everything that can be written at all. */
  return ruhu_validator_check_remote (validator, change, RUHU_ROLE_OFFICE, &said) || sort_out (FALSE, g_steal_pointer (&said), why, error);
}

gboolean
ruhu_ledger_judge_rights (RuhuLedger *self, const RuhuAuthor *author, const RuhuChange *change, GError **role_lacks, GError **why, GError **error)
{
  RuhuRight right;

  if (author->device->revoked != NULL)
    {
      g_set_error_literal (why, RUHU_ERROR, RUHU_ERROR_REVOKED, _ ("This laptop was withdrawn."));
      return TRUE;
    }
  if (!ruhu_ledger_judge_scope (self, author->rights, author->device->id, change->scope, change->seen, &right, error))
    return FALSE;
  if (right == RUHU_RIGHT_NONE)
    g_set_error_literal (why, RUHU_ERROR, RUHU_ERROR_FORBIDDEN, _ ("The household was not assigned to this laptop's user."));
  else if (right == RUHU_RIGHT_OLD)
    g_set_error_literal (why, RUHU_ERROR, RUHU_ERROR_EXPIRED, _ ("The household was given to somebody else long before this arrived."));
  else if (*role_lacks != NULL)
    g_propagate_error (why, g_steal_pointer (role_lacks));
  return TRUE;
}
