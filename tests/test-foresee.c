/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is judged ahead of the writer, and what the writer makes of it. */
#include "config.h"

#include "ruhu-error.h"
#include "ruhu-fixture.h"

/* The outbox of @laptop, as it would be pushed. */
static GPtrArray *
take_changes (Laptop *laptop)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_pushed_free);
  g_autoptr (GString) lines = g_string_new (NULL);
  RuhuPushed *pushed = g_new0 (RuhuPushed, 1);
  gint64 last;

  g_assert_true (ruhu_replica_take_outbox (laptop->replica, 0, 1, 1 << 20, lines, &last, NULL));
  pushed->line = g_strndup (lines->str, lines->len - 1);
  pushed->length = lines->len - 1;
  pushed->change = ruhu_change_parse (pushed->line, pushed->length, NULL);
  g_ptr_array_add (changes, pushed);
  return changes;
}

static void
assert_accepts (Laptops *f, RuhuBatch *batch, guint refused, guint quarantined)
{
  g_assert_true (ruhu_ledger_accept (f->township->ledger, &batch, 1, NULL));
  g_assert_no_error (batch->stop);
  g_assert_cmpuint (batch->refused->len, ==, refused);
  g_assert_cmpuint (batch->quarantined->len, ==, quarantined);
  ruhu_batch_clear (batch);
}

static void
test_what_was_foreseen_is_judged_anew_where_it_does_not_hold (Laptops *f, gconstpointer data)
{
  g_autoptr (GPtrArray) of_a = NULL, of_b = NULL, of_office = NULL;
  RuhuBatch a = { .device = "0a" }, b = { .device = "0b" }, office = { .device = "0c" };

  laptop_save (f->a, "h1", "{\"visit\":{\"w1\":{\"date\":\"2018-06-30\",\"outcome\":\"1\"}}}", -1);
  laptop_save (f->b, "h1", "{\"visit\":{\"w1\":{\"date\":\"2018-06-29\",\"outcome\":\"1\"}}}", -1);
  laptop_save (f->office, "h1", "{\"household\":{\"h1\":{\"village_id\":\"v1\"}}}", -1);
  a.changes = of_a = take_changes (f->a);
  b.changes = of_b = take_changes (f->b);
  office.changes = of_office = take_changes (f->office);
  ruhu_ledger_foresee (f->township->ledger, RUHU_ROLE_HELPER, of_a);
  ruhu_ledger_foresee (f->township->ledger, RUHU_ROLE_HELPER, of_b);
  ruhu_ledger_foresee (f->township->ledger, RUHU_ROLE_OFFICE, of_office);
  g_assert_nonnull (((RuhuPushed *) of_a->pdata[0])->foreseen_by);
  g_assert_nonnull (((RuhuPushed *) of_b->pdata[0])->foreseen_by);
  g_assert_nonnull (((RuhuPushed *) of_office->pdata[0])->foreseen_by);
  /* A visit is written once: it was foreseen of both. */
  assert_accepts (f, &a, 0, 0);
  assert_accepts (f, &b, 1, 0);
  /* Meanwhile somebody else than the office. */
  g_assert_true (ruhu_database_execute (ruhu_store_get_database (f->township->store), "UPDATE r_helper SET role = 'helper' WHERE id = 'office'", NULL));
  assert_accepts (f, &office, 0, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/foresee/what-was-foreseen-is-judged-anew-where-it-does-not-hold", Laptops, NULL, laptops_set_up, test_what_was_foreseen_is_judged_anew_where_it_does_not_hold, laptops_tear_down);
  return g_test_run ();
}
