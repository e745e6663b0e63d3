/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-sync-button"

#include "config.h"

#include "ruhu-sync-button.h"

#include "ruhu-application.h"
#include "ruhu-describe.h"

#include <glib/gi18n.h>

struct _RuhuSyncButton
{
  AdwBin parent_instance;

  /* Template. */
  GtkMenuButton *button;
  GtkPopover *popover;
  GtkSpinner *spinner;
  GtkImage *icon;
  GtkLabel *label;
  GtkLabel *state;
  GtkLabel *details;
  GtkLabel *error;
  GtkProgressBar *progress;
};

G_DEFINE_FINAL_TYPE (RuhuSyncButton, ruhu_sync_button, ADW_TYPE_BIN)

static char *
describe_details (RuhuStatus *status, RuhuSyncProxy *sync)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint waiting = (guint) ruhu_status_get_waiting (status);
  guint refused = (guint) ruhu_status_get_refused (status);
  gint64 success = ruhu_sync_proxy_get_last_success (sync);
  gint64 next = ruhu_sync_proxy_get_next_attempt (sync);

  g_string_append_printf (text, ngettext ("%u change waits to be sent.", "%u changes wait to be sent.", waiting), waiting);
  if (refused > 0)
    {
      g_string_append_c (text, '\n');
      g_string_append_printf (text, ngettext ("%u change was refused by the township.", "%u changes were refused by the township.", refused), refused);
    }
  if (success > 0)
    {
      g_autofree char *when = ruhu_describe_time (success);

      g_string_append_c (text, '\n');
      g_string_append_printf (text, _ ("Last synchronised: %s"), when);
    }
  if (next > 0)
    {
      g_autofree char *when = ruhu_describe_time (next);

      g_string_append_c (text, '\n');
      g_string_append_printf (text, _ ("Next attempt: %s"), when);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
update (RuhuSyncButton *self)
{
  RuhuApplication *app = RUHU_APPLICATION (g_application_get_default ());
  RuhuStatus *status = ruhu_application_get_status (app);
  RuhuSyncProxy *sync = ruhu_application_get_sync (app);
  const char *icon = NULL;
  g_autofree char *label = ruhu_sync_button_describe (status, sync, &icon);
  g_autofree char *details = describe_details (status, sync);
  g_autofree char *name = g_strdup_printf (_ ("Synchronisation: %s"), label);
  double progress = ruhu_sync_proxy_get_progress (sync);
  gboolean busy = ruhu_sync_proxy_is_busy (sync);
  const char *error = ruhu_sync_proxy_get_last_error (sync);

  gtk_label_set_label (self->label, label);
  gtk_image_set_from_icon_name (self->icon, icon);
  gtk_widget_set_visible (GTK_WIDGET (self->icon), !busy);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), busy);
  gtk_spinner_set_spinning (self->spinner, busy);
  gtk_label_set_label (self->state, ruhu_sync_proxy_describe (sync));
  gtk_label_set_label (self->details, details);
  gtk_label_set_label (self->error, error);
  gtk_widget_set_visible (GTK_WIDGET (self->error), *error != '\0');
  gtk_widget_set_visible (GTK_WIDGET (self->progress), progress >= 0);
  gtk_progress_bar_set_fraction (self->progress, CLAMP (progress, 0, 1));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->button), name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
details_cb (RuhuSyncButton *self)
{
  gtk_popover_popdown (self->popover);
}

static void
ruhu_sync_button_class_init (RuhuSyncButtonClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/Ruhu/ruhu-sync-button.ui");
  gtk_widget_class_bind_template_child (widget_class, RuhuSyncButton, button);
  gtk_widget_class_bind_template_child (widget_class, RuhuSyncButton, details);
  gtk_widget_class_bind_template_child (widget_class, RuhuSyncButton, error);
  gtk_widget_class_bind_template_child (widget_class, RuhuSyncButton, icon);
  gtk_widget_class_bind_template_child (widget_class, RuhuSyncButton, label);
  gtk_widget_class_bind_template_child (widget_class, RuhuSyncButton, popover);
  gtk_widget_class_bind_template_child (widget_class, RuhuSyncButton, progress);
  gtk_widget_class_bind_template_child (widget_class, RuhuSyncButton, spinner);
  gtk_widget_class_bind_template_child (widget_class, RuhuSyncButton, state);
  gtk_widget_class_bind_template_callback (widget_class, details_cb);
}

static void
ruhu_sync_button_init (RuhuSyncButton *self)
{
  RuhuApplication *app;

  gtk_widget_init_template (GTK_WIDGET (self));
  /* A page by itself, in a test: there is nothing to tell. */
  if (g_application_get_default () == NULL)
    return;
  app = RUHU_APPLICATION (g_application_get_default ());
  g_signal_connect_object (ruhu_application_get_status (app), "updated", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (ruhu_application_get_sync (app), "updated", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

char *
ruhu_sync_button_describe (RuhuStatus *status, RuhuSyncProxy *sync, const char **icon)
{
  const char *state = ruhu_sync_proxy_get_state (sync);
  guint refused = (guint) ruhu_status_get_refused (status);
  guint waiting = (guint) ruhu_status_get_waiting (status);

  *icon = "dialog-warning-symbolic";
  if (g_str_equal (state, "failed") || g_str_equal (state, "revoked"))
    return g_strdup (ruhu_sync_proxy_describe (sync));
  if (refused > 0)
    return g_strdup_printf (ngettext ("%u refused", "%u refused", refused), refused);
  *icon = "emblem-synchronizing-symbolic";
  if (ruhu_sync_proxy_is_busy (sync))
    return g_strdup (ruhu_sync_proxy_describe (sync));
  *icon = g_str_equal (state, "offline") ? "network-offline-symbolic" : "document-send-symbolic";
  if (waiting > 0)
    return g_strdup_printf (ngettext ("%u waiting", "%u waiting", waiting), waiting);
  *icon = g_str_equal (state, "idle") ? "emblem-ok-symbolic" : "network-offline-symbolic";
  return g_strdup (g_str_equal (state, "") ? _ ("Not running") : ruhu_sync_proxy_describe (sync));
}
