/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A laptop with one household that has something of everything, for the tests of forms. */
#pragma once

#include "ruhu-fixture.h"
#include "ruhu-worker.h"

G_BEGIN_DECLS

typedef struct
{
  Township *township;
  Laptop *laptop;
  RuhuWorker *worker;
} FormFixture;

/* The laptop of helper-a holds household "h1" with the people p1 and p3, housing, an assessment, a measure and a problem. */
FormFixture *form_fixture_new (void);
void form_fixture_free (FormFixture *self);

/* Runs the main loop until @condition holds; aborts after ten seconds. */
void form_wait (gboolean (*condition) (gpointer data), gpointer data);

G_END_DECLS
