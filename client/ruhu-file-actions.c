/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-file-actions"

#include "config.h"

#include "ruhu-file-actions.h"

#include "ruhu-wrap-layout.h"

#include <glib/gi18n.h>

static gboolean
may_write (const RuhuHouseholdFile *file, const RuhuFileGroup *group, const char *field)
{
  RuhuField *found = ruhu_record_type_get_field (group->type, field);

  return found != NULL && (found->writers & file->role) != 0;
}

static GtkWidget *
add_button (GtkWidget *box, const char *label, const char *action, const RuhuFileGroup *group, const RuhuFileRecord *record)
{
  GtkWidget *button = gtk_button_new_with_label (label);
  g_autofree char *name = g_strdup_printf (_ ("%s: %s"), label, record->title);

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "household.act");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "(sss)", action, group->type->name, record->id);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_box_append (GTK_BOX (box), button);
  return button;
}

static void
add_note (GtkWidget *box, const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "dim-label");
  gtk_box_append (GTK_BOX (box), label);
}

/* Whoever solved a problem does not check it. */
static void
add_check_buttons (GtkWidget *box, const RuhuHouseholdFile *file, const RuhuFileGroup *group, const RuhuFileRecord *problem)
{
  if (g_strcmp0 (ruhu_file_record_get (problem, "fixer"), file->user) == 0)
    {
      add_note (box, _ ("Solved by you: somebody else has to check it."));
      return;
    }
  add_button (box, _ ("Close"), "close", group, problem);
  add_button (box, _ ("Send Back"), "return", group, problem);
}

static void
fill_problem (GtkWidget *box, const RuhuHouseholdFile *file, const RuhuFileGroup *group, const RuhuFileRecord *problem)
{
  const char *state = ruhu_file_record_get (problem, "state");

  if (!may_write (file, group, "state") || g_strcmp0 (state, "4") == 0)
    return;
  if (g_strcmp0 (state, "3") == 0)
    {
      add_check_buttons (box, file, group, problem);
      return;
    }
  if (g_strcmp0 (state, "2") != 0)
    add_button (box, _ ("Begin to Solve It"), "begin", group, problem);
  add_button (box, _ ("Solved…"), "solve", group, problem);
}

/* A sealed visit stays as it is; what was wrong in it is said beside it. */
static void
fill_visit (GtkWidget *box, const RuhuHouseholdFile *file, const RuhuFileGroup *group, const RuhuFileRecord *visit)
{
  const RuhuFileGroup *amendments = ruhu_household_file_get_group (file, "amendment");

  add_button (box, _ ("Show What It Recorded"), "show", group, visit);
  if (amendments != NULL && may_write (file, amendments, "body"))
    add_button (box, _ ("Amend…"), "amend", group, visit);
}

GtkWidget *
ruhu_file_actions_new (const RuhuHouseholdFile *file, const RuhuFileGroup *group, const RuhuFileRecord *record)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  if (g_str_equal (group->type->name, "problem"))
    fill_problem (box, file, group, record);
  if (g_str_equal (group->type->name, "visit"))
    fill_visit (box, file, group, record);
  if (record->may_remove)
    add_button (box, _ ("Remove"), "remove", group, record);
  if (gtk_widget_get_first_child (box) == NULL)
    {
      g_object_ref_sink (box);
      g_object_unref (box);
      return NULL;
    }
  gtk_widget_set_layout_manager (box, g_object_new (RUHU_TYPE_WRAP_LAYOUT, NULL));
  return box;
}

static void
put (json_object *fields, const char *field, const char *text)
{
  if (text != NULL)
    json_object_object_add (fields, field, json_object_new_string (text));
}

json_object *
ruhu_file_actions_make_set (const RuhuHouseholdFile *file, const char *action, const char *problem, const char *words)
{
  json_object *fields = json_object_new_object ();
  json_object *records = json_object_new_object ();
  json_object *set = json_object_new_object ();

  if (g_str_equal (action, "begin"))
    put (fields, "state", "2");
  if (g_str_equal (action, "solve"))
    {
      put (fields, "state", "3");
      put (fields, "fix", words);
      put (fields, "fixed_on", file->today);
      put (fields, "fixer", file->user);
    }
  if (g_str_equal (action, "close"))
    {
      put (fields, "state", "4");
      put (fields, "checker", file->user);
      put (fields, "closed_on", file->today);
    }
  if (g_str_equal (action, "return"))
    {
      put (fields, "state", "5");
      put (fields, "checker", file->user);
      put (fields, "deadline", words);
    }
  json_object_object_add (records, problem, fields);
  json_object_object_add (set, "problem", records);
  return set;
}

json_object *
ruhu_file_actions_make_removal (const char *type, const char *record, gboolean removed)
{
  json_object *fields = json_object_new_object ();
  json_object *records = json_object_new_object ();
  json_object *set = json_object_new_object ();

  json_object_object_add (fields, "deleted", json_object_new_boolean (removed));
  json_object_object_add (records, record, fields);
  json_object_object_add (set, type, records);
  return set;
}

json_object *
ruhu_file_actions_make_photo (const RuhuHouseholdFile *file, const char *hash, const char *subject, const char *note, const char *field, const char *record)
{
  g_autofree char *id = ruhu_random_id ();
  json_object *fields = json_object_new_object ();
  json_object *records = json_object_new_object ();
  json_object *set = json_object_new_object ();

  put (fields, "subject", subject);
  put (fields, "image", hash);
  put (fields, "date", file->today);
  json_object_object_add (fields, "things_only", json_object_new_boolean (TRUE));
  if (*note != '\0')
    put (fields, "note", note);
  if (*field != '\0')
    put (fields, field, record);
  json_object_object_add (records, id, fields);
  json_object_object_add (set, "photo", records);
  return set;
}
