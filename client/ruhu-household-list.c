/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-household-list"

#include "config.h"

#include "ruhu-household-list.h"

#include "ruhu-household-cell.h"
#include "ruhu-household-item.h"
#include "ruhu-household-model.h"

#include <glib/gi18n.h>

struct _RuhuHouseholdList
{
  AdwBin parent_instance;

  /* Template. */
  GtkSearchEntry *search;
  GtkLabel *count;
  GtkStack *stack;
  GtkListView *view;
  AdwStatusPage *nothing;

  /* Owned. */
  RuhuHouseholdModel *model;
  GtkSingleSelection *selection;

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

static void
search_changed_cb (RuhuHouseholdList *self)
{
  if (self->model != NULL)
    ruhu_household_model_search (self->model, gtk_editable_get_text (GTK_EDITABLE (self->search)));
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

static void
show_nothing (RuhuHouseholdList *self)
{
  gboolean searched = *ruhu_household_model_get_text (self->model) != '\0';

  adw_status_page_set_title (self->nothing, searched ? _ ("Nothing Found") : _ ("No Households Yet"));
  adw_status_page_set_description (self->nothing, searched ? _ ("Try fewer words, or the initials of the name in pinyin.") : _ ("They appear when this laptop has synchronised and the office has assigned households to you."));
  gtk_stack_set_visible_child_name (self->stack, "nothing");
}

static void
counted_cb (RuhuHouseholdList *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->model));
  g_autofree char *text = g_strdup_printf (ngettext ("%u household", "%u households", n), n);

  gtk_label_set_label (self->count, text);
  if (n == 0)
    show_nothing (self);
  else
    gtk_stack_set_visible_child_name (self->stack, "list");
  open_first (self);
}

static void
ruhu_household_list_dispose (GObject *object)
{
  RuhuHouseholdList *self = RUHU_HOUSEHOLD_LIST (object);

  gtk_list_view_set_model (self->view, NULL);
  g_clear_object (&self->selection);
  g_clear_object (&self->model);
  G_OBJECT_CLASS (ruhu_household_list_parent_class)->dispose (object);
}

static void
ruhu_household_list_class_init (RuhuHouseholdListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ruhu_household_list_dispose;

  signals[SIGNAL_ACTIVATED] = g_signal_new ("activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/Ruhu/ruhu-household-list.ui");
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdList, count);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdList, nothing);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdList, search);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdList, stack);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdList, view);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_cb);
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
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (search_key_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->search), keys);
  gtk_search_entry_set_key_capture_widget (self->search, GTK_WIDGET (self->view));
}

void
ruhu_household_list_start (RuhuHouseholdList *self, RuhuWorker *worker)
{
  g_return_if_fail (RUHU_IS_HOUSEHOLD_LIST (self) && self->model == NULL);

  self->model = ruhu_household_model_new (worker);
  g_signal_connect_object (self->model, "counted", G_CALLBACK (counted_cb), self, G_CONNECT_SWAPPED);
  self->selection = gtk_single_selection_new (g_object_ref (G_LIST_MODEL (self->model)));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_selected (self->selection, GTK_INVALID_LIST_POSITION);
  gtk_list_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
  ruhu_household_model_search (self->model, "");
}

void
ruhu_household_list_refresh (RuhuHouseholdList *self)
{
  g_return_if_fail (RUHU_IS_HOUSEHOLD_LIST (self));

  if (self->model != NULL)
    ruhu_household_model_refresh (self->model);
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

  if (self->selection != NULL)
    gtk_single_selection_set_selected (self->selection, ruhu_household_model_find (self->model, household));
}
