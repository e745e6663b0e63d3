/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the simulation (sim/) found out, each in its smallest form. */
#include "config.h"

#include "ruhu-error.h"
#include "ruhu-fixture.h"

#include <string.h>

static void
take_h1_from_a (Laptops *f)
{
  township_write (f->township, "h1", "{\"assignment\":{\"a1\":{\"to_date\":\"2018-06-01\"}}}");
  laptop_pull (f->a, f->township);
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM scope WHERE scope = 'h1'"), ==, 0);
}

static void
test_a_clock_set_right_makes_no_rows_of_what_has_gone (Laptops *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"name\":\"曾大明\"}}}", -1);
  take_h1_from_a (f);
  g_assert_true (ruhu_replica_correct_clock (f->a->replica, -7200000, &error));
  g_assert_no_error (error);
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM r_person WHERE scope = 'h1'"), ==, 0);
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM log WHERE scope = 'h1' AND position IS NULL"), ==, 1);
}

/* A person's name is required, and is not here any more: the draft says nothing of it, and needs not to. */
static void
test_a_draft_of_what_has_gone_is_judged_by_what_it_says (Laptops *f, gconstpointer data)
{
  json_object *set = json_tokener_parse ("{\"person\":{\"p1\":{\"sex\":\"2\"}}}");
  json_object *body = json_object_new_object ();
  RuhuEdit edit = { .scope = "h1", .set = set, .draft = "d1" };
  g_autoptr (GError) error = NULL;
  gint64 seq;

  g_assert_true (ruhu_store_get_seen (f->a->store, &edit.seen, &error));
  g_assert_true (ruhu_store_put_draft (f->a->store, "d1", "visit", "h1", edit.seen, body, &error));
  take_h1_from_a (f);
  g_assert_true (ruhu_store_save (f->a->store, &edit, &seq, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (laptop_push (f->a, f->township), ==, 0);
  assert_value (f->township->store, "person", "p1", "sex", "\"2\"");
  json_object_put (set);
  json_object_put (body);
}

static void
test_who_is_brought_back_by_a_concurrent_edit_gets_the_households_back (Laptops *f, gconstpointer data)
{
  laptop_save (f->office, "township", "{\"helper\":{\"helper-a\":{\"name\":\"甲天\"}}}", -1);
  township_write (f->township, "township", "{\"helper\":{\"helper-a\":{\"deleted\":true}}}");
  laptop_pull (f->a, f->township);
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM scope"), ==, 0);
  g_assert_cmpuint (laptop_push (f->office, f->township), ==, 0);
  laptop_pull (f->a, f->township);
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM scope WHERE scope = 'h1'"), ==, 1);
}

static void
test_two_who_delete_a_record_apart_agree (Laptops *f, gconstpointer data)
{
  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"deleted\":true}}}", -1);
  laptop_save (f->b, "h1", "{\"person\":{\"p1\":{\"deleted\":true}}}", -1);
  laptop_sync (f->a, f->township);
  laptop_sync (f->b, f->township);
  laptop_sync (f->a, f->township);
  g_assert_cmpint (store_count (f->a->store, "SELECT deleted FROM r_person WHERE id = 'p1'"), ==, 1);
  g_assert_cmpint (store_count (f->b->store, "SELECT deleted FROM r_person WHERE id = 'p1'"), ==, 1);
  g_assert_cmpint (store_count (f->township->store, "SELECT deleted FROM r_person WHERE id = 'p1'"), ==, 1);
  g_assert_cmpint (store_count (f->township->store, "SELECT count (*) FROM conflict"), ==, 0);
}

static void
test_what_is_written_to_a_deleted_record_is_checked_all_the_same (Laptops *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"deleted\":true}}}", -1);
  g_assert_false (laptop_try_save (f->a, "h1", "{\"person\":{\"p1\":{\"sex\":\"no such code\"}}}", -1, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
}

static void
test_every_page_of_the_stream_brings_a_laptop_further (Laptops *f, gconstpointer data)
{
  g_autoptr (GString) page = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *same = NULL;
  gint64 cursor;

  g_assert_true (ruhu_replica_get_cursor (f->a->replica, &cursor, NULL, &error));
  township_write (f->township, "h1", "{\"assignment\":{\"a1\":{\"to_date\":\"2018-06-01\"}}}");
  g_assert_true (ruhu_ledger_stream (f->township->ledger, "0a", cursor, NULL, 1, page, &error));
  g_assert_nonnull (strstr (page->str, "\"revoke\":\"h1\""));
  same = g_strdup_printf ("{\"until\":%" G_GINT64_FORMAT ",", cursor);
  g_assert_null (strstr (page->str, same));
}

#define ADD(name) g_test_add ("/edges/" #name, Laptops, NULL, laptops_set_up, test_##name, laptops_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (a_clock_set_right_makes_no_rows_of_what_has_gone);
  ADD (a_draft_of_what_has_gone_is_judged_by_what_it_says);
  ADD (who_is_brought_back_by_a_concurrent_edit_gets_the_households_back);
  ADD (two_who_delete_a_record_apart_agree);
  ADD (what_is_written_to_a_deleted_record_is_checked_all_the_same);
  ADD (every_page_of_the_stream_brings_a_laptop_further);
  return g_test_run ();
}
