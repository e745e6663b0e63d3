/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shows a household's file out of any store, for whoever works on its looks:
 *
 *   show-household [--dark] [--size=1000x768] [--open=TYPE,TYPE…] [--out=FILE.png] STORE HOUSEHOLD
 *
 * --open unfolds the first record of these types. With --out it takes a picture and ends. */
#define G_LOG_DOMAIN "show-household"

#include "config.h"

#include "ruhu-form-style.h"
#include "ruhu-household-page.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <stdio.h>

static gboolean dark;
static char *size;
static char *out;
static char *open_types;
static gboolean done;

static const GOptionEntry entries[] = {
  { "dark", 'd', 0, G_OPTION_ARG_NONE, &dark, NULL, NULL },
  { "size", 's', 0, G_OPTION_ARG_STRING, &size, NULL, "WxH" },
  { "open", 'n', 0, G_OPTION_ARG_STRING, &open_types, NULL, "TYPES" },
  { "out", 'o', 0, G_OPTION_ARG_FILENAME, &out, NULL, "FILE" },
  { 0 }
};

static gboolean
picture_cb (gpointer data)
{
  GtkWidget *window = data;
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (window);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  int scale = gtk_widget_get_scale_factor (window);

  gtk_snapshot_scale (snapshot, (float) scale, (float) scale);
  gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (window), gtk_widget_get_height (window));
  node = gtk_snapshot_free_to_node (snapshot);
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (window)), node, NULL);
  gdk_texture_save_to_png (texture, out);
  done = TRUE;
  return G_SOURCE_REMOVE;
}

/* Unfolds as many records as there are types named: one in each section. */
static void
unfold (GtkWidget *widget)
{
  gboolean found = FALSE;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (ADW_IS_EXPANDER_ROW (child) && !found)
      {
        adw_expander_row_set_expanded (ADW_EXPANDER_ROW (child), TRUE);
        found = TRUE;
      }
    else
      {
        unfold (child);
      }
}

static gboolean
unfold_cb (gpointer page)
{
  if (open_types != NULL)
    unfold (page);
  return G_SOURCE_REMOVE;
}

static void
closed_cb (void)
{
  done = TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuWorker) worker = NULL;
  GtkWidget *window, *page;
  g_autoptr (GtkCssProvider) provider = NULL;
  int width = 1000, height = 768;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, g_getenv ("RUHU_LOCALE_DIR") != NULL ? g_getenv ("RUHU_LOCALE_DIR") : LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc != 3)
    {
      g_printerr ("%s\n", error != NULL ? error->message : "show-household STORE HOUSEHOLD");
      return 1;
    }
  if (size != NULL)
    sscanf (size, "%dx%d", &width, &height);
  adw_init ();
  ruhu_form_add_style ();
  provider = gtk_css_provider_new ();
  gtk_css_provider_load_from_resource (provider, "/org/ruhu/Ruhu/style.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (provider), GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), dark ? ADW_COLOR_SCHEME_FORCE_DARK : ADW_COLOR_SCHEME_FORCE_LIGHT);
  worker = ruhu_worker_new (argv[1]);
  window = g_object_new (ADW_TYPE_WINDOW, NULL);
  page = ruhu_household_page_new (worker, argv[2]);
  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  adw_window_set_content (ADW_WINDOW (window), page);
  g_signal_connect (window, "destroy", G_CALLBACK (closed_cb), NULL);
  gtk_window_present (GTK_WINDOW (window));
  g_timeout_add (900, unfold_cb, page);
  if (out != NULL)
    g_timeout_add (1700, picture_cb, window);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
  return 0;
}
