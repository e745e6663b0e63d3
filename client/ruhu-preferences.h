/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuPreferences: how the app looks, when households are due, and what is stored where. Everything takes effect at once. */
#pragma once

#include "ruhu-application.h"

G_BEGIN_DECLS

#define RUHU_TYPE_PREFERENCES (ruhu_preferences_get_type ())
G_DECLARE_FINAL_TYPE (RuhuPreferences, ruhu_preferences, RUHU, PREFERENCES, AdwPreferencesWindow)

GtkWindow *ruhu_preferences_new (RuhuApplication *app, GtkWindow *parent);

G_END_DECLS
