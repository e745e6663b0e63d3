/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Taking back the last save: the earlier values come again as a new change; nothing leaves the log, and nobody else's word is overwritten. */
#include "config.h"

#include "ruhu-error.h"
#include "ruhu-fixture.h"

static gint64
last_seq (Laptop *laptop)
{
  return store_count (laptop->store, "SELECT max (seq) FROM log WHERE kind = 'change' AND device = (SELECT value FROM meta WHERE key = 'device')");
}

static gint64
undo (Laptop *laptop, gint64 seq)
{
  g_autoptr (GError) error = NULL;
  gint64 new_seq = 0;

  g_assert_true (ruhu_store_can_undo (laptop->store, seq));
  g_assert_true (ruhu_store_undo (laptop->store, seq, &new_seq, &error));
  g_assert_no_error (error);
  return new_seq;
}

static void
assert_cannot_undo (Laptop *laptop, gint64 seq)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (ruhu_store_can_undo (laptop->store, seq));
  g_assert_false (ruhu_store_undo (laptop->store, seq, NULL, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
}

static void
test_earlier_values_come_again (Laptops *f, gconstpointer data)
{
  gint64 n;

  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"work_months\":3,\"edu\":\"02\"}}}", -1);
  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"work_months\":5,\"health\":[\"02\"]}}}", -1);
  n = store_count (f->a->store, "SELECT count (*) FROM log");
  undo (f->a, last_seq (f->a));
  assert_value (f->a->store, "person", "p1", "work_months", "3");
  assert_value (f->a->store, "person", "p1", "health", "-");
  assert_value (f->a->store, "person", "p1", "edu", "\"02\"");
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM log"), ==, n + 1);
  laptop_sync (f->a, f->township);
  laptop_sync (f->b, f->township);
  assert_value (f->b->store, "person", "p1", "work_months", "3");
}

static void
test_undone_twice_it_is_there_again (Laptops *f, gconstpointer data)
{
  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"work_months\":3}}}", -1);
  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"work_months\":5}}}", -1);
  undo (f->a, undo (f->a, last_seq (f->a)));
  assert_value (f->a->store, "person", "p1", "work_months", "5");
}

static void
test_what_was_made_new_is_deleted (Laptops *f, gconstpointer data)
{
  gint64 again;

  laptop_save (f->a, "h1", "{\"problem\":{\"q1\":{\"kind\":\"04\",\"found\":\"2018-06-01\",\"state\":\"1\"}}}", -1);
  again = undo (f->a, last_seq (f->a));
  assert_value (f->a->store, "problem", "q1", "deleted", "true");
  undo (f->a, again);
  assert_value (f->a->store, "problem", "q1", "deleted", "-");
  assert_value (f->a->store, "problem", "q1", "kind", "\"04\"");
}

static void
test_entries_that_stay_on_record_stay (Laptops *f, gconstpointer data)
{
  laptop_save (f->a, "h1", "{\"visit\":{\"w1\":{\"date\":\"2018-06-29\",\"outcome\":\"2\"}}}", -1);
  assert_cannot_undo (f->a, last_seq (f->a));
}

/* What is written once is no less a slip of the hand: its author takes it out again, and the township lets them. */
static void
test_what_is_written_once_can_be_taken_back (Laptops *f, gconstpointer data)
{
  gint64 again;

  laptop_save (f->a, "h1", "{\"income_line\":{\"l1\":{\"year\":2018,\"cat\":\"1\",\"item\":\"01\",\"amount\":100}}}", -1);
  again = undo (f->a, last_seq (f->a));
  laptop_sync (f->a, f->township);
  assert_value (f->township->store, "income_line", "l1", "deleted", "true");
  undo (f->a, again);
  laptop_sync (f->a, f->township);
  assert_value (f->township->store, "income_line", "l1", "deleted", "-");
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM log WHERE kind <> 'change'"), ==, 0);
}

static void
test_what_was_written_since_is_not_overwritten (Laptops *f, gconstpointer data)
{
  gint64 seq;

  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"work_months\":3}}}", -1);
  seq = last_seq (f->a);
  laptop_sync (f->a, f->township);
  laptop_sync (f->b, f->township);
  laptop_save (f->b, "h1", "{\"person\":{\"p1\":{\"work_months\":9}}}", -1);
  laptop_sync (f->b, f->township);
  laptop_sync (f->a, f->township);
  assert_cannot_undo (f->a, seq);
  assert_value (f->a->store, "person", "p1", "work_months", "9");
}

static void
test_a_conflict_is_for_a_person_to_decide (Laptops *f, gconstpointer data)
{
  gint64 seq;

  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"relation\":\"02\"}}}", -1);
  seq = last_seq (f->a);
  laptop_save (f->b, "h1", "{\"person\":{\"p1\":{\"relation\":\"03\"}}}", -1);
  laptop_sync (f->a, f->township);
  laptop_sync (f->b, f->township);
  laptop_sync (f->a, f->township);
  assert_cannot_undo (f->a, seq);
}

static void
test_only_what_this_laptop_saved (Laptops *f, gconstpointer data)
{
  assert_cannot_undo (f->a, 77);
}

int
main (int argc, char **argv)
{
  g_setenv ("LANGUAGE", "en", TRUE);
  g_test_init (&argc, &argv, NULL);
#define add(name, func) g_test_add ("/undo/" name, Laptops, NULL, laptops_set_up_pair, func, laptops_tear_down)
  add ("earlier-values-come-again", test_earlier_values_come_again);
  add ("undone-twice-it-is-there-again", test_undone_twice_it_is_there_again);
  add ("what-was-made-new-is-deleted", test_what_was_made_new_is_deleted);
  add ("entries-that-stay-on-record-stay", test_entries_that_stay_on_record_stay);
  add ("what-is-written-once-can-be-taken-back", test_what_is_written_once_can_be_taken_back);
  add ("what-was-written-since-is-not-overwritten", test_what_was_written_since_is_not_overwritten);
  add ("a-conflict-is-for-a-person-to-decide", test_a_conflict_is_for_a_person_to_decide);
  add ("only-what-this-laptop-saved", test_only_what_this_laptop_saved);
#undef add
  return g_test_run ();
}
