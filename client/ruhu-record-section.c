/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-record-section"

#include "config.h"

#include "ruhu-record-section.h"

#include "ruhu-describe.h"
#include "ruhu-field-line.h"
#include "ruhu-file-header.h"
#include "ruhu-wrap-layout.h"

#include <glib/gi18n.h>

/* Records shown before "show all". */
#define FEW 6
/* Made at once: a record's row is some thirty widgets, a line a few. */
#define STEP_RECORDS 1
#define STEP_LINES   6

struct _RuhuRecordSection
{
  AdwBin parent_instance;

  /* Borrowed. */
  const RuhuFileGroup *group;
  AdwPreferencesGroup *box;
  GtkWidget *more;
  RuhuRecordExtraFunc extra;
  gpointer extra_data;

  /* Owned. */
  GHashTable *open; /* ids of records unfolded */
  GHashTable *rows; /* "record/field" or "record" → row, borrowed */

  gboolean whole;
  guint n_made; /* records, or a single record's lines */
};

enum
{
  SIGNAL_HISTORY,
  SIGNAL_EDIT,
  SIGNAL_CONFLICT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RuhuRecordSection, ruhu_record_section, ADW_TYPE_BIN)

/* What a row is about; borrowed from the file. */
typedef struct
{
  const RuhuFileRecord *record;
  const RuhuFileLine *line; /* NULL: the record */
} Subject;

static const Subject *
get_subject (GtkWidget *row)
{
  return g_object_get_data (G_OBJECT (row), "ruhu-subject");
}

static void
set_subject (RuhuRecordSection *self, GtkWidget *row, const RuhuFileRecord *record, const RuhuFileLine *line)
{
  Subject *subject = g_new0 (Subject, 1);

  subject->record = record;
  subject->line = line;
  g_object_set_data_full (G_OBJECT (row), "ruhu-subject", subject, g_free);
  g_hash_table_insert (self->rows, line != NULL ? g_strdup_printf ("%s/%s", record->id, line->field->name) : g_strdup (record->id), row);
}

static const char *
get_record_title (RuhuRecordSection *self, const RuhuFileRecord *record)
{
  /* What a household has one of is called by its kind. */
  return *record->title != '\0' && !self->group->single ? record->title : ruhu_label_get (&self->group->type->label);
}

static void
history_cb (RuhuRecordSection *self, GtkWidget *row)
{
  const Subject *subject = get_subject (row);

  g_signal_emit (self, signals[SIGNAL_HISTORY], 0, self->group->type->name, subject->record->id, subject->line->field->name, get_record_title (self, subject->record));
}

static void
edit_record_cb (RuhuRecordSection *self, GtkWidget *button)
{
  const Subject *subject = get_subject (button);

  g_signal_emit (self, signals[SIGNAL_EDIT], 0, self->group->type->name, subject->record->id);
}

static void
add_cb (RuhuRecordSection *self)
{
  g_signal_emit (self, signals[SIGNAL_EDIT], 0, self->group->type->name, NULL);
}

static void
conflict_cb (RuhuRecordSection *self)
{
  g_signal_emit (self, signals[SIGNAL_CONFLICT], 0);
}

static GtkWidget *
make_conflict_button (RuhuRecordSection *self)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("ruhu-conflict-symbolic");

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "conflict");
  gtk_widget_set_tooltip_text (button, _ ("In conflict: review"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("In conflict: review"), -1);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (conflict_cb), self);
  return button;
}

static GtkWidget *
make_edit_button (RuhuRecordSection *self, const RuhuFileRecord *record)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("document-edit-symbolic");
  g_autofree char *name = g_strdup_printf (_ ("Edit: %s"), get_record_title (self, record));
  Subject *subject = g_new0 (Subject, 1);

  subject->record = record;
  g_object_set_data_full (G_OBJECT (button), "ruhu-subject", subject, g_free);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_object (button, "clicked", G_CALLBACK (edit_record_cb), self, G_CONNECT_SWAPPED);
  return button;
}

static GtkWidget *
make_line (RuhuRecordSection *self, const RuhuFileRecord *record, const RuhuFileLine *line)
{
  GtkWidget *row = ruhu_field_line_new (line);

  set_subject (self, row, record, line);
  g_signal_connect_object (row, "history", G_CALLBACK (history_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (row, "conflict", G_CALLBACK (conflict_cb), self, G_CONNECT_SWAPPED);
  return row;
}

/* A record's fields stand in its own row, or in the section when there is but one. */
static void
add_row (RuhuRecordSection *self, GtkWidget *parent, GtkWidget *row)
{
  if (parent != NULL)
    adw_expander_row_add_row (ADW_EXPANDER_ROW (parent), row);
  else
    adw_preferences_group_add (self->box, row);
}

static gboolean
is_empty (const RuhuFileLine *line)
{
  return *line->text == '\0' && !line->conflict;
}

static void
add_empty_lines (RuhuRecordSection *self, GtkWidget *parent, const RuhuFileRecord *record)
{
  for (guint i = 0; i < record->lines->len; i++)
    if (is_empty (g_ptr_array_index (record->lines, i)))
      add_row (self, parent, make_line (self, record, g_ptr_array_index (record->lines, i)));
}

static char *
dup_empty_key (const RuhuFileRecord *record)
{
  return g_strdup_printf ("%s/", record->id);
}

static void
empty_cb (RuhuRecordSection *self, GtkWidget *row)
{
  const RuhuFileRecord *record = get_subject (row)->record;
  GtkWidget *parent = g_object_get_data (G_OBJECT (row), "ruhu-parent");

  g_hash_table_add (self->open, dup_empty_key (record));
  add_empty_lines (self, parent, record);
  if (parent != NULL)
    adw_expander_row_remove (ADW_EXPANDER_ROW (parent), row);
  else
    adw_preferences_group_remove (self->box, row);
}

/* What nobody has recorded is one line, until it is asked for. */
static void
add_empty (RuhuRecordSection *self, GtkWidget *parent, const RuhuFileRecord *record)
{
  g_autoptr (GString) names = g_string_new (NULL);
  g_autofree char *key = dup_empty_key (record);
  Subject *subject;
  GtkWidget *row;

  for (guint i = 0; i < record->lines->len; i++)
    {
      const RuhuFileLine *line = g_ptr_array_index (record->lines, i);

      if (is_empty (line))
        g_string_append_printf (names, "%s%s", names->len > 0 ? _ (", ") : "", ruhu_label_get (&line->field->label));
    }
  if (names->len == 0)
    return;
  if (g_hash_table_contains (self->open, key))
    {
      add_empty_lines (self, parent, record);
      return;
    }
  row = g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title", _ ("Not recorded"), "subtitle", names->str, "subtitle-lines", 2, "activatable", TRUE, NULL);
  subject = g_new0 (Subject, 1);
  subject->record = record;
  g_object_set_data_full (G_OBJECT (row), "ruhu-subject", subject, g_free);
  g_object_set_data (G_OBJECT (row), "ruhu-parent", parent);
  gtk_widget_add_css_class (row, "not-recorded");
  g_signal_connect_object (row, "activated", G_CALLBACK (empty_cb), self, G_CONNECT_SWAPPED);
  add_row (self, parent, row);
}

static void
add_lines (RuhuRecordSection *self, GtkWidget *parent, const RuhuFileRecord *record)
{
  for (guint i = 0; i < record->lines->len; i++)
    if (!is_empty (g_ptr_array_index (record->lines, i)))
      add_row (self, parent, make_line (self, record, g_ptr_array_index (record->lines, i)));
  add_empty (self, parent, record);
}

static void
add_extra (RuhuRecordSection *self, GtkWidget *parent, const RuhuFileRecord *record)
{
  GtkWidget *row = self->extra != NULL ? self->extra (self->group, record, self->extra_data) : NULL;

  if (row != NULL)
    add_row (self, parent, row);
}

/* The fields of a folded record are made when it is unfolded for the first time. */
static void
unfold (RuhuRecordSection *self, GtkWidget *row)
{
  if (g_object_get_data (G_OBJECT (row), "ruhu-filled") != NULL)
    return;
  g_object_set_data (G_OBJECT (row), "ruhu-filled", row);
  add_extra (self, row, get_subject (row)->record);
  add_lines (self, row, get_subject (row)->record);
}

static void
expanded_cb (RuhuRecordSection *self, GParamSpec *pspec, GtkWidget *row)
{
  const RuhuFileRecord *record = get_subject (row)->record;

  if (adw_expander_row_get_expanded (ADW_EXPANDER_ROW (row)))
    {
      unfold (self, row);
      g_hash_table_add (self->open, g_strdup (record->id));
    }
  else
    {
      g_hash_table_remove (self->open, record->id);
    }
}

static GtkWidget *
find_inside (GtkWidget *widget, gboolean (*is_it) (GtkWidget *widget))
{
  GtkWidget *found = is_it (widget) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_inside (child, is_it);
  return found;
}

static gboolean
is_title_box (GtkWidget *widget)
{
  return GTK_IS_BOX (widget) && gtk_widget_has_css_class (widget, "title");
}

static gboolean
is_action_row (GtkWidget *widget)
{
  return ADW_IS_ACTION_ROW (widget);
}

/* Under the title, where they wrap. Expander rows have no place for them: the box is the action row's inside. */
static void
add_tags (GtkWidget *row, const RuhuFileRecord *record)
{
  GtkWidget *box = find_inside (row, is_title_box);
  GtkWidget *inner = find_inside (row, is_action_row);
  GtkWidget *tags;

  if (inner != NULL)
    g_object_set (inner, "title-lines", 0, "subtitle-lines", 0, NULL);
  if (record->tags->len == 0 || box == NULL)
    return;
  tags = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_set_layout_manager (tags, g_object_new (RUHU_TYPE_WRAP_LAYOUT, NULL));
  gtk_widget_add_css_class (tags, "row-tags");
  for (guint i = 0; i < record->tags->len; i++)
    {
      const RuhuFileTag *tag = g_ptr_array_index (record->tags, i);

      gtk_box_append (GTK_BOX (tags), ruhu_file_make_tag (tag->text, tag->style));
    }
  gtk_box_append (GTK_BOX (box), tags);
}

/* What a screen reader says of a folded record. */
static void
name_record (RuhuRecordSection *self, GtkWidget *row, const RuhuFileRecord *record)
{
  GtkWidget *inner = find_inside (row, is_action_row);
  GString *spoken = g_string_new (get_record_title (self, record));

  for (guint i = 0; i < record->tags->len; i++)
    g_string_append_printf (spoken, ", %s", ((const RuhuFileTag *) g_ptr_array_index (record->tags, i))->text);
  if (*record->summary != '\0')
    g_string_append_printf (spoken, ", %s", record->summary);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken->str, -1);
  if (inner != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (inner), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken->str, -1);
  g_string_free (spoken, TRUE);
}

static GtkWidget *
make_record (RuhuRecordSection *self, const RuhuFileRecord *record)
{
  GtkWidget *row = g_object_new (ADW_TYPE_EXPANDER_ROW, "use-markup", FALSE, "title", get_record_title (self, record), "subtitle", record->summary, NULL);

  add_tags (row, record);
  name_record (self, row, record);
  set_subject (self, row, record, NULL);
  if (record->n_conflicts > 0)
    adw_expander_row_add_action (ADW_EXPANDER_ROW (row), make_conflict_button (self));
  if (self->group->may_edit)
    adw_expander_row_add_action (ADW_EXPANDER_ROW (row), make_edit_button (self, record));
  g_signal_connect_object (row, "notify::expanded", G_CALLBACK (expanded_cb), self, G_CONNECT_SWAPPED);
  if (g_hash_table_contains (self->open, record->id))
    adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  return row;
}

/* How many records are shown without asking: what is over waits, and so do many. */
static guint
count_shown (RuhuRecordSection *self)
{
  GPtrArray *records = self->group->records;
  guint current = 0;

  while (current < records->len && !((const RuhuFileRecord *) g_ptr_array_index (records, current))->past)
    current++;
  return current <= FEW + 1 ? current : FEW;
}

static char *
dup_all_key (RuhuRecordSection *self)
{
  return g_strdup_printf ("*%s", self->group->type->name);
}

static void
show_all_cb (RuhuRecordSection *self)
{
  GPtrArray *records = self->group->records;
  guint shown = count_shown (self);

  g_hash_table_add (self->open, dup_all_key (self));
  adw_preferences_group_remove (self->box, self->more);
  self->more = NULL;
  for (guint i = shown; i < records->len; i++)
    adw_preferences_group_add (self->box, make_record (self, g_ptr_array_index (records, i)));
  gtk_widget_grab_focus (g_hash_table_lookup (self->rows, ((const RuhuFileRecord *) g_ptr_array_index (records, shown))->id));
}

static void
add_more_row (RuhuRecordSection *self, guint shown)
{
  GPtrArray *records = self->group->records;
  guint n = records->len;
  gboolean only_past = ((const RuhuFileRecord *) g_ptr_array_index (records, shown))->past;
  g_autofree char *text = only_past ? ruhu_describe_past (self->group->type, n - shown) : g_strdup_printf (ngettext ("Show all (%u)", "Show all (%u)", n), n);

  self->more = g_object_new (ADW_TYPE_ACTION_ROW, "title", text, "activatable", TRUE, NULL);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->more), gtk_image_new_from_icon_name ("pan-down-symbolic"));
  g_signal_connect_swapped (self->more, "activated", G_CALLBACK (show_all_cb), self);
  adw_preferences_group_add (self->box, self->more);
}

static gboolean
go_on_single (RuhuRecordSection *self)
{
  const RuhuFileRecord *record = g_ptr_array_index (self->group->records, 0);

  for (guint n = 0; n < STEP_LINES && self->n_made < record->lines->len; self->n_made++)
    {
      const RuhuFileLine *line = g_ptr_array_index (record->lines, self->n_made);

      if (is_empty (line))
        continue;
      add_row (self, NULL, make_line (self, record, line));
      n++;
    }
  if (self->n_made < record->lines->len)
    return TRUE;
  add_empty (self, NULL, record);
  return FALSE;
}

static gboolean
go_on_many (RuhuRecordSection *self)
{
  GPtrArray *records = self->group->records;
  g_autofree char *all = dup_all_key (self);
  guint shown = g_hash_table_contains (self->open, all) ? records->len : count_shown (self);

  for (guint n = 0; n < STEP_RECORDS && self->n_made < shown; n++)
    adw_preferences_group_add (self->box, make_record (self, g_ptr_array_index (records, self->n_made++)));
  if (self->n_made < shown)
    return TRUE;
  if (shown < records->len)
    add_more_row (self, shown);
  return FALSE;
}

gboolean
ruhu_record_section_go_on (RuhuRecordSection *self)
{
  g_return_val_if_fail (RUHU_IS_RECORD_SECTION (self), FALSE);

  if (self->whole)
    return FALSE;
  self->whole = !(self->group->single ? go_on_single (self) : go_on_many (self));
  return !self->whole;
}

static void
add_add_button (RuhuRecordSection *self)
{
  GtkWidget *button = gtk_button_new_with_label (_ ("Add"));
  g_autofree char *name = g_strdup_printf (_ ("Add: %s"), ruhu_label_get (&self->group->type->label));

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (add_cb), self);
  adw_preferences_group_set_header_suffix (self->box, button);
}

static void
begin (RuhuRecordSection *self)
{
  GPtrArray *records = self->group->records;

  self->whole = records->len == 0;
  if (self->whole)
    adw_preferences_group_set_description (self->box, _ ("Nothing recorded yet."));
  else if (self->group->single)
    add_extra (self, NULL, g_ptr_array_index (records, 0));
  if (self->group->single && !self->whole && self->group->may_edit)
    adw_preferences_group_set_header_suffix (self->box, make_edit_button (self, g_ptr_array_index (records, 0)));
  if (self->group->may_add && (!self->group->single || records->len == 0))
    add_add_button (self);
}

static void
ruhu_record_section_finalize (GObject *object)
{
  RuhuRecordSection *self = RUHU_RECORD_SECTION (object);

  g_hash_table_unref (self->open);
  g_hash_table_unref (self->rows);
  G_OBJECT_CLASS (ruhu_record_section_parent_class)->finalize (object);
}

static void
ruhu_record_section_class_init (RuhuRecordSectionClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = ruhu_record_section_finalize;

  signals[SIGNAL_HISTORY] = g_signal_new ("history", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 4, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
  signals[SIGNAL_EDIT] = g_signal_new ("edit", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  signals[SIGNAL_CONFLICT] = g_signal_new ("conflict", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
ruhu_record_section_init (RuhuRecordSection *self)
{
  self->rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->box = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->box));
}

GtkWidget *
ruhu_record_section_new (const RuhuFileGroup *group, GHashTable *open, const char *title, RuhuRecordExtraFunc extra, gpointer data)
{
  RuhuRecordSection *self = g_object_new (RUHU_TYPE_RECORD_SECTION, NULL);

  self->group = group;
  self->open = g_hash_table_ref (open);
  self->extra = extra;
  self->extra_data = data;
  adw_preferences_group_set_title (self->box, title != NULL ? title : ruhu_record_section_get_title (self));
  begin (self);
  return GTK_WIDGET (self);
}

const char *
ruhu_record_section_get_title (RuhuRecordSection *self)
{
  const RuhuRecordType *type = self->group->type;
  const char *plural = ruhu_label_get (&type->plural);

  return self->group->single || *plural == '\0' ? ruhu_label_get (&type->label) : plural;
}

const RuhuFileGroup *
ruhu_record_section_get_group (RuhuRecordSection *self)
{
  return self->group;
}

static GtkWidget *
find_focus (RuhuRecordSection *self, const char **name)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *widget = root != NULL ? gtk_root_get_focus (root) : NULL;

  for (; widget != NULL && widget != GTK_WIDGET (self); widget = gtk_widget_get_parent (widget))
    {
      GHashTableIter iter;
      gpointer key;
      gpointer row;

      g_hash_table_iter_init (&iter, self->rows);
      while (g_hash_table_iter_next (&iter, &key, &row))
        if (row == widget)
          {
            *name = key;
            return row;
          }
    }
  return NULL;
}

const char *
ruhu_record_section_get_focus (RuhuRecordSection *self)
{
  const char *name = NULL;
  GtkWidget *row = find_focus (self, &name);

  return row != NULL ? get_subject (row)->record->id : NULL;
}

char *
ruhu_record_section_dup_focus (RuhuRecordSection *self)
{
  const char *name = NULL;

  return find_focus (self, &name) != NULL ? g_strdup (name) : NULL;
}

char *
ruhu_record_section_dup_neighbour (RuhuRecordSection *self)
{
  const char *id = ruhu_record_section_get_focus (self);
  GPtrArray *records = self->group->records;

  for (guint i = 0; id != NULL && i < records->len; i++)
    if (g_str_equal (((const RuhuFileRecord *) g_ptr_array_index (records, i))->id, id))
      {
        guint next = i + 1 < records->len && g_hash_table_contains (self->rows, ((const RuhuFileRecord *) g_ptr_array_index (records, i + 1))->id) ? i + 1 : i - 1;

        return next < records->len ? g_strdup (((const RuhuFileRecord *) g_ptr_array_index (records, next))->id) : NULL;
      }
  return NULL;
}

gboolean
ruhu_record_section_restore_focus (RuhuRecordSection *self, const char *name)
{
  GtkWidget *row = name != NULL ? g_hash_table_lookup (self->rows, name) : NULL;

  /* A row that unfolds cannot have it itself: its head has. */
  return row != NULL && (gtk_widget_grab_focus (row) || gtk_widget_child_focus (row, GTK_DIR_TAB_FORWARD));
}
