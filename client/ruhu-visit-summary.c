/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-visit-summary"

#include "config.h"

#include "ruhu-visit-summary.h"

#include "ruhu-ruling-row.h"
#include "ruhu-value.h"
#include "ruhu-visit-changes.h"
#include "ruhu-visit-step.h"

#include <glib/gi18n.h>

struct _RuhuVisitSummary
{
  AdwBin parent_instance;

  /* Owned. */
  RuhuEditSession *session;
  GHashTable *said; /* findings that are listed already */

  /* Borrowed. */
  GtkWidget *box;
  AdwPreferencesGroup *errors;
  AdwPreferencesGroup *rulings;
  AdwPreferencesGroup *warnings;

  /* How many rows there are of each. */
  guint n_errors;
  guint n_rulings;
  guint n_warnings;
  guint n_unreasoned; /* rulings without a reason */
};

enum
{
  GO,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RuhuVisitSummary, ruhu_visit_summary, ADW_TYPE_BIN)

/* Where a row leads. */
typedef struct
{
  const char *step; /* borrowed from the catalogue */
  char *type;
  char *record;
  char *field;
} Place;

static void
place_free (gpointer data)
{
  Place *place = data;

  g_free (place->type);
  g_free (place->record);
  g_free (place->field);
  g_free (place);
}

static const char *
find_step (RuhuVisitSummary *self, const char *type, const char *field)
{
  RuhuForm *form = ruhu_edit_session_get_form (self->session);

  for (guint i = 0; i < form->steps->len; i++)
    {
      RuhuFormStep *step = form->steps->pdata[i];

      if (ruhu_visit_step_concerns (step, type, field))
        return step->name;
    }
  return NULL;
}

static void
row_activated_cb (RuhuVisitSummary *self, GtkWidget *row)
{
  Place *place = g_object_get_data (G_OBJECT (row), "ruhu-place");

  g_signal_emit (self, signals[GO], 0, place->step, place->type, place->record, place->field);
}

static void
lead_to (RuhuVisitSummary *self, GtkWidget *row, const char *step, const char *type, const char *record, const char *field)
{
  Place *place = g_new0 (Place, 1);

  place->step = step;
  place->type = g_strdup (type);
  place->record = g_strdup (record);
  place->field = g_strdup (field);
  g_object_set_data_full (G_OBJECT (row), "ruhu-place", place, place_free);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), step != NULL);
  if (step == NULL)
    return;
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("go-next-symbolic"));
  g_signal_connect_object (row, "activated", G_CALLBACK (row_activated_cb), self, G_CONNECT_SWAPPED);
}

static GtkWidget *
new_row (const char *title, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
  return row;
}

static AdwPreferencesGroup *
add_group (RuhuVisitSummary *self, const char *title)
{
  GtkWidget *group = adw_preferences_group_new ();
  /* A group's title is markup. */
  g_autofree char *escaped = g_markup_escape_text (title, -1);

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), escaped);
  gtk_box_append (GTK_BOX (self->box), group);
  return ADW_PREFERENCES_GROUP (group);
}

/* --- what stands in the way --- */

static void
add_problem (RuhuVisitSummary *self, RuhuSeverity severity, GtkWidget *row)
{
  GtkWidget *icon = gtk_image_new_from_icon_name (severity == RUHU_SEVERITY_ERROR ? "dialog-error-symbolic" : "dialog-warning-symbolic");

  gtk_widget_add_css_class (icon, severity == RUHU_SEVERITY_ERROR ? "error" : "warning");
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
  if (severity == RUHU_SEVERITY_ERROR)
    self->n_errors++;
  else
    self->n_warnings++;
  adw_preferences_group_add (severity == RUHU_SEVERITY_ERROR ? self->errors : self->warnings, row);
}

static void
add_finding (RuhuVisitSummary *self, const RuhuFinding *finding)
{
  RuhuRecordType *type = finding->type != NULL ? ruhu_catalogue_get_record (ruhu_edit_session_get_catalogue (self->session), finding->type) : NULL;
  RuhuField *field = type != NULL && finding->field != NULL ? ruhu_record_type_get_field (type, finding->field) : NULL;
  g_autofree char *title = type != NULL ? ruhu_edit_session_dup_title (self->session, type, finding->record) : g_strdup ("");
  g_autofree char *place = field != NULL ? g_strdup_printf ("%s · %s", title, ruhu_label_get (&field->label)) : g_strdup (title);
  char *key = g_strjoin ("/", finding->type, finding->record, finding->field != NULL ? finding->field : "", finding->message, NULL);
  GtkWidget *row;

  if (!g_hash_table_add (self->said, key))
    return;
  row = new_row (finding->message, place);
  add_problem (self, finding->severity, row);
  lead_to (self, row, find_step (self, finding->type, finding->field), finding->type, finding->record, finding->field);
}

static void
ruling_go_cb (RuhuVisitSummary *self, GtkWidget *row)
{
  row_activated_cb (self, row);
}

static void
reasoned_cb (RuhuVisitSummary *self, GtkWidget *row)
{
  RuhuRulingRow *ruling = RUHU_RULING_ROW (row);
  gboolean resolved = ruhu_ruling_row_has_reason (ruling);
  gboolean was = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (row), "ruhu-resolved"));

  g_object_set_data (G_OBJECT (row), "ruhu-resolved", GINT_TO_POINTER (resolved));
  if (was && !resolved)
    self->n_unreasoned++;
  else if (!was && resolved && self->n_unreasoned > 0)
    self->n_unreasoned--;
}

static gboolean
is_ruling (const RuhuFinding *finding)
{
  return finding->reason == NULL && ((finding->blocks && finding->may_pend) || finding->needs_reason);
}

static char *
describe_place (RuhuVisitSummary *self, const RuhuFinding *finding, const char *record)
{
  RuhuRecordType *type = finding->type != NULL ? ruhu_catalogue_get_record (ruhu_edit_session_get_catalogue (self->session), finding->type) : NULL;
  RuhuField *field = type != NULL && finding->field != NULL ? ruhu_record_type_get_field (type, finding->field) : NULL;
  g_autofree char *title = type != NULL ? ruhu_edit_session_dup_title (self->session, type, record) : g_strdup ("");

  return field != NULL ? g_strdup_printf ("%s · %s", title, ruhu_label_get (&field->label)) : g_steal_pointer (&title);
}

/* What can be let pass with a reason. */
static void
add_ruling (RuhuVisitSummary *self, const RuhuFinding *finding, const char *record)
{
  g_autofree char *place = describe_place (self, finding, record);
  GtkWidget *row = ruhu_ruling_row_new (self->session, finding, place);
  gboolean resolved = ruhu_ruling_row_has_reason (RUHU_RULING_ROW (row));
  Place *where = g_new0 (Place, 1);

  where->step = find_step (self, finding->type, finding->field);
  where->type = g_strdup (finding->type);
  where->record = g_strdup (record);
  where->field = g_strdup (finding->field);
  g_object_set_data_full (G_OBJECT (row), "ruhu-place", where, place_free);
  g_object_set_data (G_OBJECT (row), "ruhu-resolved", GINT_TO_POINTER (resolved));
  g_signal_connect_object (row, "go", G_CALLBACK (ruling_go_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (row, "reasoned", G_CALLBACK (reasoned_cb), self, G_CONNECT_SWAPPED);
  adw_preferences_group_add (self->rulings, row);
  self->n_rulings++;
  if (!resolved)
    self->n_unreasoned++;
}

/* One press for a household whose file was never in order: a reason for all that has none yet. */
static void
same_reason_cb (RuhuVisitSummary *self, GtkWidget *button)
{
  GPtrArray *ruled = ruhu_edit_session_get_ruled (self->session);
  const char *reason = g_object_get_data (G_OBJECT (button), RUHU_RULING_REASON);

  for (guint i = 0; ruled != NULL && i < ruled->len; i++)
    if (is_ruling (ruled->pdata[i]) && !ruhu_edit_session_is_said (self->session, i) && ruhu_edit_session_get_reason (self->session, ruled->pdata[i]) == NULL)
      ruhu_edit_session_set_reason (self->session, ruled->pdata[i], reason);
  ruhu_visit_summary_refresh (self, NULL);
}

static void
add_same_reason (RuhuVisitSummary *self)
{
  GtkWidget *menu, *popover;

  if (self->n_rulings < 2)
    return;
  menu = gtk_menu_button_new ();
  popover = gtk_popover_new ();
  gtk_popover_set_child (GTK_POPOVER (popover), ruhu_ruling_row_new_usual (G_CALLBACK (same_reason_cb), self));
  gtk_menu_button_set_label (GTK_MENU_BUTTON (menu), _ ("Same Reason for All"));
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (menu), popover);
  gtk_widget_set_valign (menu, GTK_ALIGN_CENTER);
  adw_preferences_group_set_header_suffix (self->rulings, menu);
}

/* What the rules say of the household as it would be after this visit. */
static void
add_rulings (RuhuVisitSummary *self)
{
  GPtrArray *ruled = ruhu_edit_session_get_ruled (self->session);

  for (guint i = 0; ruled != NULL && i < ruled->len; i++)
    {
      const RuhuFinding *finding = ruled->pdata[i];
      const char *record = ruhu_edit_session_get_ruled_record (self->session, i);
      RuhuFinding shown = *finding;

      shown.record = (char *) record;
      if (finding->reason != NULL || ruhu_edit_session_is_said (self->session, i))
        continue;
      if (is_ruling (finding))
        add_ruling (self, finding, record);
      else
        {
          /* An error that does not block is somebody else's to put right. */
          shown.severity = finding->blocks ? RUHU_SEVERITY_ERROR : MAX (finding->severity, RUHU_SEVERITY_WARNING);
          add_finding (self, &shown);
        }
    }
}

/* Text that is no value never reached the checks. */
static void
add_texts (RuhuVisitSummary *self, RuhuRecordType *type, const char *record)
{
  RuhuDraftBody *body = ruhu_edit_session_get_body (self->session);

  for (guint i = 0; i < type->fields->len; i++)
    {
      RuhuField *field = type->fields->pdata[i];
      const char *text = ruhu_draft_body_get_text (body, type->name, record, field->name);
      json_object *value = NULL;
      g_autoptr (GError) error = NULL;
      RuhuFinding finding = { .severity = RUHU_SEVERITY_ERROR, .type = (char *) type->name, .record = (char *) record, .field = (char *) field->name };

      if (text == NULL || ruhu_value_parse (field, text, &value, &error))
        {
          g_clear_pointer (&value, json_object_put);
          continue;
        }
      finding.message = error->message;
      add_finding (self, &finding);
    }
}

static void
add_steps_to_do (RuhuVisitSummary *self)
{
  RuhuForm *form = ruhu_edit_session_get_form (self->session);

  for (guint i = 0; i < form->steps->len; i++)
    {
      RuhuFormStep *step = form->steps->pdata[i];
      GtkWidget *row;

      if (!step->compulsory || ruhu_draft_body_get_visited (ruhu_edit_session_get_body (self->session), step->name))
        continue;
      row = new_row (ruhu_label_get (&step->label), _ ("This step cannot be left out."));
      add_problem (self, RUHU_SEVERITY_ERROR, row);
      lead_to (self, row, step->name, NULL, NULL, NULL);
    }
}

/* --- what will be recorded --- */

static void
add_change (RuhuVisitSummary *self, AdwPreferencesGroup *group, const RuhuVisitChange *change, const char *record)
{
  g_autofree char *text = change->before != NULL ? g_strdup_printf (_ ("%s (before: %s)"), change->now, change->before) : g_strdup (change->now);
  GtkWidget *row = new_row (ruhu_label_get (&change->field->label), text);
  const char *type = change->field->record->name;

  adw_preferences_group_add (group, row);
  lead_to (self, row, find_step (self, type, change->field->name), type, record, change->field->name);
}

static void
add_record (RuhuVisitSummary *self, RuhuRecordType *type, const char *record)
{
  g_autoptr (RuhuVisitChanges) changes = ruhu_visit_changes_of_record (self->session, type, record);
  AdwPreferencesGroup *group;

  if (changes == NULL)
    return;
  group = add_group (self, changes->title);
  for (guint i = 0; i < changes->changes->len; i++)
    add_change (self, group, changes->changes->pdata[i], record);
}

/* All that is missing from it is one thing to do. */
static void
add_pending (RuhuVisitSummary *self, RuhuRecordType *type, const char *record)
{
  GtkWidget *row = new_row (ruhu_label_get (&type->label), _ ("This line has not been added yet. Finish it, or clear it."));

  add_problem (self, RUHU_SEVERITY_ERROR, row);
  lead_to (self, row, find_step (self, type->name, NULL), type->name, record, NULL);
}

static void
add_type (RuhuVisitSummary *self, RuhuRecordType *type)
{
  RuhuDraftBody *body = ruhu_edit_session_get_body (self->session);
  g_autoptr (GPtrArray) ids = ruhu_draft_body_list_records (body, type->name);

  for (guint i = 0; i < ids->len; i++)
    {
      GPtrArray *findings = ruhu_edit_session_get_findings (self->session, type, ids->pdata[i]);
      gboolean own = g_strcmp0 (ids->pdata[i], ruhu_draft_body_get_self (body)) == 0;

      /* What nobody touched is not about to be recorded, and so not judged. */
      if (!own && !ruhu_draft_body_is_changed (body, type->name, ids->pdata[i], NULL))
        continue;
      if (ruhu_draft_body_is_pending (body, type->name, ids->pdata[i]))
        {
          add_pending (self, type, ids->pdata[i]);
          continue;
        }
      add_texts (self, type, ids->pdata[i]);
      for (guint j = 0; findings != NULL && j < findings->len; j++)
        add_finding (self, findings->pdata[j]);
      add_record (self, type, ids->pdata[i]);
    }
}

/* --- the widget --- */

static void
ruhu_visit_summary_dispose (GObject *object)
{
  RuhuVisitSummary *self = RUHU_VISIT_SUMMARY (object);

  g_clear_object (&self->session);
  g_clear_pointer (&self->said, g_hash_table_unref);
  G_OBJECT_CLASS (ruhu_visit_summary_parent_class)->dispose (object);
}

static void
ruhu_visit_summary_class_init (RuhuVisitSummaryClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ruhu_visit_summary_dispose;
  signals[GO] = g_signal_new ("go", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 4, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
}

static void
ruhu_visit_summary_init (RuhuVisitSummary *self)
{
  self->said = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

GtkWidget *
ruhu_visit_summary_new (RuhuEditSession *session)
{
  RuhuVisitSummary *self = g_object_new (RUHU_TYPE_VISIT_SUMMARY, NULL);

  self->session = g_object_ref (session);
  return GTK_WIDGET (self);
}

static void
add_text (RuhuVisitSummary *self, const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, css_class);
  gtk_box_append (GTK_BOX (self->box), label);
}

void
ruhu_visit_summary_refresh (RuhuVisitSummary *self, GPtrArray *findings)
{
  GPtrArray *types;
  gboolean changed;

  g_return_if_fail (RUHU_IS_VISIT_SUMMARY (self));
  types = ruhu_catalogue_get_records (ruhu_edit_session_get_catalogue (self->session));
  changed = ruhu_draft_body_is_changed (ruhu_edit_session_get_body (self->session), NULL, NULL, NULL);
  self->n_errors = 0;
  self->n_rulings = 0;
  self->n_warnings = 0;
  self->n_unreasoned = 0;
  g_hash_table_remove_all (self->said);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  adw_bin_set_child (ADW_BIN (self), self->box);
  add_text (self, _ ("Check and finish"), "title-2");
  self->errors = add_group (self, _ ("To be done before the visit can be finished"));
  self->rulings = add_group (self, _ ("To be corrected, or given a reason"));
  self->warnings = add_group (self, _ ("Worth a second look"));
  add_text (self, changed ? _ ("This will be recorded. Read it to the household:") : _ ("Nothing was filled in so far."), "heading");
  add_steps_to_do (self);
  /* Those of the rules come below, where a reason can be given. */
  for (guint i = 0; findings != NULL && i < findings->len; i++)
    if (((RuhuFinding *) findings->pdata[i])->rule == NULL)
      add_finding (self, findings->pdata[i]);
  for (guint i = 0; i < types->len; i++)
    add_type (self, types->pdata[i]);
  add_rulings (self);
  add_same_reason (self);
  gtk_widget_set_visible (GTK_WIDGET (self->errors), self->n_errors > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->rulings), self->n_rulings > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->warnings), self->n_warnings > 0);
}

guint
ruhu_visit_summary_get_n_open (RuhuVisitSummary *self)
{
  g_return_val_if_fail (RUHU_IS_VISIT_SUMMARY (self), 0);
  return self->n_errors + self->n_unreasoned;
}
