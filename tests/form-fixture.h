/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A laptop with one household that has something of everything, for the tests of forms. */
#pragma once

#include <gtk/gtk.h>

#include "ruhu-fixture.h"
#include "ruhu-edit-session.h"

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

/* Runs the main loop until @condition holds; aborts after a minute. */
void form_wait (gboolean (*condition) (gpointer data), gpointer data);

/* For asynchronous calls: keeps the result, of which form_is_set() then says that it is there. */
void form_keep_result_cb (GObject *source, GAsyncResult *result, gpointer data);
gboolean form_is_set (gpointer data);

/* Whether a widget is what is looked for. */
typedef gboolean (*FormJudge) (GtkWidget *widget, const char *text);
/* A label with @text in it; a button with just that label. */
gboolean form_is_label (GtkWidget *widget, const char *text);
gboolean form_is_button (GtkWidget *widget, const char *text);
/* A strip of photos that takes one more. */
gboolean form_is_photo_strip (GtkWidget *widget, const char *unused);
/* The first visible one in @root, or NULL. */
GtkWidget *form_find (GtkWidget *root, FormJudge judge, const char *text);
/* Waits until there is one; until there is none. */
GtkWidget *form_see (GtkWidget *root, FormJudge judge, const char *text);
void form_miss (GtkWidget *root, FormJudge judge, const char *text);

/* The first widget in @widget that carries data of this name, or NULL. */
GtkWidget *form_find_with_data (GtkWidget *widget, const char *name);

/* One more of what is to leave nothing behind. */
typedef void (*FormRound) (gpointer data);
/* After @first rounds, which fill the caches, @more of them (thorough: a thousand) leave next to nothing in memory: a page is some hundreds of kilobytes, a file of the database some tens. */
void form_assert_flat (FormRound round, gpointer data, guint first, guint more);

/* The window in which a record is edited, or NULL; for form_wait(): it is there with its fields, it is not there. */
GtkWidget *form_find_record_window (void);
gboolean form_has_record_window (gpointer data);
gboolean form_has_no_record_window (gpointer data);

/* The visit form of h1, begun anew or gone on with; opened. Transfer full. */
RuhuEditSession *form_open_visit (FormFixture *self, const char *draft);
/* Types the value @json. */
void form_enter (RuhuEditSession *session, const char *type, const char *record, const char *field, const char *json);
/* What the visit itself cannot do without: its outcome. */
void form_enter_visit (RuhuEditSession *session);
/* How many drafts the disk has. */
guint form_count_drafts (FormFixture *self);
/* Saves; the second gives a reason for each rule that asks for one: the fixture's family is not quite in order. */
gboolean form_save_once (RuhuEditSession *session, GPtrArray **findings, GError **error);
gboolean form_save (RuhuEditSession *session, GPtrArray **findings, GError **error);
/* Throws the draft away. */
void form_discard (RuhuEditSession *session);

G_END_DECLS
