/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-visit-photos"

#include "config.h"

#include "ruhu-visit-photos.h"

#include "ruhu-cleanups.h"
#include "ruhu-field-row.h"
#include "ruhu-photo-strip.h"

#include <glib/gi18n.h>

#define PHOTO_TYPE "photo"

struct _RuhuVisitPhotos
{
  GtkWidget parent_instance;

  /* Owned. */
  RuhuEditSession *session;

  char *record; /* NULL: those of any */

  /* Borrowed. */
  RuhuFormPart *part; /* NULL: those of @record */
  RuhuRecordType *type;
  RuhuField *about; /* which refers to @record */
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

/* @id: of one that was added in this visit, which can be taken back, and is seen wherever there are photos. */
static void
add_item (RuhuVisitPhotos *self, GPtrArray *items, json_object *fields, const char *id)
{
  json_object *hash = json_object_object_get (fields, self->image->name);
  g_autofree char *title = describe (self, fields, "subject");
  g_autofree char *date = describe (self, fields, "date");

  if (id == NULL && self->part != NULL && self->part->about != NULL && !ruhu_form_part_is_about (self->part, json_object_object_get (fields, self->part->about->name)))
    return;
  if (self->record != NULL && g_strcmp0 (json_object_get_string (json_object_object_get (fields, self->about->name)), self->record) != 0)
    return;
  if (json_object_is_type (hash, json_type_string))
    g_ptr_array_add (items, ruhu_photo_item_new (json_object_get_string (hash), title, date, id));
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

      add_item (self, items, fields, ids->pdata[i]);
    }
  for (guint i = 0; earlier != NULL && i < earlier->len; i++)
    add_item (self, items, earlier->pdata[i], NULL);
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
  if (note != NULL && *note != '\0')
    set_value (self, record, "note", json_object_new_string (note));
  if (self->record != NULL)
    set_value (self, record, self->about->name, json_object_new_string (self->record));
  set_value (self, record, self->image->name, json_object_new_string (hash));
  ruhu_edit_session_store (self->session);
}

static void
removed_cb (RuhuVisitPhotos *self, const char *record)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "visit.remove", "(ss)", self->type->name, record);
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
ruhu_visit_photos_finalize (GObject *object)
{
  g_free (RUHU_VISIT_PHOTOS (object)->record);
  G_OBJECT_CLASS (ruhu_visit_photos_parent_class)->finalize (object);
}

static void
ruhu_visit_photos_class_init (RuhuVisitPhotosClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ruhu_visit_photos_dispose;
  G_OBJECT_CLASS (klass)->finalize = ruhu_visit_photos_finalize;
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

RuhuField *
ruhu_visit_photos_find_about (RuhuEditSession *session, RuhuRecordType *type)
{
  RuhuForm *form = ruhu_edit_session_get_form (session);
  RuhuRecordType *photo = ruhu_catalogue_get_record (ruhu_edit_session_get_catalogue (session), PHOTO_TYPE);

  /* Only a form keeps them with its other answers; and those on file are known where it has a place for them. */
  if (form == NULL || photo == NULL || find_image (photo) == NULL || ruhu_edit_session_get_earlier (session, PHOTO_TYPE) == NULL)
    return NULL;
  for (guint i = 0; i < photo->fields->len; i++)
    {
      RuhuField *field = photo->fields->pdata[i];

      if (field->type == RUHU_TYPE_REFERENCE && !field->retired && g_strcmp0 (field->reference, type->name) == 0)
        return field;
    }
  return NULL;
}

void
ruhu_visit_photos_choose (RuhuVisitPhotos *self)
{
  g_return_if_fail (RUHU_IS_VISIT_PHOTOS (self));
  ruhu_photo_strip_choose (self->strip);
}

static RuhuVisitPhotos *
make (RuhuEditSession *session, RuhuRecordType *type)
{
  RuhuVisitPhotos *self = g_object_new (RUHU_TYPE_VISIT_PHOTOS, NULL);

  self->session = g_object_ref (session);
  self->type = type;
  self->image = find_image (type);
  self->strip = RUHU_PHOTO_STRIP (ruhu_photo_strip_new (ruhu_edit_session_get_worker (session), TRUE));
  gtk_widget_set_parent (GTK_WIDGET (self->strip), GTK_WIDGET (self));
  g_signal_connect_object (self->strip, "added", G_CALLBACK (added_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->strip, "removed", G_CALLBACK (removed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "edited", G_CALLBACK (edited_cb), self, G_CONNECT_SWAPPED);
  return self;
}

GtkWidget *
ruhu_visit_photos_new (RuhuEditSession *session, RuhuFormPart *part)
{
  RuhuVisitPhotos *self;

  g_return_val_if_fail (RUHU_IS_EDIT_SESSION (session) && ruhu_visit_photos_fits (part), NULL);
  self = make (session, part->record);
  self->part = part;
  if (part->about != NULL)
    ruhu_photo_strip_set_subject (self->strip, ((RuhuChoice *) part->choices->pdata[0])->code);
  show (self);
  return GTK_WIDGET (self);
}

GtkWidget *
ruhu_visit_photos_new_of_record (RuhuEditSession *session, RuhuField *about, const char *record)
{
  RuhuVisitPhotos *self;

  g_return_val_if_fail (RUHU_IS_EDIT_SESSION (session) && find_image (about->record) != NULL, NULL);
  self = make (session, about->record);
  self->about = about;
  self->record = g_strdup (record);
  show (self);
  return GTK_WIDGET (self);
}
