/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuVisitStep: one step of a form: its heading, its hint, and its parts one below the other. */
#pragma once

#include <gtk/gtk.h>

#include "ruhu-edit-session.h"

G_BEGIN_DECLS

/* How far a step is. */
typedef enum
{
  RUHU_STEP_NEW,     /* nobody has been there */
  RUHU_STEP_VISITED, /* looked at, nothing to record */
  RUHU_STEP_CHANGED, /* something was typed */
  RUHU_STEP_WRONG,   /* something must be corrected */
} RuhuStepState;

#define RUHU_TYPE_VISIT_STEP (ruhu_visit_step_get_type ())
G_DECLARE_FINAL_TYPE (RuhuVisitStep, ruhu_visit_step, RUHU, VISIT_STEP, GtkWidget)

/* The session must be open; @step is of its form. Floating. */
GtkWidget *ruhu_visit_step_new (RuhuEditSession *session, RuhuFormStep *step);

void ruhu_visit_step_reveal (RuhuVisitStep *self);
/* @record NULL: the first field of the step. */
gboolean ruhu_visit_step_focus_field (RuhuVisitStep *self, const char *type, const char *record, const char *field);

/* How far @step is, whether or not it was ever shown. */
RuhuStepState ruhu_visit_step_get_state (RuhuEditSession *session, RuhuFormStep *step);
/* Whether a finding or change of a field (@field NULL: of the record) is dealt with in @step. */
gboolean ruhu_visit_step_concerns (RuhuFormStep *step, const char *type, const char *field);

G_END_DECLS
