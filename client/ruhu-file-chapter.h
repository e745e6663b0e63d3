/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuFileChapter: a part of a household's file: its heading, what it says at a glance, and the records behind it with every field.
 *
 * Signals: those of RuhuRecordSection: "history", "edit", "conflict". What stands in it activates the page's actions "household.history" (type, record, field, title) and
 * "household.act" (action, type, record) and "household.add-photo" (hash, subject, note, field by which it points to a record or "", record). */
#pragma once

#include <adwaita.h>

#include "ruhu-columns-layout.h"
#include "ruhu-household-file.h"
#include "ruhu-worker.h"

G_BEGIN_DECLS

#define RUHU_TYPE_FILE_CHAPTER (ruhu_file_chapter_get_type ())
G_DECLARE_FINAL_TYPE (RuhuFileChapter, ruhu_file_chapter, RUHU, FILE_CHAPTER, AdwBin)

/* How many there are. */
guint ruhu_file_chapter_count (void);

/* Their titles. Each item activates @action with its number. Transfer full. */
GMenuModel *ruhu_file_chapter_make_menu (const char *action);

/* The chapter of a number: its heading only. Floating. */
GtkWidget *ruhu_file_chapter_new (guint number);

const char *ruhu_file_chapter_get_name (RuhuFileChapter *self);
const char *ruhu_file_chapter_get_title (RuhuFileChapter *self);

/* Begins to show @file's records of this chapter; FALSE where what is shown reads the same already, and stays. */
gboolean ruhu_file_chapter_begin (RuhuFileChapter *self, RuhuWorker *worker, RuhuHouseholdFile *file);
/* Makes some more of what was begun, a few rows. Whether there is more. @open: ids of records unfolded. */
gboolean ruhu_file_chapter_go_on (RuhuFileChapter *self, GHashTable *open);

/* The strip of all the household's photos, in the chapter that has it once it is shown; else NULL. Borrowed. */
GtkWidget *ruhu_file_chapter_get_strip (RuhuFileChapter *self);

/* The record that has the keyboard focus, with its type; NULL: none here. Borrowed. */
const char *ruhu_file_chapter_get_focus (RuhuFileChapter *self, const RuhuFileGroup **group);

G_END_DECLS
