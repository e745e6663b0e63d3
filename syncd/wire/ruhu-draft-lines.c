/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-wire"

#include "config.h"

#include "ruhu-draft-lines.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-wire.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_DEPTH 4
#define MAX_NAME  128
#define MAX_DRAFT (1024 * 1024)
#define MAX_IDS   10000

void
ruhu_draft_lines_free (RuhuDraftLines *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->drafts, g_ptr_array_unref);
  g_clear_pointer (&self->have, g_ptr_array_unref);
  g_clear_pointer (&self->updated, g_ptr_array_unref);
  g_clear_pointer (&self->over, g_ptr_array_unref);
  g_clear_pointer (&self->over_updated, g_ptr_array_unref);
  g_clear_pointer (&self->took, g_ptr_array_unref);
  g_clear_pointer (&self->took_updated, g_ptr_array_unref);
  g_free (self);
}

static gboolean
malformed (GError **error, guint number, const char *what)
{
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("Line %u of the drafts: “%s” is missing or malformed."), number, what);
  return FALSE;
}

/* Borrowed; NULL if it is no string of 1 to @max bytes, or holds a NUL. */
static const char *
get_text (json_object *value, gsize max)
{
  const char *text;
  gsize length;

  if (!json_object_is_type (value, json_type_string))
    return NULL;
  text = json_object_get_string (value);
  length = (gsize) json_object_get_string_len (value);
  return length > 0 && length <= max && strlen (text) == length ? text : NULL;
}

static gboolean
parse_draft (RuhuDraftLines *self, json_object *line, guint number, GError **error)
{
  static const char *const names[] = { "id", "kind", "scope", "updated" };
  const char *texts[G_N_ELEMENTS (names)];
  json_object *body = json_object_object_get (line, "body"), *seen = json_object_object_get (line, "seen");
  RuhuDraft *draft;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      texts[i] = get_text (json_object_object_get (line, names[i]), MAX_NAME);
      if (texts[i] == NULL)
        return malformed (error, number, names[i]);
    }
  if (get_text (body, MAX_DRAFT) == NULL)
    return malformed (error, number, "body");
  if (!json_object_is_type (seen, json_type_int) || json_object_get_int64 (seen) < 0)
    return malformed (error, number, "seen");
  draft = g_new0 (RuhuDraft, 1);
  draft->id = g_strdup (texts[0]);
  draft->kind = g_strdup (texts[1]);
  draft->scope = g_strdup (texts[2]);
  draft->updated = g_strdup (texts[3]);
  draft->seen = json_object_get_int64 (seen);
  draft->body = json_object_get (body);
  g_ptr_array_add (self->drafts, draft);
  return TRUE;
}

static gboolean
parse_ids (json_object *list, GPtrArray *ids)
{
  if (!json_object_is_type (list, json_type_array) || json_object_array_length (list) > MAX_IDS)
    return FALSE;
  for (gsize i = 0; i < json_object_array_length (list); i++)
    {
      const char *id = get_text (json_object_array_get_idx (list, i), MAX_NAME);

      if (id == NULL)
        return FALSE;
      g_ptr_array_add (ids, g_strdup (id));
    }
  return TRUE;
}

static gboolean
parse_closing (RuhuDraftLines *self, json_object *line, guint number, GError **error)
{
  const struct
  {
    const char *name;
    GPtrArray *ids;
    GPtrArray *beside;
  } lists[] = { { "updated", self->updated, self->have = g_ptr_array_new_with_free_func (g_free) },
                { "over", self->over, NULL },
                { "over_updated", self->over_updated, self->over },
                { "took", self->took, NULL },
                { "took_updated", self->took_updated, self->took } };

  if (!parse_ids (json_object_object_get (line, "have"), self->have))
    return malformed (error, number, "have");
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      json_object *list = NULL;

      if (json_object_object_get_ex (line, lists[i].name, &list) && !(parse_ids (list, lists[i].ids) && (lists[i].beside == NULL || lists[i].beside->len == lists[i].ids->len)))
        return malformed (error, number, lists[i].name);
    }
  return TRUE;
}

RuhuDraftLines *
ruhu_draft_lines_parse (const char *body, gsize size, GError **error)
{
  g_autoptr (RuhuDraftLines) self = g_new0 (RuhuDraftLines, 1);
  gsize offset = 0, length;
  gboolean closed = FALSE;
  const char *text;
  guint number = 0;

  self->drafts = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_draft_free);
  self->updated = g_ptr_array_new_with_free_func (g_free);
  self->over = g_ptr_array_new_with_free_func (g_free);
  self->over_updated = g_ptr_array_new_with_free_func (g_free);
  self->took = g_ptr_array_new_with_free_func (g_free);
  self->took_updated = g_ptr_array_new_with_free_func (g_free);
  while (ruhu_wire_next_line (body, size, &offset, &text, &length))
    {
      g_autoptr (RuhuJson) line = ruhu_wire_parse_json (text, length, MAX_DEPTH, error);
      gboolean done = FALSE, ok = TRUE;

      number++;
      if (line == NULL && error != NULL && *error != NULL)
        return NULL;
      if (closed || !json_object_is_type (line, json_type_object))
        {
          (void) malformed (error, number, "id");
          return NULL;
        }
      done = json_object_object_get_ex (line, "done", NULL);
      closed = done || json_object_object_get_ex (line, "have", NULL);
      if (!done)
        ok = closed ? parse_closing (self, line, number, error) : parse_draft (self, line, number, error);
      if (!ok)
        return NULL;
    }
  if (closed)
    return g_steal_pointer (&self);
  (void) malformed (error, number + 1, "have");
  return NULL;
}

static void
append_draft (GString *lines, RuhuStatement *row)
{
  static const char *const names[] = { "id", "kind", "scope", "seen", "updated", "body" };
  g_autoptr (RuhuJson) line = json_object_new_object ();

  for (int i = 0; i < (int) G_N_ELEMENTS (names); i++)
    json_object_object_add (line, names[i],
                            i == 3 ? json_object_new_int64 (ruhu_statement_get_integer (row, i)) : json_object_new_string (ruhu_statement_get_text (row, i)));
  g_string_append (lines, json_object_to_json_string_ext (line, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
  g_string_append_c (lines, '\n');
}

GString *
ruhu_draft_lines_write (RuhuStatement *rows, gsize max_bytes, GError **error)
{
  GString *lines = g_string_new (NULL);
  g_autoptr (GError) local = NULL;

  while (lines->len < max_bytes && ruhu_statement_next (rows, &local))
    append_draft (lines, rows);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      g_string_free (lines, TRUE);
      return NULL;
    }
  g_string_append (lines, "{\"done\":true}\n");
  return lines;
}

RuhuDraftsAnswer *
ruhu_drafts_answer_new (void)
{
  RuhuDraftsAnswer *self = g_new0 (RuhuDraftsAnswer, 1);

  self->lacks = g_ptr_array_new_with_free_func (g_free);
  self->others = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
ruhu_drafts_answer_free (RuhuDraftsAnswer *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->lacks);
  g_ptr_array_unref (self->others);
  g_free (self);
}

RuhuDraftsAnswer *
ruhu_drafts_answer_parse (const char *body, gsize size, GError **error)
{
  g_autoptr (RuhuDraftsAnswer) self = ruhu_drafts_answer_new ();
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuJson) object = ruhu_wire_parse_json (body, size, MAX_DEPTH, &local);
  json_object *list = NULL;

  if (local == NULL && json_object_is_type (object, json_type_object) && (!json_object_object_get_ex (object, "lacks", &list) || parse_ids (list, self->lacks)) &&
      (!json_object_object_get_ex (object, "others", &list) || parse_ids (list, self->others)))
    return g_steal_pointer (&self);
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_PROTOCOL, _ ("The township's answer about the drafts cannot be read."));
  return NULL;
}

static json_object *
ids_to_json (GPtrArray *ids)
{
  json_object *list = json_object_new_array ();

  for (guint i = 0; i < ids->len; i++)
    json_object_array_add (list, json_object_new_string (ids->pdata[i]));
  return list;
}

json_object *
ruhu_drafts_answer_to_json (const RuhuDraftsAnswer *self)
{
  json_object *object = json_object_new_object ();

  json_object_object_add (object, "lacks", ids_to_json (self->lacks));
  json_object_object_add (object, "others", ids_to_json (self->others));
  return object;
}
