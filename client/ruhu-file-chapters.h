/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuFileChapters: all chapters of a household's file below each other, made piece by piece; of an earlier file's chapters only those that read differently. */
#pragma once

#include "ruhu-file-chapter.h"

G_BEGIN_DECLS

typedef struct _RuhuFileChapters RuhuFileChapters;

/* Headings only, and in no box yet. @box, within @scrolled, is where they are to stand; both are borrowed for the chapters' life. Transfer full. */
RuhuFileChapters *ruhu_file_chapters_new (GtkBox *box, GtkScrolledWindow *scrolled, RuhuWorker *worker);
void ruhu_file_chapters_free (RuhuFileChapters *self);

guint ruhu_file_chapters_get_length (RuhuFileChapters *self);
/* Borrowed. */
RuhuFileChapter *ruhu_file_chapters_get (RuhuFileChapters *self, guint number);

/* Into the box, once. */
void ruhu_file_chapters_place (RuhuFileChapters *self);
gboolean ruhu_file_chapters_are_placed (RuhuFileChapters *self);

/* What is shown from here on is @file, borrowed until the next one. */
void ruhu_file_chapters_begin (RuhuFileChapters *self, RuhuHouseholdFile *file);
/* Makes a few milliseconds' worth, between two frames. Whether there is more. */
gboolean ruhu_file_chapters_go_on (RuhuFileChapters *self);
/* All of it, at once. */
void ruhu_file_chapters_finish (RuhuFileChapters *self);
gboolean ruhu_file_chapters_are_whole (RuhuFileChapters *self);

/* Goes to a chapter, with the keyboard: to all of it. */
void ruhu_file_chapters_jump (RuhuFileChapters *self, guint number);
/* To the one before (-1) or behind (1) that which has the keyboard. */
void ruhu_file_chapters_step (RuhuFileChapters *self, int by);

/* Takes the last one away. Whether there are more. */
gboolean ruhu_file_chapters_drop_last (RuhuFileChapters *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuFileChapters, ruhu_file_chapters_free)

G_END_DECLS
