/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was recorded wrongly is taken out of the file by who may, stays in the log, and comes back: on one laptop, at the township, and when somebody else writes meanwhile. */
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-fixture.h"
#include "ruhu-income.h"
#include "ruhu-store-removed.h"

#define LINE "{\"income_line\":{\"l1\":{\"year\":2018,\"cat\":\"1\",\"item\":\"01\",\"amount\":12000000,\"person_id\":\"p1\"}}}"
#define HASH "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

typedef struct
{
  Township *township;
  Laptop *a;
  Laptop *b;
  Laptop *office;
} Fixture;

static void
sync_all (Fixture *f)
{
  for (guint i = 0; i < 2; i++)
    {
      laptop_sync (f->a, f->township);
      laptop_sync (f->b, f->township);
      laptop_sync (f->office, f->township);
    }
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->township = township_new ();
  f->a = laptop_new (f->township, "0a", "helper-a");
  f->b = laptop_new (f->township, "0b", "helper-b");
  f->office = laptop_new (f->township, "0f", "office");
  sync_all (f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  laptop_free (f->a);
  laptop_free (f->b);
  laptop_free (f->office);
  township_free (f->township);
}

static void
assert_cannot_save (Laptop *laptop, const char *set)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (laptop_try_save (laptop, "h1", set, -1, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
}

/* What the township says of a change that a helper's program would not have made: "" or the error's name. */
static char *
judge (Fixture *f, const char *user, RuhuRole role, const char *set)
{
  g_autoptr (RuhuChange) change = g_new0 (RuhuChange, 1);
  g_autoptr (GError) error = NULL;

  change->device = g_strdup ("0x");
  change->seq = 1;
  change->time = g_strdup ("2018-06-30T08:12:33.123Z.0004");
  change->by = g_strdup (user);
  change->scope = g_strdup ("h1");
  change->set = json_tokener_parse (set);
  if (ruhu_validator_check_remote (ruhu_store_get_validator (f->township->store), change, role, &error))
    return g_strdup ("");
  return g_strdup (ruhu_error_get_name (error->code));
}

#define assert_judged(user, role, set, expected)                      \
  G_STMT_START                                                        \
  {                                                                   \
    g_autofree char *found_ = judge (f, user, RUHU_ROLE_##role, set); \
    g_assert_cmpstr (found_, ==, expected);                           \
  }                                                                   \
  G_STMT_END

static gint64
read_net (Laptop *laptop)
{
  g_autoptr (GPtrArray) years = ruhu_income_summary (ruhu_store_get_database (laptop->store), "h1", NULL);

  g_assert_nonnull (years);
  return years->len > 0 ? ((RuhuIncomeYear *) years->pdata[0])->net : 0;
}

static void
test_an_income_line_by_its_author (Fixture *f, gconstpointer data)
{
  laptop_save (f->a, "h1", LINE, -1);
  sync_all (f);
  g_assert_cmpint (read_net (f->b), ==, 12000000);
  assert_cannot_save (f->b, "{\"income_line\":{\"l1\":{\"deleted\":true}}}");
  laptop_save (f->a, "h1", "{\"income_line\":{\"l1\":{\"deleted\":true}}}", -1);
  sync_all (f);
  g_assert_cmpint (read_net (f->b), ==, 0);
  g_assert_cmpint (read_net (f->office), ==, 0);
  /* Whoever removed it is not its author by that; and who wrote it may bring it back, not change it. */
  assert_cannot_save (f->b, "{\"income_line\":{\"l1\":{\"deleted\":false}}}");
  assert_cannot_save (f->a, "{\"income_line\":{\"l1\":{\"deleted\":false,\"amount\":1200000}}}");
  laptop_save (f->a, "h1", "{\"income_line\":{\"l1\":{\"deleted\":false}}}", -1);
  sync_all (f);
  g_assert_cmpint (read_net (f->b), ==, 12000000);
}

static void
test_what_is_written_once_by_the_office_too (Fixture *f, gconstpointer data)
{
  laptop_save (f->a, "h1", "{\"photo\":{\"f1\":{\"subject\":\"01\",\"image\":\"" HASH "\",\"things_only\":true,\"date\":\"2018-06-29\"}}}", -1);
  sync_all (f);
  laptop_save (f->office, "h1", "{\"photo\":{\"f1\":{\"deleted\":true}}}", -1);
  sync_all (f);
  assert_value (f->a->store, "photo", "f1", "deleted", "true");
  /* The office is not the author: a helper who did not write it has gained nothing. */
  assert_cannot_save (f->b, "{\"photo\":{\"f1\":{\"deleted\":false}}}");
}

static void
test_the_township_takes_it_from_whom_it_may (Fixture *f, gconstpointer data)
{
  laptop_save (f->a, "h1", LINE, -1);
  laptop_save (f->a, "h1", "{\"visit\":{\"w1\":{\"date\":\"2018-06-29\",\"outcome\":\"2\"}},\"consent\":{\"c1\":{\"subject\":\"2\",\"person_id\":\"p1\",\"understood\":true,\"decision\":\"1\",\"date\":\"2018-06-01\"}}}", -1);
  sync_all (f);
  assert_judged ("helper-a", HELPER, "{\"income_line\":{\"l1\":{\"deleted\":true}}}", "");
  assert_judged ("helper-b", HELPER, "{\"income_line\":{\"l1\":{\"deleted\":true}}}", "forbidden");
  assert_judged ("office", OFFICE, "{\"income_line\":{\"l1\":{\"deleted\":true}}}", "");
  assert_judged ("inspector", INSPECTOR, "{\"income_line\":{\"l1\":{\"deleted\":true}}}", "forbidden");
  /* Not even by who wrote them. */
  assert_judged ("helper-a", HELPER, "{\"visit\":{\"w1\":{\"deleted\":true}}}", "forbidden");
  assert_judged ("helper-a", HELPER, "{\"consent\":{\"c1\":{\"deleted\":true}}}", "forbidden");
  assert_judged ("helper-a", HELPER, "{\"household\":{\"h1\":{\"deleted\":true}}}", "forbidden");
}

static void
test_it_says_who_removed_what (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) removed = NULL;
  g_autoptr (GError) error = NULL;
  const RuhuRemoved *one;

  laptop_save (f->b, "h1", "{\"problem\":{\"q1\":{\"kind\":\"04\",\"found\":\"2018-06-01\",\"state\":\"1\",\"description\":\"房顶漏\"}}}", -1);
  laptop_save (f->a, "h1", LINE, -1);
  sync_all (f);
  laptop_save (f->a, "h1", "{\"problem\":{\"q1\":{\"deleted\":true}}}", -1);
  laptop_save (f->a, "h1", "{\"income_line\":{\"l1\":{\"deleted\":true}}}", -1);
  sync_all (f);
  removed = ruhu_store_list_removed (f->b->store, "h1", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (removed->len, ==, 2);
  one = removed->pdata[0];
  g_assert_cmpstr (one->type->name, ==, "income_line");
  g_assert_false (one->may_return);
  one = removed->pdata[1];
  g_assert_cmpstr (one->type->name, ==, "problem");
  g_assert_cmpstr (one->version->by, ==, "helper-a");
  g_assert_cmpstr (json_object_get_string (json_object_object_get (one->record->fields, "description")), ==, "房顶漏");
  g_assert_true (one->may_return);
}

/* Two laptops: whoever went on writing had not seen that it was removed. */
static void
test_removal_beside_an_edit_is_a_conflict (Fixture *f, gconstpointer data)
{
  laptop_save (f->a, "h1", "{\"problem\":{\"q1\":{\"kind\":\"04\",\"found\":\"2018-06-01\",\"state\":\"1\"}}}", -1);
  sync_all (f);
  laptop_save (f->a, "h1", "{\"problem\":{\"q1\":{\"deleted\":true}}}", -1);
  laptop_save (f->b, "h1", "{\"problem\":{\"q1\":{\"state\":\"2\"}}}", -1);
  sync_all (f);
  for (guint i = 0; i < 2; i++)
    {
      Laptop *laptop = i == 0 ? f->a : f->b;
      g_autoptr (GPtrArray) conflicts = ruhu_store_list_conflicts (laptop->store, "h1", 0, 0, NULL);

      /* The edit stands, and somebody is asked. */
      assert_value (laptop->store, "problem", "q1", "deleted", "-");
      assert_value (laptop->store, "problem", "q1", "state", "\"2\"");
      g_assert_cmpuint (conflicts->len, ==, 1);
      g_assert_cmpstr (((RuhuConflict *) conflicts->pdata[0])->field, ==, "deleted");
    }
  laptop_save (f->b, "h1", "{\"problem\":{\"q1\":{\"deleted\":true}}}", -1);
  sync_all (f);
  assert_value (f->a->store, "problem", "q1", "deleted", "true");
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM conflict"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_setenv ("LANGUAGE", "en", TRUE);
  g_test_init (&argc, &argv, NULL);
#define add(name, func) g_test_add ("/removal/" name, Fixture, NULL, set_up, func, tear_down)
  add ("income-line-by-its-author", test_an_income_line_by_its_author);
  add ("what-is-written-once-by-the-office-too", test_what_is_written_once_by_the_office_too);
  add ("township-takes-it-from-whom-it-may", test_the_township_takes_it_from_whom_it_may);
  add ("says-who-removed-what", test_it_says_who_removed_what);
  add ("beside-an-edit-is-a-conflict", test_removal_beside_an_edit_is_a_conflict);
#undef add
  return g_test_run ();
}
