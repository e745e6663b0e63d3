/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The visit's page in the window, and what follows when it is finished, left, or thrown away. */
#define G_LOG_DOMAIN "ruhu-window"

#include "config.h"

#include "ruhu-application.h"
#include "ruhu-describe.h"
#include "ruhu-edit-session.h"
#include "ruhu-visit-page.h"
#include "ruhu-window-private.h"

#include <glib/gi18n.h>

/* In s: as long as elsewhere in the app. */
#define TIMEOUT 10

static void
visit_finished_cb (RuhuWindow *self)
{
  ruhu_window_pop (self);
  ruhu_window_toast (self, _ ("The visit is saved on this laptop. It is sent as soon as there is a connection."));
  ruhu_window_visit_ended (self);
}

/* A visit that was thrown away, as long as that can be taken back. */
typedef struct
{
  GWeakRef window;
  RuhuEditSession *session;
} Thrown;

static void
thrown_free (gpointer data, GClosure *closure)
{
  Thrown *thrown = data;

  g_weak_ref_clear (&thrown->window);
  g_object_unref (thrown->session);
  g_free (thrown);
}

static void
offer (RuhuWindow *self, RuhuEditSession *session, const char *sentence, guint timeout);

static void
restored_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RuhuWindow) self = data;
  RuhuEditSession *session = RUHU_EDIT_SESSION (source);
  g_autoptr (GError) error = NULL;
  g_autofree char *sentence = NULL;

  if (ruhu_edit_session_restore_finish (session, result, &error))
    {
      ruhu_window_open_visit (self, ruhu_edit_session_get_scope (session), ruhu_edit_session_get_draft (session));
      return;
    }
  /* It is nowhere but here: the offer stays until it is taken, or refused. */
  sentence = ruhu_describe_error (error);
  offer (self, session, sentence, 0);
}

static void
take_back_cb (Thrown *thrown)
{
  g_autoptr (RuhuWindow) self = g_weak_ref_get (&thrown->window);

  if (self != NULL)
    ruhu_edit_session_restore_async (thrown->session, restored_cb, g_steal_pointer (&self));
}

/* @timeout: in s; 0: it does not go by itself. */
static void
offer (RuhuWindow *self, RuhuEditSession *session, const char *sentence, guint timeout)
{
  g_autofree char *escaped = g_markup_escape_text (sentence, -1);
  AdwToast *toast = adw_toast_new (escaped);
  Thrown *thrown = g_new0 (Thrown, 1);

  g_weak_ref_init (&thrown->window, self);
  thrown->session = g_object_ref (session);
  adw_toast_set_button_label (toast, _ ("_Undo"));
  adw_toast_set_timeout (toast, timeout);
  /* libadwaita 1.2 does not survive one that is to come at once while another one is going. */
  adw_toast_set_priority (toast, timeout > 0 ? ADW_TOAST_PRIORITY_HIGH : ADW_TOAST_PRIORITY_NORMAL);
  g_signal_connect_data (toast, "button-clicked", G_CALLBACK (take_back_cb), thrown, thrown_free, G_CONNECT_SWAPPED);
  ruhu_window_add_toast (self, toast);
}

static void
visit_discarded_cb (RuhuWindow *self, RuhuEditSession *session)
{
  ruhu_window_pop (self);
  offer (self, session, _ ("The visit was thrown away."), TIMEOUT);
  ruhu_window_visit_ended (self);
}

static void
visit_left_cb (RuhuWindow *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.back", NULL);
}

static void
visit_ready_cb (gpointer data)
{
  g_autoptr (RuhuPage) page = data;

  if (gtk_widget_get_root (GTK_WIDGET (page)) != NULL)
    ruhu_page_ready (page);
}

/* The title comes with the data, and the first step's fields right after it. */
static void
visit_title_cb (RuhuVisitPage *visit, GParamSpec *pspec, RuhuPage *page)
{
  ruhu_page_set_title (page, ruhu_visit_page_get_title (visit), NULL);
  g_idle_add_once (visit_ready_cb, g_object_ref (page));
}

void
ruhu_window_open_visit (RuhuWindow *self, const char *household, const char *draft)
{
  GtkWidget *visit;
  GtkWidget *page;

  g_return_if_fail (RUHU_IS_WINDOW (self));

  visit = ruhu_visit_page_new (ruhu_application_get_worker (RUHU_APPLICATION (gtk_window_get_application (GTK_WINDOW (self)))), household, draft);
  page = ruhu_page_new (_ ("Visit"), visit);
  g_object_set_data (G_OBJECT (page), RUHU_WINDOW_VISIT, visit);
  g_signal_connect_object (visit, "finished", G_CALLBACK (visit_finished_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (visit, "discarded", G_CALLBACK (visit_discarded_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (visit, "left", G_CALLBACK (visit_left_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (visit, "stored", G_CALLBACK (ruhu_window_visit_stored), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (visit, "notify::title", G_CALLBACK (visit_title_cb), page, 0);
  ruhu_window_push (self, page);
}
