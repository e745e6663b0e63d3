/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A conflict that nobody at the office can settle is put to whoever visits the family next. */
#define G_LOG_DOMAIN "test-conflict-card"

#include "config.h"

#include "form-fixture.h"
#include "ruhu-cleanups.h"
#include "ruhu-conflict-card.h"
#include "ruhu-conflict-page.h"
#include "ruhu-field-row.h"
#include "ruhu-version-row.h"

#include <adwaita.h>
#include <string.h>

typedef struct
{
  FormFixture *form;
  Laptop *other;
  RuhuStore *store;
} Fixture;

/* Two helpers give the same person different relations to the head. */
static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->form = form_fixture_new ();
  f->other = laptop_new (f->form->township, "laptop-b", "helper-b");
  laptop_sync (f->other, f->form->township);
  laptop_save (f->form->laptop, "h1", "{\"person\":{\"p3\":{\"relation\":\"08\"}}}", -1);
  laptop_save (f->other, "h1", "{\"person\":{\"p3\":{\"relation\":\"10\"}}}", -1);
  laptop_sync (f->other, f->form->township);
  laptop_sync (f->form->laptop, f->form->township);
  f->store = f->form->laptop->store;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  laptop_free (f->other);
  form_fixture_free (f->form);
}

static GtkWidget *
make_card (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) conflicts = ruhu_store_list_conflicts (f->store, "h1", 0, 0, &error);
  GtkWidget *card;

  g_assert_no_error (error);
  g_assert_cmpuint (conflicts->len, ==, 1);
  card = ruhu_conflict_card_new (f->form->worker, ruhu_store_get_catalogue (f->store), ruhu_conflict_text_new (f->store, conflicts->pdata[0]));
  return g_object_ref_sink (card);
}

static GtkWidget *
find_button (GtkWidget *widget, const char *label)
{
  GtkWidget *found = NULL;

  if (GTK_IS_BUTTON (widget) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), label) == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_button (child, label);
  return found;
}

static void
asked_cb (gboolean *asked)
{
  *asked = TRUE;
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

static void
test_the_next_visitor_is_asked_once (Fixture *f, gconstpointer data)
{
  GtkWidget *card = make_card (f);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) reminders = NULL;
  g_autofree char *deadline = NULL;
  gboolean asked = FALSE;

  g_signal_connect_swapped (card, "asked", G_CALLBACK (asked_cb), &asked);
  g_signal_emit_by_name (find_button (card, "Ask Again"), "clicked");
  form_wait (is_true, &asked);
  g_object_unref (card);
  reminders = ruhu_store_list_unconfirmed (f->store, "2018-01-01", 10, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (reminders->len, ==, 1);
  g_assert_cmpstr (((RuhuReminder *) reminders->pdata[0])->household, ==, "h1");
  g_assert_nonnull (strstr (((RuhuReminder *) reminders->pdata[0])->text, "Relation to the head"));
  deadline = store_value (f->store, "problem", ((RuhuReminder *) reminders->pdata[0])->record, "deadline");
  g_assert_cmpstr (deadline, !=, "-");
  /* Nothing is settled by it, and it is not asked twice. */
  card = make_card (f);
  g_assert_false (gtk_widget_get_sensitive (find_button (card, "Ask Again")));
  g_object_unref (card);
}

static void
assert_said (const RuhuVersionText *version)
{
  g_autoptr (GtkWidget) row = g_object_ref_sink (ruhu_version_row_new (version, NULL));

  if (version->edits != NULL)
    g_assert_nonnull (strstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), version->edits));
}

/* A removal that had not seen an edit does not stand: the record is in the file, and that is what the card says. */
static void
test_what_was_edited_meanwhile_is_still_shown (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) conflicts = NULL;
  gboolean found = FALSE;

  laptop_save (f->form->laptop, "h1", "{\"problem\":{\"q1\":{\"deleted\":true}}}", -1);
  laptop_save (f->other, "h1", "{\"problem\":{\"q1\":{\"found\":\"2018-05-03\"}}}", -1);
  laptop_sync (f->other, f->form->township);
  laptop_sync (f->form->laptop, f->form->township);
  g_assert_cmpint (store_count (f->store, "SELECT count (*) FROM r_problem WHERE id = 'q1' AND deleted = 0"), ==, 1);
  conflicts = ruhu_store_list_conflicts (f->store, "h1", 0, 0, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < conflicts->len; i++)
    {
      RuhuConflictText *text = ruhu_conflict_text_new (f->store, conflicts->pdata[i]);

      for (guint j = 0; g_str_equal (text->field_name, "deleted") && j < text->versions->len; j++)
        {
          const RuhuVersionText *version = text->versions->pdata[j];

          found = TRUE;
          g_assert_cmpint (version->stands, ==, g_str_equal (version->text, "Keep it"));
          /* What would go with it. */
          g_assert_cmpstr (version->edits, ==, version->stands ? "Found on: 2018-05-03" : NULL);
          assert_said (version);
        }
      ruhu_conflict_text_free (text);
    }
  g_assert_true (found);
}

static gboolean
is_editor (GtkWidget *widget, const char *text)
{
  return RUHU_IS_FIELD_ROW (widget);
}

static gboolean
is_other_way (GtkWidget *widget, const char *text)
{
  return ADW_IS_EXPANDER_ROW (widget) && g_str_equal (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), text);
}

static gboolean
is_conflict (gpointer store)
{
  return store_count (store, "SELECT count (*) FROM conflict WHERE record = 'p3' AND field = 'relation'") == 1;
}

/* Somebody else settles the conflict, or so many come that this one is no longer among the first. */
static void
test_what_is_being_written_stays_when_the_list_goes_on (Fixture *f, gconstpointer data)
{
  GtkWidget *window = gtk_window_new (), *page = ruhu_conflict_page_new (f->form->worker), *row;
  g_autoptr (RuhuJson) third = json_object_new_string ("04"), kept = NULL;

  gtk_window_set_child (GTK_WINDOW (window), page);
  gtk_window_present (GTK_WINDOW (window));
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (form_see (page, is_other_way, "Write Another Value")), TRUE);
  row = form_see (page, is_editor, NULL);
  ruhu_field_row_set_value (RUHU_FIELD_ROW (row), third);
  g_signal_emit_by_name (row, "changed");
  laptop_sync (f->other, f->form->township);
  laptop_save (f->other, "h1", "{\"person\":{\"p3\":{\"relation\":\"10\"}}}", -1);
  laptop_sync (f->other, f->form->township);
  laptop_sync (f->form->laptop, f->form->township);
  g_assert_cmpint (store_count (f->store, "SELECT count (*) FROM conflict"), ==, 0);
  ruhu_page_refresh (RUHU_PAGE (page));
  form_see (page, form_is_label, "Settled, or further down in the list");
  row = form_see (page, is_editor, NULL);
  g_assert_true (ruhu_field_row_get_value (RUHU_FIELD_ROW (row), &kept, NULL));
  g_assert_cmpstr (json_object_get_string (kept), ==, "04");
  /* It can still be saved: beside what had not been seen, which is a conflict again. */
  g_signal_emit_by_name (find_button (page, "Save This Value"), "clicked");
  form_wait (is_conflict, f->store);
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add ("/conflict-card/the-next-visitor-is-asked-once", Fixture, NULL, set_up, test_the_next_visitor_is_asked_once, tear_down);
  g_test_add ("/conflict-card/what-was-edited-meanwhile-is-still-shown", Fixture, NULL, set_up, test_what_was_edited_meanwhile_is_still_shown, tear_down);
  g_test_add ("/conflict-card/what-is-being-written-stays-when-the-list-goes-on", Fixture, NULL, set_up, test_what_is_being_written_stays_when_the_list_goes_on, tear_down);
  return g_test_run ();
}
