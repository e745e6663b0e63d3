/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-access.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-store-query.h"

#include <glib/gi18n-lib.h>
#include <string.h>

char *
ruhu_access_hash (const char *secret)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, secret, -1);
}

static RuhuRole
get_role (json_object *fields)
{
  json_object *value;

  if (json_object_object_get_ex (fields, "deleted", &value) && json_object_get_boolean (value))
    return 0;
  return json_object_object_get_ex (fields, "role", &value) && value != NULL ? ruhu_role_from_name (json_object_get_string (value)) : 0;
}

gboolean
ruhu_access_get_user (RuhuSession *session, const char *user, char **name, RuhuRole *role, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuRecord) record = ruhu_store_get_record (session->store, "helper", user, &local);
  json_object *value;

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (record == NULL)
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND, _ ("There is no helper %s."), user);
      return FALSE;
    }
  if (role != NULL)
    *role = get_role (record->fields);
  if (name != NULL)
    *name = g_strdup (json_object_object_get_ex (record->fields, "name", &value) && value != NULL ? json_object_get_string (value) : "");
  return TRUE;
}

RuhuAccess *
ruhu_access_check (RuhuSession *session, const char *authorization, gboolean leaving, GError **error)
{
  g_autofree char *hash = NULL;
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuDevice) device = NULL;
  g_autoptr (RuhuAccess) self = NULL;

  if (authorization == NULL || g_ascii_strncasecmp (authorization, "Bearer ", strlen ("Bearer ")) != 0)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_UNAUTHORISED, _ ("The request carries no device token."));
      return NULL;
    }
  hash = ruhu_access_hash (authorization + strlen ("Bearer "));
  device = ruhu_ledger_find_token (session->ledger, hash, &local);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  if (device == NULL)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_UNAUTHORISED, _ ("The township does not know this device token."));
      return NULL;
    }
  if (device->revoked != NULL && !leaving)
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_REVOKED, _ ("The device %s was revoked."), device->id);
      return NULL;
    }
  self = g_new0 (RuhuAccess, 1);
  self->device = g_strdup (device->id);
  self->user = g_strdup (device->user);
  self->last_seq = device->last_seq;
  if (!ruhu_access_get_user (session, device->user, &self->user_name, &self->role, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
ruhu_access_free (RuhuAccess *self)
{
  if (self == NULL)
    return;
  g_free (self->device);
  g_free (self->user);
  g_free (self->user_name);
  g_free (self);
}
