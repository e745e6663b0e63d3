/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a helper does with a change that the township refused. */
#include "config.h"

#include "ruhu-error.h"
#include "ruhu-fixture.h"
#include "ruhu-store-review.h"

typedef struct
{
  Township *township;
  Laptop *a; /* helper-a: h1 */
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->township = township_new ();
  f->a = laptop_new (f->township, "0a", "helper-a");
  laptop_pull (f->a, f->township);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  laptop_free (f->a);
  township_free (f->township);
}

/* A change that the township refused, for a value that is then put right on the laptop. *@seq: its number. */
static void
make_refused (Fixture *f, gint64 *seq)
{
  g_autoptr (GPtrArray) refused = NULL;

  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"name\":\"曾晓明\"}}}", -1);
  g_assert_true (ruhu_database_execute (ruhu_store_get_database (f->a->store),
                                        "UPDATE log SET body = replace (body, '\"name\":\"曾晓明\"', '\"sex\":\"7\"'), hash = NULL WHERE position IS NULL", NULL));
  g_assert_cmpuint (laptop_push (f->a, f->township), ==, 1);
  laptop_pull (f->a, f->township);
  refused = ruhu_store_list_refused (f->a->store, NULL);
  g_assert_cmpuint (refused->len, ==, 1);
  *seq = ((RuhuOutboxItem *) g_ptr_array_index (refused, 0))->seq;
}

static void
assert_outbox (Fixture *f, gint64 n_waiting, gint64 n_refused)
{
  gint64 waiting, refused;

  g_assert_true (ruhu_store_count_outbox (f->a->store, &waiting, &refused, NULL));
  g_assert_cmpint (waiting, ==, n_waiting);
  g_assert_cmpint (refused, ==, n_refused);
}

static void
test_a_refused_change_is_discarded_and_called_back (Fixture *f, gconstpointer data)
{
  gint64 seq;

  make_refused (f, &seq);
  g_assert_true (ruhu_store_discard_review (f->a->store, seq, NULL));
  assert_outbox (f, 0, 0);
  g_assert_true (ruhu_store_recall_review (f->a->store, seq, NULL));
  assert_outbox (f, 0, 1);
  g_assert_false (ruhu_store_recall_review (f->a->store, seq, NULL));
}

static void
test_a_refused_change_is_sent_again_once_it_is_right (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 seq;

  make_refused (f, &seq);
  /* Still wrong: it stays where it is. */
  g_assert_false (ruhu_store_resend (f->a->store, seq, NULL, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
  assert_outbox (f, 0, 1);
  g_assert_true (ruhu_database_execute (ruhu_store_get_database (f->a->store), "UPDATE log SET body = replace (body, '\"sex\":\"7\"', '\"name\":\"曾晓明\"') WHERE kind = 'refused'", NULL));
  g_assert_true (ruhu_store_resend (f->a->store, seq, NULL, NULL));
  assert_outbox (f, 1, 0);
  laptop_sync (f->a, f->township);
  assert_outbox (f, 0, 0);
  assert_value (f->township->store, "person", "p1", "name", "\"曾晓明\"");
}

#define ADD(name) g_test_add ("/refused/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (a_refused_change_is_discarded_and_called_back);
  ADD (a_refused_change_is_sent_again_once_it_is_right);
  return g_test_run ();
}
