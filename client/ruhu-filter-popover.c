/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-filter-popover"

#include "config.h"

#include "ruhu-filter-popover.h"

#include <glib/gi18n.h>

/* Villages and helpers offered: more than a township has, and a list that can still be scrolled. */
#define MAX_OFFERED 2000

/* What one drop-down offers; the first place is "any". */
typedef struct
{
  GPtrArray *ids;   /* char * */
  GPtrArray *names; /* char * */
} Offer;

struct _RuhuFilterPopover
{
  GtkPopover parent_instance;

  /* Template. */
  GtkDropDown *sort;
  GtkDropDown *village;
  GtkDropDown *status;
  GtkDropDown *helper;
  GtkCheckButton *due;
  GtkCheckButton *problem;
  GtkWidget *clear;

  /* Owned. */
  Offer *villages;
  Offer *states;
  Offer *helpers;
  RuhuListFilter *shown; /* what was set last: it may be known only after the next reading */
  GCancellable *cancellable;

  gboolean quiet;
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RuhuFilterPopover, ruhu_filter_popover, GTK_TYPE_POPOVER)

static Offer *
offer_new (void)
{
  Offer *self = g_new0 (Offer, 1);

  self->ids = g_ptr_array_new_with_free_func (g_free);
  self->names = g_ptr_array_new_with_free_func (g_free);
  return self;
}

static void
offer_free (Offer *self)
{
  g_ptr_array_unref (self->ids);
  g_ptr_array_unref (self->names);
  g_free (self);
}

typedef struct
{
  Offer *villages, *states, *helpers;
} Offers;

static void
offers_free (gpointer data)
{
  Offers *self = data;

  g_clear_pointer (&self->villages, offer_free);
  g_clear_pointer (&self->states, offer_free);
  g_clear_pointer (&self->helpers, offer_free);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Offers, offers_free)

static Offer *
read_records (RuhuStore *store, const char *type, GError **error)
{
  g_autoptr (GPtrArray) records = ruhu_store_list_records (store, type, NULL, 0, MAX_OFFERED, error);
  Offer *offer;

  if (records == NULL)
    return NULL;
  offer = offer_new ();
  for (guint i = 0; i < records->len; i++)
    {
      RuhuRecord *record = g_ptr_array_index (records, i);
      json_object *name = NULL;

      if (!json_object_object_get_ex (record->fields, "name", &name) || name == NULL)
        continue;
      g_ptr_array_add (offer->ids, g_strdup (record->id));
      g_ptr_array_add (offer->names, g_strdup (json_object_get_string (name)));
    }
  return offer;
}

static Offer *
read_states (RuhuStore *store)
{
  RuhuChoiceList *list = ruhu_catalogue_get_choices (ruhu_store_get_catalogue (store), "status");
  Offer *offer = offer_new ();

  for (guint i = 0; list != NULL && i < list->choices->len; i++)
    {
      RuhuChoice *choice = g_ptr_array_index (list->choices, i);

      g_ptr_array_add (offer->ids, g_strdup (choice->code));
      g_ptr_array_add (offer->names, g_strdup (ruhu_label_get (&choice->label)));
    }
  return offer;
}

static gpointer
read_offers (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (Offers) offers = g_new0 (Offers, 1);

  offers->villages = read_records (store, "village", error);
  offers->helpers = offers->villages != NULL ? read_records (store, "helper", error) : NULL;
  offers->states = read_states (store);
  return offers->helpers != NULL ? g_steal_pointer (&offers) : NULL;
}

static void
offer_show (Offer *offer, GtkDropDown *drop_down, const char *any, const char *chosen)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint selected = 0;

  gtk_string_list_append (names, any);
  for (guint i = 0; i < offer->ids->len; i++)
    {
      gtk_string_list_append (names, g_ptr_array_index (offer->names, i));
      if (g_strcmp0 (g_ptr_array_index (offer->ids, i), chosen) == 0)
        selected = i + 1;
    }
  gtk_drop_down_set_model (drop_down, G_LIST_MODEL (names));
  gtk_drop_down_set_selected (drop_down, selected);
}

/* Borrowed; NULL: any. */
static const char *
offer_get (Offer *offer, GtkDropDown *drop_down, gboolean name)
{
  guint selected = gtk_drop_down_get_selected (drop_down);

  if (offer == NULL || selected == 0 || selected > offer->ids->len)
    return NULL;
  return g_ptr_array_index (name ? offer->names : offer->ids, selected - 1);
}

static void
show (RuhuFilterPopover *self)
{
  RuhuListFilter *filter = self->shown;

  self->quiet = TRUE;
  gtk_drop_down_set_selected (self->sort, filter->sort);
  gtk_check_button_set_active (self->due, filter->due);
  gtk_check_button_set_active (self->problem, filter->problem);
  if (self->villages != NULL)
    {
      offer_show (self->villages, self->village, _ ("Any village"), filter->village);
      offer_show (self->states, self->status, _ ("Any status"), filter->status);
      offer_show (self->helpers, self->helper, _ ("Anybody"), filter->helper);
    }
  self->quiet = FALSE;
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Offers) offers = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  RuhuFilterPopover *self;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self = RUHU_FILTER_POPOVER (user_data);
  if (offers == NULL)
    {
      g_warning ("Cannot read what the list can be filtered by: %s", error->message);
      return;
    }
  g_clear_pointer (&self->villages, offer_free);
  g_clear_pointer (&self->states, offer_free);
  g_clear_pointer (&self->helpers, offer_free);
  self->villages = g_steal_pointer (&offers->villages);
  self->states = g_steal_pointer (&offers->states);
  self->helpers = g_steal_pointer (&offers->helpers);
  show (self);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
changed_cb (RuhuFilterPopover *self)
{
  if (self->quiet)
    return;
  ruhu_filter_popover_get (self, self->shown);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
clear_cb (RuhuFilterPopover *self)
{
  g_autoptr (RuhuListFilter) all = ruhu_list_filter_new ();

  all->sort = self->shown->sort;
  all->months = self->shown->months;
  ruhu_filter_popover_set (self, all);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
  gtk_popover_popdown (GTK_POPOVER (self));
}

static void
ruhu_filter_popover_dispose (GObject *object)
{
  RuhuFilterPopover *self = RUHU_FILTER_POPOVER (object);

  g_cancellable_cancel (self->cancellable);
  G_OBJECT_CLASS (ruhu_filter_popover_parent_class)->dispose (object);
}

static void
ruhu_filter_popover_finalize (GObject *object)
{
  RuhuFilterPopover *self = RUHU_FILTER_POPOVER (object);

  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->villages, offer_free);
  g_clear_pointer (&self->states, offer_free);
  g_clear_pointer (&self->helpers, offer_free);
  g_clear_pointer (&self->shown, ruhu_list_filter_free);
  G_OBJECT_CLASS (ruhu_filter_popover_parent_class)->finalize (object);
}

static void
ruhu_filter_popover_class_init (RuhuFilterPopoverClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ruhu_filter_popover_dispose;
  G_OBJECT_CLASS (klass)->finalize = ruhu_filter_popover_finalize;

  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/Ruhu/ruhu-filter-popover.ui");
  gtk_widget_class_bind_template_child (widget_class, RuhuFilterPopover, clear);
  gtk_widget_class_bind_template_child (widget_class, RuhuFilterPopover, due);
  gtk_widget_class_bind_template_child (widget_class, RuhuFilterPopover, helper);
  gtk_widget_class_bind_template_child (widget_class, RuhuFilterPopover, problem);
  gtk_widget_class_bind_template_child (widget_class, RuhuFilterPopover, sort);
  gtk_widget_class_bind_template_child (widget_class, RuhuFilterPopover, status);
  gtk_widget_class_bind_template_child (widget_class, RuhuFilterPopover, village);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, clear_cb);
}

static void
ruhu_filter_popover_init (RuhuFilterPopover *self)
{
  self->cancellable = g_cancellable_new ();
  self->shown = ruhu_list_filter_new ();
  self->quiet = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  self->quiet = FALSE;
}

void
ruhu_filter_popover_read (RuhuFilterPopover *self, RuhuWorker *worker)
{
  g_return_if_fail (RUHU_IS_FILTER_POPOVER (self));

  ruhu_worker_run_async (worker, read_offers, NULL, NULL, offers_free, self->cancellable, read_cb, self);
}

void
ruhu_filter_popover_set (RuhuFilterPopover *self, const RuhuListFilter *filter)
{
  g_return_if_fail (RUHU_IS_FILTER_POPOVER (self));

  ruhu_list_filter_free (self->shown);
  self->shown = ruhu_list_filter_copy (filter);
  show (self);
}

static void
take (char **target, const char *value)
{
  g_free (*target);
  *target = g_strdup (value);
}

void
ruhu_filter_popover_get (RuhuFilterPopover *self, RuhuListFilter *filter)
{
  g_return_if_fail (RUHU_IS_FILTER_POPOVER (self));

  filter->sort = (RuhuHouseholdSort) MIN (gtk_drop_down_get_selected (self->sort), RUHU_SORT_VISIT);
  filter->due = gtk_check_button_get_active (self->due);
  filter->problem = gtk_check_button_get_active (self->problem);
  /* Before the first reading the names are not known, and what was remembered stands. */
  if (self->villages == NULL)
    return;
  take (&filter->village, offer_get (self->villages, self->village, FALSE));
  take (&filter->status, offer_get (self->states, self->status, FALSE));
  take (&filter->helper, offer_get (self->helpers, self->helper, FALSE));
}

static const char *
name_or_empty (const char *name)
{
  return name != NULL ? name : "";
}

const char *
ruhu_filter_popover_get_village_name (RuhuFilterPopover *self)
{
  return name_or_empty (offer_get (self->villages, self->village, TRUE));
}

const char *
ruhu_filter_popover_get_status_name (RuhuFilterPopover *self)
{
  return name_or_empty (offer_get (self->states, self->status, TRUE));
}

const char *
ruhu_filter_popover_get_helper_name (RuhuFilterPopover *self)
{
  return name_or_empty (offer_get (self->helpers, self->helper, TRUE));
}
