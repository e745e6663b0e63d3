/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A laptop with one household that has something of everything, for the tests of forms. */
#pragma once

#include <gtk/gtk.h>

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

/* For asynchronous calls: keeps the result, of which form_is_set() then says that it is there. */
void form_keep_result_cb (GObject *source, GAsyncResult *result, gpointer data);
gboolean form_is_set (gpointer data);

/* The first widget in @widget that carries data of this name, or NULL. */
GtkWidget *form_find_with_data (GtkWidget *widget, const char *name);

G_END_DECLS
