/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A waiting change that a disk has altered: whatever is done to the outbox, it is not sent, and it comes before its author. */
#include "config.h"

#include "ruhu-error.h"
#include "ruhu-quick-sum.h"
#include "ruhu-salvage.h"
#include "ruhu-standing.h"

#include <glib/gstdio.h>
#include <string.h>

#define NAME_OF(text) "{\"household\":{\"h1\":{\"group_name\":\"" text "\"}}}"

#define REFUSED(reason) "SELECT count (*) FROM log WHERE kind = 'refused' AND reason = '" reason "' AND position IS NULL"

static void
run (Laptop *laptop, const char *sql)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_database_execute (ruhu_store_get_database (laptop->store), sql, &error));
  g_assert_no_error (error);
}

/* In its form, and in what it says. */
static void
alter (Laptop *laptop, gboolean everywhere)
{
  run (laptop, "UPDATE log SET body = replace (body, '\"FORM\"', '\"FORM ') WHERE position IS NULL");
  run (laptop, "UPDATE log SET body = replace (body, '\"VALUE\"', '\"WALUE\"') WHERE position IS NULL");
  if (!everywhere)
    return;
  /* No older copy is left from which it could be read. */
  run (laptop, "VACUUM");
  g_assert_true (ruhu_database_checkpoint (ruhu_store_get_database (laptop->store), NULL));
}

/* Two that are altered, in another household than what waits behind them. */
static void
save_three (Laptop *laptop)
{
  laptop_save (laptop, "h1", NAME_OF ("FORM"), -1);
  laptop_save (laptop, "h1", NAME_OF ("VALUE"), -1);
  laptop_save (laptop, "h1", "{\"person\":{\"p1\":{\"birth\":\"1970-01-02\"}}}", -1);
}

static void
send (Fixture *f)
{
  g_autoptr (GError) stop = standing_push_at (f, f->a, TRUE, NULL);

  g_assert_no_error (stop);
  standing_sync_all (f);
}

static void
assert_only_the_whole_one_arrives (Fixture *f)
{
  send (f);
  g_assert_cmpint (store_count (f->township->store, "SELECT count (*) FROM log WHERE body LIKE '%FORM%' OR body LIKE '%ALUE%'"), ==, 0);
  g_assert_cmpint (store_count (f->township->store, "SELECT count (*) FROM log WHERE body LIKE '%1970-01-02%'"), ==, 1);
  g_assert_cmpint (store_count (f->a->store, REFUSED ("damaged")), ==, 2);
}

static void
test_a_clock_that_is_corrected_stamps_no_altered_change (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  save_three (f->a);
  alter (f->a, TRUE);
  g_assert_true (ruhu_replica_correct_clock (f->a->replica, -7200000, &error));
  g_assert_no_error (error);
  f->township->now += 7200000;
  assert_only_the_whole_one_arrives (f);
  /* They stand before their author, and are in no clock's way. */
  g_assert_true (ruhu_replica_correct_clock (f->a->replica, 0, &error));
  g_assert_no_error (error);
}

/* Numbers 2 and 3 are used twice. */
static void
test_a_new_number_makes_no_altered_change_whole (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) stop = NULL;
  gint64 stopped_at;

  laptop_save (f->a, "h1", "{\"household\":{\"h1\":{\"land_forest\":1.5}}}", -1);
  standing_sync_all (f);
  standing_back_up (f->a->store, f->a->path);
  laptop_save (f->a, "h1", "{\"household\":{\"h1\":{\"land_arable\":2.5}}}", -1);
  laptop_save (f->a, "h1", "{\"household\":{\"h1\":{\"land_arable\":3.5}}}", -1);
  standing_sync_all (f);
  laptop_close (f->a);
  standing_put_back (f->a->path);
  laptop_reopen (f->a, f->township);
  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"birth\":\"1970-01-02\"}}}", -1);
  laptop_save (f->a, "h1", NAME_OF ("FORM"), -1);
  laptop_save (f->a, "h1", NAME_OF ("VALUE"), -1);
  stop = standing_push_at (f, f->a, FALSE, &stopped_at);
  g_assert_error (stop, RUHU_ERROR, RUHU_ERROR_SEQ_REUSED);
  alter (f->a, TRUE);
  standing_start_anew (f, f->a, TRUE, stopped_at, "reused");
  assert_only_the_whole_one_arrives (f);
}

/* Its pages as they were written first are still in the log: nothing is lost, and nobody need be told. */
static void
test_an_altered_change_is_sent_as_it_was_where_that_still_lies (Fixture *f, gconstpointer data)
{
  save_three (f->a);
  alter (f->a, FALSE);
  standing_sync_all (f);
  g_assert_cmpint (store_count (f->a->store, REFUSED ("damaged")), ==, 0);
  g_assert_cmpint (store_count (f->township->store, "SELECT count (*) FROM log WHERE body LIKE '%FORM\"%' OR body LIKE '%VALUE\"%'"), ==, 2);
  assert_value (f->office->store, "household", "h1", "group_name", "\"VALUE\"");
}

/* The database is read from a copy, as after damage elsewhere in it. */
static void
start_anew_from_salvage (Fixture *f, RuhuSalvage *salvage)
{
  g_autoptr (GError) error = NULL;

  run (f->a, "DELETE FROM log; DELETE FROM head; DELETE FROM checkpoint");
  g_assert_true (ruhu_salvage_put (salvage, f->a->store, &error));
  g_assert_no_error (error);
  laptop_reopen (f->a, f->township);
  standing_start_anew (f, f->a, TRUE, 0, NULL);
}

static void
test_a_rebuilding_makes_no_altered_change_whole (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuSalvage) salvage = NULL;

  save_three (f->a);
  alter (f->a, TRUE);
  salvage = ruhu_salvage_read (f->a->path, f->a->device);
  g_assert_cmpuint (salvage->changes->len, ==, 3);
  g_assert_false (salvage->whole);
  start_anew_from_salvage (f, salvage);
  assert_only_the_whole_one_arrives (f);
}

static void
test_a_text_that_is_whole_in_another_place_is_read_there (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuSalvage) salvage = NULL;

  save_three (f->a);
  alter (f->a, FALSE);
  /* The log still has the pages as they were written first. */
  salvage = ruhu_salvage_read (f->a->path, f->a->device);
  g_assert_cmpuint (salvage->changes->len, ==, 3);
  g_assert_true (salvage->whole);
  start_anew_from_salvage (f, salvage);
  send (f);
  g_assert_cmpint (store_count (f->township->store, "SELECT count (*) FROM log WHERE body LIKE '%FORM\"%' OR body LIKE '%VALUE\"%'"), ==, 2);
  assert_value (f->office->store, "household", "h1", "group_name", "\"VALUE\"");
}

/* What this laptop had put before its author stays there, also where later numbers have arrived; what its author has dealt with does not come back. */
static void
test_a_rebuilding_sends_nothing_that_was_held_back (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuSalvage) salvage = NULL;

  laptop_save (f->a, "h1", NAME_OF ("FORM"), -1);
  laptop_save (f->a, "h1", NAME_OF ("VALUE"), -1);
  alter (f->a, TRUE);
  laptop_save (f->a, "h1", NAME_OF ("HELD"), -1);
  laptop_save (f->a, "h1", NAME_OF ("SETTLED"), -1);
  run (f->a, "UPDATE log SET kind = 'refused', reason = 'seq-reused', detail = 'Compare the two.', settled = body LIKE '%SETTLED%' WHERE body LIKE '%HELD%' OR body LIKE '%SETTLED%'");
  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"birth\":\"1970-01-02\"}}}", -1);
  assert_only_the_whole_one_arrives (f);
  run (f->a, "VACUUM");
  g_assert_true (ruhu_database_checkpoint (ruhu_store_get_database (f->a->store), NULL));
  salvage = ruhu_salvage_read (f->a->path, f->a->device);
  start_anew_from_salvage (f, salvage);
  assert_only_the_whole_one_arrives (f);
  g_assert_cmpint (store_count (f->a->store, REFUSED ("seq-reused")), ==, 1);
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM log WHERE kind = 'refused' AND body LIKE '%HELD%' AND detail = 'Compare the two.'"), ==, 1);
  g_assert_cmpint (store_count (f->township->store, "SELECT count (*) FROM log WHERE body LIKE '%HELD%' OR body LIKE '%SETTLED%'"), ==, 0);
}

#define ADD(name) g_test_add ("/altered/" #name, Fixture, NULL, standing_set_up, test_##name, standing_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (a_clock_that_is_corrected_stamps_no_altered_change);
  ADD (a_new_number_makes_no_altered_change_whole);
  ADD (an_altered_change_is_sent_as_it_was_where_that_still_lies);
  ADD (a_rebuilding_makes_no_altered_change_whole);
  ADD (a_text_that_is_whole_in_another_place_is_read_there);
  ADD (a_rebuilding_sends_nothing_that_was_held_back);
  return g_test_run ();
}
