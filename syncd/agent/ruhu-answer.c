/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-syncd"

#include "config.h"

#include "ruhu-answer.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-wire.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_TEXT    1000
#define MAX_DETAIL  4096
#define HASH_LENGTH 64

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
  if (json_object_object_get_ex (stop, "seq", NULL) && !get_integer (stop, "seq", &self->stopped_at, error))
    return FALSE;
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

static gboolean
parse_scopes (RuhuStandingAnswer *self, json_object *list, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  gboolean ok = json_object_is_type (list, json_type_array);

  for (gsize i = 0; ok && i < json_object_array_length (list); i++)
    {
      json_object *item = json_object_array_get_idx (list, i);
      const char *scope = json_object_is_type (item, json_type_string) ? json_object_get_string (item) : "";

      /* They are kept one a line. */
      ok = *scope != '\0' && strlen (scope) <= MAX_TEXT && strchr (scope, '\n') == NULL;
      if (ok)
        g_strv_builder_add (builder, scope);
    }
  if (!ok)
    set_missing (error, "scopes");
  self->scopes = g_strv_builder_end (builder);
  return ok;
}

static gboolean
parse_refused (RuhuStandingAnswer *self, json_object *list, GError **error)
{
  if (!json_object_is_type (list, json_type_array))
    {
      set_missing (error, "refused");
      return FALSE;
    }
  for (gsize i = 0; i < json_object_array_length (list); i++)
    {
      json_object *item = json_object_array_get_idx (list, i);
      RuhuEntry entry = { .kind = RUHU_ENTRY_ECHO };
      json_object *detail, *change;
      char *code;

      if (!json_object_is_type (item, json_type_object) || !get_integer (item, "seq", &entry.seq, error) ||
          !get_integer (item, "position", &entry.position, error) || (code = dup_text (item, "code", error)) == NULL)
        {
          g_clear_error (error);
          set_missing (error, "refused");
          return FALSE;
        }
      g_ptr_array_add (self->owned, code);
      entry.reason = code;
      detail = json_object_object_get (item, "detail");
      g_ptr_array_add (self->owned, g_strndup (json_object_is_type (detail, json_type_string) ? json_object_get_string (detail) : "", MAX_DETAIL));
      entry.detail = self->owned->pdata[self->owned->len - 1];
      entry.quarantined = json_object_get_boolean (json_object_object_get (item, "quarantined"));
      change = json_object_object_get (item, "change");
      if (entry.quarantined && json_object_is_type (change, json_type_string))
        {
          entry.change_length = (gsize) json_object_get_string_len (change);
          g_ptr_array_add (self->owned, g_strdup (json_object_get_string (change)));
          entry.change = self->owned->pdata[self->owned->len - 1];
        }
      g_array_append_val (self->refused, entry);
    }
  return TRUE;
}

RuhuStandingAnswer *
ruhu_standing_answer_parse (const char *body, gsize size, GError **error)
{
  g_autoptr (RuhuStandingAnswer) self = g_new0 (RuhuStandingAnswer, 1);
  g_autoptr (RuhuJson) object = parse_object (body, size, error);
  json_object *rewritten;

  self->refused = g_array_new (FALSE, FALSE, sizeof (RuhuEntry));
  self->owned = g_ptr_array_new_with_free_func (g_free);
  if (object == NULL || !get_integer (object, "position", &self->position, error) || !get_integer (object, "accepted", &self->accepted, error))
    return NULL;
  self->hash = dup_text (object, "hash", error);
  if (self->hash == NULL)
    return NULL;
  rewritten = json_object_object_get (object, "rewritten");
  if (strlen (self->hash) != HASH_LENGTH || strspn (self->hash, "0123456789abcdef") != HASH_LENGTH || !json_object_is_type (rewritten, json_type_boolean))
    {
      set_missing (error, "hash");
      return NULL;
    }
  self->rewritten = json_object_get_boolean (rewritten);
  if (!parse_scopes (self, json_object_object_get (object, "scopes"), error) || !parse_refused (self, json_object_object_get (object, "refused"), error))
    return NULL;
  return g_steal_pointer (&self);
}

void
ruhu_standing_answer_free (RuhuStandingAnswer *self)
{
  if (self == NULL)
    return;
  g_free (self->hash);
  g_strfreev (self->scopes);
  g_array_unref (self->refused);
  g_ptr_array_unref (self->owned);
  g_free (self);
}

RuhuMeAnswer *
ruhu_me_answer_parse (const char *body, gsize size, GError **error)
{
  g_autoptr (RuhuMeAnswer) self = g_new0 (RuhuMeAnswer, 1);
  g_autoptr (RuhuJson) object = parse_object (body, size, error);

  self->device = object != NULL ? dup_text (object, "device", error) : NULL;
  self->user = self->device != NULL ? dup_text (object, "user", error) : NULL;
  if (self->user == NULL)
    return NULL;
  /* As at enrolment, these are no reason to refuse. */
  self->role = dup_text (object, "role", NULL);
  self->township = dup_text (object, "township", NULL);
  if (self->role == NULL)
    self->role = g_strdup ("");
  if (self->township == NULL)
    self->township = g_strdup ("");
  return g_steal_pointer (&self);
}

void
ruhu_me_answer_free (RuhuMeAnswer *self)
{
  if (self == NULL)
    return;
  g_free (self->device);
  g_free (self->user);
  g_free (self->role);
  g_free (self->township);
  g_free (self);
}
