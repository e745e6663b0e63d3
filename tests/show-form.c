/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shows the visit form (or the record dialog) over a household made for it, for whoever works on its looks:
 *
 *   show-form [--dark] [--size=1366x768] [--step=N] [--scroll=PIXELS] [--type=TYPE] [--open] [--fill] [--read-back] [--out=FILE.png]
 *
 * --open opens every card of the step.
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
static gboolean open_cards;
static gboolean read_back;
static int scroll;
static gboolean done;

static const GOptionEntry entries[] = {
  { "dark", 'd', 0, G_OPTION_ARG_NONE, &dark, NULL, NULL },
  { "size", 's', 0, G_OPTION_ARG_STRING, &size, NULL, "WxH" },
  { "step", 'n', 0, G_OPTION_ARG_INT, &step, NULL, "N" },
  { "type", 't', 0, G_OPTION_ARG_STRING, &type, NULL, "TYPE" },
  { "open", 0, 0, G_OPTION_ARG_NONE, &open_cards, NULL, NULL },
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

static void
open_all (GtkWidget *widget)
{
  if (GTK_IS_TOGGLE_BUTTON (widget) && gtk_widget_has_css_class (widget, "ruhu-card-head"))
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (widget), TRUE);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    open_all (child);
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
  if (open_cards)
    open_all (page);
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

/* Several of a kind, and what was agreed before. */
static void
write_more (FormFixture *fixture)
{
  township_write (fixture->township, "h1",
                  "{\"problem\":{\"q1\":{\"kind\":\"04\",\"deadline\":\"2018-06-01\",\"owner\":\"helper-a\"},"
                  "\"q2\":{\"kind\":\"04\",\"description\":\"卧室门锁损坏，冬天关不严，老人夜里受凉\",\"found\":\"2018-05-20\",\"deadline\":\"2018-06-19\",\"owner\":\"helper-a\",\"state\":\"2\"},"
                  "\"q3\":{\"kind\":\"07\",\"found\":\"2018-05-21\",\"state\":\"1\"}},"
                  "\"measure\":{\"m2\":{\"kind\":\"101\",\"year\":2018,\"qty\":20,\"qty_unit\":\"piece\",\"person_id\":\"p1\",\"due\":\"2018-12-01\",\"state\":\"2\"}},"
                  "\"plan\":{\"l1\":{\"year\":2017,\"body\":\"养羊五只，修缮圈舍；户主参加烹饪培训，秋后到县城务工。\",\"agreed\":true,\"agreed_on\":\"2017-03-02\"}},"
                  "\"consent\":{\"c1\":{\"subject\":\"1\",\"person_id\":\"p1\",\"understood\":true,\"decision\":\"1\",\"date\":\"2017-03-02\"},"
                  "\"c2\":{\"subject\":\"2\",\"person_id\":\"p1\",\"understood\":true,\"decision\":\"2\",\"date\":\"2017-03-02\"}},"
                  "\"livestock\":{\"a1\":{\"kind\":\"1\",\"head_count\":3,\"date\":\"2018-01-05\"}}}");
  laptop_sync (fixture->laptop, fixture->township);
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
  write_more (fixture);
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
