/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuTour: three cards for who starts the app for the first time. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define RUHU_TYPE_TOUR (ruhu_tour_get_type ())
G_DECLARE_FINAL_TYPE (RuhuTour, ruhu_tour, RUHU, TOUR, AdwWindow)

GtkWindow *ruhu_tour_new (GtkWindow *parent);

G_END_DECLS
