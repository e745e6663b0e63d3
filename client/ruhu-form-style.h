/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The look of forms. */
#pragma once

/* Adds the forms' resources and style sheet to the display, once. GTK must be initialised. */
void ruhu_form_add_style (void);
