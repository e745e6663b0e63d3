/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A household's file in a window, as tests of what is done there need it. */
#pragma once

#include "form-fixture.h"

#include <adwaita.h>

G_BEGIN_DECLS

typedef struct
{
  FormFixture *form;
  GtkWidget *window;
  GtkWidget *page;
} FilePage;

/* For g_test_add(): the household h1, all of it shown. */
void file_page_set_up (FilePage *f, gconstpointer data);
void file_page_tear_down (FilePage *f, gconstpointer data);

/* As form_see(), and it can be pressed. */
GtkWidget *file_page_see (GtkWidget *root, FormJudge judge, const char *text);
void file_page_press (FilePage *f, const char *label);
/* For form_see(): a record that unfolds, of a title. */
gboolean file_page_is_record (GtkWidget *widget, const char *text);
void file_page_unfold (FilePage *f, const char *title);

/* The dialog that is open, or NULL. */
GtkWidget *file_page_find_dialog (void);
/* For form_wait(): a dialog says @text. */
gboolean file_page_is_asked (gpointer text);

G_END_DECLS
