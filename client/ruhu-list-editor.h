/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuListEditor: A list to choose one of many from: long choice lists and references. */
#pragma once

#include "ruhu-field-editor.h"

G_BEGIN_DECLS

#define RUHU_TYPE_LIST_EDITOR (ruhu_list_editor_get_type ())
G_DECLARE_FINAL_TYPE (RuhuListEditor, ruhu_list_editor, RUHU, LIST_EDITOR, RuhuFieldEditor)

G_END_DECLS
