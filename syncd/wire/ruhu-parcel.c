/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A laptop's content: {"cursor":n,"hash":"…","scope":"…","at":p,"cookie":"…","wanted":["<hash>",…],"changes":n} and behind it its changes, one a line, byte for byte. Where "changes" is
 * there it says how many bytes they are, and photos follow: ruhu-parcel-photos.c.
 *
 * The township's: for each answer a line {"answer":"<target>","size":n} and n bytes, or a line {"answer":"<target>","refused":true}; and last a line {"end":true}. */
#define G_LOG_DOMAIN "ruhu-wire"

#include "config.h"

#include "ruhu-parcel.h"

#include "ruhu-bundle.h"
#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-photo.h"
#include "ruhu-wire.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_LINE   16384
#define MAX_TEXT   4096
#define MAX_TARGET 8192

struct _RuhuParcel
{
  /* Owned. */
  GPtrArray *targets;  /* in order */
  GHashTable *answers; /* target → GBytes, or NULL: refused */
  gsize size;
};

void
ruhu_standing_clear (RuhuStanding *self)
{
  g_clear_pointer (&self->hash, g_free);
  g_clear_pointer (&self->scope, g_free);
  g_clear_pointer (&self->cookie, g_free);
  g_clear_pointer (&self->wanted, g_strfreev);
  self->cursor = self->at = self->changes = 0;
  self->photos = FALSE;
}

static char *
dup_json (json_object *object)
{
  return g_strdup (json_object_to_json_string_ext (object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

char *
ruhu_standing_to_json (const RuhuStanding *self)
{
  g_autoptr (RuhuJson) object = json_object_new_object ();

  json_object_object_add (object, "cursor", json_object_new_int64 (self->cursor));
  if (self->hash != NULL)
    json_object_object_add (object, "hash", json_object_new_string (self->hash));
  if (self->scope != NULL)
    {
      json_object_object_add (object, "scope", json_object_new_string (self->scope));
      json_object_object_add (object, "at", json_object_new_int64 (self->at));
      if (self->cookie != NULL)
        json_object_object_add (object, "cookie", json_object_new_string (self->cookie));
    }
  if (self->wanted != NULL)
    {
      json_object *wanted = json_object_new_array ();

      for (char **hash = self->wanted; *hash != NULL; hash++)
        json_object_array_add (wanted, json_object_new_string (*hash));
      json_object_object_add (object, "wanted", wanted);
    }
  if (self->photos)
    json_object_object_add (object, "changes", json_object_new_int64 (self->changes));
  return dup_json (object);
}

/* Where the member is there it must be a text without NUL; *@text: a copy. */
static gboolean
take_text (json_object *object, const char *name, gsize max, char **text)
{
  json_object *member;

  if (!json_object_object_get_ex (object, name, &member))
    return TRUE;
  if (!json_object_is_type (member, json_type_string) || json_object_get_string_len (member) == 0 || (gsize) json_object_get_string_len (member) > max ||
      strlen (json_object_get_string (member)) != (gsize) json_object_get_string_len (member))
    return FALSE;
  *text = g_strdup (json_object_get_string (member));
  return TRUE;
}

static gboolean
take_integer (json_object *object, const char *name, gint64 *value)
{
  json_object *member;

  if (!json_object_object_get_ex (object, name, &member) || !json_object_is_type (member, json_type_int))
    return FALSE;
  *value = json_object_get_int64 (member);
  return *value >= 0 && *value < G_MAXINT64 / 2;
}

static gboolean
set_malformed (GError **error)
{
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("What is in the bundle is malformed."));
  return FALSE;
}

/* Where they are there: hashes. */
static gboolean
take_wanted (json_object *object, char ***wanted)
{
  g_autoptr (GStrvBuilder) hashes = g_strv_builder_new ();
  json_object *member;

  if (!json_object_object_get_ex (object, "wanted", &member))
    return TRUE;
  if (!json_object_is_type (member, json_type_array) || json_object_array_length (member) > RUHU_PARCEL_MAX_WANTED)
    return FALSE;
  for (gsize i = 0; i < json_object_array_length (member); i++)
    {
      json_object *hash = json_object_array_get_idx (member, i);

      if (!json_object_is_type (hash, json_type_string) || !ruhu_photo_is_hash (json_object_get_string (hash)))
        return FALSE;
      g_strv_builder_add (hashes, json_object_get_string (hash));
    }
  *wanted = g_strv_builder_end (hashes);
  return TRUE;
}

gboolean
ruhu_standing_parse (RuhuStanding *self, const char *line, gsize length, GError **error)
{
  g_autoptr (RuhuJson) object = length <= MAX_LINE ? ruhu_wire_parse_json (line, length, 3, NULL) : NULL;
  g_auto (RuhuStanding) read = { 0 };

  *self = (RuhuStanding){ 0 };
  if (!json_object_is_type (object, json_type_object) || !take_integer (object, "cursor", &read.cursor) || !take_text (object, "hash", 64, &read.hash) ||
      !take_text (object, "scope", 128, &read.scope) || !take_text (object, "cookie", MAX_TEXT, &read.cookie) ||
      (read.scope != NULL && !take_integer (object, "at", &read.at)) || !take_wanted (object, &read.wanted))
    return set_malformed (error);
  read.photos = json_object_object_get_ex (object, "changes", NULL);
  if (read.photos && !take_integer (object, "changes", &read.changes))
    return set_malformed (error);
  *self = read;
  read = (RuhuStanding){ 0 };
  return TRUE;
}

char *
ruhu_target_pull (gint64 after, const char *hash)
{
  return g_strdup_printf ("/v1/pull?after=%" G_GINT64_FORMAT "%s%s", after, hash != NULL ? "&hash=" : "", hash != NULL ? hash : "");
}

char *
ruhu_target_backfill (const char *scope, gint64 at, const char *cookie)
{
  g_autofree char *escaped_scope = g_uri_escape_string (scope, NULL, FALSE);
  g_autofree char *escaped_cookie = g_uri_escape_string (cookie != NULL ? cookie : "", NULL, FALSE);

  return g_strdup_printf ("/v1/backfill?scope=%s&at=%" G_GINT64_FORMAT "%s%s", escaped_scope, at, cookie != NULL ? "&cookie=" : "", escaped_cookie);
}

static void
unref_answer (gpointer bytes)
{
  if (bytes != NULL)
    g_bytes_unref (bytes);
}

RuhuParcel *
ruhu_parcel_new (void)
{
  RuhuParcel *self = g_new0 (RuhuParcel, 1);

  self->targets = g_ptr_array_new_with_free_func (g_free);
  self->answers = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, unref_answer);
  return self;
}

void
ruhu_parcel_free (RuhuParcel *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->answers);
  g_ptr_array_unref (self->targets);
  g_free (self);
}

void
ruhu_parcel_add (RuhuParcel *self, const char *target, const char *body, gsize size)
{
  char *kept;

  g_return_if_fail (self != NULL && target != NULL);

  if (g_hash_table_contains (self->answers, target))
    return;
  kept = g_strdup (target);
  g_ptr_array_add (self->targets, kept);
  g_hash_table_insert (self->answers, kept, body != NULL ? g_bytes_new (body, size) : NULL);
  self->size += body != NULL ? size : 0;
}

gsize
ruhu_parcel_get_size (RuhuParcel *self)
{
  return self->size;
}

GBytes *
ruhu_parcel_to_bytes (RuhuParcel *self)
{
  /* Grown step by step, a large one would be there twice. */
  GString *out = g_string_sized_new (self->size + 64 * 1024);

  for (guint i = 0; i < self->targets->len; i++)
    {
      const char *target = self->targets->pdata[i];
      GBytes *body = g_hash_table_lookup (self->answers, target);
      g_autoptr (RuhuJson) object = json_object_new_object ();
      g_autofree char *line = NULL;

      json_object_object_add (object, "answer", json_object_new_string (target));
      if (body != NULL)
        json_object_object_add (object, "size", json_object_new_int64 ((gint64) g_bytes_get_size (body)));
      else
        json_object_object_add (object, "refused", json_object_new_boolean (TRUE));
      line = dup_json (object);
      g_string_append (out, line);
      g_string_append_c (out, '\n');
      if (body != NULL)
        g_string_append_len (out, g_bytes_get_data (body, NULL), (gssize) g_bytes_get_size (body));
    }
  g_string_append (out, "{\"end\":true}\n");
  return g_string_free_to_bytes (out);
}

/* Before any of a bundle is taken in, all of it must be readable. */
static gboolean
check_body (const char *target, const char *body, gsize size, GError **error)
{
  g_autoptr (RuhuPage) page = NULL;
  g_autoptr (RuhuBackfillPage) backfill = NULL;

  if (g_str_has_prefix (target, "/v1/pull?"))
    {
      page = ruhu_page_parse (body, size, NULL);
      return page != NULL || set_malformed (error);
    }
  if (g_str_has_prefix (target, "/v1/backfill?"))
    {
      backfill = ruhu_backfill_page_parse (body, size, NULL);
      return backfill != NULL || set_malformed (error);
    }
  if (g_str_has_prefix (target, RUHU_TARGET_PHOTO))
    {
      g_autofree char *hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) body, size);

      return g_str_equal (hash, target + strlen (RUHU_TARGET_PHOTO)) || set_malformed (error);
    }
  return TRUE;
}

/* One line and what it announces; *@offset moves behind it. */
static gboolean
parse_answer (RuhuParcel *self, const char *text, gsize size, gsize *offset, gboolean *end, GError **error)
{
  const char *line = text + *offset;
  const char *stop = memchr (line, '\n', MIN (size - *offset, MAX_LINE));
  g_autoptr (RuhuJson) object = stop != NULL ? ruhu_wire_parse_json (line, (gsize) (stop - line), 2, NULL) : NULL;
  g_autofree char *target = NULL;
  gint64 length = 0;
  gboolean refused;

  if (!json_object_is_type (object, json_type_object))
    return set_malformed (error);
  *offset += (gsize) (stop - line) + 1;
  *end = json_object_get_boolean (json_object_object_get (object, "end"));
  if (*end)
    return TRUE;
  refused = json_object_get_boolean (json_object_object_get (object, "refused"));
  if (!take_text (object, "answer", MAX_TARGET, &target) || target == NULL || (!refused && !take_integer (object, "size", &length)) ||
      (guint64) length > size - *offset || g_hash_table_contains (self->answers, target) ||
      (!refused && !check_body (target, text + *offset, (gsize) length, NULL)))
    return set_malformed (error);
  ruhu_parcel_add (self, target, refused ? NULL : text + *offset, (gsize) length);
  *offset += (gsize) length;
  return TRUE;
}

RuhuParcel *
ruhu_parcel_parse (GBytes *content, GError **error)
{
  g_autoptr (RuhuParcel) self = ruhu_parcel_new ();
  gsize size, offset = 0;
  const char *text = g_bytes_get_data (content, &size);
  gboolean end = FALSE;

  while (!end && offset < size)
    {
      if (!parse_answer (self, text, size, &offset, &end, error))
        return NULL;
    }
  if (end && offset == size)
    return g_steal_pointer (&self);
  set_malformed (error);
  return NULL;
}

GBytes *
ruhu_parcel_lookup (RuhuParcel *self, const char *target, GError **error)
{
  gpointer body = NULL;

  g_return_val_if_fail (self != NULL && target != NULL, NULL);

  if (!g_hash_table_lookup_extended (self->answers, target, NULL, &body))
    g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND, _ ("The bundle has no answer to what this laptop needs next."));
  else if (body == NULL)
    g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN, _ ("The township does not give this any more."));
  else
    return g_bytes_ref (body);
  return NULL;
}
