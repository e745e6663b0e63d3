/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shows the visit form (or the record dialog) over a household made for it, for whoever works on its looks:
 *
 *   show-form [--dark] [--size=1366x768] [--step=N] [--scroll=PIXELS] [--type=TYPE] [--fill] [--read-back] [--out=FILE.png]
 *
 * --read-back shows the page that is read to the household.
 * --fill types into every field of the step, so that messages and former values show.
 * With --out it takes a picture and ends. */
#define G_LOG_DOMAIN "show-form"

#include "config.h"

#include "form-fixture.h"
#include "ruhu-record-dialog.h"
#include "ruhu-visit-page.h"

#include <glib/gi18n.h>
#include <locale.h>

static gboolean dark;
static char *size;
static int step = 1;
static char *type;
static char *out;
static gboolean fill;
static gboolean read_back;
static int scroll;
static gboolean done;

static const GOptionEntry entries[] = {
  { "dark", 'd', 0, G_OPTION_ARG_NONE, &dark, NULL, NULL },
  { "size", 's', 0, G_OPTION_ARG_STRING, &size, NULL, "WxH" },
  { "step", 'n', 0, G_OPTION_ARG_INT, &step, NULL, "N" },
  { "type", 't', 0, G_OPTION_ARG_STRING, &type, NULL, "TYPE" },
  { "fill", 'f', 0, G_OPTION_ARG_NONE, &fill, NULL, NULL },
  { "scroll", 0, 0, G_OPTION_ARG_INT, &scroll, NULL, "PIXELS" },
  { "read-back", 'r', 0, G_OPTION_ARG_NONE, &read_back, NULL, NULL },
  { "out", 'o', 0, G_OPTION_ARG_FILENAME, &out, NULL, "FILE" },
  { 0 }
};

static gboolean
picture_cb (gpointer data)
{
  GListModel *windows = gtk_window_get_toplevels ();
  g_autoptr (GtkWidget) window = g_list_model_get_item (windows, g_list_model_get_n_items (windows) - 1);
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

static void
fill_in (GtkWidget *widget)
{
  if (!gtk_widget_get_visible (widget))
    return;
  if (GTK_IS_ENTRY (widget))
    {
      gtk_widget_grab_focus (widget);
      gtk_editable_set_text (GTK_EDITABLE (widget), "12");
    }
  else if (GTK_IS_TOGGLE_BUTTON (widget) && gtk_widget_has_css_class (widget, "ruhu-option"))
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (widget), TRUE);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    fill_in (child);
}

static gboolean
scroll_cb (gpointer page)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (page));
  GtkWidget *scrolled = focus != NULL ? gtk_widget_get_ancestor (focus, GTK_TYPE_SCROLLED_WINDOW) : NULL;

  if (scrolled != NULL)
    gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled)), scroll);
  return G_SOURCE_REMOVE;
}

static gboolean
step_cb (gpointer page)
{
  gtk_widget_activate_action (page, "visit.step", "u", (guint) step);
  if (fill)
    fill_in (page);
  if (scroll > 0)
    g_timeout_add (600, scroll_cb, page);
  if (read_back)
    gtk_widget_activate_action (page, "visit.read-back", NULL);
  if (out != NULL)
    g_timeout_add (1500, picture_cb, NULL);
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
  FormFixture *fixture;
  GtkWidget *window, *page;
  int width = 1100, height = 768;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, g_getenv ("RUHU_LOCALE_DIR") != NULL ? g_getenv ("RUHU_LOCALE_DIR") : LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  if (size != NULL)
    sscanf (size, "%dx%d", &width, &height);
  adw_init ();
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), dark ? ADW_COLOR_SCHEME_FORCE_DARK : ADW_COLOR_SCHEME_FORCE_LIGHT);
  fixture = form_fixture_new ();
  window = gtk_window_new ();
  page = ruhu_visit_page_new (fixture->worker, "h1", NULL);
  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  gtk_window_set_child (GTK_WINDOW (window), page);
  g_signal_connect (window, "destroy", G_CALLBACK (closed_cb), NULL);
  gtk_window_present (GTK_WINDOW (window));
  if (type != NULL)
    ruhu_record_dialog_present (GTK_WINDOW (window), fixture->worker, type, NULL, "h1", 0, NULL, NULL, NULL);
  g_timeout_add (900, step_cb, page);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
  form_fixture_free (fixture);
  return 0;
}
