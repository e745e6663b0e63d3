/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The office's decisions on what was quarantined. A decision is an ordinary record of the office's; what follows from it stands right behind it in the log:
 *
 *   accepted   the change once more, byte for byte, as 'change': it takes effect here, with the `seen` that it claimed. What its own device wrote later and is in force
 *              has superseded it already, field by field; detail names the fields that are left.
 *   refused    the change once more as 'refused', with the code "office" and the office's reason
 *
 * After a restore a decision may come back before the change that it is about: then the same follows right behind the change. The first acceptance counts, for ever; a refusal may still be followed
 * by an acceptance. */
#define G_LOG_DOMAIN "ruhu-ledger"

#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-heads.h"
#include "ruhu-ledger-private.h"
#include "ruhu-store-private.h"
#include "ruhu-store-review.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Takes out of @fields what @later writes. */
static void
take_out (json_object *fields, const RuhuChange *later)
{
  json_object_object_foreach (fields, type, records)
  {
    json_object_object_foreach (records, id, names)
    {
      for (gsize i = json_object_array_length (names); i > 0; i--)
        {
          json_object *value;

          if (ruhu_change_get_value (later, type, id, json_object_get_string (json_object_array_get_idx (names, i - 1)), &value))
            json_object_array_del_idx (names, i - 1, 1);
        }
    }
  }
}

/* Every field of @change; then without those that came to nothing. */
static json_object *
list_fields (const RuhuChange *change)
{
  json_object *fields = json_object_new_object ();

  json_object_object_foreach (change->set, type, records)
  {
    json_object *list = json_object_new_object ();

    json_object_object_add (fields, type, list);
    json_object_object_foreach (records, id, written)
    {
      json_object *names = json_object_new_array ();

      json_object_object_add (list, id, names);
      json_object_object_foreach (written, name, value)
      {
        (void) value;
        json_object_array_add (names, json_object_new_string (name));
      }
    }
  }
  return fields;
}

static json_object *
drop_empty (json_object *fields)
{
  json_object *kept = json_object_new_object ();

  json_object_object_foreach (fields, type, records)
  {
    json_object *list = json_object_new_object ();

    json_object_object_foreach (records, id, names)
    {
      if (json_object_array_length (names) > 0)
        json_object_object_add (list, id, json_object_get (names));
    }
    if (json_object_object_length (list) > 0)
      json_object_object_add (kept, type, list);
    else
      json_object_put (list);
  }
  return kept;
}

json_object *
ruhu_ledger_dup_late_fields (RuhuDatabase *database, const RuhuChange *change, GError **error)
{
  g_autoptr (RuhuJson) fields = list_fields (change);
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = ruhu_database_query (database, "SELECT body FROM log WHERE device = ?1 AND seq > ?2 AND kind = 'change' AND scope = ?3",
                                                         error, "sis", change->device, change->seq, change->scope);

  if (query == NULL)
    return NULL;
  while (ruhu_statement_next (query, &local))
    {
      const char *body = ruhu_statement_get_text (query, 0);
      g_autoptr (RuhuChange) later = ruhu_change_parse (body, strlen (body), error);

      if (later == NULL)
        return NULL;
      take_out (fields, later);
    }
  return ruhu_check_end (&local, error) ? drop_empty (fields) : NULL;
}

/* The place of one quarantined change, and what has become of it. */
typedef struct
{
  char *body;
  char *scope;
  gboolean accepted;
  gboolean refused;
} Waiting;

static void
waiting_clear (Waiting *self)
{
  g_free (self->body);
  g_free (self->scope);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Waiting, waiting_clear)

static gboolean
find_waiting (RuhuLedger *self, const char *device, gint64 seq, Waiting *waiting, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query =
      ruhu_database_query (self->database, "SELECT kind, body, scope FROM log WHERE device = ?1 AND seq = ?2", error, "si", device, seq);

  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    {
      const char *kind = ruhu_statement_get_text (query, 0);

      if (strcmp (kind, "quarantined") == 0)
        {
          waiting->body = g_strdup (ruhu_statement_get_text (query, 1));
          waiting->scope = g_strdup (ruhu_statement_get_text (query, 2));
        }
      waiting->accepted |= strcmp (kind, "change") == 0;
      waiting->refused |= strcmp (kind, "refused") == 0;
    }
  return ruhu_check_end (&local, error);
}

static gboolean
let_in (RuhuLedger *self, RuhuChainEnd *end, const RuhuChange *change, const char *body, RuhuEffects *effects, GError **error)
{
  g_autoptr (RuhuJson) fields = ruhu_ledger_dup_late_fields (self->database, change, error);

  return fields != NULL &&
         ruhu_ledger_append (self, end, "change", change, body, strlen (body), NULL, json_object_to_json_string_ext (fields, JSON_C_TO_STRING_PLAIN), error) &&
         ruhu_ledger_take_effect (self, end, change, fields, NULL, effects, error);
}

/* What can no longer be written by anybody (a record that is written once has been meanwhile) is refused for that, whatever the office wants. */
static gboolean
may_be_let_in (RuhuLedger *self, const RuhuChange *change, GError **why, GError **error)
{
  g_autoptr (GError) said = NULL;

  if (ruhu_heads_check_scope (self->database, ruhu_store_get_catalogue (self->store), change, NULL, &said) &&
      ruhu_validator_check_remote (ruhu_store_get_validator (self->store), change, RUHU_ROLE_OFFICE, &said))
    return TRUE;
  g_propagate_error (ruhu_ledger_is_judgement (said) ? why : error, g_error_copy (said));
  return ruhu_ledger_is_judgement (said);
}

static gboolean
carry_out (RuhuLedger *self, RuhuChainEnd *end, const Waiting *waiting, gboolean accept, const char *reason, RuhuEffects *effects, GError **error)
{
  g_autoptr (RuhuChange) change = ruhu_change_parse (waiting->body, strlen (waiting->body), error);
  g_autoptr (GError) why = NULL;

  if (change == NULL || (accept && !may_be_let_in (self, change, &why, error)))
    return FALSE;
  if (accept && why == NULL)
    return let_in (self, end, change, waiting->body, effects, error);
  if (waiting->refused)
    return TRUE;
  return ruhu_ledger_append (self, end, "refused", change, waiting->body, strlen (waiting->body),
                             why != NULL ? ruhu_error_get_name ((RuhuError) why->code) : RUHU_REASON_OFFICE, why != NULL ? why->message : reason != NULL ? reason
                                                                                                                                                         : "",
                             error);
}

static gboolean
has_decisions (RuhuLedger *self)
{
  return ruhu_catalogue_get_record (ruhu_store_get_catalogue (self->store), RUHU_TYPE_DECISION) != NULL;
}

gboolean
ruhu_ledger_follow_earlier_decision (RuhuLedger *self, RuhuChainEnd *end, const RuhuChange *change, RuhuEffects *effects, GError **error)
{
  g_auto (Waiting) waiting = { 0 };
  g_autofree char *reason = NULL;
  gint64 accept;

  if (!has_decisions (self))
    return TRUE;
  if (!ruhu_database_get_integer (self->database, "SELECT max (accept) FROM r_decision WHERE device = ?1 AND seq = ?2 AND scope = ?3 AND deleted = 0", -1, &accept, error, "sis",
                                  change->device, change->seq, change->scope))
    return FALSE;
  if (accept < 0)
    return TRUE;
  return find_waiting (self, change->device, change->seq, &waiting, error) &&
         ruhu_database_get_text (self->database, "SELECT reason FROM r_decision WHERE device = ?1 AND seq = ?2 AND scope = ?3 AND deleted = 0", &reason, error, "sis", change->device,
                                 change->seq, change->scope) &&
         (waiting.body == NULL || waiting.accepted || carry_out (self, end, &waiting, accept > 0, reason, effects, error));
}

static gboolean
follow_decision (RuhuLedger *self, RuhuChainEnd *end, const RuhuChange *change, const char *id, json_object *fields, RuhuEffects *effects, GError **error)
{
  g_auto (Waiting) waiting = { 0 };
  g_autofree char *device = NULL;
  json_object *accept, *reason = NULL;
  gint64 seq;

  if (!json_object_object_get_ex (fields, "accept", &accept) || accept == NULL)
    return TRUE;
  json_object_object_get_ex (fields, "reason", &reason);
  if (!ruhu_database_get_text (self->database, "SELECT device FROM r_decision WHERE id = ?1 AND deleted = 0", &device, error, "s", id) ||
      !ruhu_database_get_integer (self->database, "SELECT seq FROM r_decision WHERE id = ?1", 0, &seq, error, "s", id))
    return FALSE;
  if (device == NULL || !find_waiting (self, device, seq, &waiting, error))
    return device == NULL;
  if (waiting.body == NULL || waiting.accepted || strcmp (waiting.scope, change->scope) != 0)
    return TRUE;
  return carry_out (self, end, &waiting, json_object_get_boolean (accept), reason != NULL ? json_object_get_string (reason) : NULL, effects, error);
}

gboolean
ruhu_ledger_follow_decisions (RuhuLedger *self, RuhuChainEnd *end, const RuhuChange *change, RuhuEffects *effects, GError **error)
{
  json_object *records;

  if (!json_object_object_get_ex (change->set, RUHU_TYPE_DECISION, &records) || !has_decisions (self))
    return TRUE;
  json_object_object_foreach (records, id, fields)
  {
    if (!follow_decision (self, end, change, id, fields, effects, error))
      return FALSE;
  }
  return TRUE;
}
