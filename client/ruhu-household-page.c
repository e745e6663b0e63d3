/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-household-page"

#include "config.h"

#include "ruhu-household-page.h"

#include "ruhu-describe.h"
#include "ruhu-history-page.h"
#include "ruhu-household-cell.h"
#include "ruhu-household-file.h"
#include "ruhu-record-dialog.h"
#include "ruhu-record-section.h"
#include "ruhu-window.h"

#include <glib/gi18n.h>

struct _RuhuHouseholdPage
{
  RuhuPage parent_instance;

  /* Template. */
  GtkStack *stack;
  AdwStatusPage *gone;
  GtkScrolledWindow *scrolled;
  GtkBox *box;
  GtkFlowBox *summary;
  GtkMenuButton *sections;
  GtkButton *visit_button;

  /* Owned. */
  RuhuWorker *worker;
  GCancellable *cancellable;
  char *id;
  RuhuHouseholdFile *file;
  GHashTable *open; /* ids of records unfolded */

  GPtrArray *shown; /* RuhuRecordSection, borrowed: in the box */
  gboolean wants_visit;
};

G_DEFINE_FINAL_TYPE (RuhuHouseholdPage, ruhu_household_page, RUHU_TYPE_PAGE)

static void
history_cb (RuhuHouseholdPage *self, const char *type, const char *record, const char *field, const char *title)
{
  RuhuWindow *window = ruhu_window_of (GTK_WIDGET (self));

  if (window != NULL)
    ruhu_window_push (window, ruhu_history_page_new (self->worker, type, record, field, title));
}

static void
conflict_cb (RuhuHouseholdPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.show-conflicts", NULL);
}

static void
saved_cb (const char *type, const char *record, gpointer data)
{
  RuhuHouseholdPage *self = data;

  /* The page may have been left while the dialog was open. */
  if (self->worker != NULL)
    ruhu_page_refresh (RUHU_PAGE (self));
}

static void
edit_cb (RuhuHouseholdPage *self, const char *type, const char *record)
{
  if (self->file != NULL)
    ruhu_record_dialog_present (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), self->worker, type, record, self->id, self->file->seen, saved_cb, g_object_ref (self), g_object_unref);
}

static void
add_chip (RuhuHouseholdPage *self, const char *text, const char *css_class)
{
  GtkWidget *label;

  if (*text == '\0')
    return;
  label = gtk_label_new (text);
  gtk_widget_add_css_class (label, "tag");
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  gtk_flow_box_insert (self->summary, label, -1);
  gtk_widget_set_visible (GTK_WIDGET (self->summary), TRUE);
}

static void
show_summary (RuhuHouseholdPage *self)
{
  RuhuHouseholdRow *row = self->file->row;
  g_autofree char *size = g_strdup_printf (ngettext ("%d person", "%d persons", (gulong) row->size), (int) row->size);
  g_autofree char *status = ruhu_household_describe_status (self->file->catalogue, row->status);
  g_autofree char *number = *row->hh_no != '\0' ? g_strdup_printf (_ ("No. %s"), row->hh_no) : g_strdup ("");
  g_autofree char *visit = row->last_visit != NULL ? g_strdup_printf (_ ("Last visit %s"), row->last_visit) : g_strdup (_ ("No visit yet"));
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->summary))) != NULL)
    gtk_flow_box_remove (self->summary, child);
  add_chip (self, number, NULL);
  add_chip (self, size, NULL);
  add_chip (self, status, NULL);
  add_chip (self, visit, NULL);
  if (row->n_problems > 0)
    {
      g_autofree char *problems = g_strdup_printf (ngettext ("%u open problem", "%u open problems", (gulong) row->n_problems), (guint) row->n_problems);

      add_chip (self, problems, "problem");
    }
  if (row->n_conflicts > 0)
    {
      g_autofree char *conflicts = g_strdup_printf (ngettext ("%u conflict", "%u conflicts", (gulong) row->n_conflicts), (guint) row->n_conflicts);

      add_chip (self, conflicts, "conflict");
    }
}

static void
jump_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RuhuHouseholdPage *self = RUHU_HOUSEHOLD_PAGE (widget);
  guint number = g_variant_get_uint32 (parameter);
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scrolled);
  graphene_point_t point;
  GtkWidget *section;

  if (number >= self->shown->len)
    return;
  section = g_ptr_array_index (self->shown, number);
  if (gtk_widget_compute_point (section, GTK_WIDGET (self->box), &GRAPHENE_POINT_INIT (0, 0), &point))
    gtk_adjustment_set_value (adjustment, point.y);
  gtk_widget_child_focus (section, GTK_DIR_TAB_FORWARD);
}

static void
show_menu (RuhuHouseholdPage *self)
{
  g_autoptr (GMenu) menu = g_menu_new ();

  for (guint i = 0; i < self->shown->len; i++)
    {
      RuhuRecordSection *section = g_ptr_array_index (self->shown, i);
      g_autoptr (GMenuItem) item = g_menu_item_new (ruhu_record_section_get_title (section), NULL);

      g_menu_item_set_action_and_target (item, "household.jump", "u", i);
      g_menu_append_item (menu, item);
    }
  gtk_menu_button_set_menu_model (self->sections, G_MENU_MODEL (menu));
}

static char *
dup_focus (RuhuHouseholdPage *self)
{
  for (guint i = 0; i < self->shown->len; i++)
    {
      char *name = ruhu_record_section_dup_focus (g_ptr_array_index (self->shown, i));

      if (name != NULL)
        return name;
    }
  return NULL;
}

static void
restore_focus (RuhuHouseholdPage *self, const char *name)
{
  for (guint i = 0; name != NULL && i < self->shown->len; i++)
    if (ruhu_record_section_restore_focus (g_ptr_array_index (self->shown, i), name))
      return;
}

static void
show_groups (RuhuHouseholdPage *self)
{
  for (guint i = 0; i < self->file->groups->len; i++)
    {
      GtkWidget *section = ruhu_record_section_new (g_ptr_array_index (self->file->groups, i), self->open);

      g_signal_connect_object (section, "history", G_CALLBACK (history_cb), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (section, "edit", G_CALLBACK (edit_cb), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (section, "conflict", G_CALLBACK (conflict_cb), self, G_CONNECT_SWAPPED);
      gtk_box_append (self->box, section);
      g_ptr_array_add (self->shown, section);
    }
}

static gboolean
restore_scroll_cb (gpointer data)
{
  RuhuHouseholdPage *self = data;
  double *value = g_object_get_data (G_OBJECT (self), "ruhu-scroll");

  if (value != NULL)
    gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scrolled), *value);
  return G_SOURCE_REMOVE;
}

/* After the new rows have their sizes. */
static void
keep_scroll (RuhuHouseholdPage *self)
{
  double *value = g_new (double, 1);

  *value = gtk_adjustment_get_value (gtk_scrolled_window_get_vadjustment (self->scrolled));
  g_object_set_data_full (G_OBJECT (self), "ruhu-scroll", value, g_free);
  g_idle_add_full (GDK_PRIORITY_REDRAW + 1, restore_scroll_cb, g_object_ref (self), g_object_unref);
}

static void
show (RuhuHouseholdPage *self)
{
  RuhuHouseholdRow *row = self->file->row;
  g_autofree char *place = row->group != NULL && *row->group != '\0' ? g_strdup_printf ("%s · %s", row->village, row->group) : g_strdup (row->village);

  ruhu_page_set_title (RUHU_PAGE (self), *row->head_name != '\0' ? row->head_name : _ ("No head of household"), place);
  gtk_button_set_label (self->visit_button, self->file->draft != NULL ? _ ("Continue the Visit") : _ ("Record a Visit"));
  show_summary (self);
  show_groups (self);
  show_menu (self);
  gtk_stack_set_visible_child_name (self->stack, "file");
}

/* The sections borrow from the file: they go before it does. */
static void
drop_sections (RuhuHouseholdPage *self)
{
  for (guint i = 0; i < self->shown->len; i++)
    gtk_box_remove (self->box, g_ptr_array_index (self->shown, i));
  g_ptr_array_set_size (self->shown, 0);
}

static void
take_file (RuhuHouseholdPage *self, RuhuHouseholdFile *file)
{
  g_autofree char *focus = NULL;

  if (self->file != NULL && g_str_equal (self->file->fingerprint, file->fingerprint))
    {
      /* It reads the same; what is edited from here on has seen more. */
      self->file->seen = file->seen;
      ruhu_household_file_free (file);
      return;
    }
  focus = dup_focus (self);
  if (self->file != NULL)
    keep_scroll (self);
  drop_sections (self);
  g_clear_pointer (&self->file, ruhu_household_file_free);
  self->file = file;
  show (self);
  restore_focus (self, focus);
}

static void
show_gone (RuhuHouseholdPage *self, const GError *error)
{
  g_autofree char *sentence = ruhu_describe_error (error);
  g_autofree char *escaped = g_markup_escape_text (sentence, -1);

  drop_sections (self);
  g_clear_pointer (&self->file, ruhu_household_file_free);
  adw_status_page_set_description (self->gone, escaped);
  gtk_stack_set_visible_child_name (self->stack, "gone");
}

static gpointer
read_file (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  return ruhu_household_file_read (store, data, error);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  RuhuHouseholdFile *file = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  RuhuHouseholdPage *self;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self = RUHU_HOUSEHOLD_PAGE (user_data);
  if (file == NULL)
    {
      show_gone (self, error);
      return;
    }
  take_file (self, file);
  ruhu_page_ready (RUHU_PAGE (self));
  if (self->wants_visit)
    ruhu_household_page_record_visit (self);
}

static void
ruhu_household_page_refresh (RuhuPage *page)
{
  RuhuHouseholdPage *self = RUHU_HOUSEHOLD_PAGE (page);

  ruhu_worker_run_async (self->worker, read_file, g_strdup (self->id), g_free, (GDestroyNotify) ruhu_household_file_free, self->cancellable, read_cb, self);
}

static void
ruhu_household_page_dispose (GObject *object)
{
  RuhuHouseholdPage *self = RUHU_HOUSEHOLD_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  drop_sections (self);
  g_clear_object (&self->worker);
  G_OBJECT_CLASS (ruhu_household_page_parent_class)->dispose (object);
}

static void
ruhu_household_page_finalize (GObject *object)
{
  RuhuHouseholdPage *self = RUHU_HOUSEHOLD_PAGE (object);

  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->file, ruhu_household_file_free);
  g_hash_table_unref (self->open);
  g_ptr_array_unref (self->shown);
  g_free (self->id);
  G_OBJECT_CLASS (ruhu_household_page_parent_class)->finalize (object);
}

static void
ruhu_household_page_class_init (RuhuHouseholdPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ruhu_household_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = ruhu_household_page_finalize;
  RUHU_PAGE_CLASS (klass)->refresh = ruhu_household_page_refresh;

  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/Ruhu/ruhu-household-page.ui");
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdPage, box);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdPage, gone);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdPage, scrolled);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdPage, sections);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdPage, stack);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdPage, summary);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdPage, visit_button);
  gtk_widget_class_install_action (widget_class, "household.jump", "u", jump_cb);
}

static void
ruhu_household_page_init (RuhuHouseholdPage *self)
{
  self->cancellable = g_cancellable_new ();
  self->open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->shown = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
ruhu_household_page_new (RuhuWorker *worker, const char *household)
{
  RuhuHouseholdPage *self = g_object_new (RUHU_TYPE_HOUSEHOLD_PAGE, NULL);

  self->worker = g_object_ref (worker);
  self->id = g_strdup (household);
  ruhu_page_refresh (RUHU_PAGE (self));
  return GTK_WIDGET (self);
}

const char *
ruhu_household_page_get_id (RuhuHouseholdPage *self)
{
  g_return_val_if_fail (RUHU_IS_HOUSEHOLD_PAGE (self), NULL);

  return self->id;
}

void
ruhu_household_page_record_visit (RuhuHouseholdPage *self)
{
  RuhuWindow *window;

  g_return_if_fail (RUHU_IS_HOUSEHOLD_PAGE (self));

  /* Whether there is an unfinished one is known when the file is there. */
  window = ruhu_window_of (GTK_WIDGET (self));
  self->wants_visit = self->file == NULL || window == NULL;
  if (!self->wants_visit)
    ruhu_window_open_visit (window, self->id, self->file->draft);
}

void
ruhu_household_page_edit (RuhuHouseholdPage *self)
{
  g_return_if_fail (RUHU_IS_HOUSEHOLD_PAGE (self));

  if (self->file == NULL)
    return;
  for (guint i = 0; i < self->shown->len; i++)
    {
      const RuhuFileGroup *group = g_ptr_array_index (self->file->groups, i);
      const char *record = ruhu_record_section_get_focus (g_ptr_array_index (self->shown, i));

      if (record != NULL && group->may_edit)
        {
          edit_cb (self, group->type->name, record);
          return;
        }
    }
  edit_cb (self, "household", self->id);
}
