/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-carry-group"

#include "config.h"

#include "ruhu-carry-group.h"

#include "ruhu-application.h"
#include "ruhu-describe.h"

#include <glib/gi18n.h>

struct _RuhuCarryGroup
{
  AdwBin parent_instance;

  /* Template. */
  GtkWidget *export;
  GtkWidget *import;
  AdwActionRow *outcome;
  GtkSpinner *spinner;
  GtkWidget *cancel;

  /* Owned. */
  GtkNativeDialog *chooser; /* while it is open */
  GCancellable *cancellable;

  gboolean importing; /* what is chosen for, or under way */
};

G_DEFINE_FINAL_TYPE (RuhuCarryGroup, ruhu_carry_group, ADW_TYPE_BIN)

static RuhuSyncProxy *
get_sync (void)
{
  return ruhu_application_get_sync (RUHU_APPLICATION (g_application_get_default ()));
}

static void
say (RuhuCarryGroup *self, const char *title, const char *subtitle, gboolean busy)
{
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->outcome), title);
  adw_action_row_set_subtitle (self->outcome, subtitle);
  gtk_widget_set_visible (GTK_WIDGET (self->outcome), TRUE);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), busy);
  gtk_spinner_set_spinning (self->spinner, busy);
  gtk_widget_set_visible (self->cancel, busy);
  gtk_widget_set_sensitive (self->export, !busy);
  gtk_widget_set_sensitive (self->import, !busy);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->outcome), GTK_ACCESSIBLE_PROPERTY_LABEL, title, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, subtitle, -1);
}

static void
say_exported (RuhuCarryGroup *self, const RuhuCarrySummary *summary)
{
  g_autofree char *title = g_strdup_printf (ngettext ("%u change is in the file.", "%u changes are in the file.", (gulong) summary->changes), (guint) summary->changes);

  if (summary->changes == 0)
    say (self, _ ("The file is written. No change waits here; the township can answer with what others recorded."), _ ("Take the stick to the township office."), FALSE);
  else if (summary->left > 0)
    say (self, title, _ ("Not everything fitted. Take the stick to the township office, take in the answer, and write the rest."), FALSE);
  else
    say (self, title, _ ("Take the stick to the township office. Until its answer is taken in here, everything stays on this laptop."), FALSE);
}

static void
say_imported (RuhuCarryGroup *self, const RuhuCarrySummary *summary)
{
  g_autofree char *title = g_strdup_printf (ngettext ("The answer is taken in: %u new entry.", "The answer is taken in: %u new entries.", (gulong) summary->received), (guint) summary->received);
  g_autofree char *waiting = g_strdup_printf (ngettext ("%u change still waits to be sent.", "%u changes still wait to be sent.", (gulong) summary->waiting), (guint) summary->waiting);

  if (summary->stop != NULL && *summary->stop != '\0')
    say (self, title, summary->stop, FALSE);
  else
    say (self, title, summary->waiting > 0 ? waiting : _ ("Everything recorded here is at the township."), FALSE);
}

static void
carried_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RuhuCarryGroup) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuCarrySummary) summary = ruhu_sync_proxy_carry_finish (RUHU_SYNC_PROXY (source), result, &error);
  g_autofree char *sentence = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      say (self, _ ("Not waited for."), _ ("What is recorded here is kept."), FALSE);
      return;
    }
  if (summary != NULL)
    {
      self->importing ? say_imported (self, summary) : say_exported (self, summary);
      return;
    }
  sentence = ruhu_describe_error (error);
  say (self, self->importing ? _ ("The answer was not taken in.") : _ ("The file was not written."), sentence, FALSE);
}

static void
start (RuhuCarryGroup *self, const char *path)
{
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  say (self, self->importing ? _ ("Taking in the answer…") : _ ("Writing the file…"), "", TRUE);
  if (self->importing)
    ruhu_sync_proxy_import_async (get_sync (), path, self->cancellable, carried_cb, g_object_ref (self));
  else
    ruhu_sync_proxy_export_async (get_sync (), path, self->cancellable, carried_cb, g_object_ref (self));
}

static void
chosen_cb (RuhuCarryGroup *self, int response)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser)) : NULL;
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  g_clear_object (&self->chooser);
  if (path != NULL)
    start (self, path);
  else if (file != NULL)
    say (self, _ ("That place is not on this laptop."), _ ("Choose a folder on the stick or on this laptop."), FALSE);
}

static void
choose (RuhuCarryGroup *self, gboolean importing)
{
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self)));
  g_autoptr (GtkFileFilter) filter = NULL;
  g_autoptr (GDateTime) now = ruhu_describe_now ();
  g_autofree char *name = g_date_time_format (now, "ruhu-%Y-%m-%d.bundle");

  if (self->chooser != NULL)
    return;
  self->importing = importing;
  self->chooser = GTK_NATIVE_DIALOG (gtk_file_chooser_native_new (importing ? _ ("Take In the Township's Answer") : _ ("Write What Waits to a File"), window,
                                                                  importing ? GTK_FILE_CHOOSER_ACTION_OPEN : GTK_FILE_CHOOSER_ACTION_SAVE, importing ? _ ("_Take In") : _ ("_Write"), _ ("_Cancel")));
  if (!importing)
    gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), name);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
  gtk_native_dialog_set_modal (self->chooser, TRUE);
  gtk_native_dialog_show (self->chooser);
}

static void
export_cb (RuhuCarryGroup *self)
{
  choose (self, FALSE);
}

static void
import_cb (RuhuCarryGroup *self)
{
  choose (self, TRUE);
}

static void
cancel_cb (RuhuCarryGroup *self)
{
  g_cancellable_cancel (self->cancellable);
}

static void
ruhu_carry_group_dispose (GObject *object)
{
  RuhuCarryGroup *self = RUHU_CARRY_GROUP (object);

  g_clear_object (&self->chooser);
  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (ruhu_carry_group_parent_class)->dispose (object);
}

static void
ruhu_carry_group_class_init (RuhuCarryGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ruhu_carry_group_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/Ruhu/ruhu-carry-group.ui");
  gtk_widget_class_bind_template_child (widget_class, RuhuCarryGroup, cancel);
  gtk_widget_class_bind_template_child (widget_class, RuhuCarryGroup, export);
  gtk_widget_class_bind_template_child (widget_class, RuhuCarryGroup, import);
  gtk_widget_class_bind_template_child (widget_class, RuhuCarryGroup, outcome);
  gtk_widget_class_bind_template_child (widget_class, RuhuCarryGroup, spinner);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  gtk_widget_class_bind_template_callback (widget_class, export_cb);
  gtk_widget_class_bind_template_callback (widget_class, import_cb);
}

static void
ruhu_carry_group_init (RuhuCarryGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
