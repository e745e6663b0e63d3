/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stream's lines, in order of position:
 *
 *   {"position":p,"change":<the change's exact bytes>}
 *   {"position":p,"echo":seq,"sum":"<16 hexadecimal digits>"}
 *   {"position":p,"echo":seq,"sum":"…","scope":"…"}               let in late
 *   {"position":p,"echo":seq,"sum":"…","refused":{"code":"…","detail":"…"}}
 *   {"position":p,"echo":seq,"sum":"…","quarantined":{"code":"…","detail":"…"}}
 *   {"position":p,"heads":{…},"change":<…>}                       let in late: of what it still is a head
 *   {"position":p,"quarantined":{…},"change":<…>}                 waits for the office, which alone is told
 *   {"position":p,"grant":"<scope>"}
 *   {"position":p,"revoke":"<scope>"}
 *   {"until":u,"hash":"<64 hexadecimal digits>","head":h}     once, last; with "drafts":true if some wait
 *
 * A backfill's:
 *
 *   {"position":p,"heads":{…},"change":<the change's exact bytes>} or {"position":p,"quarantined":{…},"change":<…>}
 *   {"next":"<cookie>"} or {"done":true}                        once, last
 *
 * The closing line is how a body that was cut off is told from a whole one. */
#define G_LOG_DOMAIN "ruhu-wire"

#include "config.h"

#include "ruhu-page.h"

#include "ruhu-change-text.h"
#include "ruhu-change.h"
#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-page-line.h"
#include "ruhu-wire.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_DEPTH   (RUHU_CHANGE_MAX_DEPTH + 2)
#define MAX_SCOPE   128
#define MAX_COOKIE  4096
#define HASH_LENGTH 64

static void G_GNUC_PRINTF (3, 4)
    set_protocol (GError **error, guint number, const char *format, ...)
{
  g_autofree char *reason = NULL;
  va_list arguments;

  va_start (arguments, format);
  reason = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_PROTOCOL, _ ("Line %u of the township's answer: %s"), number, reason);
}

/* An integer of at least @least. json-c saturates what does not fit, so its limit counts as too large. */
static gboolean
get_integer (json_object *object, const char *name, gint64 least, gint64 *value)
{
  json_object *member = NULL;
  gint64 n;

  if (!json_object_object_get_ex (object, name, &member) || !json_object_is_type (member, json_type_int))
    return FALSE;
  n = json_object_get_int64 (member);
  if (n < least || n >= G_MAXINT64 / 2)
    return FALSE;
  *value = n;
  return TRUE;
}

/* Borrowed; NULL if it is no string of 1 to @max bytes, or holds a NUL. */
static const char *
get_string (json_object *object, const char *name, gsize max)
{
  json_object *member = NULL;
  const char *text;
  gsize length;

  if (!json_object_object_get_ex (object, name, &member) || !json_object_is_type (member, json_type_string))
    return NULL;
  text = json_object_get_string (member);
  length = json_object_get_string_len (member);
  return length > 0 && length <= max && strlen (text) == length ? text : NULL;
}

static const char *
keep (GPtrArray *owned, const char *text)
{
  char *copy = g_strdup (text);

  if (copy != NULL)
    g_ptr_array_add (owned, copy);
  return copy;
}

/* Parses one line to an object. NULL and PROTOCOL otherwise. */
static json_object *
parse_line (const char *line, gsize length, guint number, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuJson) object = NULL;

  if (length > RUHU_LINE_MAX)
    {
      set_protocol (error, number, _ ("it is too long"));
      return NULL;
    }
  object = ruhu_change_is_text (line, length) ? ruhu_change_read_plain (line, length) : NULL;
  if (object == NULL)
    object = ruhu_wire_parse_json (line, length, MAX_DEPTH, &local);
  if (object == NULL && local != NULL)
    {
      set_protocol (error, number, "%s", local->message);
      return NULL;
    }
  if (!json_object_is_type (object, json_type_object))
    {
      set_protocol (error, number, _ ("it is not an object"));
      return NULL;
    }
  return g_steal_pointer (&object);
}

/* The slice that holds the change, checked to be an object within its bound. */
static gboolean
get_change (json_object *object, const char *line, gsize length, guint number, const char **change, gsize *change_length, GError **error)
{
  if (!json_object_is_type (json_object_object_get (object, "change"), json_type_object) || !ruhu_line_slice_member (line, length, "change", change, change_length))
    {
      set_protocol (error, number, _ ("“%s” is missing or malformed"), "change");
      return FALSE;
    }
  if (*change_length > RUHU_CHANGE_MAX)
    {
      set_protocol (error, number, _ ("the change is too large"));
      return FALSE;
    }
  return TRUE;
}

/* The member @name, {"code":…,"detail":…}; *@code stays NULL where there is none. */
static gboolean
parse_why (GPtrArray *owned, json_object *object, const char *name, guint number, const char **code, const char **detail, GError **error)
{
  json_object *why = NULL;

  if (!json_object_object_get_ex (object, name, &why))
    return TRUE;
  if (!json_object_is_type (why, json_type_object) || get_string (why, "code", 64) == NULL)
    {
      set_protocol (error, number, _ ("“%s” is missing or malformed"), name);
      return FALSE;
    }
  *code = keep (owned, get_string (why, "code", 64));
  *detail = keep (owned, get_string (why, "detail", 4096));
  return TRUE;
}

static gboolean
parse_echo (RuhuPage *self, json_object *object, guint number, RuhuEntry *entry, GError **error)
{
  entry->kind = RUHU_ENTRY_ECHO;
  if (!get_integer (object, "echo", 1, &entry->seq))
    {
      set_protocol (error, number, _ ("“%s” is missing or malformed"), "echo");
      return FALSE;
    }
  entry->sum = keep (self->owned, get_string (object, "sum", 64));
  entry->scope = keep (self->owned, get_string (object, "scope", MAX_SCOPE));
  if (!parse_why (self->owned, object, "quarantined", number, &entry->reason, &entry->detail, error))
    return FALSE;
  entry->quarantined = entry->reason != NULL;
  return entry->quarantined || parse_why (self->owned, object, "refused", number, &entry->reason, &entry->detail, error);
}

static gboolean
parse_change (RuhuPage *self, json_object *object, const char *line, gsize length, guint number, RuhuEntry *entry, GError **error)
{
  json_object *heads = NULL;

  if (!get_change (object, line, length, number, &entry->change, &entry->change_length, error) ||
      !parse_why (self->owned, object, "quarantined", number, &entry->reason, &entry->detail, error))
    return FALSE;
  if (entry->reason != NULL)
    entry->kind = RUHU_ENTRY_QUARANTINED;
  if (!json_object_object_get_ex (object, "heads", &heads))
    return TRUE;
  if (!ruhu_line_is_heads (heads))
    {
      set_protocol (error, number, _ ("“%s” is missing or malformed"), "heads");
      return FALSE;
    }
  entry->heads = json_object_get (heads);
  return TRUE;
}

static gboolean
parse_scope (RuhuPage *self, json_object *object, guint number, const char *member, RuhuEntryKind kind, RuhuEntry *entry, GError **error)
{
  const char *scope = get_string (object, member, MAX_SCOPE);

  if (scope == NULL)
    {
      set_protocol (error, number, _ ("“%s” is missing or malformed"), member);
      return FALSE;
    }
  entry->kind = kind;
  entry->scope = keep (self->owned, scope);
  return TRUE;
}

/* That of the last entry; 0 before the first. */
static gint64
last_position (RuhuPage *self)
{
  return self->entries->len > 0 ? g_array_index (self->entries, RuhuEntry, self->entries->len - 1).position : 0;
}

static gboolean
parse_entry (RuhuPage *self, json_object *object, const char *line, gsize length, guint number, GError **error)
{
  RuhuEntry entry = { 0 };
  gboolean ok;

  if (!get_integer (object, "position", last_position (self), &entry.position))
    {
      set_protocol (error, number, _ ("“%s” is missing, malformed or out of order"), "position");
      return FALSE;
    }
  if (json_object_object_get_ex (object, "change", NULL))
    ok = parse_change (self, object, line, length, number, &entry, error);
  else if (json_object_object_get_ex (object, "echo", NULL))
    ok = parse_echo (self, object, number, &entry, error);
  else if (json_object_object_get_ex (object, "grant", NULL))
    ok = parse_scope (self, object, number, "grant", RUHU_ENTRY_GRANT, &entry, error);
  else
    ok = parse_scope (self, object, number, "revoke", RUHU_ENTRY_REVOKE, &entry, error);
  if (!ok)
    {
      ruhu_json_clear (&entry.heads);
      return FALSE;
    }
  g_array_append_val (self->entries, entry);
  return TRUE;
}

static gboolean
is_hash (const char *text)
{
  if (text == NULL || strlen (text) != HASH_LENGTH)
    return FALSE;
  for (const char *p = text; *p != '\0'; p++)
    {
      if (!g_ascii_isxdigit (*p) || g_ascii_isupper (*p))
        return FALSE;
    }
  return TRUE;
}

static gboolean
parse_closing (RuhuPage *self, json_object *object, guint number, GError **error)
{
  const char *hash = get_string (object, "hash", HASH_LENGTH);

  if (!get_integer (object, "until", last_position (self), &self->until) || !get_integer (object, "head", self->until, &self->head))
    {
      set_protocol (error, number, _ ("“%s” is missing or malformed"), "until");
      return FALSE;
    }
  if (!is_hash (hash))
    {
      set_protocol (error, number, _ ("“%s” is missing or malformed"), "hash");
      return FALSE;
    }
  self->hash = g_strdup (hash);
  self->drafts = json_object_get_boolean (json_object_object_get (object, "drafts"));
  return TRUE;
}

/* A copy of @body that lives as long as @owned: what entries point into. */
static const char *
keep_body (GPtrArray *owned, const char *body, gsize size)
{
  char *copy = g_memdup2 (body, size);

  if (copy != NULL)
    g_ptr_array_add (owned, copy);
  return copy;
}

static void
entry_clear (gpointer data)
{
  ruhu_json_clear (&((RuhuEntry *) data)->heads);
}

static gboolean
parse_page_line (RuhuPage *self, const char *line, gsize length, guint number, GError **error)
{
  RuhuEntry entry = { 0 };
  g_autoptr (RuhuJson) object = NULL;

  if (self->hash == NULL && ruhu_line_take_plain (line, length, last_position (self), &entry.position, &entry.heads, &entry.change, &entry.change_length))
    {
      g_array_append_val (self->entries, entry);
      return TRUE;
    }
  object = parse_line (line, length, number, error);
  if (object == NULL)
    return FALSE;
  if (self->hash != NULL)
    {
      set_protocol (error, number, _ ("something follows the closing line"));
      return FALSE;
    }
  if (json_object_object_get_ex (object, "until", NULL))
    return parse_closing (self, object, number, error);
  return parse_entry (self, object, line, length, number, error);
}

RuhuPage *
ruhu_page_parse (const char *body, gsize size, GError **error)
{
  g_autoptr (RuhuPage) self = g_new0 (RuhuPage, 1);
  gsize offset = 0, length;
  const char *copy, *line;
  guint number = 0;

  self->entries = g_array_new (FALSE, TRUE, sizeof (RuhuEntry));
  g_array_set_clear_func (self->entries, entry_clear);
  self->owned = g_ptr_array_new_with_free_func (g_free);
  copy = keep_body (self->owned, body, size);
  while (ruhu_wire_next_line (copy, size, &offset, &line, &length))
    {
      if (!parse_page_line (self, line, length, ++number, error))
        return NULL;
    }
  if (self->hash == NULL)
    {
      set_protocol (error, number + 1, _ ("the closing line is missing; the answer was cut off"));
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
ruhu_page_free (RuhuPage *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->entries, g_array_unref);
  g_clear_pointer (&self->owned, g_ptr_array_unref);
  g_free (self->hash);
  g_free (self);
}

static void
backfill_entry_clear (RuhuBackfillEntry *entry)
{
  ruhu_json_clear (&entry->fields);
}

static gboolean
parse_backfill_entry (RuhuBackfillPage *self, json_object *object, const char *line, gsize length, guint number, GError **error)
{
  RuhuBackfillEntry entry = { 0 };
  json_object *heads = json_object_object_get (object, "heads");

  if (!get_integer (object, "position", 1, &entry.position))
    {
      set_protocol (error, number, _ ("“%s” is missing, malformed or out of order"), "position");
      return FALSE;
    }
  if (!parse_why (self->owned, object, "quarantined", number, &entry.reason, &entry.detail, error))
    return FALSE;
  if (entry.reason == NULL && !ruhu_line_is_heads (heads))
    {
      set_protocol (error, number, _ ("“%s” is missing or malformed"), "heads");
      return FALSE;
    }
  if (!get_change (object, line, length, number, &entry.change, &entry.change_length, error))
    return FALSE;
  entry.fields = entry.reason == NULL ? json_object_get (heads) : NULL;
  g_array_append_val (self->entries, entry);
  return TRUE;
}

/* *@closed: the line was the closing one. */
static gboolean
parse_backfill_line (RuhuBackfillPage *self, const char *line, gsize length, guint number, gboolean *closed, GError **error)
{
  RuhuBackfillEntry entry = { 0 };
  g_autoptr (RuhuJson) object = NULL;

  if (!*closed && ruhu_line_take_plain (line, length, 1, &entry.position, &entry.fields, &entry.change, &entry.change_length) && entry.fields != NULL)
    {
      g_array_append_val (self->entries, entry);
      return TRUE;
    }
  object = parse_line (line, length, number, error);
  if (object == NULL)
    return FALSE;
  if (*closed)
    {
      set_protocol (error, number, _ ("something follows the closing line"));
      return FALSE;
    }
  if (json_object_object_get_ex (object, "next", NULL))
    {
      self->next = g_strdup (get_string (object, "next", MAX_COOKIE));
      *closed = self->next != NULL;
    }
  else if (json_object_object_get_ex (object, "done", NULL))
    *closed = json_object_get_boolean (json_object_object_get (object, "done"));
  else
    return parse_backfill_entry (self, object, line, length, number, error);
  if (!*closed)
    set_protocol (error, number, _ ("the closing line is malformed"));
  return *closed;
}

RuhuBackfillPage *
ruhu_backfill_page_parse (const char *body, gsize size, GError **error)
{
  g_autoptr (RuhuBackfillPage) self = g_new0 (RuhuBackfillPage, 1);
  gsize offset = 0, length;
  const char *copy, *line;
  gboolean closed = FALSE;
  guint number = 0;

  self->entries = g_array_new (FALSE, TRUE, sizeof (RuhuBackfillEntry));
  g_array_set_clear_func (self->entries, (GDestroyNotify) backfill_entry_clear);
  self->owned = g_ptr_array_new_with_free_func (g_free);
  copy = keep_body (self->owned, body, size);
  while (ruhu_wire_next_line (copy, size, &offset, &line, &length))
    {
      if (!parse_backfill_line (self, line, length, ++number, &closed, error))
        return NULL;
    }
  if (!closed)
    {
      set_protocol (error, number + 1, _ ("the closing line is missing; the answer was cut off"));
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
ruhu_backfill_page_free (RuhuBackfillPage *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->entries, g_array_unref);
  g_clear_pointer (&self->owned, g_ptr_array_unref);
  g_free (self->next);
  g_free (self);
}
