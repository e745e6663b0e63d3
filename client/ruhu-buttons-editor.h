/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuButtonsEditor: Choices that lie side by side as buttons: yes and no, a few choices (one at most), or several at once (check buttons). */
#pragma once

#include "ruhu-field-editor.h"

G_BEGIN_DECLS

#define RUHU_TYPE_BUTTONS_EDITOR (ruhu_buttons_editor_get_type ())
G_DECLARE_FINAL_TYPE (RuhuButtonsEditor, ruhu_buttons_editor, RUHU, BUTTONS_EDITOR, RuhuFieldEditor)

G_END_DECLS
