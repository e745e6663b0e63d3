/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-welcome-page"

#include "config.h"

#include "ruhu-welcome-page.h"

#include "ruhu-application.h"
#include "ruhu-describe.h"

#include <glib/gi18n.h>

#define PULSE_INTERVAL_MS 120

typedef enum
{
  STAGE_LINK,      /* waits for the link */
  STAGE_ENROLLING, /* the daemon is asked */
  STAGE_RECEIVING, /* enrolled; households come */
} Stage;

struct _RuhuWelcomePage
{
  AdwBin parent_instance;

  /* Template. */
  GtkWidget *form;
  AdwEntryRow *link;
  GtkLabel *error;
  GtkWidget *enrol;
  GtkWidget *working;
  GtkProgressBar *progress;
  GtkLabel *stage_label;
  GtkWidget *enter;

  /* Owned. */
  GCancellable *cancellable;

  Stage stage;
  guint pulse_id;
};

enum
{
  SIGNAL_FINISHED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RuhuWelcomePage, ruhu_welcome_page, ADW_TYPE_BIN)

static RuhuApplication *
get_app (void)
{
  return RUHU_APPLICATION (g_application_get_default ());
}

static gboolean
pulse_cb (gpointer data)
{
  RuhuWelcomePage *self = data;
  double fraction = ruhu_sync_proxy_get_progress (ruhu_application_get_sync (get_app ()));

  if (self->stage == STAGE_RECEIVING && fraction >= 0)
    gtk_progress_bar_set_fraction (self->progress, CLAMP (fraction, 0, 1));
  else
    gtk_progress_bar_pulse (self->progress);
  return G_SOURCE_CONTINUE;
}

static void
set_stage (RuhuWelcomePage *self, Stage stage)
{
  self->stage = stage;
  gtk_widget_set_visible (self->form, stage == STAGE_LINK);
  gtk_widget_set_visible (self->enrol, stage == STAGE_LINK);
  gtk_widget_set_visible (self->working, stage != STAGE_LINK);
  gtk_widget_set_visible (self->enter, stage == STAGE_RECEIVING);
  gtk_label_set_label (self->stage_label, stage == STAGE_ENROLLING ? _ ("Enrolling this laptop…") : _ ("Enrolled. Your households are on their way…"));
  if (stage == STAGE_LINK)
    g_clear_handle_id (&self->pulse_id, g_source_remove);
  else if (self->pulse_id == 0)
    self->pulse_id = g_timeout_add (PULSE_INTERVAL_MS, pulse_cb, self);
}

static void
show_error (RuhuWelcomePage *self, const char *sentence)
{
  gtk_label_set_label (self->error, sentence != NULL ? sentence : "");
  gtk_widget_set_visible (GTK_WIDGET (self->error), sentence != NULL);
}

static void
finish (RuhuWelcomePage *self)
{
  set_stage (self, STAGE_LINK);
  gtk_editable_set_text (GTK_EDITABLE (self->link), "");
  g_signal_emit (self, signals[SIGNAL_FINISHED], 0);
}

static void
enter_cb (RuhuWelcomePage *self)
{
  finish (self);
}

/* The first complete synchronisation ends the welcome; so does a connection that breaks: what is here can be used. */
static void
sync_updated_cb (RuhuWelcomePage *self)
{
  RuhuSyncProxy *sync = ruhu_application_get_sync (get_app ());
  const char *error = ruhu_sync_proxy_get_last_error (sync);

  if (self->stage != STAGE_RECEIVING)
    return;
  if (*error != '\0')
    show_error (self, error);
  if (ruhu_sync_proxy_get_last_success (sync) > 0 && !ruhu_sync_proxy_is_busy (sync))
    finish (self);
}

static void
enrolled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  gboolean done = ruhu_sync_proxy_enrol_finish (RUHU_SYNC_PROXY (source), result, &error);
  RuhuWelcomePage *self;
  g_autofree char *sentence = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self = RUHU_WELCOME_PAGE (user_data);
  if (done)
    {
      set_stage (self, STAGE_RECEIVING);
      sync_updated_cb (self);
      return;
    }
  sentence = ruhu_describe_error (error);
  g_info ("The enrolment failed: %s", error->message);
  set_stage (self, STAGE_LINK);
  show_error (self, sentence);
  gtk_widget_grab_focus (GTK_WIDGET (self->link));
}

static char *
dup_link (RuhuWelcomePage *self)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->link))));
}

static void
enrol_cb (RuhuWelcomePage *self)
{
  g_autofree char *link = dup_link (self);

  if (*link == '\0' || self->stage != STAGE_LINK)
    return;
  show_error (self, NULL);
  set_stage (self, STAGE_ENROLLING);
  ruhu_sync_proxy_enrol_async (ruhu_application_get_sync (get_app ()), link, self->cancellable, enrolled_cb, self);
}

static void
link_changed_cb (RuhuWelcomePage *self)
{
  g_autofree char *link = dup_link (self);

  gtk_widget_set_sensitive (self->enrol, *link != '\0');
  show_error (self, NULL);
}

static void
pasted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RuhuWelcomePage) self = user_data;
  g_autofree char *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);

  if (text == NULL)
    return;
  gtk_editable_set_text (GTK_EDITABLE (self->link), g_strstrip (text));
  gtk_widget_grab_focus (self->enrol);
}

static void
paste_cb (RuhuWelcomePage *self)
{
  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->cancellable, pasted_cb, g_object_ref (self));
}

static void
ruhu_welcome_page_dispose (GObject *object)
{
  RuhuWelcomePage *self = RUHU_WELCOME_PAGE (object);

  g_clear_handle_id (&self->pulse_id, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  G_OBJECT_CLASS (ruhu_welcome_page_parent_class)->dispose (object);
}

static void
ruhu_welcome_page_finalize (GObject *object)
{
  RuhuWelcomePage *self = RUHU_WELCOME_PAGE (object);

  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (ruhu_welcome_page_parent_class)->finalize (object);
}

static void
ruhu_welcome_page_class_init (RuhuWelcomePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ruhu_welcome_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = ruhu_welcome_page_finalize;

  signals[SIGNAL_FINISHED] = g_signal_new ("finished", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/Ruhu/ruhu-welcome-page.ui");
  gtk_widget_class_bind_template_child (widget_class, RuhuWelcomePage, enrol);
  gtk_widget_class_bind_template_child (widget_class, RuhuWelcomePage, enter);
  gtk_widget_class_bind_template_child (widget_class, RuhuWelcomePage, error);
  gtk_widget_class_bind_template_child (widget_class, RuhuWelcomePage, form);
  gtk_widget_class_bind_template_child (widget_class, RuhuWelcomePage, link);
  gtk_widget_class_bind_template_child (widget_class, RuhuWelcomePage, progress);
  gtk_widget_class_bind_template_child_full (widget_class, "stage", FALSE, G_STRUCT_OFFSET (RuhuWelcomePage, stage_label));
  gtk_widget_class_bind_template_child (widget_class, RuhuWelcomePage, working);
  gtk_widget_class_bind_template_callback (widget_class, enrol_cb);
  gtk_widget_class_bind_template_callback (widget_class, enter_cb);
  gtk_widget_class_bind_template_callback (widget_class, link_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, paste_cb);
}

static void
ruhu_welcome_page_init (RuhuWelcomePage *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (ruhu_application_get_sync (get_app ()), "updated", G_CALLBACK (sync_updated_cb), self, G_CONNECT_SWAPPED);
}

void
ruhu_welcome_page_focus (RuhuWelcomePage *self)
{
  g_return_if_fail (RUHU_IS_WELCOME_PAGE (self));

  if (self->stage == STAGE_LINK)
    gtk_widget_grab_focus (GTK_WIDGET (self->link));
}

gboolean
ruhu_welcome_page_is_busy (RuhuWelcomePage *self)
{
  g_return_val_if_fail (RUHU_IS_WELCOME_PAGE (self), FALSE);

  return self->stage != STAGE_LINK;
}
