/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-visit-page"

#include "config.h"

#include "ruhu-visit-page-private.h"

#include "ruhu-cleanups.h"
#include "ruhu-describe.h"
#include "ruhu-error.h"
#include "ruhu-form-style.h"
#include "ruhu-step-keys.h"
#include "ruhu-step-row.h"
#include "ruhu-visit-step.h"
#include "ruhu-visit-summary.h"

#include <glib/gi18n.h>

/* The form of the catalogue that this page shows, and the last step's name among the catalogue's. */
#define FORM    "visit"
#define SUMMARY "-summary"

enum
{
  PROP_0,
  PROP_TITLE,
  N_PROPS
};

enum
{
  FINISHED,
  LEFT,
  DISCARDED,
  STORED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RuhuVisitPage, ruhu_visit_page, ADW_TYPE_BIN)

/* --- messages --- */

void
ruhu_visit_page_show_notice (RuhuVisitPage *self, const char *text, gboolean can_discard)
{
  gtk_label_set_text (self->notice, text);
  gtk_widget_set_visible (self->discard, can_discard);
  gtk_revealer_set_reveal_child (self->notice_revealer, TRUE);
}

void
ruhu_visit_page_hide_notice (RuhuVisitPage *self)
{
  gtk_revealer_set_reveal_child (self->notice_revealer, FALSE);
}

void
ruhu_visit_page_show_error (RuhuVisitPage *self, const GError *error)
{
  g_autofree char *text = ruhu_error_explain (error);

  ruhu_visit_page_show_notice (self, text, FALSE);
}

static void
stored_cb (RuhuVisitPage *self, const GError *error)
{
  g_autoptr (GDateTime) now = ruhu_describe_now ();
  g_autofree char *time = g_date_time_format (now, "%H:%M");
  g_autofree char *text = NULL;

  /* Translators: %s is the time of day. */
  text = error != NULL ? g_strdup (_ ("The draft is not on disk")) : g_strdup_printf (_ ("Draft on disk, %s"), time);
  gtk_label_set_text (self->stored, text);
  if (error != NULL)
    ruhu_visit_page_show_error (self, error);
  g_signal_emit (self, signals[STORED], 0, error);
}

/* --- steps --- */

static RuhuFormStep *
get_step (RuhuVisitPage *self, guint index)
{
  return index < self->form->steps->len ? self->form->steps->pdata[index] : NULL;
}

void
ruhu_visit_page_update_next (RuhuVisitPage *self)
{
  RuhuFormStep *step = get_step (self, self->current);
  const char *label = _ ("Finish Visit");

  if (step != NULL)
    label = ruhu_visit_step_get_state (self->session, step) >= RUHU_STEP_CHANGED || step->compulsory ? _ ("Next") : _ ("No Change, Next");
  gtk_button_set_label (self->next, label);
  /* When all is asked, it is read out. */
  gtk_widget_set_visible (self->read_back, self->current + 1 >= self->form->steps->len);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "visit.next", !self->is_saving);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "visit.previous", self->current > 0 && !self->is_saving);
}

static void
update_steps (RuhuVisitPage *self)
{
  for (guint i = 0; i < self->form->steps->len; i++)
    {
      RuhuStepState state = ruhu_visit_step_get_state (self->session, get_step (self, i));

      /* What is still empty is no mistake while somebody is about to fill it in. */
      if (i == self->current && !g_hash_table_contains (self->left, GUINT_TO_POINTER (i)))
        state = MIN (state, RUHU_STEP_CHANGED);
      ruhu_step_row_set_state (RUHU_STEP_ROW (gtk_list_box_get_row_at_index (self->steps, (int) i)), state);
    }
  ruhu_visit_page_update_next (self);
}

static void
summary_go_cb (RuhuVisitPage *self, const char *step, const char *type, const char *record, const char *field);

static GtkWidget *
ensure_widget (RuhuVisitPage *self, guint index)
{
  RuhuFormStep *step = get_step (self, index);
  GtkWidget *widget = self->widgets->pdata[index];

  if (widget != NULL)
    return widget;
  if (step != NULL)
    widget = ruhu_visit_step_new (self->session, step);
  else
    {
      widget = ruhu_visit_summary_new (self->session);
      g_signal_connect_object (widget, "go", G_CALLBACK (summary_go_cb), self, G_CONNECT_SWAPPED);
    }
  self->widgets->pdata[index] = g_object_ref_sink (widget);
  return widget;
}

/* Where one leaves, everything that is wrong may be said. */
static void
leave_step (RuhuVisitPage *self)
{
  GtkWidget *widget = self->widgets->pdata[self->current];

  ruhu_edit_session_add_pending (self->session);
  g_hash_table_add (self->left, GUINT_TO_POINTER (self->current));
  if (widget != NULL && RUHU_IS_VISIT_STEP (widget))
    ruhu_visit_step_reveal (RUHU_VISIT_STEP (widget));
  ruhu_edit_session_store (self->session);
}

static void
show_step (RuhuVisitPage *self, guint index)
{
  RuhuFormStep *step = get_step (self, index);
  GtkWidget *widget = ensure_widget (self, index);

  self->current = index;
  ruhu_edit_session_set_step (self->session, step != NULL ? step->name : SUMMARY);
  if (step == NULL)
    ruhu_visit_summary_refresh (RUHU_VISIT_SUMMARY (widget), NULL);
  adw_bin_set_child (self->content, widget);
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scroller), 0);
  gtk_list_box_select_row (self->steps, gtk_list_box_get_row_at_index (self->steps, index));
  if (adw_flap_get_folded (self->flap))
    adw_flap_set_reveal_flap (self->flap, FALSE);
  update_steps (self);
}

void
ruhu_visit_page_go_to (RuhuVisitPage *self, guint index)
{
  if (self->form == NULL || self->is_saving || index > self->form->steps->len)
    return;
  if (index != self->current)
    {
      /* A message about what was tried has been read by now; the one about an older draft goes when it is closed. */
      if (!gtk_widget_get_visible (self->discard))
        ruhu_visit_page_hide_notice (self);
      leave_step (self);
      show_step (self, index);
    }
  if (index < self->form->steps->len)
    ruhu_visit_step_focus_field (RUHU_VISIT_STEP (self->widgets->pdata[index]), NULL, NULL, NULL);
  else
    gtk_widget_grab_focus (GTK_WIDGET (self->next));
}

static void
summary_go_cb (RuhuVisitPage *self, const char *step, const char *type, const char *record, const char *field)
{
  for (guint i = 0; i < self->form->steps->len; i++)
    {
      if (g_strcmp0 (get_step (self, i)->name, step) != 0)
        continue;
      ruhu_visit_page_go_to (self, i);
      ruhu_visit_step_reveal (RUHU_VISIT_STEP (self->widgets->pdata[i]));
      if (record != NULL)
        ruhu_visit_step_focus_field (RUHU_VISIT_STEP (self->widgets->pdata[i]), type, record, field);
      return;
    }
}

static void
step_activated_cb (RuhuVisitPage *self, GtkListBoxRow *row)
{
  ruhu_visit_page_go_to (self, (guint) gtk_list_box_row_get_index (row));
}

static void
session_cb (RuhuVisitPage *self)
{
  if (self->form == NULL)
    return;
  update_steps (self);
  if (self->current == self->form->steps->len && !self->is_saving)
    ruhu_visit_summary_refresh (RUHU_VISIT_SUMMARY (self->widgets->pdata[self->current]), NULL);
}

void
ruhu_visit_page_emit_finished (RuhuVisitPage *self)
{
  g_signal_emit (self, signals[FINISHED], 0);
}

void
ruhu_visit_page_emit_discarded (RuhuVisitPage *self)
{
  g_signal_emit (self, signals[DISCARDED], 0, self->session);
}

void
ruhu_visit_page_settle (RuhuVisitPage *self)
{
  if (self->form != NULL)
    ruhu_edit_session_add_pending (self->session);
  ruhu_visit_page_flush (self);
}

static void
close_cb (RuhuVisitPage *self)
{
  ruhu_visit_page_settle (self);
  g_signal_emit (self, signals[LEFT], 0);
}

/* --- opening --- */

static void
build_steps (RuhuVisitPage *self)
{
  guint current = 0;
  const char *step_name = ruhu_draft_body_get_step (ruhu_edit_session_get_body (self->session));

  for (guint i = 0; i < self->form->steps->len; i++)
    {
      RuhuFormStep *step = get_step (self, i);

      gtk_list_box_append (self->steps, ruhu_step_row_new (ruhu_label_get (&step->label), step->compulsory));
      if (g_strcmp0 (step->name, step_name) == 0)
        current = i;
    }
  gtk_list_box_append (self->steps, ruhu_step_row_new (_ ("Check and finish"), FALSE));
  if (g_strcmp0 (step_name, SUMMARY) == 0)
    current = self->form->steps->len;
  g_ptr_array_set_size (self->widgets, (int) self->form->steps->len + 1);
  show_step (self, current);
}

/* A draft that is gone on with may hold what was never checked in this run. */
static void
check_typed (RuhuVisitPage *self)
{
  RuhuDraftBody *body = ruhu_edit_session_get_body (self->session);
  GPtrArray *types = ruhu_catalogue_get_records (ruhu_edit_session_get_catalogue (self->session));

  for (guint i = 0; i < types->len; i++)
    {
      RuhuRecordType *type = types->pdata[i];
      g_autoptr (GPtrArray) ids = ruhu_draft_body_list_records (body, type->name);

      for (guint j = 0; j < ids->len; j++)
        if (ruhu_draft_body_is_changed (body, type->name, ids->pdata[j], NULL) || g_strcmp0 (ids->pdata[j], ruhu_draft_body_get_self (body)) == 0)
          ruhu_edit_session_check (self->session, type, ids->pdata[j]);
    }
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RuhuVisitPage) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (!ruhu_edit_session_open_finish (RUHU_EDIT_SESSION (source), result, &error))
    {
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
      text = ruhu_error_explain (error);
      adw_status_page_set_description (self->failure, text);
      gtk_stack_set_visible_child_name (self->pages, "failed");
      return;
    }
  self->form = ruhu_edit_session_get_form (self->session);
  self->title = g_strdup_printf (_ ("Visit: %s"), ruhu_edit_session_get_title (self->session) != NULL ? ruhu_edit_session_get_title (self->session) : "");
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
  build_steps (self);
  check_typed (self);
  if (ruhu_edit_session_get_resumed (self->session))
    ruhu_visit_page_show_notice (self, _ ("This visit was begun earlier. Everything typed then is here."), TRUE);
  gtk_stack_set_visible_child_name (self->pages, "form");
  if (self->current < self->form->steps->len)
    ruhu_visit_step_focus_field (RUHU_VISIT_STEP (self->widgets->pdata[self->current]), NULL, NULL, NULL);
}

/* --- keys --- */

static void
next_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RuhuVisitPage *self = RUHU_VISIT_PAGE (widget);

  if (self->current < self->form->steps->len)
    ruhu_visit_page_go_to (self, self->current + 1);
  else
    ruhu_visit_page_finish (self);
}

static void
previous_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RuhuVisitPage *self = RUHU_VISIT_PAGE (widget);

  ruhu_visit_page_go_to (self, self->current - 1);
}

static void
step_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RuhuVisitPage *self = RUHU_VISIT_PAGE (widget);
  guint number = g_variant_get_uint32 (parameter);

  if (self->form != NULL)
    ruhu_visit_page_go_to (self, number > 0 ? number - 1 : self->form->steps->len);
}

static void
store_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ruhu_visit_page_flush (RUHU_VISIT_PAGE (widget));
}

static void
read_back_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ruhu_visit_page_read_back (RUHU_VISIT_PAGE (widget));
}

static void
remove_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  const char *type, *record;

  g_variant_get (parameter, "(&s&s)", &type, &record);
  ruhu_visit_page_remove_record (RUHU_VISIT_PAGE (widget), type, record);
}

static void
steps_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RuhuVisitPage *self = RUHU_VISIT_PAGE (widget);

  adw_flap_set_reveal_flap (self->flap, !adw_flap_get_folded (self->flap) || !adw_flap_get_reveal_flap (self->flap));
  if (adw_flap_get_reveal_flap (self->flap) && gtk_list_box_get_selected_row (self->steps) != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (gtk_list_box_get_selected_row (self->steps)));
}

static void
add_keys (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "visit.next", NULL, next_action);
  gtk_widget_class_install_action (widget_class, "visit.previous", NULL, previous_action);
  gtk_widget_class_install_action (widget_class, "visit.step", "u", step_action);
  gtk_widget_class_install_action (widget_class, "visit.remove", "(ss)", remove_action);
  gtk_widget_class_install_action (widget_class, "visit.store", NULL, store_action);
  gtk_widget_class_install_action (widget_class, "visit.steps", NULL, steps_action);
  gtk_widget_class_install_action (widget_class, "visit.read-back", NULL, read_back_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Return, GDK_CONTROL_MASK, "visit.next", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_KP_Enter, GDK_CONTROL_MASK, "visit.next", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_s, GDK_CONTROL_MASK, "visit.store", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F9, 0, "visit.steps", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_l, GDK_CONTROL_MASK, "visit.read-back", NULL);
  for (guint i = 0; i <= 9; i++)
    gtk_widget_class_add_binding_action (widget_class, GDK_KEY_0 + i, GDK_ALT_MASK, "visit.step", "u", i);
}

/* --- the widget --- */

/* Whatever takes the page off the screen: what was typed is safe first. */
static void
ruhu_visit_page_unmap (GtkWidget *widget)
{
  ruhu_visit_page_settle (RUHU_VISIT_PAGE (widget));
  GTK_WIDGET_CLASS (ruhu_visit_page_parent_class)->unmap (widget);
}

static void
ruhu_visit_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_TITLE)
    g_value_set_string (value, ruhu_visit_page_get_title (RUHU_VISIT_PAGE (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
ruhu_visit_page_dispose (GObject *object)
{
  RuhuVisitPage *self = RUHU_VISIT_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  self->form = NULL;
  g_clear_pointer (&self->widgets, g_ptr_array_unref);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (ruhu_visit_page_parent_class)->dispose (object);
}

static void
ruhu_visit_page_finalize (GObject *object)
{
  RuhuVisitPage *self = RUHU_VISIT_PAGE (object);

  g_clear_weak_pointer (&self->focus);
  g_clear_object (&self->cancellable);
  g_hash_table_unref (self->left);
  g_free (self->title);
  G_OBJECT_CLASS (ruhu_visit_page_parent_class)->finalize (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/form/ruhu-visit-page.ui");
  gtk_widget_class_bind_template_child (widget_class, RuhuVisitPage, toasts);
  gtk_widget_class_bind_template_child (widget_class, RuhuVisitPage, pages);
  gtk_widget_class_bind_template_child (widget_class, RuhuVisitPage, failure);
  gtk_widget_class_bind_template_child (widget_class, RuhuVisitPage, notice_revealer);
  gtk_widget_class_bind_template_child (widget_class, RuhuVisitPage, notice);
  gtk_widget_class_bind_template_child (widget_class, RuhuVisitPage, discard);
  gtk_widget_class_bind_template_child (widget_class, RuhuVisitPage, flap);
  gtk_widget_class_bind_template_child (widget_class, RuhuVisitPage, steps);
  gtk_widget_class_bind_template_child (widget_class, RuhuVisitPage, scroller);
  gtk_widget_class_bind_template_child (widget_class, RuhuVisitPage, content);
  gtk_widget_class_bind_template_child (widget_class, RuhuVisitPage, stored);
  gtk_widget_class_bind_template_child (widget_class, RuhuVisitPage, next);
  gtk_widget_class_bind_template_child (widget_class, RuhuVisitPage, read_back);
  gtk_widget_class_bind_template_callback (widget_class, close_cb);
  gtk_widget_class_bind_template_callback_full (widget_class, "discard_cb", G_CALLBACK (ruhu_visit_page_discard));
  gtk_widget_class_bind_template_callback_full (widget_class, "hide_notice_cb", G_CALLBACK (ruhu_visit_page_hide_notice));
  gtk_widget_class_bind_template_callback (widget_class, step_activated_cb);
}

static void
ruhu_visit_page_class_init (RuhuVisitPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = ruhu_visit_page_get_property;
  object_class->dispose = ruhu_visit_page_dispose;
  object_class->finalize = ruhu_visit_page_finalize;
  widget_class->unmap = ruhu_visit_page_unmap;
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[FINISHED] = g_signal_new ("finished", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[DISCARDED] = g_signal_new ("discarded", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, RUHU_TYPE_EDIT_SESSION);
  signals[STORED] = g_signal_new ("stored", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
  signals[LEFT] = g_signal_new ("left", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  ruhu_form_add_style ();
  bind_template (widget_class);
  add_keys (widget_class);
}

static void
free_widget (gpointer data)
{
  if (data != NULL)
    g_object_unref (data);
}

static void
ruhu_visit_page_init (RuhuVisitPage *self)
{
  self->cancellable = g_cancellable_new ();
  self->left = g_hash_table_new (NULL, NULL);
  self->widgets = g_ptr_array_new_with_free_func (free_widget);
  gtk_widget_init_template (GTK_WIDGET (self));
  ruhu_step_keys_add (GTK_WIDGET (self), "visit.next", "visit.previous");
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "visit.next", FALSE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "visit.previous", FALSE);
}

GtkWidget *
ruhu_visit_page_new (RuhuWorker *worker, const char *household, const char *draft)
{
  RuhuVisitPage *self = g_object_new (RUHU_TYPE_VISIT_PAGE, NULL);

  self->session = ruhu_edit_session_new_form (worker, FORM, household, draft);
  g_signal_connect_object (self->session, "checked", G_CALLBACK (session_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "edited", G_CALLBACK (session_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "stored", G_CALLBACK (stored_cb), self, G_CONNECT_SWAPPED);
  ruhu_edit_session_open_async (self->session, self->cancellable, opened_cb, g_object_ref (self));
  return GTK_WIDGET (self);
}

const char *
ruhu_visit_page_get_title (RuhuVisitPage *self)
{
  g_return_val_if_fail (RUHU_IS_VISIT_PAGE (self), NULL);
  return self->title != NULL ? self->title : _ ("Visit");
}

void
ruhu_visit_page_flush (RuhuVisitPage *self)
{
  g_return_if_fail (RUHU_IS_VISIT_PAGE (self));
  if (self->form != NULL)
    ruhu_edit_session_store (self->session);
}

gboolean
ruhu_visit_page_is_kept (RuhuVisitPage *self)
{
  g_return_val_if_fail (RUHU_IS_VISIT_PAGE (self), TRUE);
  if (self->form == NULL || self->is_let_go)
    return TRUE;
  ruhu_visit_page_settle (self);
  return !self->is_saving && ruhu_edit_session_is_stored (self->session);
}

void
ruhu_visit_page_let_go (RuhuVisitPage *self)
{
  g_return_if_fail (RUHU_IS_VISIT_PAGE (self));
  self->is_let_go = TRUE;
}
