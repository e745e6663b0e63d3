/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Taking away what was added in a visit: at once, and to be brought back as it was. */
#define G_LOG_DOMAIN "ruhu-visit-page"

#include "config.h"

#include "ruhu-visit-page-private.h"

#include "ruhu-cleanups.h"

#include <glib/gi18n.h>

/* In s: as long as elsewhere in the app. */
#define TIMEOUT 10

typedef struct
{
  RuhuEditSession *session; /* a reference */
  RuhuRecordType *type;     /* borrowed from its catalogue */
  char *record;
  json_object *taken;
} Undo;

static void
undo_free (gpointer data, GClosure *closure)
{
  Undo *undo = data;

  g_object_unref (undo->session);
  g_free (undo->record);
  json_object_put (undo->taken);
  g_free (undo);
}

static void
undo_cb (Undo *undo)
{
  ruhu_edit_session_restore_record (undo->session, undo->type, undo->record, undo->taken);
}

/* The one before waits until this one has gone: each can be brought back. */
static void
offer_undo (RuhuVisitPage *self, const char *title, Undo *undo)
{
  g_autofree char *sentence = g_strdup_printf (_ ("Removed: %s"), title);
  g_autofree char *escaped = g_markup_escape_text (sentence, -1);
  AdwToast *toast = adw_toast_new (escaped);

  adw_toast_set_button_label (toast, _ ("_Undo"));
  adw_toast_set_timeout (toast, TIMEOUT);
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
  g_signal_connect_data (toast, "button-clicked", G_CALLBACK (undo_cb), undo, undo_free, G_CONNECT_SWAPPED);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

void
ruhu_visit_page_remove_record (RuhuVisitPage *self, const char *type_name, const char *record)
{
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_edit_session_get_catalogue (self->session), type_name);
  g_autofree char *title = type != NULL ? ruhu_edit_session_dup_title (self->session, type, record) : NULL;
  g_autofree char *id = g_strdup (record);
  json_object *taken = type != NULL ? ruhu_edit_session_take_record (self->session, type, record) : NULL;
  Undo *undo;

  if (taken == NULL)
    return;
  undo = g_new0 (Undo, 1);
  undo->session = g_object_ref (self->session);
  undo->type = type;
  undo->record = g_steal_pointer (&id);
  undo->taken = taken;
  offer_undo (self, title, undo);
}
