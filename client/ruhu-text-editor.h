/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuTextEditor: Several lines of text. */
#pragma once

#include "ruhu-field-editor.h"

G_BEGIN_DECLS

#define RUHU_TYPE_TEXT_EDITOR (ruhu_text_editor_get_type ())
G_DECLARE_FINAL_TYPE (RuhuTextEditor, ruhu_text_editor, RUHU, TEXT_EDITOR, RuhuFieldEditor)

G_END_DECLS
