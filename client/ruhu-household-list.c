/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-household-list"

#include "config.h"

#include "ruhu-household-list.h"

#include "ruhu-filter-popover.h"
#include "ruhu-household-cell.h"
#include "ruhu-household-item.h"
#include "ruhu-household-model.h"
#include "ruhu-wrap-layout.h"

#include <glib/gi18n.h>

struct _RuhuHouseholdList
{
  AdwBin parent_instance;

  /* Template. */
  GtkSearchEntry *search;
  GtkMenuButton *filter_button;
  RuhuFilterPopover *filters;
  GtkWidget *chips;
  GtkLabel *count;
  GtkStack *stack;
  GtkListView *view;
  AdwStatusPage *nothing;

  /* Owned. */
  RuhuHouseholdModel *model;
  GtkSingleSelection *selection;
  GSettings *settings; /* NULL: nothing is remembered */
  RuhuWorker *worker;
  char *selected; /* a household, or NULL */

  gint64 marked;   /* the number of the household on which the selection is, and 0: on none */
  guint marked_at; /* its place */
  gboolean filters_stale;
  gboolean wants_top;   /* the answer of a new search begins at its first line */
  gboolean wants_first; /* Enter was pressed before the matches were there */
};

enum
{
  SIGNAL_ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RuhuHouseholdList, ruhu_household_list, ADW_TYPE_BIN)

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item)
{
  gtk_list_item_set_child (list_item, ruhu_household_cell_new ());
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item)
{
  ruhu_household_cell_set_item (RUHU_HOUSEHOLD_CELL (gtk_list_item_get_child (list_item)), gtk_list_item_get_item (list_item));
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item)
{
  ruhu_household_cell_set_item (RUHU_HOUSEHOLD_CELL (gtk_list_item_get_child (list_item)), NULL);
}

static void
activate_item (RuhuHouseholdList *self, guint position)
{
  g_autoptr (RuhuHouseholdItem) item = g_list_model_get_item (G_LIST_MODEL (self->model), position);
  RuhuHouseholdRow *row = item != NULL ? ruhu_household_item_get_row (item) : NULL;

  if (row == NULL)
    return;
  gtk_single_selection_set_selected (self->selection, position);
  g_signal_emit (self, signals[SIGNAL_ACTIVATED], 0, row->id);
}

static void
activate_cb (RuhuHouseholdList *self, guint position)
{
  activate_item (self, position);
}

/* Filters: the popover has them, the chips show and remove them. */

static RuhuListFilter *
dup_filter (RuhuHouseholdList *self)
{
  RuhuListFilter *filter = ruhu_list_filter_copy (ruhu_household_model_get_filter (self->model));

  ruhu_filter_popover_get (self->filters, filter);
  g_free (filter->text);
  filter->text = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->search)));
  if (self->settings != NULL)
    filter->months = g_settings_get_uint (self->settings, "visit-interval");
  return filter;
}

static void
ask (RuhuHouseholdList *self, const RuhuListFilter *filter)
{
  if (!ruhu_list_filter_equal (filter, ruhu_household_model_get_filter (self->model)))
    self->wants_top = TRUE;
  ruhu_household_model_set_filter (self->model, filter);
}

static void
search_changed_cb (RuhuHouseholdList *self)
{
  g_autoptr (RuhuListFilter) filter = NULL;

  if (self->model == NULL)
    return;
  filter = dup_filter (self);
  ask (self, filter);
}

static void
chip_cb (RuhuHouseholdList *self, GtkButton *chip)
{
  const char *what = g_object_get_data (G_OBJECT (chip), "ruhu-filter");
  g_autoptr (RuhuListFilter) filter = dup_filter (self);

  if (g_str_equal (what, "village"))
    g_clear_pointer (&filter->village, g_free);
  else if (g_str_equal (what, "status"))
    g_clear_pointer (&filter->status, g_free);
  else if (g_str_equal (what, "helper"))
    g_clear_pointer (&filter->helper, g_free);
  else if (g_str_equal (what, "due"))
    filter->due = FALSE;
  else
    filter->problem = FALSE;
  ruhu_household_list_set_filter (self, filter);
  /* The chip is gone, and the keyboard must not be nowhere. */
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

static void
add_chip (RuhuHouseholdList *self, const char *what, const char *text)
{
  GtkWidget *chip = gtk_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget *label = gtk_label_new (text);
  g_autofree char *name = g_strdup_printf (_ ("Remove the filter “%s”"), text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name ("window-close-symbolic"));
  gtk_button_set_child (GTK_BUTTON (chip), box);
  gtk_widget_add_css_class (chip, "chip");
  gtk_widget_set_tooltip_text (chip, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (chip), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data (G_OBJECT (chip), "ruhu-filter", (gpointer) what);
  g_signal_connect_object (chip, "clicked", G_CALLBACK (chip_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self->chips), chip);
}

static void
show_chips (RuhuHouseholdList *self, const RuhuListFilter *filter)
{
  GtkWidget *chip;

  while ((chip = gtk_widget_get_first_child (self->chips)) != NULL)
    gtk_box_remove (GTK_BOX (self->chips), chip);
  if (filter->village != NULL)
    add_chip (self, "village", ruhu_filter_popover_get_village_name (self->filters));
  if (filter->status != NULL)
    add_chip (self, "status", ruhu_filter_popover_get_status_name (self->filters));
  if (filter->helper != NULL)
    add_chip (self, "helper", ruhu_filter_popover_get_helper_name (self->filters));
  if (filter->due)
    add_chip (self, "due", _ ("Due for a visit"));
  if (filter->problem)
    add_chip (self, "problem", _ ("With open problems"));
  gtk_widget_set_visible (self->chips, ruhu_list_filter_is_narrow (filter));
}

static void
filters_changed_cb (RuhuHouseholdList *self)
{
  g_autoptr (RuhuListFilter) filter = NULL;

  if (self->model == NULL)
    return;
  filter = dup_filter (self);
  show_chips (self, filter);
  ask (self, filter);
  if (self->settings != NULL)
    g_settings_set_value (self->settings, "list-filter", ruhu_list_filter_to_variant (filter));
}

/* The first match is opened once its line is there. */
static void
open_first (RuhuHouseholdList *self)
{
  g_autoptr (RuhuHouseholdItem) item = NULL;

  if (!self->wants_first || !ruhu_household_model_is_counted (self->model))
    return;
  item = g_list_model_get_item (G_LIST_MODEL (self->model), 0);
  if (item == NULL)
    {
      self->wants_first = FALSE;
      return;
    }
  if (ruhu_household_item_get_row (item) == NULL)
    {
      g_signal_connect_object (item, "changed", G_CALLBACK (open_first), self, G_CONNECT_SWAPPED);
      return;
    }
  self->wants_first = FALSE;
  activate_item (self, 0);
}

static void
search_activate_cb (RuhuHouseholdList *self)
{
  if (self->model == NULL)
    return;
  self->wants_first = TRUE;
  search_changed_cb (self);
  open_first (self);
}

static void
stop_search_cb (RuhuHouseholdList *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
}

static gboolean
search_key_cb (RuhuHouseholdList *self, guint keyval, guint keycode, GdkModifierType state)
{
  if (keyval != GDK_KEY_Down && keyval != GDK_KEY_KP_Down)
    return GDK_EVENT_PROPAGATE;
  return gtk_widget_child_focus (GTK_WIDGET (self->view), GTK_DIR_TAB_FORWARD);
}

/* What there is to choose from is read again when somebody is about to choose. */
static void
filters_shown_cb (RuhuHouseholdList *self)
{
  if (self->worker != NULL && self->filters_stale)
    ruhu_filter_popover_read (self->filters, self->worker);
  self->filters_stale = FALSE;
}

static void
show_nothing (RuhuHouseholdList *self)
{
  const RuhuListFilter *filter = ruhu_household_model_get_filter (self->model);
  gboolean narrow = ruhu_list_filter_is_narrow (filter);
  gboolean searched = *filter->text != '\0';
  const char *sentence = _ ("They appear when this laptop has synchronised and the office has assigned households to you.");

  if (narrow)
    sentence = _ ("No household passes the filters above. Remove one of them.");
  else if (searched)
    sentence = _ ("Try fewer words, or the initials of the name in pinyin.");
  adw_status_page_set_title (self->nothing, searched || narrow ? _ ("Nothing Found") : _ ("No Households Yet"));
  adw_status_page_set_description (self->nothing, sentence);
  gtk_stack_set_visible_child_name (self->stack, "nothing");
}

/* What was marked in the old rows means nothing in the new ones. */
static void
go_to_top (RuhuHouseholdList *self)
{
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self->view));

  self->wants_top = FALSE;
  gtk_single_selection_set_selected (self->selection, self->selected != NULL ? ruhu_household_model_find (self->model, self->selected) : GTK_INVALID_LIST_POSITION);
  gtk_adjustment_set_value (adjustment, 0);
}

/* The keyboard goes along; what has no row on the screen is left to the next arrow. */
static void
focus_place (RuhuHouseholdList *self, guint position)
{
  g_autoptr (RuhuHouseholdItem) item = g_list_model_get_item (G_LIST_MODEL (self->model), position);

  for (GtkWidget *row = gtk_widget_get_first_child (GTK_WIDGET (self->view)); row != NULL; row = gtk_widget_get_next_sibling (row))
    {
      GtkWidget *cell = gtk_widget_get_first_child (row);

      if (RUHU_IS_HOUSEHOLD_CELL (cell) && ruhu_household_cell_get_item (RUHU_HOUSEHOLD_CELL (cell)) == item)
        gtk_widget_grab_focus (row);
    }
}

/* The list's items are places: after a refresh another household may stand in the one that was selected. */
static void
follow_marked (RuhuHouseholdList *self)
{
  gboolean focused = gtk_widget_get_focus_child (GTK_WIDGET (self->view)) != NULL;
  guint position;

  if (self->marked == 0 || ruhu_household_model_get_number (self->model, gtk_single_selection_get_selected (self->selection)) == self->marked)
    return;
  position = ruhu_household_model_find_number (self->model, self->marked, self->marked_at);
  gtk_single_selection_set_selected (self->selection, position);
  if (focused && position != GTK_INVALID_LIST_POSITION)
    focus_place (self, position);
}

/* Taken off with the place in which it was, the selection is not given up. */
static void
selected_cb (RuhuHouseholdList *self)
{
  guint position = gtk_single_selection_get_selected (self->selection);

  if (position == GTK_INVALID_LIST_POSITION && self->marked_at >= g_list_model_get_n_items (G_LIST_MODEL (self->model)))
    return;
  self->marked = ruhu_household_model_get_number (self->model, position);
  self->marked_at = position;
}

static void
counted_cb (RuhuHouseholdList *self)
{
  gboolean all = FALSE;
  guint n = ruhu_household_model_get_n_matches (self->model, &all);
  /* Translators: the list goes on, and is being counted. */
  g_autofree char *text = g_strdup_printf (all ? ngettext ("%u household", "%u households", n) : _ ("More than %u households"), all ? n : n - 1);

  if (self->wants_top)
    go_to_top (self);
  else
    follow_marked (self);
  gtk_label_set_label (self->count, text);
  if (n == 0)
    show_nothing (self);
  else
    gtk_stack_set_visible_child_name (self->stack, "list");
  open_first (self);
}

/* In the list Tab would go from row to row: thousands of presses to what lies behind them. The arrows do that; Tab goes on. */
static gboolean
ruhu_household_list_focus (GtkWidget *widget, GtkDirectionType direction)
{
  GtkWidget *view = GTK_WIDGET (RUHU_HOUSEHOLD_LIST (widget)->view);
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (widget));

  if ((direction != GTK_DIR_TAB_FORWARD && direction != GTK_DIR_TAB_BACKWARD) || focus == NULL || (focus != view && !gtk_widget_is_ancestor (focus, view)))
    return GTK_WIDGET_CLASS (ruhu_household_list_parent_class)->focus (widget, direction);
  for (GtkWidget *inner = view; inner != widget; inner = gtk_widget_get_parent (inner))
    for (GtkWidget *next = inner; (next = direction == GTK_DIR_TAB_FORWARD ? gtk_widget_get_next_sibling (next) : gtk_widget_get_prev_sibling (next)) != NULL;)
      if (gtk_widget_child_focus (next, direction))
        return TRUE;
  return FALSE;
}

static void
ruhu_household_list_dispose (GObject *object)
{
  RuhuHouseholdList *self = RUHU_HOUSEHOLD_LIST (object);

  gtk_list_view_set_model (self->view, NULL);
  g_clear_object (&self->selection);
  g_clear_object (&self->model);
  g_clear_object (&self->settings);
  g_clear_object (&self->worker);
  G_OBJECT_CLASS (ruhu_household_list_parent_class)->dispose (object);
}

static void
ruhu_household_list_finalize (GObject *object)
{
  g_free (RUHU_HOUSEHOLD_LIST (object)->selected);
  G_OBJECT_CLASS (ruhu_household_list_parent_class)->finalize (object);
}

static void
ruhu_household_list_class_init (RuhuHouseholdListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ruhu_household_list_dispose;
  G_OBJECT_CLASS (klass)->finalize = ruhu_household_list_finalize;
  widget_class->focus = ruhu_household_list_focus;

  signals[SIGNAL_ACTIVATED] = g_signal_new ("activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  g_type_ensure (RUHU_TYPE_FILTER_POPOVER);
  g_type_ensure (RUHU_TYPE_WRAP_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/Ruhu/ruhu-household-list.ui");
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdList, chips);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdList, count);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdList, filter_button);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdList, filters);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdList, nothing);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdList, search);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdList, stack);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdList, view);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, filters_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_search_cb);
  gtk_widget_class_bind_template_callback (widget_class, unbind_cb);
}

static void
ruhu_household_list_init (RuhuHouseholdList *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  /* After the input method, which has uses of its own for the arrows. */
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (search_key_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->search), keys);
  g_signal_connect_swapped (self->filters, "show", G_CALLBACK (filters_shown_cb), self);
  gtk_search_entry_set_key_capture_widget (self->search, GTK_WIDGET (self->view));
}

void
ruhu_household_list_start (RuhuHouseholdList *self, RuhuWorker *worker, GSettings *settings)
{
  g_autoptr (RuhuListFilter) filter = ruhu_list_filter_new ();

  g_return_if_fail (RUHU_IS_HOUSEHOLD_LIST (self) && self->model == NULL);

  self->worker = g_object_ref (worker);
  self->settings = settings != NULL ? g_object_ref (settings) : NULL;
  self->model = ruhu_household_model_new (worker);
  g_signal_connect_object (self->model, "counted", G_CALLBACK (counted_cb), self, G_CONNECT_SWAPPED);
  self->selection = gtk_single_selection_new (g_object_ref (G_LIST_MODEL (self->model)));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_selected (self->selection, GTK_INVALID_LIST_POSITION);
  g_signal_connect_object (self->selection, "notify::selected", G_CALLBACK (selected_cb), self, G_CONNECT_SWAPPED);
  gtk_list_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
  if (settings != NULL)
    {
      g_autoptr (GVariant) remembered = g_settings_get_value (settings, "list-filter");

      ruhu_list_filter_take_variant (filter, remembered);
      filter->months = g_settings_get_uint (settings, "visit-interval");
      g_signal_connect_object (settings, "changed::visit-interval", G_CALLBACK (search_changed_cb), self, G_CONNECT_SWAPPED);
    }
  ruhu_filter_popover_set (self->filters, filter);
  ruhu_household_model_set_filter (self->model, filter);
  ruhu_filter_popover_read (self->filters, worker);
}

void
ruhu_household_list_set_filter (RuhuHouseholdList *self, const RuhuListFilter *filter)
{
  g_return_if_fail (RUHU_IS_HOUSEHOLD_LIST (self) && filter != NULL);

  if (g_strcmp0 (filter->text, gtk_editable_get_text (GTK_EDITABLE (self->search))) != 0)
    gtk_editable_set_text (GTK_EDITABLE (self->search), filter->text);
  ruhu_filter_popover_set (self->filters, filter);
  filters_changed_cb (self);
}

void
ruhu_household_list_open_filters (RuhuHouseholdList *self)
{
  g_return_if_fail (RUHU_IS_HOUSEHOLD_LIST (self));

  gtk_menu_button_popup (self->filter_button);
}

void
ruhu_household_list_refresh (RuhuHouseholdList *self)
{
  g_return_if_fail (RUHU_IS_HOUSEHOLD_LIST (self));

  if (self->model == NULL)
    return;
  ruhu_household_model_refresh (self->model);
  self->filters_stale = TRUE;
}

void
ruhu_household_list_focus_search (RuhuHouseholdList *self)
{
  g_return_if_fail (RUHU_IS_HOUSEHOLD_LIST (self));

  gtk_widget_grab_focus (GTK_WIDGET (self->search));
  gtk_editable_select_region (GTK_EDITABLE (self->search), 0, -1);
}

void
ruhu_household_list_select (RuhuHouseholdList *self, const char *household)
{
  g_return_if_fail (RUHU_IS_HOUSEHOLD_LIST (self));

  g_free (self->selected);
  self->selected = g_strdup (household);
  if (self->selection != NULL)
    gtk_single_selection_set_selected (self->selection, ruhu_household_model_find (self->model, household));
}
