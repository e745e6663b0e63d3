/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the accessibility bus does not tell: which labels are cut, what does not fit, where Tab goes, whether the focus is seen.
 *
 * The desktop tests load this into the app that they drive (LD_PRELOAD); nothing of it is in the app. At SIGUSR2 it reads a command from the file
 * "ask" in the folder RUHU_LENS and writes the answer to "answer": records end with U+001E, their fields are separated by U+001F.
 *
 *   look        each widget that is shown: window, id, type, x, y, width, height, flags, text, tooltip, parents' types
 *   tab, back   the widgets that Tab (Shift+Tab) reaches in the active window, in order: id, type, text; then "missed" ones: "-", type, text, parents
 *   rings       the widgets, of kinds not yet seen, that look the same with the focus and without
 *   dpi N       letters as large as a desktop session says, in 1/1024 dots per inch
 */
#include <adwaita.h>
#include <glib-unix.h>

#define FIELD     "\x1f"
#define RECORD    "\x1e"
#define STEPS_MAX 2000

typedef struct
{
  GString *answer;
  GPtrArray *to_see;
  GdkTexture *focused;
  guint at;
} Rings;

static GHashTable *kinds_seen;

/* What a person would call it, for the message of a failure. */
static const char *
get_text (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget))
    return gtk_label_get_text (GTK_LABEL (widget));
  if (GTK_IS_TEXT (widget))
    return *gtk_editable_get_text (GTK_EDITABLE (widget)) != '\0' ? gtk_editable_get_text (GTK_EDITABLE (widget)) : gtk_text_get_placeholder_text (GTK_TEXT (widget));
  return NULL;
}

static const char *
get_text_within (GtkWidget *widget)
{
  const char *text = get_text (widget);

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && (text == NULL || *text == '\0'); child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_get_child_visible (child))
      text = get_text_within (child);
  return text;
}

static char *
dup_parents (GtkWidget *widget)
{
  GString *parents = g_string_new (NULL);

  while ((widget = gtk_widget_get_parent (widget)) != NULL)
    g_string_append_printf (parents, "%s%s", parents->len > 0 ? " " : "", G_OBJECT_TYPE_NAME (widget));
  return g_string_free (parents, FALSE);
}

static gboolean
is_in_sideways_scroller (GtkWidget *widget)
{
  while ((widget = gtk_widget_get_parent (widget)) != NULL)
    {
      GtkPolicyType policy = GTK_POLICY_NEVER;

      if (GTK_IS_SCROLLED_WINDOW (widget))
        gtk_scrolled_window_get_policy (GTK_SCROLLED_WINDOW (widget), &policy, NULL);
      if (policy != GTK_POLICY_NEVER || GTK_IS_TEXT (widget))
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_cut (GtkLabel *label)
{
  PangoLayout *layout = gtk_label_get_layout (label);
  PangoRectangle extents;

  pango_layout_get_pixel_extents (layout, NULL, &extents);
  return extents.width > gtk_widget_get_width (GTK_WIDGET (label)) + 1 || extents.height > gtk_widget_get_height (GTK_WIDGET (label)) + 1;
}

/* Can take the keyboard, as all around it lets it. */
static gboolean
takes_focus (GtkWidget *widget)
{
  if (!gtk_widget_get_focusable (widget) || !gtk_widget_is_sensitive (widget) || !gtk_widget_get_mapped (widget))
    return FALSE;
  for (; widget != NULL; widget = gtk_widget_get_parent (widget))
    if (!gtk_widget_get_can_focus (widget) || !gtk_widget_get_child_visible (widget))
      return FALSE;
  return TRUE;
}

static void
tell_widget (GString *answer, GtkWidget *widget, GtkRoot *root)
{
  graphene_rect_t bounds;
  g_autofree char *parents = dup_parents (widget);
  GtkNative *native = gtk_widget_get_native (widget);
  const char *text = get_text (widget);
  const char *tooltip = gtk_widget_get_tooltip_text (widget);

  if (!gtk_widget_compute_bounds (widget, GTK_WIDGET (native), &bounds))
    return;
  g_string_append_printf (answer, "%p" FIELD "%p" FIELD "%s" FIELD "%d" FIELD "%d" FIELD "%d" FIELD "%d" FIELD, (gpointer) native, (gpointer) widget, G_OBJECT_TYPE_NAME (widget),
                          (int) bounds.origin.x, (int) bounds.origin.y, (int) bounds.size.width, (int) bounds.size.height);
  if (takes_focus (widget))
    g_string_append (answer, "focus ");
  if (GTK_IS_LABEL (widget) && pango_layout_is_ellipsized (gtk_label_get_layout (GTK_LABEL (widget))))
    g_string_append (answer, "ellipsised ");
  else if (GTK_IS_LABEL (widget) && is_cut (GTK_LABEL (widget)))
    g_string_append (answer, "cut ");
  if (is_in_sideways_scroller (widget))
    g_string_append (answer, "scrolled ");
  if (gtk_widget_is_sensitive (widget))
    g_string_append (answer, "sensitive ");
  g_string_append_printf (answer, FIELD "%s" FIELD "%s" FIELD "%s" RECORD, text != NULL ? text : "", tooltip != NULL ? tooltip : "", parents);
}

static void
look_at (GString *answer, GtkWidget *widget, GtkRoot *root)
{
  if (!gtk_widget_get_mapped (widget) || !gtk_widget_get_child_visible (widget))
    return;
  tell_widget (answer, widget, root);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    look_at (answer, child, root);
}

static void
look (GString *answer)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      look_at (answer, window, GTK_ROOT (window));
    }
}

/* The one that the keyboard goes to: the newest, as there is no window manager. */
static GtkWindow *
get_active (void)
{
  GListModel *windows = gtk_window_get_toplevels ();
  GtkWindow *found = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (gtk_widget_get_mapped (GTK_WIDGET (window)) && (found == NULL || gtk_window_is_active (window)))
        found = window;
    }
  return found;
}

static void
add_focusable (GtkWidget *widget, GPtrArray *found)
{
  if (!gtk_widget_get_mapped (widget) || !gtk_widget_get_child_visible (widget))
    return;
  if (takes_focus (widget))
    g_ptr_array_add (found, widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    /* A popover is a place of its own. */
    if (!GTK_IS_NATIVE (child))
      add_focusable (child, found);
}

/* Within it the arrows go from one to the next. */
static gboolean
is_one_stop (GtkWidget *widget)
{
  return GTK_IS_LIST_VIEW (widget) || GTK_IS_GRID_VIEW (widget) || GTK_IS_LIST_BOX (widget) || GTK_IS_FLOW_BOX (widget) || g_str_equal (G_OBJECT_TYPE_NAME (widget), "RuhuButtonsEditor");
}

/* A list view is one stop; its rows are reached by the arrows. What holds others is reached with one of them. */
static gboolean
is_reached (GtkWidget *widget, GHashTable *reached)
{
  GtkWidget *list = widget;
  GHashTableIter iter;
  gpointer found;

  if (gtk_widget_get_parent (widget) != NULL && is_one_stop (gtk_widget_get_parent (widget)))
    list = gtk_widget_get_parent (widget);
  g_hash_table_iter_init (&iter, reached);
  while (g_hash_table_iter_next (&iter, &found, NULL))
    if (found == widget || gtk_widget_is_ancestor (found, list))
      return TRUE;
  return FALSE;
}

/* All that Tab reaches, until it comes round. */
static GPtrArray *
walk (GtkWindow *window, GtkWidget *place, GtkDirectionType direction, GHashTable *reached)
{
  g_autoptr (GPtrArray) order = g_ptr_array_new_with_free_func (g_object_unref);

  gtk_window_set_focus (window, NULL);
  for (guint i = 0; i < STEPS_MAX; i++)
    {
      GtkWidget *focus;

      if (!gtk_widget_child_focus (place, direction) && !gtk_widget_child_focus (place, direction))
        break;
      focus = gtk_window_get_focus (window);
      if (focus == NULL || !g_hash_table_add (reached, focus))
        break;
      /* A list makes and drops its rows as it scrolls. */
      g_ptr_array_add (order, g_object_ref (focus));
    }
  return g_steal_pointer (&order);
}

static GtkWidget *
find_popover (GtkWidget *widget)
{
  GtkWidget *found = NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_get_mapped (child))
      found = GTK_IS_POPOVER (child) ? child : find_popover (child);
  return found;
}

static void
tab (GString *answer, GtkDirectionType direction)
{
  GtkWindow *window = get_active ();
  GtkWidget *popover = find_popover (GTK_WIDGET (window));
  GtkWidget *place = popover != NULL ? popover : GTK_WIDGET (window);
  GtkWidget *before = gtk_window_get_focus (window);
  g_autoptr (GHashTable) reached = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) order = walk (window, place, direction, reached);
  g_autoptr (GPtrArray) all = g_ptr_array_new ();

  add_focusable (place, all);
  for (guint i = 0; i < order->len; i++)
    {
      GtkWidget *widget = g_ptr_array_index (order, i);
      const char *text = get_text_within (widget);

      g_string_append_printf (answer, "%p" FIELD "%s" FIELD "%s" FIELD RECORD, (gpointer) widget, G_OBJECT_TYPE_NAME (widget), text != NULL ? text : "");
    }
  for (guint i = 0; i < all->len; i++)
    {
      GtkWidget *widget = g_ptr_array_index (all, i);
      const char *text = get_text_within (widget);
      g_autofree char *parents = dup_parents (widget);

      if (!is_reached (widget, reached))
        g_string_append_printf (answer, "-" FIELD "%s" FIELD "%s" FIELD "%s" RECORD, G_OBJECT_TYPE_NAME (widget), text != NULL ? text : "", parents);
    }
  if (before != NULL)
    gtk_widget_grab_focus (before);
}

/* The answer is whole when it is there. */
static void
give (GString *answer)
{
  g_autofree char *path = g_build_filename (g_getenv ("RUHU_LENS"), "answer", NULL);

  g_file_set_contents (path, answer->str, (gssize) answer->len, NULL);
  g_string_free (answer, TRUE);
}

/* The focus ring. */

static GdkTexture *
take_picture (GtkWidget *widget)
{
  GtkWidget *native = GTK_WIDGET (gtk_widget_get_native (widget));
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (native);
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  graphene_rect_t bounds;

  gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (native), gtk_widget_get_height (native));
  node = gtk_snapshot_free_to_node (g_steal_pointer (&snapshot));
  if (node == NULL || !gtk_widget_compute_bounds (widget, native, &bounds))
    return NULL;
  graphene_rect_inset (&bounds, -8, -8);
  return gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (native)), node, &bounds);
}

static gboolean
is_same (GdkTexture *a, GdkTexture *b)
{
  g_autoptr (GBytes) one = gdk_texture_save_to_tiff_bytes (a);
  g_autoptr (GBytes) other = gdk_texture_save_to_tiff_bytes (b);

  return g_bytes_equal (one, other);
}

static char *
dup_kind (GtkWidget *widget)
{
  g_auto (GStrv) classes = gtk_widget_get_css_classes (widget);
  g_autofree char *joined = g_strjoinv (".", classes);

  return g_strdup_printf ("%s.%s", G_OBJECT_TYPE_NAME (widget), joined);
}

static gboolean
ring_cb (gpointer data)
{
  Rings *rings = data;
  GtkWindow *window = get_active ();
  GtkWidget *widget = rings->at < rings->to_see->len ? g_ptr_array_index (rings->to_see, rings->at) : NULL;

  if (widget == NULL)
    {
      gtk_window_set_focus_visible (window, TRUE);
      give (rings->answer);
      g_ptr_array_unref (rings->to_see);
      g_free (rings);
      return G_SOURCE_REMOVE;
    }
  if (gtk_window_get_focus (window) != widget)
    {
      gtk_widget_grab_focus (widget);
      gtk_window_set_focus_visible (window, TRUE);
      return G_SOURCE_CONTINUE;
    }
  if (rings->focused == NULL)
    {
      rings->focused = take_picture (widget);
      gtk_window_set_focus_visible (window, FALSE);
      return G_SOURCE_CONTINUE;
    }
  g_autoptr (GdkTexture) without = take_picture (widget);
  g_autofree char *kind = dup_kind (widget);

  if (without != NULL && is_same (rings->focused, without))
    g_string_append_printf (rings->answer, "%s" FIELD "%s" RECORD, kind, get_text_within (widget) != NULL ? get_text_within (widget) : "");
  g_clear_object (&rings->focused);
  rings->at++;
  return G_SOURCE_CONTINUE;
}

static void
see_rings (GString *answer)
{
  GtkWindow *window = get_active ();
  g_autoptr (GHashTable) reached = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) order = walk (window, GTK_WIDGET (window), GTK_DIR_TAB_FORWARD, reached);
  Rings *rings = g_new0 (Rings, 1);

  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  gtk_window_set_focus (window, NULL);
  rings->answer = answer;
  rings->to_see = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < order->len; i++)
    {
      GtkWidget *widget = g_ptr_array_index (order, i);

      /* A caret blinks of itself. */
      if (!GTK_IS_TEXT (widget) && gtk_widget_get_mapped (widget) && g_hash_table_add (kinds_seen, dup_kind (widget)))
        g_ptr_array_add (rings->to_see, g_object_ref (widget));
    }
  g_timeout_add (50, ring_cb, rings);
}

static gboolean
asked_cb (gpointer unused)
{
  g_autofree char *path = g_build_filename (g_getenv ("RUHU_LENS"), "ask", NULL);
  g_autofree char *command = NULL;
  GString *answer;

  if (!g_file_get_contents (path, &command, NULL, NULL))
    return G_SOURCE_CONTINUE;
  answer = g_string_new (NULL);
  if (g_str_equal (command, "rings"))
    {
      see_rings (answer);
      return G_SOURCE_CONTINUE;
    }
  if (g_str_equal (command, "look"))
    look (answer);
  if (g_str_equal (command, "tab"))
    tab (answer, GTK_DIR_TAB_FORWARD);
  if (g_str_equal (command, "back"))
    tab (answer, GTK_DIR_TAB_BACKWARD);
  if (g_str_has_prefix (command, "dpi "))
    g_object_set (gtk_settings_get_default (), "gtk-xft-dpi", (int) g_ascii_strtoll (command + 4, NULL, 10), NULL);
  give (answer);
  return G_SOURCE_CONTINUE;
}

/* The app's own programs only: what it starts inherits the environment. */
static void __attribute__ ((constructor))
begin (void)
{
  if (g_getenv ("RUHU_LENS") == NULL)
    return;
  g_unsetenv ("LD_PRELOAD");
  kinds_seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_unix_signal_add (SIGUSR2, asked_cb, NULL);
}
