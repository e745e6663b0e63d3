/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuWelcomePage: the first start: the office's link is pasted, the laptop enrols, households arrive. Signal "finished": go on to them. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define RUHU_TYPE_WELCOME_PAGE (ruhu_welcome_page_get_type ())
G_DECLARE_FINAL_TYPE (RuhuWelcomePage, ruhu_welcome_page, RUHU, WELCOME_PAGE, AdwBin)

/* Gives the keyboard focus to the link. */
void ruhu_welcome_page_focus (RuhuWelcomePage *self);

/* Whether an enrolment that was begun here is not through yet. */
gboolean ruhu_welcome_page_is_busy (RuhuWelcomePage *self);

G_END_DECLS
