/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "file-page"

#include "config.h"

#include "file-page.h"

#include "ruhu-household-page.h"

#include <string.h>

gboolean
file_page_is_record (GtkWidget *widget, const char *text)
{
  return ADW_IS_EXPANDER_ROW (widget) && strstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), text) != NULL;
}

static gboolean
is_mapped (gpointer widget)
{
  return gtk_widget_get_mapped (widget);
}

GtkWidget *
file_page_see (GtkWidget *root, FormJudge judge, const char *text)
{
  GtkWidget *found = form_see (root, judge, text);

  form_wait (is_mapped, found);
  return found;
}

void
file_page_set_up (FilePage *f, gconstpointer data)
{
  f->form = form_fixture_new ();
  f->window = adw_window_new ();
  f->page = ruhu_household_page_new (f->form->worker, "h1");
  gtk_window_set_default_size (GTK_WINDOW (f->window), 1000, 700);
  adw_window_set_content (ADW_WINDOW (f->window), f->page);
  gtk_window_present (GTK_WINDOW (f->window));
  file_page_see (f->page, form_is_label, "Registration and Records");
}

void
file_page_tear_down (FilePage *f, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (f->window));
  form_fixture_free (f->form);
}

void
file_page_press (FilePage *f, const char *label)
{
  g_signal_emit_by_name (file_page_see (f->page, form_is_button, label), "clicked");
}

void
file_page_unfold (FilePage *f, const char *title)
{
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (file_page_see (f->page, file_page_is_record, title)), TRUE);
}

GtkWidget *
file_page_find_dialog (void)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *l = windows; l != NULL; l = l->next)
    if (ADW_IS_MESSAGE_DIALOG (l->data) && gtk_widget_get_visible (l->data))
      return l->data;
  return NULL;
}

gboolean
file_page_is_asked (gpointer text)
{
  GtkWidget *dialog = file_page_find_dialog ();

  return dialog != NULL && strstr (adw_message_dialog_get_body (ADW_MESSAGE_DIALOG (dialog)), text) != NULL;
}
