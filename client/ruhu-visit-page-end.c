/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a visit ends: read back to the household, saved, or thrown away. */
#define G_LOG_DOMAIN "ruhu-visit-page"

#include "config.h"

#include "ruhu-visit-page-private.h"

#include "ruhu-cleanups.h"
#include "ruhu-photo-strip.h"
#include "ruhu-read-back.h"
#include "ruhu-typing.h"
#include "ruhu-visit-summary.h"

#include <glib/gi18n.h>

static void
set_saving (RuhuVisitPage *self, gboolean is_saving)
{
  self->is_saving = is_saving;
  if (is_saving)
    ruhu_typing_stop (GTK_WIDGET (self->toasts), &self->focus);
  ruhu_visit_page_update_next (self);
  if (!is_saving)
    ruhu_typing_go_on (GTK_WIDGET (self->toasts), self->focus);
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RuhuVisitPage) self = data;
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GError) error = NULL;
  gboolean saved = ruhu_edit_session_save_finish (RUHU_EDIT_SESSION (source), result, &findings, &error);

  if (saved)
    {
      self->is_saving = FALSE;
      ruhu_visit_page_emit_finished (self);
      return;
    }
  if (self->form == NULL)
    return;
  set_saving (self, FALSE);
  if (error != NULL)
    ruhu_visit_page_show_error (self, error);
  else
    {
      ruhu_visit_summary_refresh (RUHU_VISIT_SUMMARY (self->widgets->pdata[self->current]), findings);
      ruhu_visit_page_show_notice (self, _ ("Not saved yet: something must be corrected first. Everything typed is kept."), FALSE);
    }
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scroller), 0);
}

static gboolean
is_adding (RuhuVisitPage *self, guint step)
{
  return self->widgets->pdata[step] != NULL && ruhu_photo_strip_find_busy (self->widgets->pdata[step]) != NULL;
}

gboolean
ruhu_visit_page_holds_on (RuhuVisitPage *self)
{
  guint step = 0;

  g_return_val_if_fail (RUHU_IS_VISIT_PAGE (self), FALSE);
  while (self->form != NULL && step < self->form->steps->len && !is_adding (self, step))
    step++;
  if (self->form == NULL || step == self->form->steps->len || self->is_told)
    {
      self->is_told = FALSE;
      return FALSE;
    }
  ruhu_visit_page_go_to (self, step);
  ruhu_visit_page_show_notice (self, _ ("A photo is still being added here. Answer what is asked about it first; otherwise it is left out."), FALSE);
  self->is_told = TRUE;
  return TRUE;
}

void
ruhu_visit_page_finish (RuhuVisitPage *self)
{
  RuhuVisitSummary *summary = RUHU_VISIT_SUMMARY (self->widgets->pdata[self->current]);

  if (ruhu_visit_page_holds_on (self))
    return;
  ruhu_visit_page_settle (self);
  ruhu_visit_summary_refresh (summary, NULL);
  if (ruhu_visit_summary_get_n_open (summary) > 0)
    {
      ruhu_visit_page_show_notice (self, _ ("Not saved yet: something must be corrected first. Everything typed is kept."), FALSE);
      gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scroller), 0);
      return;
    }
  ruhu_visit_page_hide_notice (self);
  set_saving (self, TRUE);
  ruhu_edit_session_save_async (self->session, NULL, saved_cb, g_object_ref (self));
}

static void
discarded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RuhuVisitPage) self = data;
  g_autoptr (GError) error = NULL;

  if (ruhu_edit_session_discard_finish (RUHU_EDIT_SESSION (source), result, &error))
    ruhu_visit_page_emit_discarded (self);
  else
    ruhu_visit_page_show_error (self, error);
}

/* At once, and to be taken back, as everything that is thrown away. */
void
ruhu_visit_page_discard (RuhuVisitPage *self)
{
  gtk_widget_set_sensitive (self->discard, FALSE);
  ruhu_edit_session_discard_async (self->session, discarded_cb, g_object_ref (self));
}

/* --- reading back --- */

static void
agreed_cb (RuhuVisitPage *self)
{
  RuhuField *field = ruhu_record_type_get_field (self->form->record, "read_back");
  const char *visit = ruhu_draft_body_get_self (ruhu_edit_session_get_body (self->session));
  g_autoptr (RuhuJson) yes = json_object_new_boolean (TRUE);

  if (field != NULL)
    ruhu_edit_session_set_value (self->session, field, visit, yes);
  ruhu_visit_page_show_notice (self, _ ("The household has agreed to what was read out."), FALSE);
}

static void
wrong_cb (RuhuVisitPage *self)
{
  ruhu_visit_page_go_to (self, self->form->steps->len);
  ruhu_visit_page_show_notice (self, _ ("Choose the line that is wrong, and correct it there."), FALSE);
}

void
ruhu_visit_page_read_back (RuhuVisitPage *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *page;

  if (self->form == NULL || self->is_saving)
    return;
  ruhu_visit_page_settle (self);
  page = ruhu_read_back_new (self->session, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL);
  g_signal_connect_object (page, "agreed", G_CALLBACK (agreed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (page, "wrong", G_CALLBACK (wrong_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (page));
}
