/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Behind the changes, for each photo: a line {"photo":"<SHA-256>","size":n} and n bytes. The receipt: {"taken":["<SHA-256>",…],"refused":{"<SHA-256>":"<reason>",…}}. */
#define G_LOG_DOMAIN "ruhu-wire"

#include "config.h"

#include "ruhu-parcel-photos.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-photo.h"
#include "ruhu-wire.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_LINE 256

void
ruhu_parcel_photo_free (RuhuParcelPhoto *self)
{
  g_free (self->hash);
  g_bytes_unref (self->bytes);
  g_free (self);
}

void
ruhu_parcel_append_photo (GString *content, const char *hash, GBytes *photo)
{
  gsize size;
  const char *data = g_bytes_get_data (photo, &size);

  g_string_append_printf (content, "{\"photo\":\"%s\",\"size\":%zu}\n", hash, size);
  g_string_append_len (content, data, (gssize) size);
}

/* The line at @offset, which moves behind it. */
static gboolean
parse_line (const char *text, gsize size, gsize *offset, char **hash, gsize *length)
{
  const char *line = text + *offset, *stop = memchr (line, '\n', MIN (size - *offset, MAX_LINE));
  g_autoptr (RuhuJson) object = stop != NULL ? ruhu_wire_parse_json (line, (gsize) (stop - line), 2, NULL) : NULL;
  json_object *name, *number;

  if (!json_object_is_type (object, json_type_object) || !json_object_object_get_ex (object, "photo", &name) || !json_object_is_type (name, json_type_string) ||
      !ruhu_photo_is_hash (json_object_get_string (name)) || !json_object_object_get_ex (object, "size", &number) || !json_object_is_type (number, json_type_int))
    return FALSE;
  *offset += (gsize) (stop - line) + 1;
  if (json_object_get_int64 (number) < 0 || (guint64) json_object_get_int64 (number) > size - *offset)
    return FALSE;
  *length = (gsize) json_object_get_int64 (number);
  *hash = g_strdup (json_object_get_string (name));
  return TRUE;
}

GPtrArray *
ruhu_parcel_parse_photos (GBytes *content, gsize offset, GError **error)
{
  g_autoptr (GPtrArray) photos = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_parcel_photo_free);
  gsize size;
  const char *text = g_bytes_get_data (content, &size);

  while (offset < size)
    {
      char *hash;
      gsize length;
      RuhuParcelPhoto *photo;

      if (!parse_line (text, size, &offset, &hash, &length))
        {
          g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("What is in the bundle is malformed."));
          return NULL;
        }
      photo = g_new0 (RuhuParcelPhoto, 1);
      photo->hash = hash;
      photo->bytes = g_bytes_new_from_bytes (content, offset, length);
      g_ptr_array_add (photos, photo);
      offset += length;
    }
  return g_steal_pointer (&photos);
}

RuhuReceipt *
ruhu_receipt_new (void)
{
  RuhuReceipt *self = g_new0 (RuhuReceipt, 1);

  self->taken = g_ptr_array_new_with_free_func (g_free);
  self->refused = g_ptr_array_new_with_free_func (g_free);
  self->reasons = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
ruhu_receipt_free (RuhuReceipt *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->taken);
  g_ptr_array_unref (self->refused);
  g_ptr_array_unref (self->reasons);
  g_free (self);
}

void
ruhu_receipt_refuse (RuhuReceipt *self, const char *hash, const char *reason)
{
  g_ptr_array_add (self->refused, g_strdup (hash));
  g_ptr_array_add (self->reasons, g_strdup (reason));
}

char *
ruhu_receipt_to_json (RuhuReceipt *self)
{
  g_autoptr (RuhuJson) object = json_object_new_object ();
  json_object *taken = json_object_new_array (), *refused = json_object_new_object ();

  for (guint i = 0; i < self->taken->len; i++)
    json_object_array_add (taken, json_object_new_string (self->taken->pdata[i]));
  for (guint i = 0; i < self->refused->len; i++)
    json_object_object_add (refused, self->refused->pdata[i], json_object_new_string (self->reasons->pdata[i]));
  json_object_object_add (object, "taken", taken);
  json_object_object_add (object, "refused", refused);
  return g_strdup (json_object_to_json_string_ext (object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

static gboolean
read_receipt (RuhuReceipt *self, json_object *object)
{
  json_object *taken = json_object_object_get (object, "taken"), *refused = json_object_object_get (object, "refused");

  if (!json_object_is_type (taken, json_type_array) || !json_object_is_type (refused, json_type_object))
    return FALSE;
  for (gsize i = 0; i < json_object_array_length (taken); i++)
    {
      json_object *hash = json_object_array_get_idx (taken, i);

      if (!json_object_is_type (hash, json_type_string) || !ruhu_photo_is_hash (json_object_get_string (hash)))
        return FALSE;
      g_ptr_array_add (self->taken, g_strdup (json_object_get_string (hash)));
    }
  json_object_object_foreach (refused, hash, reason)
  {
    if (!ruhu_photo_is_hash (hash) || !json_object_is_type (reason, json_type_string))
      return FALSE;
    ruhu_receipt_refuse (self, hash, json_object_get_string (reason));
  }
  return TRUE;
}

RuhuReceipt *
ruhu_receipt_parse (GBytes *json, GError **error)
{
  g_autoptr (RuhuJson) object = ruhu_wire_parse_json (g_bytes_get_data (json, NULL), g_bytes_get_size (json), 3, NULL);
  g_autoptr (RuhuReceipt) self = ruhu_receipt_new ();

  if (json_object_is_type (object, json_type_object) && read_receipt (self, object))
    return g_steal_pointer (&self);
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("What is in the bundle is malformed."));
  return NULL;
}
