/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever takes a page of the window, or the window itself, off the screen waits for what was typed there: it goes on once that is on the disk, or once somebody lets it go. */
#define G_LOG_DOMAIN "ruhu-window"

#include "config.h"

#include "ruhu-error.h"
#include "ruhu-photo-strip.h"
#include "ruhu-visit-page.h"
#include "ruhu-window-private.h"

#include <glib/gi18n.h>

/* --- windows that are on top of this one --- */

static gboolean
is_open (gpointer window)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  return g_list_find (windows, window) != NULL;
}

/* A question is answered, not closed; any other window knows itself whether it may go. */
static gboolean
close_one (GtkWindow *window)
{
  if (!gtk_widget_get_visible (GTK_WIDGET (window)))
    return TRUE;
  if (ADW_IS_MESSAGE_DIALOG (window))
    {
      gtk_window_present (window);
      return FALSE;
    }
  gtk_window_close (window);
  return !is_open (window);
}

gboolean
ruhu_window_close_others (GtkWindow *window)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *l = windows; l != NULL; l = l->next)
    if (is_open (l->data) && gtk_window_get_transient_for (l->data) == window && (!ruhu_window_close_others (l->data) || !close_one (l->data)))
      return FALSE;
  return TRUE;
}

/* --- a visit whose draft is not on the disk --- */

static RuhuVisitPage *
get_visit (RuhuWindow *self, guint i)
{
  return g_object_get_data (G_OBJECT (g_ptr_array_index (self->open, i)), RUHU_WINDOW_VISIT);
}

static gboolean
are_kept (RuhuWindow *self)
{
  gboolean kept = TRUE;

  for (guint i = 0; i < self->open->len; i++)
    kept = (get_visit (self, i) == NULL || ruhu_visit_page_is_kept (get_visit (self, i))) && kept;
  return kept;
}

/* Not said twice of one page: whoever insists may leave the photo out. */
static gboolean
holds_on (RuhuWindow *self, GtkWidget *page)
{
  if (ruhu_photo_strip_find_busy (page) == NULL || self->is_told)
    return FALSE;
  ruhu_window_toast (self, _ ("A photo is still being added here. Answer what is asked about it first; otherwise it is left out."));
  self->is_told = TRUE;
  return TRUE;
}

static gboolean
are_adding (RuhuWindow *self)
{
  for (guint i = 0; i < self->open->len; i++)
    if (get_visit (self, i) != NULL ? ruhu_visit_page_holds_on (get_visit (self, i)) : holds_on (self, g_ptr_array_index (self->open, i)))
      return TRUE;
  self->is_told = FALSE;
  return FALSE;
}

static void
forget (RuhuWindow *self)
{
  self->go_on = NULL;
  g_clear_pointer (&self->destination, g_free);
}

static void
go_on (RuhuWindow *self)
{
  RuhuWindowGoOn func = self->go_on;
  g_autofree char *destination = g_steal_pointer (&self->destination);

  forget (self);
  if (func != NULL)
    func (self, destination);
}

static void
answered_cb (RuhuWindow *self, const char *response, GtkWindow *question)
{
  g_clear_weak_pointer (&self->question);
  if (!g_str_equal (response, "discard"))
    {
      forget (self);
      return;
    }
  /* GTK 4.8 keeps a pointer to the window that is asked about, which may go before the question does. */
  gtk_window_set_transient_for (question, NULL);
  for (guint i = 0; i < self->open->len; i++)
    if (get_visit (self, i) != NULL)
      ruhu_visit_page_let_go (get_visit (self, i));
  go_on (self);
}

static void
ask (RuhuWindow *self, const GError *error)
{
  g_autofree char *why = ruhu_error_explain (error);
  g_autofree char *body = g_strdup_printf (_ ("%s What was typed since the draft was last on disk is gone then."), why);
  GtkWidget *question = adw_message_dialog_new (GTK_WINDOW (self), _ ("Leave without saving?"), body);

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (question), "cancel", _ ("Go On Typing"), "discard", _ ("Leave"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (question), "discard", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (question), "cancel");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (question), "cancel");
  g_signal_connect_object (question, "response", G_CALLBACK (answered_cb), self, G_CONNECT_SWAPPED);
  g_set_weak_pointer (&self->question, question);
  gtk_window_present (GTK_WINDOW (question));
}

void
ruhu_window_visit_stored (RuhuWindow *self, const GError *error)
{
  if (self->go_on == NULL || self->question != NULL)
    return;
  if (error != NULL)
    ask (self, error);
  else if (are_kept (self))
    go_on (self);
}

static void
close_window (RuhuWindow *self, const char *destination)
{
  gtk_window_close (GTK_WINDOW (self));
}

void
ruhu_window_visit_ended (RuhuWindow *self)
{
  if (self->go_on == close_window)
    go_on (self);
  else
    forget (self);
}

gboolean
ruhu_window_may_leave (RuhuWindow *self, RuhuWindowGoOn func, const char *destination)
{
  if (are_adding (self))
    {
      forget (self);
      return FALSE;
    }
  if (are_kept (self))
    return TRUE;
  g_free (self->destination);
  self->destination = g_strdup (destination);
  self->go_on = func;
  return FALSE;
}

gboolean
ruhu_window_may_close (RuhuWindow *self)
{
  return ruhu_window_close_others (GTK_WINDOW (self)) && ruhu_window_may_leave (self, close_window, NULL);
}
