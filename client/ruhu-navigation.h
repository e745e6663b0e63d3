/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuNavigation: the window's places as a row of buttons, with how much waits in each. Wide windows have it above the list, narrow ones at the bottom.
 * Its buttons set the window's action "win.go" to the name of a place. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define RUHU_TYPE_NAVIGATION (ruhu_navigation_get_type ())
G_DECLARE_FINAL_TYPE (RuhuNavigation, ruhu_navigation, RUHU, NAVIGATION, AdwBin)

/* What a place has waiting: @n beside its icon (0: nothing), and @sentence for who hears it. */
void ruhu_navigation_set_count (RuhuNavigation *self, const char *place, guint n, const char *sentence);

/* How it stands with a place: @icon instead of its own, and @sentence as its tooltip and its description. */
void ruhu_navigation_set_state (RuhuNavigation *self, const char *place, const char *icon, const char *sentence);

G_END_DECLS
