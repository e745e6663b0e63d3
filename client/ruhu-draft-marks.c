/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a draft remembers of the person's way through the form, apart from values. */
#define G_LOG_DOMAIN "ruhu-draft-body"

#include "config.h"

#include "ruhu-draft-body-private.h"

static void
set_string (RuhuDraftBody *self, const char *member, const char *value)
{
  if (value == NULL)
    json_object_object_del (self->root, member);
  else
    json_object_object_add (self->root, member, json_object_new_string (value));
}

static const char *
get_string (RuhuDraftBody *self, const char *member)
{
  json_object *value = ruhu_draft_body_get_member (self->root, member);

  return value != NULL ? json_object_get_string (value) : NULL;
}

void
ruhu_draft_body_set_self (RuhuDraftBody *self, const char *record)
{
  set_string (self, "self", record);
}

const char *
ruhu_draft_body_get_self (RuhuDraftBody *self)
{
  return get_string (self, "self");
}

void
ruhu_draft_body_set_step (RuhuDraftBody *self, const char *step)
{
  set_string (self, "step", step);
}

const char *
ruhu_draft_body_get_step (RuhuDraftBody *self)
{
  return get_string (self, "step");
}

void
ruhu_draft_body_set_visited (RuhuDraftBody *self, const char *step)
{
  json_object_object_add (ruhu_draft_body_ensure_object (self->root, "visited"), step, json_object_new_boolean (TRUE));
}

gboolean
ruhu_draft_body_get_visited (RuhuDraftBody *self, const char *step)
{
  return ruhu_draft_body_get_member (ruhu_draft_body_get_member (self->root, "visited"), step) != NULL;
}

void
ruhu_draft_body_set_pending (RuhuDraftBody *self, const char *type, const char *record)
{
  json_object *types = ruhu_draft_body_ensure_object (self->root, "pending");

  if (record == NULL)
    json_object_object_del (types, type);
  else
    json_object_object_add (types, type, json_object_new_string (record));
}

const char *
ruhu_draft_body_get_pending (RuhuDraftBody *self, const char *type)
{
  json_object *pending = ruhu_draft_body_get_member (ruhu_draft_body_get_member (self->root, "pending"), type);
  const char *record = json_object_is_type (pending, json_type_string) ? json_object_get_string (pending) : NULL;

  return record != NULL && ruhu_draft_body_is_added (self, type, record) ? record : NULL;
}

gboolean
ruhu_draft_body_is_pending (RuhuDraftBody *self, const char *type, const char *record)
{
  return record != NULL && g_strcmp0 (ruhu_draft_body_get_pending (self, type), record) == 0;
}

void
ruhu_draft_body_set_reason (RuhuDraftBody *self, const char *key, const char *reason)
{
  json_object *reasons = ruhu_draft_body_ensure_object (self->root, "reasons");

  if (reason == NULL || *reason == '\0')
    json_object_object_del (reasons, key);
  else
    json_object_object_add (reasons, key, json_object_new_string (reason));
}

const char *
ruhu_draft_body_get_reason (RuhuDraftBody *self, const char *key)
{
  json_object *reason = ruhu_draft_body_get_member (ruhu_draft_body_get_member (self->root, "reasons"), key);

  return json_object_is_type (reason, json_type_string) ? json_object_get_string (reason) : NULL;
}

json_object *
ruhu_draft_body_dup_reasons (RuhuDraftBody *self)
{
  json_object *reasons = ruhu_draft_body_get_member (self->root, "reasons");
  json_object *copy = NULL;

  if (reasons == NULL || json_object_deep_copy (reasons, &copy, NULL) != 0)
    return json_object_new_object ();
  return copy;
}
