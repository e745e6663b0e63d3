/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Births, marriages, moves and deaths are written in two presses, and nobody is deleted. */
#define G_LOG_DOMAIN "test-member-moves"

#include "config.h"

#include "form-fixture.h"
#include "ruhu-member-moves.h"

#include <adwaita.h>
#include <string.h>

typedef struct
{
  FormFixture *fixture;
  RuhuEditSession *session;
  GtkWidget *window;
  GtkWidget *moves;
} Moves;

static RuhuFormPart *
find_part (RuhuEditSession *session)
{
  RuhuForm *form = ruhu_edit_session_get_form (session);

  for (guint i = 0; i < form->steps->len; i++)
    {
      RuhuFormStep *step = form->steps->pdata[i];

      for (guint j = 0; j < step->parts->len; j++)
        if (ruhu_member_moves_fits (step->parts->pdata[j]))
          return step->parts->pdata[j];
    }
  return NULL;
}

static Moves
moves_open (void)
{
  Moves moves = { form_fixture_new () };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  moves.session = ruhu_edit_session_new_form (moves.fixture->worker, "visit", "h1", NULL);
  ruhu_edit_session_open_async (moves.session, NULL, form_keep_result_cb, &result);
  form_wait (form_is_set, &result);
  g_assert_true (ruhu_edit_session_open_finish (moves.session, result, &error));
  g_assert_no_error (error);
  g_assert_nonnull (find_part (moves.session));
  moves.window = gtk_window_new ();
  moves.moves = ruhu_member_moves_new (moves.session, find_part (moves.session));
  gtk_window_set_child (GTK_WINDOW (moves.window), moves.moves);
  gtk_window_present (GTK_WINDOW (moves.window));
  return moves;
}

static void
moves_close (Moves *moves)
{
  gtk_window_destroy (GTK_WINDOW (moves->window));
  g_clear_object (&moves->session);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  form_fixture_free (moves->fixture);
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

static GtkWidget *
find_type (GtkWidget *widget, GType type)
{
  GtkWidget *found = NULL;

  if (g_type_is_a (G_OBJECT_TYPE (widget), type))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_type (child, type);
  return found;
}

static const char *
get_state (Moves *moves, const char *record)
{
  return json_object_get_string (ruhu_draft_body_get_value (ruhu_edit_session_get_body (moves->session), "person", record, "member_state"));
}

static GPtrArray *
list_people (Moves *moves)
{
  return ruhu_draft_body_list_records (ruhu_edit_session_get_body (moves->session), "person");
}

static void
test_a_child_is_born (void)
{
  Moves moves = moves_open ();
  g_autoptr (GPtrArray) before = list_people (&moves);
  g_autoptr (GPtrArray) after = NULL;

  g_signal_emit_by_name (find_button (moves.moves, "Born"), "clicked");
  after = list_people (&moves);
  g_assert_cmpuint (after->len, ==, before->len + 1);
  g_assert_cmpstr (get_state (&moves, after->pdata[before->len]), ==, "11");
  moves_close (&moves);
}

static void
test_somebody_leaves (void)
{
  Moves moves = moves_open ();
  g_autoptr (GPtrArray) people = list_people (&moves);
  GtkDropDown *who = GTK_DROP_DOWN (find_type (moves.moves, GTK_TYPE_DROP_DOWN));
  guint there = g_list_model_get_n_items (gtk_drop_down_get_model (who));

  g_assert_cmpuint (there, ==, people->len);
  gtk_drop_down_set_selected (who, 1);
  g_signal_emit_by_name (find_button (moves.moves, "Married away"), "clicked");
  g_assert_cmpstr (get_state (&moves, people->pdata[1]), ==, "03");
  g_assert_cmpstr (get_state (&moves, people->pdata[0]), ==, "01");
  /* The person's file stays; they can only not leave a second time. */
  g_assert_cmpuint (g_list_model_get_n_items (gtk_drop_down_get_model (who)), ==, there - 1);
  g_ptr_array_unref (g_steal_pointer (&people));
  people = list_people (&moves);
  g_assert_cmpuint (people->len, ==, there);
  moves_close (&moves);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/member-moves/a_child_is_born", test_a_child_is_born);
  g_test_add_func ("/member-moves/somebody_leaves", test_somebody_leaves);
  return g_test_run ();
}
