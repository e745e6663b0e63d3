/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuEarlierList: what is on file already of a type that a form only adds to, a line each, to be read beside where the new one is entered. */
#pragma once

#include "ruhu-edit-session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define RUHU_TYPE_EARLIER_LIST (ruhu_earlier_list_get_type ())
G_DECLARE_FINAL_TYPE (RuhuEarlierList, ruhu_earlier_list, RUHU, EARLIER_LIST, GtkWidget)

/* NULL when there is nothing. Floating. */
GtkWidget *ruhu_earlier_list_new (RuhuEditSession *session, RuhuRecordType *type);

G_END_DECLS
