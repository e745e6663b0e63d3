/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records in one line: what tells one from others that are called the same. */
#define G_LOG_DOMAIN "ruhu-session"

#include "config.h"

#include "ruhu-edit-session-private.h"

#include "ruhu-cleanups.h"
#include "ruhu-describe.h"

#include <glib/gi18n.h>

#define SEPARATOR " · "

/* A text, a choice and a year speak for themselves. */
static gboolean
needs_label (RuhuField *field)
{
  switch (field->type)
    {
    case RUHU_TYPE_TEXT:
    case RUHU_TYPE_CHOICE:
    case RUHU_TYPE_CHOICES:
      return FALSE;
    case RUHU_TYPE_INTEGER:
      return field->unit == NULL;
    default:
      return TRUE;
    }
}

/* A quantity whose unit is another field ("qty", "qty_unit"). Transfer full. */
static char *
format_quantity (RuhuField *field, json_object *fields, const char *figure)
{
  g_autofree char *name = g_strconcat (field->name, "_unit", NULL);
  RuhuField *unit = ruhu_record_type_get_field (field->record, name);
  g_autofree char *text = unit != NULL ? ruhu_describe_value (NULL, unit, json_object_object_get (fields, name)) : NULL;

  /* Translators: a figure and its unit, "12 mu"; Chinese needs no space. */
  return text != NULL && *text != '\0' ? g_strdup_printf (C_ ("figure and unit", "%s %s"), figure, text) : g_strdup (figure);
}

static char *
format_value (RuhuEditSession *self, RuhuField *field, json_object *fields)
{
  json_object *value = json_object_object_get (fields, field->name);
  RuhuRecordType *type = field->type == RUHU_TYPE_REFERENCE ? ruhu_catalogue_get_record (self->opening->catalogue, field->reference) : NULL;
  g_autofree char *text = NULL;

  if (type != NULL)
    return ruhu_edit_session_dup_title (self, type, json_object_get_string (value));
  text = ruhu_describe_value (NULL, field, value);
  return format_quantity (field, fields, g_strdelimit (text, "\n", ' '));
}

/* NULL: it says nothing. Transfer full. */
static char *
format_fact (RuhuEditSession *self, RuhuField *field, json_object *fields)
{
  json_object *value = json_object_object_get (fields, field->name);
  g_autofree char *text = NULL;

  if (value == NULL)
    return NULL;
  if (field->type == RUHU_TYPE_BOOLEAN && json_object_get_boolean (value))
    return g_strdup (ruhu_label_get (&field->label));
  text = format_value (self, field, fields);
  if (*text == '\0')
    return NULL;
  /* Translators: a field and what stands in it. */
  return needs_label (field) ? g_strdup_printf (_ ("%s: %s"), ruhu_label_get (&field->label), text) : g_steal_pointer (&text);
}

static void
append_fact (RuhuEditSession *self, RuhuField *field, json_object *fields, GString *line)
{
  g_autofree char *fact = field != NULL ? format_fact (self, field, fields) : NULL;

  if (fact != NULL)
    g_string_append_printf (line, "%s%s", line->len > 0 ? SEPARATOR : "", fact);
}

static void
append_facts (RuhuEditSession *self, RuhuRecordType *type, json_object *fields, GString *line)
{
  for (guint i = 0; type->facts != NULL && i < type->facts->len; i++)
    append_fact (self, type->facts->pdata[i], fields, line);
}

char *
ruhu_edit_session_dup_facts (RuhuEditSession *self, RuhuRecordType *type, const char *record)
{
  g_autoptr (RuhuJson) fields = ruhu_draft_body_dup_fields (self->opening->body, type->name, record);
  GString *line = g_string_new (NULL);

  append_facts (self, type, fields, line);
  return g_string_free (line, FALSE);
}

char *
ruhu_edit_session_dup_line (RuhuEditSession *self, RuhuRecordType *type, json_object *fields)
{
  GString *line = g_string_new (NULL);

  append_fact (self, ruhu_describe_bare_field (type, type->title), fields, line);
  append_fact (self, ruhu_describe_bare_field (type, type->summary), fields, line);
  append_facts (self, type, fields, line);
  return g_string_free (line, FALSE);
}
