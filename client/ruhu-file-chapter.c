/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-file-chapter"

#include "config.h"

#include "ruhu-file-chapter.h"

#include "ruhu-amendment.h"
#include "ruhu-file-actions.h"
#include "ruhu-guarantee-grid.h"
#include "ruhu-income-card.h"
#include "ruhu-photo-strip.h"
#include "ruhu-record-section.h"
#include "ruhu-stage-line.h"

#include <glib/gi18n.h>

typedef struct
{
  const char *name;
  const char *title;
  RuhuColumn column;
  const char *types[5];                                                                    /* "*": all that no chapter names */
  GtkWidget *(*digest) (const RuhuHouseholdFile *file);                                    /* NULL, or what stands above the records; may return NULL */
  gboolean (*digest_go_on) (GtkWidget *digest, const RuhuHouseholdFile *file, guint step); /* NULL, or makes its next part; whether there are more */
  const char *photos;                                                                      /* NULL, "" (all of the household), or the field by which a photo points to a record of the chapter */
} Spec;

struct _RuhuFileChapter
{
  AdwBin parent_instance;

  /* Borrowed. */
  const Spec *spec;
  GtkBox *box;
  GtkWidget *heading;
  GtkWidget *digest; /* until it is whole */

  /* Owned. */
  RuhuWorker *worker;
  RuhuHouseholdFile *file;
  char *fingerprint;
  GHashTable *strips;  /* record's id or "" → RuhuPhotoStrip: it stays, and photos that are being added with it, when the file is shown anew */
  GPtrArray *sections; /* borrowed elements: in the box */
  GPtrArray *pending;  /* RuhuFileGroup of the file: sections still to be made, or NULL */
  char *focus;         /* what had the keyboard before, in the section of that number; NULL: nothing */
  char *neighbour;     /* the record beside it, or NULL */

  guint n_steps; /* of the digest */
  guint whole;   /* so many of the sections are */
  guint focus_number;
  gboolean only;
};

enum
{
  SIGNAL_HISTORY,
  SIGNAL_EDIT,
  SIGNAL_CONFLICT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RuhuFileChapter, ruhu_file_chapter, ADW_TYPE_BIN)

/* In the order in which they are read in one column. */
static const Spec specs[] = {
  { "problems", N_ ("Problems"), RUHU_COLUMN_FIRST, { "problem" }, NULL, NULL, "problem_id" },
  { "members", N_ ("Members"), RUHU_COLUMN_FIRST, { "person" }, NULL, NULL, NULL },
  { "income", N_ ("Income"), RUHU_COLUMN_SECOND, { "income_book", "income_line" }, ruhu_income_card_new, ruhu_income_card_go_on, NULL },
  { "guarantees", N_ ("Guarantees"), RUHU_COLUMN_SECOND, { "assessment" }, ruhu_guarantee_grid_new, ruhu_guarantee_grid_go_on, NULL },
  { "living", N_ ("Living Conditions"), RUHU_COLUMN_FIRST, { "living" }, NULL, NULL, NULL },
  { "housing", N_ ("Housing and Repair"), RUHU_COLUMN_FIRST, { "housing", "repair" }, ruhu_stage_line_new, NULL, NULL },
  { "plan", N_ ("Plan and Measures"), RUHU_COLUMN_SECOND, { "plan", "measure", "consent", "beneficiary" }, NULL, NULL, "measure_id" },
  { "photos", N_ ("Photos"), RUHU_COLUMN_SECOND, { NULL }, NULL, NULL, "" },
  { "visits", N_ ("Visits"), RUHU_COLUMN_FIRST, { "visit" }, NULL, NULL, NULL },
  { "records", N_ ("Registration and Records"), RUHU_COLUMN_SECOND, { "*" }, NULL, NULL, NULL },
};

/* Shown within others. */
static const char *const hidden[] = { "amendment", "photo", NULL };

guint
ruhu_file_chapter_count (void)
{
  return G_N_ELEMENTS (specs);
}

GMenuModel *
ruhu_file_chapter_make_menu (const char *action)
{
  GMenu *menu = g_menu_new ();

  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    {
      g_autoptr (GMenuItem) item = g_menu_item_new (_ (specs[i].title), NULL);

      g_menu_item_set_action_and_target (item, action, "u", i);
      g_menu_append_item (menu, item);
    }
  return G_MENU_MODEL (menu);
}

static gboolean
names (const Spec *spec, const char *type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (spec->types) && spec->types[i] != NULL; i++)
    if (g_str_equal (spec->types[i], type))
      return TRUE;
  return FALSE;
}

static gboolean
has_home (const char *type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (specs); i++)
    if (names (&specs[i], type))
      return TRUE;
  return g_strv_contains (hidden, type);
}

static void
add_group (GPtrArray *groups, const RuhuFileGroup *group)
{
  if (group != NULL)
    g_ptr_array_add (groups, (gpointer) group);
}

/* The groups of the chapter, in its order. Transfer container. */
static GPtrArray *
list_groups (RuhuFileChapter *self, const RuhuHouseholdFile *file)
{
  GPtrArray *groups = g_ptr_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (self->spec->types) && self->spec->types[i] != NULL; i++)
    if (g_str_equal (self->spec->types[i], "*"))
      {
        for (guint j = 0; j < file->groups->len; j++)
          if (!has_home (((const RuhuFileGroup *) g_ptr_array_index (file->groups, j))->type->name))
            add_group (groups, g_ptr_array_index (file->groups, j));
      }
    else
      add_group (groups, ruhu_household_file_get_group (file, self->spec->types[i]));
  return groups;
}

static void
append_fingerprint (GString *text, const RuhuHouseholdFile *file, const char *type)
{
  const RuhuFileGroup *group = ruhu_household_file_get_group (file, type);

  if (group != NULL)
    g_string_append (text, group->fingerprint);
}

/* What is shown depends on the chapter's own records, on today, and on what is shown within them. */
static char *
make_fingerprint (const RuhuHouseholdFile *file, GPtrArray *groups)
{
  GString *text = g_string_new (file->today);
  const char *head = ruhu_file_record_get (ruhu_household_file_find (file, "household", file->id), "head");

  for (guint i = 0; i < groups->len; i++)
    g_string_append (text, ((const RuhuFileGroup *) g_ptr_array_index (groups, i))->fingerprint);
  for (gsize i = 0; hidden[i] != NULL; i++)
    append_fingerprint (text, file, hidden[i]);
  append_fingerprint (text, file, "consent");
  /* Members are told by who is the head. */
  g_string_append (text, head != NULL ? head : "");
  return g_string_free (text, FALSE);
}

static void
history_cb (RuhuFileChapter *self, const char *type, const char *record, const char *field, const char *title)
{
  g_signal_emit (self, signals[SIGNAL_HISTORY], 0, type, record, field, title);
}

static void
edit_cb (RuhuFileChapter *self, const char *type, const char *record)
{
  g_signal_emit (self, signals[SIGNAL_EDIT], 0, type, record);
}

static void
conflict_cb (RuhuFileChapter *self)
{
  g_signal_emit (self, signals[SIGNAL_CONFLICT], 0);
}

/* A group with nothing in it that nobody here may add to says nothing. */
static gboolean
is_worth_showing (const RuhuFileGroup *group, gboolean only)
{
  return only || group->records->len > 0 || group->may_add;
}

/* Photos: all of the household, or those that point to a record. */
static GPtrArray *
list_photos (const RuhuHouseholdFile *file, const char *field, const char *record)
{
  const RuhuFileGroup *group = ruhu_household_file_get_group (file, "photo");
  GPtrArray *items = g_ptr_array_new_with_free_func (ruhu_photo_item_free);

  for (guint i = 0; group != NULL && i < group->records->len; i++)
    {
      const RuhuFileRecord *photo = g_ptr_array_index (group->records, i);
      const char *hash = ruhu_file_record_get (photo, "image");
      const char *caption = ruhu_file_record_get_text (photo, "note");
      g_autofree char *note = *caption != '\0' ? g_strdup_printf ("%s · %s", ruhu_file_record_get_text (photo, "date"), caption) : g_strdup (ruhu_file_record_get_text (photo, "date"));

      if (hash != NULL && (*field == '\0' || g_strcmp0 (ruhu_file_record_get (photo, field), record) == 0))
        g_ptr_array_add (items, ruhu_photo_item_new (hash, ruhu_file_record_get_text (photo, "subject"), note, photo->may_remove ? photo->id : NULL));
    }
  return items;
}

static void
added_cb (RuhuFileChapter *self, const char *hash, const char *subject, const char *note, GtkWidget *strip)
{
  const char *record = g_object_get_data (G_OBJECT (strip), "ruhu-record");

  gtk_widget_activate_action (GTK_WIDGET (self), "household.add-photo", "(sssss)", hash, subject, note, self->spec->photos, record != NULL ? record : "");
}

static void
photo_removed_cb (RuhuFileChapter *self, const char *record)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "household.act", "(sss)", "remove", "photo", record);
}

static GtkWidget *
make_strip (RuhuFileChapter *self, const char *record)
{
  const RuhuFileGroup *group = ruhu_household_file_get_group (self->file, "photo");
  GtkWidget *strip = ruhu_photo_strip_new (self->worker, group != NULL && group->may_add);

  g_object_set_data_full (G_OBJECT (strip), "ruhu-record", g_strdup (record), g_free);
  g_signal_connect_object (strip, "added", G_CALLBACK (added_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (strip, "removed", G_CALLBACK (photo_removed_cb), self, G_CONNECT_SWAPPED);
  g_hash_table_insert (self->strips, g_strdup (record != NULL ? record : ""), g_object_ref_sink (strip));
  return strip;
}

static void
add_strip (RuhuFileChapter *self, GtkWidget *box, const char *record)
{
  g_autoptr (GPtrArray) items = list_photos (self->file, self->spec->photos, record);
  GtkWidget *strip = g_hash_table_lookup (self->strips, record != NULL ? record : "");

  if (strip == NULL)
    strip = make_strip (self, record);
  ruhu_photo_strip_show (RUHU_PHOTO_STRIP (strip), items);
  gtk_box_append (GTK_BOX (box), strip);
}

static void
take_strips_out (RuhuFileChapter *self)
{
  GHashTableIter iter;
  gpointer strip;

  g_hash_table_iter_init (&iter, self->strips);
  while (g_hash_table_iter_next (&iter, NULL, &strip))
    if (gtk_widget_get_parent (strip) != NULL)
      {
        ruhu_photo_strip_note_focus (strip);
        gtk_box_remove (GTK_BOX (gtk_widget_get_parent (strip)), strip);
      }
}

static void
add_amendments (GtkWidget *box, const RuhuHouseholdFile *file, const RuhuFileRecord *visit)
{
  const RuhuFileGroup *group = ruhu_household_file_get_group (file, "amendment");

  for (guint i = 0; group != NULL && i < group->records->len; i++)
    {
      const RuhuFileRecord *amendment = g_ptr_array_index (group->records, i);

      if (g_strcmp0 (ruhu_file_record_get (amendment, "visit_id"), visit->id) == 0)
        gtk_box_append (GTK_BOX (box), ruhu_amendment_new (amendment));
    }
}

/* What can be done with a record, and what belongs to it, stand above its fields. */
static GtkWidget *
extra_cb (const RuhuFileGroup *group, const RuhuFileRecord *record, gpointer data)
{
  RuhuFileChapter *self = data;
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9);
  GtkWidget *actions = ruhu_file_actions_new (self->file, group, record);

  gtk_widget_add_css_class (box, "file-actions");
  if (actions != NULL)
    gtk_box_append (GTK_BOX (box), actions);
  if (g_str_equal (group->type->name, "problem") || g_str_equal (group->type->name, "measure"))
    add_strip (self, box, record->id);
  if (g_str_equal (group->type->name, "visit"))
    add_amendments (box, self->file, record);
  if (gtk_widget_get_first_child (box) != NULL)
    return g_object_new (ADW_TYPE_PREFERENCES_ROW, "activatable", FALSE, "focusable", FALSE, "child", box, NULL);
  g_object_ref_sink (box);
  g_object_unref (box);
  return NULL;
}

static void
removed_cb (RuhuFileChapter *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "household.act", "(sss)", "removed", "", "");
}

/* Last of all, where the file is looked up rather than read. */
static void
add_removed (RuhuFileChapter *self)
{
  GtkWidget *button = gtk_button_new_with_label (_ ("What Was Removed"));

  gtk_widget_set_halign (button, GTK_ALIGN_START);
  g_signal_connect_object (button, "clicked", G_CALLBACK (removed_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (self->box, button);
}

static void
remove_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RuhuFileChapter *self = RUHU_FILE_CHAPTER (widget);
  const RuhuFileGroup *group = NULL;
  const char *focused = ruhu_file_chapter_get_focus (self, &group);
  g_autofree char *id = g_strdup (focused);

  if (id != NULL)
    gtk_widget_activate_action (widget, "household.act", "(sss)", "remove", group->type->name, id);
}

/* A group that is all there is stands under the chapter's heading. */
static void
add_section (RuhuFileChapter *self, const RuhuFileGroup *group, GHashTable *open, gboolean only)
{
  GtkWidget *section = ruhu_record_section_new (group, open, only ? ruhu_file_chapter_get_title (self) : NULL, extra_cb, self);

  g_signal_connect_object (section, "history", G_CALLBACK (history_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (section, "edit", G_CALLBACK (edit_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (section, "conflict", G_CALLBACK (conflict_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (self->box, section);
  g_ptr_array_add (self->sections, section);
}

static void
drop (RuhuFileChapter *self)
{
  GtkWidget *child;

  take_strips_out (self);
  self->digest = NULL;
  g_clear_pointer (&self->pending, g_ptr_array_unref);
  g_clear_pointer (&self->focus, g_free);
  g_clear_pointer (&self->neighbour, g_free);
  g_ptr_array_set_size (self->sections, 0);
  while ((child = gtk_widget_get_next_sibling (self->heading)) != NULL)
    gtk_box_remove (self->box, child);
  g_clear_pointer (&self->file, ruhu_household_file_free);
}

static char *
dup_focus (RuhuFileChapter *self, guint *number, char **neighbour)
{
  for (guint i = 0; i < self->sections->len; i++)
    {
      char *name = ruhu_record_section_dup_focus (g_ptr_array_index (self->sections, i));

      *number = i;
      if (name == NULL)
        continue;
      *neighbour = ruhu_record_section_dup_neighbour (g_ptr_array_index (self->sections, i));
      return name;
    }
  return NULL;
}

/* Where what had the keyboard is gone, it is on what stands beside it: whoever removes two goes on from there. */
static void
restore_focus (RuhuFileChapter *self, RuhuRecordSection *section)
{
  if (!ruhu_record_section_restore_focus (section, self->focus) && !ruhu_record_section_restore_focus (section, self->neighbour))
    gtk_widget_child_focus (GTK_WIDGET (section), GTK_DIR_TAB_FORWARD);
}

gboolean
ruhu_file_chapter_begin (RuhuFileChapter *self, RuhuWorker *worker, RuhuHouseholdFile *file)
{
  g_autoptr (GPtrArray) groups = NULL;
  g_autofree char *fingerprint = NULL;
  g_autofree char *focus = NULL;
  g_autofree char *neighbour = NULL;
  GtkWidget *digest;
  guint number = 0;

  g_return_val_if_fail (RUHU_IS_FILE_CHAPTER (self), FALSE);

  groups = list_groups (self, file);
  fingerprint = make_fingerprint (file, groups);
  if (g_strcmp0 (fingerprint, self->fingerprint) == 0)
    return FALSE;
  focus = dup_focus (self, &number, &neighbour);
  /* The sections borrow from the file: they go before it does. */
  drop (self);
  g_free (self->fingerprint);
  self->fingerprint = g_steal_pointer (&fingerprint);
  self->file = ruhu_household_file_ref (file);
  g_set_object (&self->worker, worker);
  digest = self->spec->digest != NULL ? self->spec->digest (file) : NULL;
  if (digest != NULL)
    gtk_box_append (self->box, digest);
  self->digest = self->spec->digest_go_on != NULL ? digest : NULL;
  self->n_steps = 0;
  if (g_strcmp0 (self->spec->photos, "") == 0)
    add_strip (self, GTK_WIDGET (self->box), NULL);
  self->only = groups->len == 1 && digest == NULL;
  gtk_widget_set_visible (self->heading, !self->only);
  self->pending = g_ptr_array_new ();
  self->whole = 0;
  for (guint i = 0; i < groups->len; i++)
    if (is_worth_showing (g_ptr_array_index (groups, i), groups->len == 1))
      g_ptr_array_add (self->pending, g_ptr_array_index (groups, i));
  self->focus = g_steal_pointer (&focus);
  self->neighbour = g_steal_pointer (&neighbour);
  self->focus_number = number;
  return TRUE;
}

gboolean
ruhu_file_chapter_go_on (RuhuFileChapter *self, GHashTable *open)
{
  gpointer section;

  g_return_val_if_fail (RUHU_IS_FILE_CHAPTER (self), FALSE);

  if (self->digest != NULL)
    {
      if (!self->spec->digest_go_on (self->digest, self->file, self->n_steps++))
        self->digest = NULL;
      return TRUE;
    }
  if (self->pending == NULL || self->whole >= self->pending->len)
    return FALSE;
  if (self->sections->len == self->whole)
    add_section (self, g_ptr_array_index (self->pending, self->whole), open, self->only);
  section = g_ptr_array_index (self->sections, self->whole);
  if (ruhu_record_section_go_on (section))
    return TRUE;
  if (self->focus != NULL && self->whole == self->focus_number)
    restore_focus (self, section);
  self->whole++;
  if (self->whole < self->pending->len)
    return TRUE;
  if (names (self->spec, "*"))
    add_removed (self);
  return FALSE;
}

const char *
ruhu_file_chapter_get_focus (RuhuFileChapter *self, const RuhuFileGroup **group)
{
  for (guint i = 0; i < self->sections->len; i++)
    {
      const char *record = ruhu_record_section_get_focus (g_ptr_array_index (self->sections, i));

      *group = ruhu_record_section_get_group (g_ptr_array_index (self->sections, i));
      if (record != NULL)
        return record;
    }
  return NULL;
}

static void
ruhu_file_chapter_dispose (GObject *object)
{
  RuhuFileChapter *self = RUHU_FILE_CHAPTER (object);

  if (self->box != NULL)
    drop (self);
  self->box = NULL;
  g_hash_table_remove_all (self->strips);
  G_OBJECT_CLASS (ruhu_file_chapter_parent_class)->dispose (object);
}

static void
ruhu_file_chapter_finalize (GObject *object)
{
  RuhuFileChapter *self = RUHU_FILE_CHAPTER (object);

  g_ptr_array_unref (self->sections);
  g_hash_table_unref (self->strips);
  g_clear_object (&self->worker);
  g_free (self->fingerprint);
  G_OBJECT_CLASS (ruhu_file_chapter_parent_class)->finalize (object);
}

static void
ruhu_file_chapter_class_init (RuhuFileChapterClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ruhu_file_chapter_dispose;
  G_OBJECT_CLASS (klass)->finalize = ruhu_file_chapter_finalize;

  /* Of the row that has the keyboard. */
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (klass), "chapter.remove", NULL, remove_action);
  gtk_widget_class_add_binding_action (GTK_WIDGET_CLASS (klass), GDK_KEY_Delete, 0, "chapter.remove", NULL);

  signals[SIGNAL_HISTORY] = g_signal_new ("history", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 4, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
  signals[SIGNAL_EDIT] = g_signal_new ("edit", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  signals[SIGNAL_CONFLICT] = g_signal_new ("conflict", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
ruhu_file_chapter_init (RuhuFileChapter *self)
{
  self->strips = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->sections = g_ptr_array_new ();
  self->box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 12));
  self->heading = g_object_new (GTK_TYPE_LABEL, "accessible-role", GTK_ACCESSIBLE_ROLE_HEADING, "xalign", 0.0, "wrap", TRUE, NULL);
  gtk_widget_add_css_class (self->heading, "title-4");
  gtk_box_append (self->box, self->heading);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->box));
}

GtkWidget *
ruhu_file_chapter_new (guint number)
{
  RuhuFileChapter *self;

  g_return_val_if_fail (number < G_N_ELEMENTS (specs), NULL);

  self = g_object_new (RUHU_TYPE_FILE_CHAPTER, NULL);
  self->spec = &specs[number];
  gtk_label_set_label (GTK_LABEL (self->heading), ruhu_file_chapter_get_title (self));
  ruhu_columns_layout_set_column (GTK_WIDGET (self), self->spec->column);
  return GTK_WIDGET (self);
}

GtkWidget *
ruhu_file_chapter_get_strip (RuhuFileChapter *self)
{
  return g_hash_table_lookup (self->strips, "");
}

const char *
ruhu_file_chapter_get_name (RuhuFileChapter *self)
{
  return self->spec->name;
}

const char *
ruhu_file_chapter_get_title (RuhuFileChapter *self)
{
  return _ (self->spec->title);
}
