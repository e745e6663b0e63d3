/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuTypedQuestion: a dialog in which something is typed for a household's file. Its answer is saved when the dialog is gone; where that is refused, it is asked for again, with what was typed and with why. */
#pragma once

#include <adwaita.h>

#include "ruhu-file-writer.h"
#include "ruhu-household-file.h"

G_BEGIN_DECLS

/* Lives until it is cancelled, or its answer is saved. */
typedef struct _RuhuTypedQuestion RuhuTypedQuestion;

/* What is to be saved: type → record → field → value. Transfer full. */
typedef json_object *(*RuhuTypedFunc) (gpointer data);

/* Asks over the window that @widget is in; the response that saves what @make_set makes of @data is "save". @data is freed by @destroy with the question, before @child. */
RuhuTypedQuestion *ruhu_typed_question_new (GtkWidget *widget, RuhuFileWriter *writer, RuhuHouseholdFile *file, RuhuTypedFunc make_set, gpointer data, GDestroyNotify destroy);

/* Puts the question. @child: what is typed into, which outlives each dialog around it; @start: in it, where the keyboard is put. */
void ruhu_typed_question_ask (RuhuTypedQuestion *self, const char *heading, const char *body, const char *button, GtkWidget *child, GtkWidget *start);

/* Whether what is typed so far can be saved; it can until somebody says that it cannot. */
void ruhu_typed_question_set_complete (RuhuTypedQuestion *self, gboolean complete);

/* Puts the keyboard somewhere else, also if it is asked again. */
void ruhu_typed_question_set_start (RuhuTypedQuestion *self, GtkWidget *start);

G_END_DECLS
