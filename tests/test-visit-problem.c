/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A problem found during a visit: by when, and who sees to it. */
#define G_LOG_DOMAIN "test-visit-problem"

#include "config.h"

#include "form-fixture.h"
#include "ruhu-cleanups.h"

typedef struct
{
  RuhuEditSession *session;
  const char *problem;
  const char *deadline;
} Wanted;

static gboolean
deadline_is_proposed (gpointer data)
{
  Wanted *wanted = data;
  json_object *value = ruhu_draft_body_get_value (ruhu_edit_session_get_body (wanted->session), "problem", wanted->problem, "deadline");

  return g_strcmp0 (json_object_get_string (value), wanted->deadline) == 0;
}

/* A week for a house. */
static void
write_term (Township *township)
{
  g_autoptr (RuhuJson) fields = json_tokener_parse ("{\"kind\":\"04\",\"days\":7}");
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (township->store), "problem_term");
  g_autofree char *id = ruhu_record_type_make_id (type, RUHU_SCOPE_TOWNSHIP, fields);
  g_autofree char *set = g_strdup_printf ("{\"problem_term\":{\"%s\":%s}}", id, json_object_to_json_string (fields));

  township_write (township, RUHU_SCOPE_TOWNSHIP, set);
}

/* The office's term for the kind is proposed, and the helper of the household; a date that a person typed stays whatever else changes. */
static void
test_a_problem_has_a_deadline_and_an_owner (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autoptr (RuhuEditSession) session = NULL;
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *problem = NULL;
  RuhuRecordType *type;
  Wanted wanted = { NULL, NULL, "2018-07-15" };

  write_term (fixture->township);
  laptop_sync (fixture->laptop, fixture->township);
  session = form_open_visit (fixture, NULL);
  type = ruhu_catalogue_get_record (ruhu_edit_session_get_catalogue (session), "problem");
  problem = g_strdup (ruhu_edit_session_add_record (session, type));
  wanted.session = session;
  wanted.problem = problem;
  form_enter (session, "problem", problem, "found", "\"2018-06-30\"");
  form_wait (deadline_is_proposed, &wanted);
  form_enter (session, "problem", problem, "kind", "\"04\"");
  wanted.deadline = "2018-07-07";
  form_wait (deadline_is_proposed, &wanted);
  form_enter (session, "problem", problem, "deadline", "\"2018-07-20\"");
  form_enter (session, "problem", problem, "kind", "\"03\"");
  form_enter_visit (session);
  g_assert_true (form_save (session, &findings, &error));
  g_assert_no_error (error);
  assert_value (fixture->laptop->store, "problem", problem, "deadline", "\"2018-07-20\"");
  assert_value (fixture->laptop->store, "problem", problem, "owner", "\"helper-a\"");
  g_clear_object (&session);
  form_fixture_free (fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/visit-problem/a-problem-has-a-deadline-and-an-owner", test_a_problem_has_a_deadline_and_an_owner);
  return g_test_run ();
}
