/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-help-window"

#include "config.h"

#include "ruhu-help-window.h"

#include <glib/gi18n.h>

struct _RuhuHelpWindow
{
  AdwWindow parent_instance;
};

G_DEFINE_FINAL_TYPE (RuhuHelpWindow, ruhu_help_window, ADW_TYPE_WINDOW)

static const struct
{
  const char *title;
  const char *text;
} chapters[] = {
  { N_ ("What to do first"),
    N_ ("Today shows whom to visit, which problems have a deadline, and what is unfinished. Press a line to open it. To find a family, press Ctrl+F and type its name, the initials of the name in pinyin, its village, or the last digits of an ID number.") },
  { N_ ("Recording a visit"),
    N_ ("Open the household and press Ctrl+N. Say why you came, and that every question may be refused. Skip whatever does not matter today: only the greeting, the outcome and the reading back are required. Everything typed is on the disk at once; if the laptop goes off, the visit is offered again.") },
  { N_ ("If nobody is home, or the visit is declined"),
    N_ ("Record that as the outcome. It counts as an attempt, and nothing is held against the household.") },
  { N_ ("Photos"),
    N_ ("Photograph things, not faces: walls, roofs, meters, papers. Place and time of the photograph are removed from the file. Photos travel after the words, when the network is good enough.") },
  { N_ ("Without a network"),
    N_ ("Go on working: everything is kept on this laptop and sent by itself later. If no network comes for weeks, carry what waits to the township on a USB stick; Synchronisation has the button for it.") },
  { N_ ("Conflicts and refused changes"),
    N_ ("When two people recorded different things about the same fact, both are kept, and somebody who knows chooses. What the township refuses stays on this laptop with the reason, until you correct it and send it again, or discard it.") },
  { N_ ("If the laptop is lost"),
    N_ ("Tell the township office at once. It is refused from then on, and erases what it holds at its next contact. What was sent before is safe at the township.") },
  { N_ ("What is never recorded"),
    N_ ("Nobody's ethnicity, religion, opinions or movements: there is no field for them, and none can be added. A household may refuse any question, may see what is recorded about it, and may have it corrected.") },
};

static GtkWidget *
make_chapter (const char *title, const char *text)
{
  GtkWidget *row = adw_expander_row_new ();
  GtkWidget *line = gtk_list_box_row_new ();
  GtkWidget *label = gtk_label_new (text);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "content-line");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (line), label);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (line), FALSE);
  gtk_widget_set_focusable (line, FALSE);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row), line);
  return row;
}

static void
ruhu_help_window_class_init (RuhuHelpWindowClass *klass)
{
  gtk_widget_class_add_binding_action (GTK_WIDGET_CLASS (klass), GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
ruhu_help_window_init (RuhuHelpWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *page = adw_preferences_page_new ();
  GtkWidget *group = adw_preferences_group_new ();

  for (guint i = 0; i < G_N_ELEMENTS (chapters); i++)
    {
      GtkWidget *row = make_chapter (_ (chapters[i].title), _ (chapters[i].text));

      adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), i == 0);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
    }
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));
  gtk_widget_set_vexpand (page, TRUE);
  gtk_box_append (GTK_BOX (box), adw_header_bar_new ());
  gtk_box_append (GTK_BOX (box), page);
  adw_window_set_content (ADW_WINDOW (self), box);
  gtk_window_set_title (GTK_WINDOW (self), _ ("Help"));
  gtk_window_set_default_size (GTK_WINDOW (self), 640, 640);
}

GtkWindow *
ruhu_help_window_new (GtkWindow *parent)
{
  return g_object_new (RUHU_TYPE_HELP_WINDOW, "transient-for", parent, "modal", TRUE, NULL);
}
