/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-window"

#include "config.h"

#include "ruhu-window-card.h"

#include "ruhu-card-printer.h"
#include "ruhu-household-page.h"

typedef void (*CardFunc) (GtkWindow *parent, RuhuWorker *worker, const char *household);

static void
with_card (GtkWidget *widget, CardFunc func)
{
  RuhuApplication *app = RUHU_APPLICATION (gtk_window_get_application (GTK_WINDOW (widget)));
  GtkWidget *page = ruhu_window_get_page (RUHU_WINDOW (widget));

  if (RUHU_IS_HOUSEHOLD_PAGE (page))
    func (GTK_WINDOW (widget), ruhu_application_get_worker (app), ruhu_household_page_get_id (RUHU_HOUSEHOLD_PAGE (page)));
}

static void
print_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  with_card (widget, ruhu_card_printer_print);
}

static void
save_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  with_card (widget, ruhu_card_printer_save);
}

void
ruhu_window_install_card_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.print-card", NULL, print_action);
  gtk_widget_class_install_action (widget_class, "win.save-card", NULL, save_action);
}

void
ruhu_window_enable_card_actions (RuhuWindow *self, gboolean household)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.print-card", household);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.save-card", household);
}
