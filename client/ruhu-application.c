/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-application"

#include "config.h"

#include "ruhu-application.h"

#include "ruhu-describe.h"
#include "ruhu-help-window.h"
#include "ruhu-preferences.h"
#include "ruhu-tour.h"
#include "ruhu-window.h"

#include <glib/gi18n.h>

struct _RuhuApplication
{
  AdwApplication parent_instance;

  /* Owned. */
  RuhuWorker *worker;
  RuhuWorker *reader;
  RuhuSyncProxy *sync;
  RuhuStatus *status;
  GSettings *settings;
};

G_DEFINE_FINAL_TYPE (RuhuApplication, ruhu_application, ADW_TYPE_APPLICATION)

static RuhuWindow *
get_window (RuhuApplication *self)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  return RUHU_IS_WINDOW (window) ? RUHU_WINDOW (window) : NULL;
}

static void
sync_now_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RuhuApplication) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *sentence = NULL;
  RuhuWindow *window = get_window (self);

  if (ruhu_sync_proxy_sync_now_finish (RUHU_SYNC_PROXY (source), result, &error))
    return;
  sentence = ruhu_describe_error (error);
  g_info ("Cannot synchronise: %s", error->message);
  if (window != NULL)
    ruhu_window_toast (window, sentence);
}

static void
sync_now_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  RuhuApplication *self = user_data;

  ruhu_sync_proxy_sync_now_async (self->sync, NULL, sync_now_cb, g_object_ref (self));
}

static void
quit_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  RuhuApplication *self = user_data;
  GtkWindow *window;

  while ((window = gtk_application_get_active_window (GTK_APPLICATION (self))) != NULL)
    {
      gtk_window_close (window);
      /* It asks about what was typed, or waits until that is on the disk. */
      if (gtk_application_get_active_window (GTK_APPLICATION (self)) == window)
        return;
    }
  g_application_quit (G_APPLICATION (self));
}

/* For whoever asks for help: versions, and nothing of anybody. */
static char *
describe_debugging (void)
{
  return g_strdup_printf ("ruhu %s\nGTK %u.%u.%u\nlibadwaita %u.%u.%u\nGLib %u.%u.%u\n%s\n", VERSION, gtk_get_major_version (), gtk_get_minor_version (),
                          gtk_get_micro_version (), adw_get_major_version (), adw_get_minor_version (), adw_get_micro_version (), glib_major_version, glib_minor_version,
                          glib_micro_version, pango_language_to_string (pango_language_get_default ()));
}

static void
about_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  RuhuApplication *self = user_data;
  g_autofree char *debugging = describe_debugging ();

  adw_show_about_window (gtk_application_get_active_window (GTK_APPLICATION (self)),
                         "application-name", _ ("Ruhu"),
                         "application-icon", APP_ID,
                         "version", VERSION,
                         "license-type", GTK_LICENSE_GPL_3_0,
                         "comments", _ ("Records household visits without a network, and brings them together when there is one."),
                         "debug-info", debugging,
                         "debug-info-filename", "ruhu.txt",
                         NULL);
}

static void
preferences_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  gtk_window_present (ruhu_preferences_new (user_data, gtk_application_get_active_window (user_data)));
}

static void
help_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  gtk_window_present (ruhu_help_window_new (gtk_application_get_active_window (user_data)));
}

static void
tour_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  gtk_window_present (ruhu_tour_new (gtk_application_get_active_window (user_data)));
}

static void
apply_scheme (const char *scheme)
{
  AdwColorScheme value = ADW_COLOR_SCHEME_DEFAULT;

  if (g_strcmp0 (scheme, "light") == 0)
    value = ADW_COLOR_SCHEME_FORCE_LIGHT;
  else if (g_strcmp0 (scheme, "dark") == 0)
    value = ADW_COLOR_SCHEME_FORCE_DARK;
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), value);
}

static void
scheme_state (GSimpleAction *action, GVariant *value, gpointer user_data)
{
  RuhuApplication *self = user_data;
  const char *scheme = g_variant_get_string (value, NULL);

  g_simple_action_set_state (action, value);
  apply_scheme (scheme);
  if (self->settings != NULL)
    g_settings_set_string (self->settings, "color-scheme", scheme);
}

static const GActionEntry actions[] = {
  { "sync-now", sync_now_action, NULL, NULL, NULL },
  { "quit", quit_action, NULL, NULL, NULL },
  { "about", about_action, NULL, NULL, NULL },
  { "preferences", preferences_action, NULL, NULL, NULL },
  { "help", help_action, NULL, NULL, NULL },
  { "tour", tour_action, NULL, NULL, NULL },
  { "color-scheme", NULL, "s", "'default'", scheme_state },
};

static const struct
{
  const char *action;
  const char *accels[3];
} shortcuts[] = {
  { "app.sync-now", { "F5", "<Control>r" } },
  { "app.quit", { "<Control>q" } },
  { "win.go::today", { "<Control>1" } },
  { "win.go::households", { "<Control>2" } },
  { "win.go::conflicts", { "<Control>3" } },
  { "win.go::sync", { "<Control>4" } },
  { "win.filter", { "<Control>l" } },
  { "win.search", { "<Control>f" } },
  { "win.new-visit", { "<Control>n" } },
  { "win.edit", { "<Control>e" } },
  { "win.print-card", { "<Control>p" } },
  { "win.back", { "<Alt>Left" } },
  { "win.toggle-list", { "F9" } },
  { "win.show-conflicts", { "<Control><Shift>c" } },
  { "win.show-sync", { "<Control><Shift>s" } },
  { "win.show-help-overlay", { "<Control>question" } },
  { "app.help", { "F1" } },
  { "app.preferences", { "<Control>comma" } },
  { "window.close", { "<Control>w" } },
};

/* GSettings ends the program where a schema is missing, and the program must run from its build directory too. */
static GSettings *
open_settings (void)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = source != NULL ? g_settings_schema_source_lookup (source, APP_ID, TRUE) : NULL;

  return schema != NULL ? g_settings_new_full (schema, NULL, NULL) : NULL;
}

static void
ruhu_application_startup (GApplication *application)
{
  RuhuApplication *self = RUHU_APPLICATION (application);
  g_autofree char *path = ruhu_store_dup_default_path ();

  G_APPLICATION_CLASS (ruhu_application_parent_class)->startup (application);

  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  for (gsize i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), shortcuts[i].action, shortcuts[i].accels);
  self->settings = open_settings ();
  if (self->settings != NULL)
    {
      g_autofree char *scheme = g_settings_get_string (self->settings, "color-scheme");

      g_action_group_change_action_state (G_ACTION_GROUP (self), "color-scheme", g_variant_new_string (scheme));
    }
  self->worker = ruhu_worker_new (path);
  self->reader = ruhu_worker_new (path);
  self->sync = ruhu_sync_proxy_new ();
  self->status = ruhu_status_new (self->worker, self->sync);
}

static void
ruhu_application_activate (GApplication *application)
{
  RuhuApplication *self = RUHU_APPLICATION (application);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (window == NULL)
    window = GTK_WINDOW (ruhu_window_new (self));
  gtk_window_present (window);
}

static int
ruhu_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  if (!g_variant_dict_contains (options, "version"))
    return G_APPLICATION_CLASS (ruhu_application_parent_class)->handle_local_options (application, options);
  g_print ("ruhu %s\n", VERSION);
  return 0;
}

/* What was given to the worker is on disk before the program ends. */
static void
ruhu_application_shutdown (GApplication *application)
{
  RuhuApplication *self = RUHU_APPLICATION (application);

  if (self->worker != NULL)
    ruhu_worker_flush (self->worker);
  G_APPLICATION_CLASS (ruhu_application_parent_class)->shutdown (application);
}

static void
ruhu_application_dispose (GObject *object)
{
  RuhuApplication *self = RUHU_APPLICATION (object);

  g_clear_object (&self->status);
  g_clear_object (&self->sync);
  g_clear_object (&self->reader);
  g_clear_object (&self->worker);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (ruhu_application_parent_class)->dispose (object);
}

static void
ruhu_application_class_init (RuhuApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ruhu_application_dispose;
  application_class->startup = ruhu_application_startup;
  application_class->activate = ruhu_application_activate;
  application_class->shutdown = ruhu_application_shutdown;
  application_class->handle_local_options = ruhu_application_handle_local_options;
}

static void
ruhu_application_init (RuhuApplication *self)
{
  g_application_add_main_option (G_APPLICATION (self), "version", 0, 0, G_OPTION_ARG_NONE, _ ("Show the version, and exit"), NULL);
}

RuhuApplication *
ruhu_application_new (void)
{
  return g_object_new (RUHU_TYPE_APPLICATION,
                       "application-id", APP_ID,
                       "resource-base-path", "/org/ruhu/Ruhu",
                       NULL);
}

RuhuWorker *
ruhu_application_get_worker (RuhuApplication *self)
{
  g_return_val_if_fail (RUHU_IS_APPLICATION (self), NULL);

  return self->worker;
}

RuhuWorker *
ruhu_application_get_reader (RuhuApplication *self)
{
  g_return_val_if_fail (RUHU_IS_APPLICATION (self), NULL);

  return self->reader;
}

RuhuSyncProxy *
ruhu_application_get_sync (RuhuApplication *self)
{
  g_return_val_if_fail (RUHU_IS_APPLICATION (self), NULL);

  return self->sync;
}

RuhuStatus *
ruhu_application_get_status (RuhuApplication *self)
{
  g_return_val_if_fail (RUHU_IS_APPLICATION (self), NULL);

  return self->status;
}

GSettings *
ruhu_application_get_settings (RuhuApplication *self)
{
  g_return_val_if_fail (RUHU_IS_APPLICATION (self), NULL);

  return self->settings;
}
