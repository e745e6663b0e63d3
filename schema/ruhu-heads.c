/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-heads"

#include "config.h"

#include "ruhu-heads.h"

#include <string.h>

RuhuHead *
ruhu_head_new (void)
{
  RuhuHead *self = g_new0 (RuhuHead, 1);

  self->fields = g_ptr_array_new ();
  return self;
}

void
ruhu_head_take_fields (RuhuHead *self, char *joined)
{
  char *name = joined;

  g_assert (self->names == NULL);
  self->names = joined;
  while (name != NULL && *name != '\0')
    {
      char *comma = strchr (name, ',');

      g_ptr_array_add (self->fields, name);
      if (comma != NULL)
        *comma++ = '\0';
      name = comma;
    }
}

static char *
join_fields (GPtrArray *fields)
{
  GString *joined = g_string_sized_new (16 * fields->len);

  for (guint i = 0; i < fields->len; i++)
    {
      if (i > 0)
        g_string_append_c (joined, ',');
      g_string_append (joined, g_ptr_array_index (fields, i));
    }
  return g_string_free (joined, FALSE);
}

void
ruhu_head_free (RuhuHead *self)
{
  if (self == NULL)
    return;
  g_free (self->device);
  g_free (self->time);
  g_free (self->by);
  g_ptr_array_unref (self->fields);
  g_free (self->names);
  g_free (self);
}

gboolean
ruhu_head_is_superseded_by (const RuhuHead *head, const char *device, gint64 seq, gint64 seen)
{
  if (head->device != NULL && strcmp (head->device, device) == 0)
    return head->seq < seq;
  return head->position > 0 && head->position <= seen;
}

gboolean
ruhu_head_is_concurrent (const RuhuHead *a, const RuhuHead *b)
{
  if (strcmp (a->device, b->device) == 0)
    return FALSE;
  return !(a->position > 0 && a->position <= b->seen) && !(b->position > 0 && b->position <= a->seen);
}

int
ruhu_head_compare (const RuhuHead *a, const RuhuHead *b)
{
  int order = strcmp (a->time, b->time);

  if (order == 0)
    order = strcmp (a->device, b->device);
  if (order == 0)
    order = (a->seq > b->seq) - (a->seq < b->seq);
  return order;
}

static gboolean
find_field (const RuhuHead *head, const char *field, guint *index)
{
  for (guint i = 0; i < head->fields->len; i++)
    if (strcmp (g_ptr_array_index (head->fields, i), field) == 0)
      {
        *index = i;
        return TRUE;
      }
  return FALSE;
}

gboolean
ruhu_head_has_field (const RuhuHead *head, const char *field)
{
  guint index;

  return find_field (head, field, &index);
}

static gboolean
remove_fields (RuhuHead *head, GPtrArray *fields)
{
  gboolean removed = FALSE;
  guint index;

  for (guint i = 0; i < fields->len; i++)
    if (find_field (head, g_ptr_array_index (fields, i), &index))
      {
        g_ptr_array_remove_index (head->fields, index);
        removed = TRUE;
      }
  return removed;
}

void
ruhu_heads_merge (GPtrArray *heads,
                  const char *device,
                  gint64 seq,
                  gint64 seen,
                  gint64 change,
                  gint64 position,
                  const char *time,
                  GPtrArray *fields,
                  GArray *touched)
{
  RuhuHead *added;

  for (guint i = 0; i < heads->len; i++)
    if (((RuhuHead *) g_ptr_array_index (heads, i))->change == change)
      return;
  for (guint i = heads->len; i > 0; i--)
    {
      RuhuHead *head = g_ptr_array_index (heads, i - 1);
      gint64 n = head->change;

      if (!ruhu_head_is_superseded_by (head, device, seq, seen) || !remove_fields (head, fields))
        continue;
      if (touched != NULL)
        g_array_append_val (touched, n);
      if (head->fields->len == 0)
        g_ptr_array_remove_index (heads, i - 1);
    }
  added = ruhu_head_new ();
  added->change = change;
  added->device = g_strdup (device);
  added->seq = seq;
  added->seen = seen;
  added->position = position;
  added->time = g_strdup (time);
  ruhu_head_take_fields (added, join_fields (fields));
  g_ptr_array_add (heads, added);
}
