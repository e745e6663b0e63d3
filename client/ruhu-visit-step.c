/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-visit-step"

#include "config.h"

#include "ruhu-visit-step.h"

#include "ruhu-earlier-list.h"
#include "ruhu-income-pad.h"
#include "ruhu-member-moves.h"
#include "ruhu-record-editor.h"
#include "ruhu-record-list.h"
#include "ruhu-visit-photos.h"

struct _RuhuVisitStep
{
  GtkWidget parent_instance;

  /* Owned. */
  RuhuEditSession *session;
  GPtrArray *parts; /* RuhuRecordEditor, RuhuIncomePad and RuhuRecordList, borrowed from the widget tree */

  /* Borrowed. */
  RuhuFormStep *step;
};

G_DEFINE_FINAL_TYPE (RuhuVisitStep, ruhu_visit_step, GTK_TYPE_WIDGET)

static GtkWidget *
add_label (RuhuVisitStep *self, const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (label, css_class);
  gtk_widget_set_visible (label, text[0] != '\0');
  gtk_widget_set_parent (label, GTK_WIDGET (self));
  return label;
}

/* Whether there is anything to show of a part: what can be entered, or what was. */
static gboolean
is_shown (RuhuVisitStep *self, RuhuFormPart *part)
{
  g_autoptr (GPtrArray) ids = ruhu_edit_session_list_records (self->session, part);

  return ids->len > 0 || ruhu_visit_photos_fits (part) || ruhu_edit_session_may_add (self->session, part->record);
}

static void
add_editor (RuhuVisitStep *self, RuhuFormPart *part)
{
  g_autoptr (GPtrArray) ids = ruhu_edit_session_list_records (self->session, part);
  GtkWidget *frame, *editor;

  if (ids->len == 0)
    return;
  frame = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  editor = ruhu_record_editor_new (self->session, part->record, part, ids->pdata[0]);
  gtk_widget_add_css_class (frame, "card");
  gtk_box_append (GTK_BOX (frame), editor);
  gtk_widget_set_parent (frame, GTK_WIDGET (self));
  g_ptr_array_add (self->parts, editor);
}

/* Who has just come is filled in next; what was written of somebody is seen. */
static void
moved_cb (RuhuRecordList *list, const char *record)
{
  ruhu_record_list_focus_field (list, record, NULL);
}

/* Income is summed up in its pad. */
static void
add_earlier (RuhuVisitStep *self, RuhuFormPart *part)
{
  GtkWidget *earlier = part->mode == RUHU_PART_ADD && !ruhu_income_pad_fits (part->record) ? ruhu_earlier_list_new (self->session, part->record) : NULL;

  if (earlier != NULL)
    gtk_widget_set_parent (earlier, GTK_WIDGET (self));
}

static void
add_part (RuhuVisitStep *self, RuhuFormPart *part)
{
  gboolean several = part->mode == RUHU_PART_EACH || part->mode == RUHU_PART_ADD;
  GtkWidget *list;

  if (!is_shown (self, part))
    return;
  if (self->step->parts->len > 1)
    {
      GtkWidget *label = add_label (self, ruhu_label_get (several ? &part->record->plural : &part->record->label), "heading");

      gtk_widget_set_margin_top (label, 12);
    }
  if (!several)
    {
      add_editor (self, part);
      return;
    }
  if (ruhu_visit_photos_fits (part))
    gtk_widget_set_parent (ruhu_visit_photos_new (self->session, part), GTK_WIDGET (self));
  else
    add_earlier (self, part);
  if (part->mode == RUHU_PART_ADD && ruhu_income_pad_fits (part->record) && ruhu_edit_session_may_add (self->session, part->record))
    {
      GtkWidget *pad = ruhu_income_pad_new (self->session, part->record);

      gtk_widget_set_parent (pad, GTK_WIDGET (self));
      g_ptr_array_add (self->parts, pad);
    }
  list = ruhu_record_list_new (self->session, part);
  if (ruhu_member_moves_fits (part) && ruhu_edit_session_may_add (self->session, part->record))
    {
      GtkWidget *moves = ruhu_member_moves_new (self->session, part);

      gtk_widget_set_parent (moves, GTK_WIDGET (self));
      g_signal_connect_object (moves, "changed", G_CALLBACK (moved_cb), list, G_CONNECT_SWAPPED);
    }
  gtk_widget_set_parent (list, GTK_WIDGET (self));
  g_ptr_array_add (self->parts, list);
}

static void
ruhu_visit_step_dispose (GObject *object)
{
  RuhuVisitStep *self = RUHU_VISIT_STEP (object);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_pointer (&self->parts, g_ptr_array_unref);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (ruhu_visit_step_parent_class)->dispose (object);
}

static void
ruhu_visit_step_class_init (RuhuVisitStepClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ruhu_visit_step_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BOX_LAYOUT);
}

static void
ruhu_visit_step_init (RuhuVisitStep *self)
{
  GtkLayoutManager *layout = gtk_widget_get_layout_manager (GTK_WIDGET (self));

  gtk_orientable_set_orientation (GTK_ORIENTABLE (layout), GTK_ORIENTATION_VERTICAL);
  gtk_box_layout_set_spacing (GTK_BOX_LAYOUT (layout), 8);
  self->parts = g_ptr_array_new ();
}

GtkWidget *
ruhu_visit_step_new (RuhuEditSession *session, RuhuFormStep *step)
{
  RuhuVisitStep *self = g_object_new (RUHU_TYPE_VISIT_STEP, NULL);

  self->session = g_object_ref (session);
  self->step = step;
  add_label (self, ruhu_label_get (&step->label), "title-2");
  gtk_widget_add_css_class (add_label (self, ruhu_label_get (&step->hint), "body"), "dim-label");
  for (guint i = 0; i < step->parts->len; i++)
    add_part (self, step->parts->pdata[i]);
  return GTK_WIDGET (self);
}

void
ruhu_visit_step_reveal (RuhuVisitStep *self)
{
  g_return_if_fail (RUHU_IS_VISIT_STEP (self));
  for (guint i = 0; i < self->parts->len; i++)
    {
      if (RUHU_IS_RECORD_EDITOR (self->parts->pdata[i]))
        ruhu_record_editor_reveal (self->parts->pdata[i]);
      else if (RUHU_IS_INCOME_PAD (self->parts->pdata[i]))
        ruhu_income_pad_reveal (self->parts->pdata[i]);
      else
        ruhu_record_list_reveal (self->parts->pdata[i]);
    }
}

static gboolean
focus_part (GtkWidget *part, const char *type, const char *record, const char *field)
{
  if (RUHU_IS_INCOME_PAD (part))
    return ruhu_income_pad_focus_record (RUHU_INCOME_PAD (part), record);
  if (!RUHU_IS_RECORD_EDITOR (part))
    return ruhu_record_list_focus_field (RUHU_RECORD_LIST (part), record, field);
  if (g_strcmp0 (ruhu_record_editor_get_record (RUHU_RECORD_EDITOR (part)), record) != 0 ||
      g_strcmp0 (ruhu_record_editor_get_record_type (RUHU_RECORD_EDITOR (part))->name, type) != 0)
    return FALSE;
  return ruhu_record_editor_focus_field (RUHU_RECORD_EDITOR (part), field);
}

/* By the order of the parts: a step that was never laid out has no other. */
static gboolean
focus_first (RuhuVisitStep *self)
{
  GtkWidget *part = self->parts->len > 0 ? self->parts->pdata[0] : NULL;

  if (part == NULL)
    return FALSE;
  if (RUHU_IS_RECORD_EDITOR (part) && ruhu_record_editor_focus_field (RUHU_RECORD_EDITOR (part), NULL))
    return TRUE;
  return gtk_widget_child_focus (part, GTK_DIR_TAB_FORWARD);
}

gboolean
ruhu_visit_step_focus_field (RuhuVisitStep *self, const char *type, const char *record, const char *field)
{
  g_return_val_if_fail (RUHU_IS_VISIT_STEP (self), FALSE);
  if (record == NULL)
    return focus_first (self);
  for (guint i = 0; i < self->parts->len; i++)
    if (focus_part (self->parts->pdata[i], type, record, field))
      return TRUE;
  return FALSE;
}

static gboolean
part_has_field (RuhuFormPart *part, const char *field)
{
  g_autoptr (GPtrArray) fields = ruhu_session_list_fields (part->record, part);

  for (guint i = 0; i < fields->len; i++)
    if (g_strcmp0 (((RuhuField *) fields->pdata[i])->name, field) == 0)
      return TRUE;
  return FALSE;
}

gboolean
ruhu_visit_step_concerns (RuhuFormStep *step, const char *type, const char *field)
{
  for (guint i = 0; i < step->parts->len; i++)
    {
      RuhuFormPart *part = step->parts->pdata[i];

      if (g_strcmp0 (part->record->name, type) == 0 && (field == NULL || part_has_field (part, field)))
        return TRUE;
    }
  return FALSE;
}

/* Of what the program began, only answers count: what it was begun with is seen in every step. */
static gboolean
is_entered (RuhuDraftBody *body, RuhuField *field, const char *record)
{
  const char *type = field->record->name;

  return ruhu_draft_body_is_changed (body, type, record, field->name) && (!ruhu_draft_body_is_begun (body, type, record) || ruhu_draft_body_is_answered (body, type, record, field->name));
}

static RuhuStepState
get_record_state (RuhuEditSession *session, RuhuFormPart *part, const char *record)
{
  RuhuDraftBody *body = ruhu_edit_session_get_body (session);
  g_autoptr (GPtrArray) fields = ruhu_session_list_fields (part->record, part);
  gboolean counts = ruhu_draft_body_is_changed (body, part->record->name, record, NULL) || g_strcmp0 (record, ruhu_draft_body_get_self (body)) == 0;
  gboolean changed = FALSE;

  for (guint i = 0; i < fields->len; i++)
    {
      RuhuField *field = fields->pdata[i];
      const RuhuFinding *finding = ruhu_edit_session_get_finding (session, part->record, field, record);

      if (counts && finding != NULL && finding->severity == RUHU_SEVERITY_ERROR)
        return RUHU_STEP_WRONG;
      if (ruhu_draft_body_get_text (body, part->record->name, record, field->name) != NULL)
        return RUHU_STEP_WRONG;
      changed = changed || is_entered (body, field, record);
    }
  return changed ? RUHU_STEP_CHANGED : RUHU_STEP_VISITED;
}

/* What is in a pad and not added yet. */
static RuhuStepState
get_pending_state (RuhuEditSession *session, RuhuFormPart *part)
{
  if (part->mode != RUHU_PART_ADD || ruhu_edit_session_get_pending (session, part->record) == NULL)
    return RUHU_STEP_VISITED;
  return ruhu_edit_session_is_pending_complete (session, part->record) ? RUHU_STEP_CHANGED : RUHU_STEP_WRONG;
}

RuhuStepState
ruhu_visit_step_get_state (RuhuEditSession *session, RuhuFormStep *step)
{
  RuhuStepState state = RUHU_STEP_VISITED;
  gboolean visited = ruhu_draft_body_get_visited (ruhu_edit_session_get_body (session), step->name);

  for (guint i = 0; i < step->parts->len; i++)
    {
      g_autoptr (GPtrArray) ids = ruhu_edit_session_list_records (session, step->parts->pdata[i]);

      for (guint j = 0; j < ids->len; j++)
        state = MAX (state, get_record_state (session, step->parts->pdata[i], ids->pdata[j]));
      state = MAX (state, get_pending_state (session, step->parts->pdata[i]));
    }
  /* What is not filled in yet is no mistake before somebody has been there. */
  return visited || state == RUHU_STEP_CHANGED ? state : RUHU_STEP_NEW;
}
