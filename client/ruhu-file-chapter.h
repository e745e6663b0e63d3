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

/* The chapter of a number: its heading only. Floating. */
GtkWidget *ruhu_file_chapter_new (guint number);

const char *ruhu_file_chapter_get_name (RuhuFileChapter *self);
const char *ruhu_file_chapter_get_title (RuhuFileChapter *self);

/* Shows what @file says (a reference is kept), unless it reads as what is shown already. @open: a set of the ids of records that are unfolded, kept up to date. TRUE if anything was made anew. */
gboolean ruhu_file_chapter_show (RuhuFileChapter *self, RuhuWorker *worker, RuhuHouseholdFile *file, GHashTable *open);

/* The strip of all the household's photos, in the chapter that has it once it is shown; else NULL. Borrowed. */
GtkWidget *ruhu_file_chapter_get_strip (RuhuFileChapter *self);

/* The record that has the keyboard focus, with its type; NULL: none here. Borrowed. */
const char *ruhu_file_chapter_get_focus (RuhuFileChapter *self, const RuhuFileGroup **group);

G_END_DECLS
