/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuFileHeader: the card at the top of a household's file: who it is, what is wrong, how things stand.
 *
 * Signal "jump" (chapter): somebody wants to see what an alert is about. */
#pragma once

#include <adwaita.h>

#include "ruhu-household-file.h"

G_BEGIN_DECLS

#define RUHU_TYPE_FILE_HEADER (ruhu_file_header_get_type ())
G_DECLARE_FINAL_TYPE (RuhuFileHeader, ruhu_file_header, RUHU, FILE_HEADER, AdwBin)

/* Floating. */
GtkWidget *ruhu_file_header_new (void);

/* Shows @file; it is not kept. */
void ruhu_file_header_show (RuhuFileHeader *self, const RuhuHouseholdFile *file);

/* A few words in a rounded box. Floating. */
GtkWidget *ruhu_file_make_tag (const char *text, RuhuTagStyle style);

G_END_DECLS
