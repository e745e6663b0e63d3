/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-syncd"

#include "config.h"

#include "ruhu-answer.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-wire.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_TEXT 1000

static void
set_missing (GError **error, const char *name)
{
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_PROTOCOL, _ ("The township's answer lacks “%s”, or it is malformed."), name);
}

static json_object *
parse_object (const char *body, gsize size, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuJson) object = ruhu_wire_parse_json (body, size, RUHU_WIRE_MAX_DEPTH, &local);

  if (json_object_is_type (object, json_type_object))
    return g_steal_pointer (&object);
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_PROTOCOL, _ ("The township's answer cannot be read: %s"), local != NULL ? local->message : _ ("it is not an object."));
  return NULL;
}

/* json-c saturates what does not fit. */
static gboolean
get_integer (json_object *object, const char *name, gint64 *value, GError **error)
{
  json_object *member = json_object_object_get (object, name);

  if (!json_object_is_type (member, json_type_int) || json_object_get_int64 (member) < 0 || json_object_get_int64 (member) >= G_MAXINT64 / 2)
    {
      set_missing (error, name);
      return FALSE;
    }
  *value = json_object_get_int64 (member);
  return TRUE;
}

static char *
dup_text (json_object *object, const char *name, GError **error)
{
  json_object *member = json_object_object_get (object, name);
  const char *text = json_object_is_type (member, json_type_string) ? json_object_get_string (member) : NULL;

  if (text == NULL || *text == '\0' || strlen (text) > MAX_TEXT)
    {
      set_missing (error, name);
      return NULL;
    }
  return g_strdup (text);
}

static gboolean
parse_stop (RuhuPushAnswer *self, json_object *stop, GError **error)
{
  g_autofree char *code = dup_text (stop, "code", error);
  g_autofree char *detail = NULL;

  if (code == NULL)
    return FALSE;
  detail = dup_text (stop, "detail", NULL);
  self->stop = g_error_new_literal (RUHU_ERROR, ruhu_error_from_name (code), detail != NULL ? detail : code);
  return TRUE;
}

RuhuPushAnswer *
ruhu_push_answer_parse (const char *body, gsize size, GError **error)
{
  g_autoptr (RuhuPushAnswer) self = g_new0 (RuhuPushAnswer, 1);
  g_autoptr (RuhuJson) object = parse_object (body, size, error);
  json_object *refused, *stop;

  if (object == NULL || !get_integer (object, "accepted", &self->accepted, error))
    return NULL;
  refused = json_object_object_get (object, "refused");
  if (!json_object_is_type (refused, json_type_array))
    {
      set_missing (error, "refused");
      return NULL;
    }
  self->n_refused = json_object_array_length (refused);
  stop = json_object_object_get (object, "stop");
  if (stop != NULL && !json_object_is_type (stop, json_type_object))
    {
      set_missing (error, "stop");
      return NULL;
    }
  if (stop != NULL && !parse_stop (self, stop, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
ruhu_push_answer_free (RuhuPushAnswer *self)
{
  if (self == NULL)
    return;
  g_clear_error (&self->stop);
  g_free (self);
}

RuhuEnrolAnswer *
ruhu_enrol_answer_parse (const char *body, gsize size, GError **error)
{
  g_autoptr (RuhuEnrolAnswer) self = g_new0 (RuhuEnrolAnswer, 1);
  g_autoptr (RuhuJson) object = parse_object (body, size, error);

  if (object == NULL || !get_integer (object, "position", &self->position, error))
    return NULL;
  self->device = dup_text (object, "device", error);
  if (self->device == NULL)
    return NULL;
  self->user = dup_text (object, "user", error);
  if (self->user == NULL)
    return NULL;
  /* A helper without a role and a township without a name are no reason to refuse. */
  self->role = dup_text (object, "role", NULL);
  self->township = dup_text (object, "township", NULL);
  if (self->role == NULL)
    self->role = g_strdup ("");
  if (self->township == NULL)
    self->township = g_strdup ("");
  return g_steal_pointer (&self);
}

void
ruhu_enrol_answer_free (RuhuEnrolAnswer *self)
{
  if (self == NULL)
    return;
  g_free (self->device);
  g_free (self->user);
  g_free (self->role);
  g_free (self->township);
  g_free (self);
}
