/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records of a draft that go, and come back as they were. What is kept meanwhile: {"place": n, "pending": true, "typed": {…}, "text": {…}, "answered": {…}}. */
#define G_LOG_DOMAIN "ruhu-draft-body"

#include "config.h"

#include "ruhu-draft-body-private.h"

static const char *const tables[] = { "typed", "text", "answered" };
static const char *const marks[] = { "added", "begun" };

static json_object *
get_records (RuhuDraftBody *self, const char *table, const char *type)
{
  return ruhu_draft_body_get_member (ruhu_draft_body_get_member (self->root, table), type);
}

/* Ids of added records, from the one at @place on. */
static GPtrArray *
list_added (json_object *added, int place)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
  int n = 0;

  json_object_object_foreach (added, id, value)
  {
    (void) value;
    if (n++ >= place)
      g_ptr_array_add (ids, g_strdup (id));
  }
  return ids;
}

static int
find_place (json_object *added, const char *record)
{
  int n = 0;

  json_object_object_foreach (added, id, value)
  {
    (void) value;
    if (g_strcmp0 (id, record) == 0)
      return n;
    n++;
  }
  return n;
}

json_object *
ruhu_draft_body_take_record (RuhuDraftBody *self, const char *type, const char *record)
{
  /* The caller's id may be the very key that is about to be freed. */
  g_autofree char *id = g_strdup (record);
  json_object *taken;

  if (!ruhu_draft_body_is_added (self, type, id))
    return NULL;
  taken = json_object_new_object ();
  json_object_object_add (taken, "place", json_object_new_int (find_place (get_records (self, "added", type), id)));
  json_object_object_add (taken, "pending", json_object_new_boolean (ruhu_draft_body_is_pending (self, type, id)));
  if (ruhu_draft_body_is_pending (self, type, id))
    ruhu_draft_body_set_pending (self, type, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      json_object *records = get_records (self, tables[i], type);
      json_object *fields = ruhu_draft_body_get_member (records, id);

      if (fields != NULL)
        json_object_object_add (taken, tables[i], json_object_get (fields));
      if (records != NULL)
        json_object_object_del (records, id);
      if (records != NULL && json_object_object_length (records) == 0)
        json_object_object_del (ruhu_draft_body_get_member (self->root, tables[i]), type);
    }
  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    if (get_records (self, marks[i], type) != NULL)
      json_object_object_del (get_records (self, marks[i], type), id);
  return taken;
}

void
ruhu_draft_body_put_record (RuhuDraftBody *self, const char *type, const char *record, json_object *taken)
{
  json_object *added = ruhu_draft_body_ensure_object (ruhu_draft_body_ensure_object (self->root, "added"), type);
  g_autoptr (GPtrArray) later = list_added (added, json_object_get_int (ruhu_draft_body_get_member (taken, "place")));

  json_object_object_add (added, record, json_object_new_boolean (TRUE));
  for (guint i = 0; i < later->len; i++)
    {
      json_object_object_del (added, later->pdata[i]);
      json_object_object_add (added, later->pdata[i], json_object_new_boolean (TRUE));
    }
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      json_object *fields = ruhu_draft_body_get_member (taken, tables[i]);

      if (fields != NULL)
        json_object_object_add (ruhu_draft_body_ensure_object (ruhu_draft_body_ensure_object (self->root, tables[i]), type), record, json_object_get (fields));
    }
  if (json_object_get_boolean (ruhu_draft_body_get_member (taken, "pending")) && ruhu_draft_body_get_pending (self, type) == NULL)
    ruhu_draft_body_set_pending (self, type, record);
}
