/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Puts a household card on paper, or into a PDF file: A4, as many pages as it needs. */
#pragma once

#include <gtk/gtk.h>

#include "ruhu-household-card.h"
#include "ruhu-worker.h"

G_BEGIN_DECLS

/* Writes @card to @path as PDF. G_IO_ERROR or GTK_PRINT_ERROR on failure; then nothing usable is there. */
gboolean ruhu_card_printer_export (RuhuHouseholdCard *card, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Reads the household's card in @worker, and opens the print dialog over @parent. What goes wrong is said in a dialog. */
void ruhu_card_printer_print (GtkWindow *parent, RuhuWorker *worker, const char *household);
/* The same into a PDF file that the person chooses; the name proposed says nothing about the household. */
void ruhu_card_printer_save (GtkWindow *parent, RuhuWorker *worker, const char *household);

G_END_DECLS
