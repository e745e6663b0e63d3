/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuRecordSection: one record type on the household's page: its records, their fields, and the buttons to add and edit.
 *
 * Signals: "history" (type, record, field, title), "edit" (type, record or NULL: a new one), "conflict": the marks were pressed. */
#pragma once

#include <adwaita.h>

#include "ruhu-household-file.h"

G_BEGIN_DECLS

#define RUHU_TYPE_RECORD_SECTION (ruhu_record_section_get_type ())
G_DECLARE_FINAL_TYPE (RuhuRecordSection, ruhu_record_section, RUHU, RECORD_SECTION, AdwBin)

/* What stands above the fields of a record that is unfolded: a row, or NULL. Floating. */
typedef GtkWidget *(*RuhuRecordExtraFunc) (const RuhuFileGroup *group, const RuhuFileRecord *record, gpointer data);

/* @group is borrowed for the section's life. @open: a set (GHashTable) of the ids of records to show unfolded; kept up to date, referenced. @extra (nullable) is called with @data
 * for the section's life. @title: NULL for the type's own. Floating. */
GtkWidget *ruhu_record_section_new (const RuhuFileGroup *group, GHashTable *open, const char *title, RuhuRecordExtraFunc extra, gpointer data);

/* A section begins with its heading. Makes some more of its rows; whether there are others. */
gboolean ruhu_record_section_go_on (RuhuRecordSection *self);

const char *ruhu_record_section_get_title (RuhuRecordSection *self);
const RuhuFileGroup *ruhu_record_section_get_group (RuhuRecordSection *self);

/* The id of the record that has the keyboard focus, or NULL. Borrowed. */
const char *ruhu_record_section_get_focus (RuhuRecordSection *self);

/* A name for the row that has the keyboard focus ("record/field"), and the way back to it. NULL: none here. Transfer full. */
char *ruhu_record_section_dup_focus (RuhuRecordSection *self);
/* The record beside the one that has the keyboard, or NULL: the next, else the one before. Transfer full. */
char *ruhu_record_section_dup_neighbour (RuhuRecordSection *self);
/* @name may be NULL. */
gboolean ruhu_record_section_restore_focus (RuhuRecordSection *self, const char *name);

G_END_DECLS
