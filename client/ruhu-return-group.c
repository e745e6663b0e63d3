/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-return-group"

#include "config.h"

#include "ruhu-return-group.h"

#include "ruhu-application.h"
#include "ruhu-describe.h"
#include "ruhu-window.h"

#include <glib/gi18n.h>

struct _RuhuReturnGroup
{
  AdwPreferencesGroup parent_instance;

  /* Owned. */
  GCancellable *cancellable;

  /* Borrowed: a part of it. */
  GtkWidget *link;
};

G_DEFINE_FINAL_TYPE (RuhuReturnGroup, ruhu_return_group, ADW_TYPE_PREFERENCES_GROUP)

static void
enrolled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  gboolean done = ruhu_sync_proxy_enrol_finish (RUHU_SYNC_PROXY (source), result, &error);
  g_autofree char *sentence = NULL;
  RuhuReturnGroup *self;
  RuhuWindow *window;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self = RUHU_RETURN_GROUP (user_data);
  window = ruhu_window_of (GTK_WIDGET (self));
  gtk_widget_set_sensitive (self->link, TRUE);
  sentence = done ? g_strdup (_ ("Enrolled again. Whatever the township lacks is being sent.")) : ruhu_describe_error (error);
  if (done)
    gtk_editable_set_text (GTK_EDITABLE (self->link), "");
  else
    gtk_widget_grab_focus (self->link);
  if (window != NULL)
    ruhu_window_toast (window, sentence);
}

static void
apply_cb (RuhuReturnGroup *self)
{
  g_autofree char *link = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->link))));

  if (*link == '\0')
    return;
  gtk_widget_set_sensitive (self->link, FALSE);
  ruhu_sync_proxy_enrol_async (ruhu_application_get_sync (RUHU_APPLICATION (g_application_get_default ())), link, self->cancellable, enrolled_cb, self);
}

static void
ruhu_return_group_dispose (GObject *object)
{
  RuhuReturnGroup *self = RUHU_RETURN_GROUP (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (ruhu_return_group_parent_class)->dispose (object);
}

static void
ruhu_return_group_class_init (RuhuReturnGroupClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ruhu_return_group_dispose;
}

static void
ruhu_return_group_init (RuhuReturnGroup *self)
{
  self->cancellable = g_cancellable_new ();
  self->link = adw_entry_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->link), _ ("Enrolment link"));
  adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (self->link), TRUE);
  g_signal_connect_object (self->link, "apply", G_CALLBACK (apply_cb), self, G_CONNECT_SWAPPED);
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self), _ ("Enrol Again"));
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self), _ ("The township does not know this laptop any more. Everything recorded here is kept. Ask the office for a new link and enter it here."));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), self->link);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

void
ruhu_return_group_set_error_name (RuhuReturnGroup *self, const char *name)
{
  g_return_if_fail (RUHU_IS_RETURN_GROUP (self));

  /* It stays as it is while the link is being tried. */
  if (gtk_widget_get_sensitive (self->link))
    gtk_widget_set_visible (GTK_WIDGET (self), g_strcmp0 (name, "unauthorised") == 0);
}
