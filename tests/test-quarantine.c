/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What its author had no right to: kept, shown to the office and to its author, decided, and put in its place; nothing of it is lost, and nobody else sees it. */
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-fixture.h"
#include "ruhu-store-review.h"

#include <string.h>

#define DAY_MS  G_GINT64_CONSTANT (86400000)
#define NO_MORE "{\"assignment\":{\"a1\":{\"to_date\":\"2018-06-01\"}}}"
#define AGAIN   "{\"assignment\":{\"a1\":{\"to_date\":null}}}"
#define GROUP_9 "{\"household\":{\"h1\":{\"group_name\":\"九组\"}}}"

static void
tear_down (Laptops *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 n;

  /* Whatever a test did, the log is whole and says what the tables say. */
  g_assert_true (ruhu_ledger_verify (f->township->ledger, &n, &error));
  g_assert_no_error (error);
  laptops_tear_down (f, data);
}

static void
sync_all (Laptops *f)
{
  for (guint i = 0; i < 2; i++)
    {
      laptop_sync (f->a, f->township);
      laptop_sync (f->b, f->township);
      laptop_sync (f->office, f->township);
    }
}

static void
assert_all_same (Laptops *f, const char *scope)
{
  g_autofree char *town = store_dump (f->township->store, scope);
  g_autofree char *office = store_dump (f->office->store, scope);
  g_autofree char *b = store_dump (f->b->store, scope);

  g_assert_cmpstr (office, ==, town);
  g_assert_cmpstr (b, ==, town);
}

static gint64
count_kind (RuhuStore *store, const char *kind)
{
  g_autofree char *sql = g_strdup_printf ("SELECT count (*) FROM log WHERE kind = '%s'", kind);

  return store_count (store, sql);
}

/* The one review that @laptop shows; NULL: none. Transfer full. */
static RuhuReview *
review_of (Laptop *laptop)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) reviews = ruhu_store_list_reviews (laptop->store, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (reviews->len, <=, 1);
  g_ptr_array_set_free_func (reviews, NULL);
  return reviews->len == 1 ? reviews->pdata[0] : NULL;
}

static void
decide (Laptop *office, const char *device, gint64 seq, gboolean accept, const char *reason)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_store_decide (office->store, device, seq, accept, reason, &error));
  g_assert_no_error (error);
}

/* A change of a's on h1 whose `seen` lies behind the end of its assignment; then on to the township. */
static void
quarantine_one (Laptops *f)
{
  gint64 seen;

  township_write (f->township, "h1", NO_MORE);
  g_assert_true (ruhu_ledger_get_head (f->township->ledger, &seen, NULL, NULL));
  laptop_save (f->a, "h1", GROUP_9, seen);
  g_assert_cmpuint (laptop_push (f->a, f->township), ==, 0);
}

static void
test_what_a_laptop_had_no_right_to_is_quarantined_and_told (Laptops *f, gconstpointer data)
{
  g_autoptr (RuhuReview) review = NULL;
  g_autoptr (GPtrArray) waiting = NULL;
  RuhuQuarantined *item;
  gint64 refused, quarantined, accepted;

  quarantine_one (f);
  g_assert_cmpint (count_kind (f->township->store, "quarantined"), ==, 1);
  assert_value (f->township->store, "household", "h1", "group_name", "-");
  sync_all (f);
  review = review_of (f->a);
  g_assert_nonnull (review);
  g_assert_cmpint (review->state, ==, RUHU_REVIEW_QUARANTINED);
  g_assert_cmpstr (review->code, ==, "forbidden");
  g_assert_nonnull (strstr (review->body, "九组"));
  g_assert_true (ruhu_store_count_reviews (f->a->store, &refused, &quarantined, &accepted, NULL));
  g_assert_cmpint (quarantined, ==, 1);
  g_assert_cmpint (refused + accepted, ==, 0);
  waiting = ruhu_store_list_quarantine (f->office->store, 0, 0, NULL);
  g_assert_cmpuint (waiting->len, ==, 1);
  item = waiting->pdata[0];
  g_assert_cmpstr (item->device, ==, "0a");
  g_assert_cmpstr (item->by, ==, "helper-a");
  g_assert_nonnull (strstr (item->body, "九组"));
  /* Another helper of the same household knows nothing of it. */
  g_assert_cmpint (store_count (f->b->store, "SELECT count (*) FROM log WHERE body LIKE '%九组%'"), ==, 0);
}

static void
test_an_accepted_change_takes_effect_at_its_decision (Laptops *f, gconstpointer data)
{
  g_autoptr (RuhuReview) review = NULL;
  gint64 waiting;

  quarantine_one (f);
  sync_all (f);
  decide (f->office, "0a", 1, TRUE, NULL);
  g_assert_true (ruhu_store_count_quarantine (f->office->store, &waiting, NULL));
  g_assert_cmpint (waiting, ==, 0);
  sync_all (f);
  assert_value (f->township->store, "household", "h1", "group_name", "\"九组\"");
  assert_value (f->b->store, "household", "h1", "group_name", "\"九组\"");
  assert_all_same (f, "h1");
  g_assert_cmpint (store_count (f->township->store, "SELECT count (DISTINCT body) FROM log WHERE device = '0a' AND seq = 1"), ==, 1);
  g_assert_cmpint (store_count (f->township->store, "SELECT count (*) FROM log WHERE device = '0a' AND seq = 1"), ==, 2);
  review = review_of (f->a);
  g_assert_cmpint (review->state, ==, RUHU_REVIEW_ACCEPTED);
  g_assert_true (ruhu_store_discard_review (f->a->store, review->seq, NULL));
  g_assert_null (review_of (f->a));
  /* What left the laptop stays away. */
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM log WHERE scope = 'h1'"), ==, 0);
}

static void
test_an_author_who_holds_it_again_sees_it_take_effect (Laptops *f, gconstpointer data)
{
  quarantine_one (f);
  township_write (f->township, "h1", AGAIN);
  sync_all (f);
  assert_value (f->a->store, "household", "h1", "group_name", "-");
  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"birth\":\"1970-01-02\"}}}", -1);
  decide (f->office, "0a", 1, TRUE, NULL);
  sync_all (f);
  assert_value (f->a->store, "household", "h1", "group_name", "\"九组\"");
  assert_value (f->a->store, "person", "p1", "birth", "\"1970-01-02\"");
  assert_all_same (f, "h1");
}

/* Its data was put back from before it made the change: it knows of it by the echo alone. */
static void
test_an_author_who_has_lost_it_sees_it_take_effect (Laptops *f, gconstpointer data)
{
  quarantine_one (f);
  township_write (f->township, "h1", AGAIN);
  sync_all (f);
  g_assert_true (ruhu_database_execute (ruhu_store_get_database (f->a->store), "DELETE FROM log WHERE device = '0a' AND seq = 1", NULL));
  decide (f->office, "0a", 1, TRUE, NULL);
  sync_all (f);
  assert_value (f->a->store, "household", "h1", "group_name", "\"九组\"");
  assert_all_same (f, "h1");
}

static void
test_what_the_same_laptop_wrote_later_supersedes_it (Laptops *f, gconstpointer data)
{
  quarantine_one (f);
  township_write (f->township, "h1", AGAIN);
  sync_all (f);
  laptop_save (f->a, "h1", "{\"household\":{\"h1\":{\"group_name\":\"十组\"}}}", -1);
  sync_all (f);
  /* Somebody has overwritten that again, so no head is left of it: still it was later. */
  laptop_save (f->b, "h1", "{\"household\":{\"h1\":{\"group_name\":\"十一组\"}}}", -1);
  sync_all (f);
  decide (f->office, "0a", 1, TRUE, NULL);
  sync_all (f);
  assert_value (f->township->store, "household", "h1", "group_name", "\"十一组\"");
  g_assert_cmpint (store_count (f->township->store, "SELECT count (*) FROM conflict"), ==, 0);
  assert_all_same (f, "h1");
}

static void
test_an_accepted_change_is_concurrent_with_what_it_had_not_seen (Laptops *f, gconstpointer data)
{
  quarantine_one (f);
  sync_all (f);
  /* It has come further than the quarantine, and has seen nothing of what is in it. */
  laptop_save (f->b, "h1", "{\"household\":{\"h1\":{\"group_name\":\"三组\"}}}", -1);
  sync_all (f);
  decide (f->office, "0a", 1, TRUE, NULL);
  sync_all (f);
  g_assert_cmpint (store_count (f->township->store, "SELECT count (*) FROM head WHERE record = 'h1' AND ',' || fields || ',' LIKE '%,group_name,%'"), ==, 2);
  assert_all_same (f, "h1");
}

static void
test_a_refusal_reaches_its_author_with_the_reason (Laptops *f, gconstpointer data)
{
  g_autoptr (RuhuReview) review = NULL;
  g_autoptr (GError) error = NULL;

  quarantine_one (f);
  sync_all (f);
  g_assert_false (ruhu_store_decide (f->office->store, "0a", 1, FALSE, "  ", &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
  decide (f->office, "0a", 1, FALSE, "已由他人登记");
  sync_all (f);
  review = review_of (f->a);
  g_assert_cmpint (review->state, ==, RUHU_REVIEW_REFUSED);
  g_assert_cmpstr (review->code, ==, RUHU_REASON_OFFICE);
  g_assert_cmpstr (review->detail, ==, "已由他人登记");
  assert_value (f->township->store, "household", "h1", "group_name", "-");
  assert_all_same (f, "h1");
}

static void
test_the_first_acceptance_counts_and_a_refusal_may_be_taken_back (Laptops *f, gconstpointer data)
{
  g_autoptr (RuhuJson) yes = ruhu_decision_make_set (f->township->store, "h1", "0a", 1, TRUE, NULL);
  g_autoptr (RuhuJson) no = ruhu_decision_make_set (f->township->store, "h1", "0a", 1, FALSE, "x");

  quarantine_one (f);
  township_write (f->township, "h1", json_object_to_json_string (no));
  township_write (f->township, "h1", json_object_to_json_string (no));
  g_assert_cmpint (count_kind (f->township->store, "refused"), ==, 1);
  township_write (f->township, "h1", json_object_to_json_string (yes));
  township_write (f->township, "h1", json_object_to_json_string (yes));
  township_write (f->township, "h1", json_object_to_json_string (no));
  g_assert_cmpint (store_count (f->township->store, "SELECT count (*) FROM log WHERE device = '0a' AND seq = 1"), ==, 3);
  assert_value (f->township->store, "household", "h1", "group_name", "\"九组\"");
  sync_all (f);
  assert_all_same (f, "h1");
}

static void
test_only_the_office_decides (Laptops *f, gconstpointer data)
{
  g_autoptr (RuhuJson) set = ruhu_decision_make_set (f->township->store, "h1", "0a", 1, TRUE, NULL);
  g_autoptr (GError) error = NULL;

  quarantine_one (f);
  g_assert_false (laptop_try_save (f->b, "h1", json_object_to_json_string (set), -1, &error));
  g_assert_false (ruhu_store_decide (f->b->store, "0a", 1, TRUE, NULL, NULL));
  /* A program that does not ask: the decision is refused. In quarantine it could be let in, and decisions about decisions would have no end. */
  laptop_save (f->b, "h1", "{\"household\":{\"h1\":{\"phone\":\"13800000001\"}}}", -1);
  g_assert_true (ruhu_database_run (ruhu_store_get_database (f->b->store), "UPDATE log SET body = replace (body, ?1, ?2), hash = NULL WHERE position IS NULL", &error, "ss",
                                    "{\"household\":{\"h1\":{\"phone\":\"13800000001\"}}}", json_object_to_json_string_ext (set, JSON_C_TO_STRING_PLAIN)));
  laptop_push (f->b, f->township);
  g_assert_cmpint (count_kind (f->township->store, "quarantined"), ==, 1);
  g_assert_cmpint (count_kind (f->township->store, "refused"), ==, 1);
  assert_value (f->township->store, "household", "h1", "group_name", "-");
}

static void
test_rights_that_ended_long_ago_are_no_rights (Laptops *f, gconstpointer data)
{
  g_autofree char *seq_1 = NULL, *seq_2 = NULL;
  gint64 seen;

  g_assert_true (ruhu_ledger_get_head (f->township->ledger, &seen, NULL, NULL));
  township_write (f->township, "h1", NO_MORE);
  f->township->now += 59 * DAY_MS;
  laptop_save (f->a, "h1", GROUP_9, seen);
  laptop_push (f->a, f->township);
  g_assert_cmpint (count_kind (f->township->store, "quarantined"), ==, 0);
  f->township->now += 2 * DAY_MS;
  laptop_save (f->a, "h1", "{\"household\":{\"h1\":{\"group_name\":\"十组\"}}}", seen);
  laptop_push (f->a, f->township);
  g_assert_cmpint (store_count (f->township->store, "SELECT count (*) FROM log WHERE kind = 'quarantined' AND reason = 'expired'"), ==, 1);
  /* Whoever holds it again loses nothing by an old page. */
  township_write (f->township, "h1", AGAIN);
  laptop_save (f->a, "h1", "{\"household\":{\"h1\":{\"group_name\":\"十二组\"}}}", seen);
  laptop_push (f->a, f->township);
  g_assert_cmpint (count_kind (f->township->store, "quarantined"), ==, 1);
  ruhu_ledger_set_right_days (f->township->ledger, 1000);
  sync_all (f);
}

static void
test_a_role_that_lacks_is_for_the_office_and_nonsense_is_not (Laptops *f, gconstpointer data)
{
  static const char *const was = "{\"household\":{\"h1\":{\"phone\":\"13800000001\"}}}";

  for (guint i = 0; i < 2; i++)
    {
      laptop_save (f->a, "h1", was, -1);
      g_assert_true (ruhu_database_run (ruhu_store_get_database (f->a->store), "UPDATE log SET body = replace (body, ?1, ?2), hash = NULL WHERE position IS NULL", NULL, "ss",
                                        was, i == 0 ? "{\"household\":{\"h1\":{\"status\":\"1\"}}}" : "{\"household\":{\"h1\":{\"status\":\"nonsense\"}}}"));
      laptop_push (f->a, f->township);
    }
  g_assert_cmpint (store_count (f->township->store, "SELECT count (*) FROM log WHERE kind = 'quarantined' AND reason = 'forbidden'"), ==, 1);
  g_assert_cmpint (store_count (f->township->store, "SELECT count (*) FROM log WHERE kind = 'refused' AND reason = 'invalid'"), ==, 1);
}

static void
test_a_withdrawn_laptop_hands_everything_over_and_then_erases (Laptops *f, gconstpointer data)
{
  g_autoptr (RuhuJson) body = json_tokener_parse ("{\"typed\":\"半句话\",\"base\":{\"person\":{\"p1\":{\"name\":\"读到的\"}}}}");
  g_autoptr (RuhuHandover) drafts = NULL;
  g_autoptr (GError) error = NULL;
  gboolean erased = TRUE;

  laptop_save (f->a, "h1", GROUP_9, -1);
  g_assert_true (ruhu_ledger_revoke_device (f->township->ledger, "0a", NULL));
  g_assert_true (ruhu_replica_erase_sent (f->a->replica, NULL, &erased, NULL));
  g_assert_false (erased);
  laptop_push (f->a, f->township);
  g_assert_cmpint (store_count (f->township->store, "SELECT count (*) FROM log WHERE kind = 'quarantined' AND reason = 'revoked'"), ==, 1);
  /* A draft that was begun meanwhile counts too, */
  g_assert_true (ruhu_store_put_draft (f->a->store, "d1", "visit", "h1", 3, body, NULL));
  g_assert_true (ruhu_replica_erase_sent (f->a->replica, NULL, &erased, NULL));
  g_assert_false (erased);
  drafts = ruhu_replica_take_drafts (f->a->replica, 100000, NULL);
  g_assert_true (drafts->news);
  /* What was typed is handed over, not what was read: the next laptop may not hold the household. */
  g_assert_nonnull (strstr (drafts->lines->str, "半句话"));
  g_assert_null (strstr (drafts->lines->str, "读到的"));
  /* … and what was typed while it was handed over. */
  g_assert_true (ruhu_store_put_draft (f->a->store, "d1", "visit", "h1", 3, body, NULL));
  g_assert_true (ruhu_replica_drafts_handed (f->a->replica, drafts, NULL));
  g_assert_true (ruhu_replica_erase_sent (f->a->replica, NULL, &erased, NULL));
  g_assert_false (erased);
  g_clear_pointer (&drafts, ruhu_handover_free);
  drafts = ruhu_replica_take_drafts (f->a->replica, 100000, NULL);
  g_assert_true (ruhu_replica_drafts_handed (f->a->replica, drafts, NULL));
  g_assert_true (ruhu_replica_erase_sent (f->a->replica, NULL, &erased, NULL));
  g_assert_true (erased);
  g_assert_cmpint (store_count (f->a->store, "SELECT (SELECT count (*) FROM log) + (SELECT count (*) FROM draft) + (SELECT count (*) FROM r_person)"), ==, 0);
  /* A page that is still open brings nothing back, and says so. */
  g_assert_false (laptop_try_save (f->a, "h1", GROUP_9, 3, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_NOT_ENROLLED);
  g_clear_error (&error);
  g_assert_false (ruhu_store_put_draft (f->a->store, "d1", "visit", "h1", 3, body, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_NOT_ENROLLED);
  /* The office has it, and may let it in. */
  laptop_pull (f->office, f->township);
  decide (f->office, "0a", 1, TRUE, NULL);
  laptop_sync (f->office, f->township);
  assert_value (f->township->store, "household", "h1", "group_name", "\"九组\"");
}

static void
test_a_refused_change_is_sent_again_as_it_is_or_opened (Laptops *f, gconstpointer data)
{
  g_autoptr (RuhuJson) body = json_tokener_parse ("{\"typed\":{}}");
  g_autoptr (RuhuResend) content = NULL;
  g_autoptr (RuhuDraft) draft = NULL;
  g_autoptr (GError) error = NULL;
  gint64 seq = 0, seen;

  quarantine_one (f);
  township_write (f->township, "h1", AGAIN);
  laptop_pull (f->a, f->township);
  content = ruhu_store_prepare_resend (f->a->store, 1, &error);
  g_assert_no_error (error);
  g_assert_true (content->here);
  g_assert_cmpstr (content->scope, ==, "h1");
  g_assert_true (ruhu_store_get_seen (f->a->store, &seen, NULL));
  g_assert_cmpint (content->seen, ==, seen);
  g_assert_true (ruhu_store_resend_as_draft (f->a->store, 1, "d1", "visit", body, &error));
  g_assert_null (review_of (f->a));
  draft = ruhu_store_get_draft (f->a->store, "d1", NULL);
  g_assert_cmpint (draft->seen, ==, seen);
  /* What was put aside can still be sent; twice dealt with is no error. */
  g_assert_true (ruhu_store_resend (f->a->store, 1, &seq, &error));
  g_assert_no_error (error);
  g_assert_cmpint (seq, ==, 2);
  assert_value (f->a->store, "household", "h1", "group_name", "\"九组\"");
  laptop_push (f->a, f->township);
  g_assert_cmpint (count_kind (f->township->store, "quarantined"), ==, 1);
  assert_value (f->township->store, "household", "h1", "group_name", "\"九组\"");
  g_assert_false (ruhu_store_discard_review (f->a->store, 99, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (ruhu_store_resend (f->a->store, 2, NULL, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND);
  sync_all (f);
}

static void
test_an_office_laptop_that_comes_later_is_given_what_waits (Laptops *f, gconstpointer data)
{
  Laptop *late;
  gint64 waiting;

  for (guint i = 0; i < 2; i++)
    quarantine_one (f);
  sync_all (f);
  decide (f->office, "0a", 1, FALSE, "x");
  laptop_sync (f->office, f->township);
  late = laptop_new (f->township, "0e", "office");
  laptop_pull (late, f->township);
  g_assert_true (ruhu_store_count_quarantine (late->store, &waiting, NULL));
  g_assert_cmpint (waiting, ==, 1);
  /* Who leaves the office leaves what waits for it. */
  township_write (f->township, "township", "{\"helper\":{\"office\":{\"role\":\"inspector\"}}}");
  laptop_pull (late, f->township);
  g_assert_cmpint (count_kind (late->store, "quarantined"), ==, 0);
  g_assert_cmpint (store_count (late->store, "SELECT count (*) FROM r_household"), ==, 2);
  township_write (f->township, "township", "{\"helper\":{\"office\":{\"role\":\"office\"}}}");
  laptop_pull (late, f->township);
  g_assert_true (ruhu_store_count_quarantine (late->store, &waiting, NULL));
  g_assert_cmpint (waiting, ==, 1);
  laptop_free (late);
  sync_all (f);
}

static void
test_what_was_let_in_cannot_be_forged (Laptops *f, gconstpointer data)
{
  static const char *const wrongs[] = {
    "UPDATE log SET detail = '{}' WHERE kind = 'change' AND device = '0a'",
    "UPDATE log SET kind = 'change' WHERE kind = 'quarantined'",
    "UPDATE log SET reason = 'expired' WHERE kind = 'quarantined'",
    "DELETE FROM log WHERE kind = 'change' AND device = '0a'",
  };
  RuhuDatabase *database = ruhu_store_get_database (f->township->store);
  g_autoptr (RuhuJson) yes = ruhu_decision_make_set (f->township->store, "h1", "0a", 1, TRUE, NULL);
  gint64 n;

  quarantine_one (f);
  township_write (f->township, "h1", json_object_to_json_string (yes));
  for (guint i = 0; i < G_N_ELEMENTS (wrongs); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (ruhu_database_execute (database, "SAVEPOINT one; DROP INDEX log_identity", NULL));
      g_assert_true (ruhu_database_execute (database, wrongs[i], NULL));
      g_assert_false (ruhu_ledger_verify (f->township->ledger, &n, &error));
      g_assert_error (error, RUHU_ERROR, RUHU_ERROR_CORRUPT);
      g_assert_true (ruhu_database_execute (database, "ROLLBACK TO one; RELEASE one", NULL));
    }
}

#define ADD(name) g_test_add ("/quarantine/" #name, Laptops, NULL, laptops_set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (what_a_laptop_had_no_right_to_is_quarantined_and_told);
  ADD (an_accepted_change_takes_effect_at_its_decision);
  ADD (an_author_who_holds_it_again_sees_it_take_effect);
  ADD (an_author_who_has_lost_it_sees_it_take_effect);
  ADD (what_the_same_laptop_wrote_later_supersedes_it);
  ADD (an_accepted_change_is_concurrent_with_what_it_had_not_seen);
  ADD (a_refusal_reaches_its_author_with_the_reason);
  ADD (the_first_acceptance_counts_and_a_refusal_may_be_taken_back);
  ADD (only_the_office_decides);
  ADD (rights_that_ended_long_ago_are_no_rights);
  ADD (a_role_that_lacks_is_for_the_office_and_nonsense_is_not);
  ADD (a_withdrawn_laptop_hands_everything_over_and_then_erases);
  ADD (a_refused_change_is_sent_again_as_it_is_or_opened);
  ADD (an_office_laptop_that_comes_later_is_given_what_waits);
  ADD (what_was_let_in_cannot_be_forged);
  return g_test_run ();
}
