/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was typed or photographed in a visit is not given up where something fails or is still under way. */
#define G_LOG_DOMAIN "test-visit-kept"

#include "config.h"

#include "form-fixture.h"
#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-validate.h"

#include <adwaita.h>

/* How many of the next checks find a database that somebody else holds. In the worker's thread. */
static int n_busy;

gboolean __real_ruhu_validator_check_record (RuhuValidator *self, RuhuRecordType *type, const char *record, const char *scope, json_object *fields, RuhuRole role, const char *today, GHashTable *relevant, GPtrArray *findings, GError **error);
gboolean __wrap_ruhu_validator_check_record (RuhuValidator *self, RuhuRecordType *type, const char *record, const char *scope, json_object *fields, RuhuRole role, const char *today, GHashTable *relevant, GPtrArray *findings, GError **error);

gboolean
__wrap_ruhu_validator_check_record (RuhuValidator *self, RuhuRecordType *type, const char *record, const char *scope, json_object *fields, RuhuRole role, const char *today, GHashTable *relevant, GPtrArray *findings, GError **error)
{
  if (g_atomic_int_get (&n_busy) == 0)
    return __real_ruhu_validator_check_record (self, type, record, scope, fields, role, today, relevant, findings, error);
  g_atomic_int_add (&n_busy, -1);
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_BUSY, "busy");
  return FALSE;
}

static gboolean
was_busy (gpointer unused)
{
  return g_atomic_int_get (&n_busy) == 0;
}

/* Which questions are asked is found out before the save, which leaves out what is not asked. */
static void
test_what_could_not_be_checked_is_not_left_out (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autoptr (RuhuEditSession) session = form_open_visit (fixture, NULL);
  const char *visit = ruhu_draft_body_get_self (ruhu_edit_session_get_body (session));
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GError) error = NULL;

  g_atomic_int_set (&n_busy, 1);
  form_enter_visit (session);
  form_enter (session, "visit", visit, "minutes", "40");
  form_wait (was_busy, NULL);
  ruhu_worker_flush (fixture->worker);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_true (form_save (session, &findings, &error));
  g_assert_no_error (error);
  assert_value (fixture->laptop->store, "visit", visit, "minutes", "40");
  g_clear_object (&session);
  form_fixture_free (fixture);
}

/* Nor is anything saved as long as it cannot be found out. */
static void
test_a_save_that_cannot_check_saves_nothing (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autoptr (RuhuEditSession) session = form_open_visit (fixture, NULL);
  const char *visit = ruhu_draft_body_get_self (ruhu_edit_session_get_body (session));
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GError) error = NULL;

  form_enter_visit (session);
  form_enter (session, "visit", visit, "minutes", "40");
  g_atomic_int_set (&n_busy, 1);
  g_assert_false (form_save_once (session, &findings, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_BUSY);
  g_clear_error (&error);
  g_assert_cmpuint (form_count_drafts (fixture), ==, 1);
  g_assert_true (form_save (session, &findings, &error));
  g_assert_no_error (error);
  assert_value (fixture->laptop->store, "visit", visit, "minutes", "40");
  g_clear_object (&session);
  form_fixture_free (fixture);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/visit-kept/what-could-not-be-checked-is-not-left-out", test_what_could_not_be_checked_is_not_left_out);
  g_test_add_func ("/visit-kept/a-save-that-cannot-check-saves-nothing", test_a_save_that_cannot_check_saves_nothing);
  return g_test_run ();
}
