/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuHelpWindow: how to use the app, in eight short chapters. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define RUHU_TYPE_HELP_WINDOW (ruhu_help_window_get_type ())
G_DECLARE_FINAL_TYPE (RuhuHelpWindow, ruhu_help_window, RUHU, HELP_WINDOW, AdwWindow)

GtkWindow *ruhu_help_window_new (GtkWindow *parent);

G_END_DECLS
