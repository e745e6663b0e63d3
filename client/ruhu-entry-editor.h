/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuEntryEditor: One line of text: words, numbers, money, dates (with a calendar) and months. */
#pragma once

#include "ruhu-field-editor.h"

G_BEGIN_DECLS

#define RUHU_TYPE_ENTRY_EDITOR (ruhu_entry_editor_get_type ())
G_DECLARE_FINAL_TYPE (RuhuEntryEditor, ruhu_entry_editor, RUHU, ENTRY_EDITOR, RuhuFieldEditor)

G_END_DECLS
