/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-visit-photos"

#include "config.h"

#include "ruhu-visit-photos.h"

#include "ruhu-cleanups.h"
#include "ruhu-field-row.h"
#include "ruhu-photo-strip.h"

#include <glib/gi18n.h>

struct _RuhuVisitPhotos
{
  GtkWidget parent_instance;

  /* Owned. */
  RuhuEditSession *session;

  /* Borrowed. */
  RuhuRecordType *type;
  RuhuField *image; /* the field that holds the photo's hash */
  RuhuPhotoStrip *strip;
};

G_DEFINE_FINAL_TYPE (RuhuVisitPhotos, ruhu_visit_photos, GTK_TYPE_WIDGET)

static RuhuField *
find_image (RuhuRecordType *type)
{
  for (guint i = 0; i < type->fields->len; i++)
    if (((RuhuField *) type->fields->pdata[i])->type == RUHU_TYPE_PHOTO)
      return type->fields->pdata[i];
  return NULL;
}

static char *
describe (RuhuVisitPhotos *self, json_object *fields, const char *name)
{
  RuhuField *field = ruhu_record_type_get_field (self->type, name);

  return field != NULL ? ruhu_field_row_format (field, json_object_object_get (fields, name), NULL) : g_strdup ("");
}

static void
add_item (RuhuVisitPhotos *self, GPtrArray *items, json_object *fields)
{
  json_object *hash = json_object_object_get (fields, self->image->name);
  g_autofree char *title = describe (self, fields, "subject");
  g_autofree char *date = describe (self, fields, "date");

  if (json_object_is_type (hash, json_type_string))
    g_ptr_array_add (items, ruhu_photo_item_new (json_object_get_string (hash), title, date));
}

/* Those of this visit first. */
static void
show (RuhuVisitPhotos *self)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (ruhu_photo_item_free);
  RuhuDraftBody *body = ruhu_edit_session_get_body (self->session);
  g_autoptr (GPtrArray) ids = ruhu_draft_body_list_records (body, self->type->name);
  GPtrArray *earlier = ruhu_edit_session_get_earlier (self->session, self->type->name);

  for (guint i = 0; i < ids->len; i++)
    {
      g_autoptr (RuhuJson) fields = ruhu_draft_body_dup_fields (body, self->type->name, ids->pdata[i]);

      add_item (self, items, fields);
    }
  for (guint i = 0; earlier != NULL && i < earlier->len; i++)
    add_item (self, items, earlier->pdata[i]);
  ruhu_photo_strip_show (self->strip, items);
}

static void
set_value (RuhuVisitPhotos *self, const char *record, const char *name, json_object *value)
{
  g_autoptr (RuhuJson) owned = value;
  RuhuField *field = ruhu_record_type_get_field (self->type, name);

  if (field != NULL)
    ruhu_edit_session_set_value (self->session, field, record, owned);
}

/* The strip has asked whether a person or a card is in it, and keeps no photo of which that is said. */
static void
added_cb (RuhuVisitPhotos *self, const char *hash, const char *subject, const char *note)
{
  g_autofree char *record = g_strdup (ruhu_edit_session_add_record (self->session, self->type));

  set_value (self, record, "subject", json_object_new_string (subject));
  set_value (self, record, "things_only", json_object_new_boolean (TRUE));
  set_value (self, record, "date", json_object_new_string (ruhu_edit_session_get_today (self->session)));
  if (note != NULL && *note != '\0')
    set_value (self, record, "note", json_object_new_string (note));
  set_value (self, record, self->image->name, json_object_new_string (hash));
  ruhu_edit_session_store (self->session);
}

static void
edited_cb (RuhuVisitPhotos *self, const char *type)
{
  if (g_strcmp0 (type, self->type->name) == 0)
    show (self);
}

static void
ruhu_visit_photos_dispose (GObject *object)
{
  RuhuVisitPhotos *self = RUHU_VISIT_PHOTOS (object);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (ruhu_visit_photos_parent_class)->dispose (object);
}

static void
ruhu_visit_photos_class_init (RuhuVisitPhotosClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ruhu_visit_photos_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
ruhu_visit_photos_init (RuhuVisitPhotos *self)
{
}

gboolean
ruhu_visit_photos_fits (RuhuFormPart *part)
{
  return part->mode == RUHU_PART_ADD && find_image (part->record) != NULL;
}

GtkWidget *
ruhu_visit_photos_new (RuhuEditSession *session, RuhuFormPart *part)
{
  RuhuVisitPhotos *self = g_object_new (RUHU_TYPE_VISIT_PHOTOS, NULL);

  g_return_val_if_fail (RUHU_IS_EDIT_SESSION (session) && ruhu_visit_photos_fits (part), NULL);
  self->session = g_object_ref (session);
  self->type = part->record;
  self->image = find_image (part->record);
  self->strip = RUHU_PHOTO_STRIP (ruhu_photo_strip_new (ruhu_edit_session_get_worker (session), TRUE));
  gtk_widget_set_parent (GTK_WIDGET (self->strip), GTK_WIDGET (self));
  g_signal_connect_object (self->strip, "added", G_CALLBACK (added_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "edited", G_CALLBACK (edited_cb), self, G_CONNECT_SWAPPED);
  show (self);
  return GTK_WIDGET (self);
}
