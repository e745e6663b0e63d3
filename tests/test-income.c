/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a household lives on, against the line: in whole 分, no quotient rounded on the way. */
#include "config.h"

#include "ruhu-fixture.h"
#include "ruhu-income.h"

#include <string.h>

typedef struct
{
  Township *township;
} Fixture;

static void
write_keyed (Fixture *f, const char *scope, const char *name, const char *json)
{
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (f->township->store), name);
  json_object *fields = json_tokener_parse (json);
  g_autofree char *id = ruhu_record_type_make_id (type, scope, fields);
  g_autofree char *set = g_strdup_printf ("{\"%s\":{\"%s\":%s}}", name, id, json);

  json_object_put (fields);
  township_write (f->township, scope, set);
}

static void
add_line (Fixture *f, const char *id, const char *cat, gint64 fen)
{
  g_autofree char *set = g_strdup_printf ("{\"income_line\":{\"%s\":{\"year\":2017,\"cat\":\"%s\",\"item\":\"01\",\"amount\":%" G_GINT64_FORMAT "}}}", id, cat, fen);

  township_write (f->township, "h1", set);
}

/* Three persons, a line of 3,335.00 yuan: 10,005.00 are needed. */
static void
set_up (Fixture *f, gconstpointer data)
{
  f->township = township_new ();
  write_keyed (f, RUHU_SCOPE_TOWNSHIP, "poverty_line", "{\"year\":2017,\"line\":333500,\"source\":\"测试\"}");
  write_keyed (f, "h1", "income_book", "{\"year\":2017,\"base_persons\":3}");
  add_line (f, "l1", "1", 800000);
  add_line (f, "l2", "2", 300000);
  add_line (f, "l3", "5", 100000);
  add_line (f, "l4", "9", 9900000);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  township_free (f->township);
}

static RuhuIncomeYear *
read_year (GPtrArray **years, Fixture *f)
{
  g_autoptr (GError) error = NULL;

  *years = ruhu_income_summary (ruhu_store_get_database (f->township->store), "h1", &error);
  g_assert_no_error (error);
  g_assert_cmpuint ((*years)->len, >=, 1);
  return (*years)->pdata[0];
}

static void
test_costs_are_taken_off_and_grants_left_out (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) years = NULL;
  const RuhuIncomeYear *year = read_year (&years, f);
  g_autofree char *formula = ruhu_income_year_explain (year);

  g_assert_cmpint (year->year, ==, 2017);
  g_assert_cmpint (year->net, ==, 1000000);
  g_assert_cmpint (year->sums[RUHU_INCOME_NOT_COUNTED], ==, 9900000);
  g_assert_cmpint (year->needed, ==, 1000500);
  g_assert_cmpint (year->persons, ==, 3);
  g_assert_nonnull (strstr (formula, "10,000.00"));
}

/* 3,333.33 a person, rounded up or down, is not what is compared. */
static void
test_one_fen_decides (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) years = NULL;
  const RuhuIncomeYear *year = read_year (&years, f);

  g_assert_cmpint (year->standing, ==, RUHU_INCOME_BELOW);
  g_clear_pointer (&years, g_ptr_array_unref);
  add_line (f, "l5", "4", 499);
  year = read_year (&years, f);
  g_assert_cmpint (year->standing, ==, RUHU_INCOME_BELOW);
  g_assert_cmpint (year->per_person, ==, 333499);
  g_clear_pointer (&years, g_ptr_array_unref);
  add_line (f, "l6", "3", 1);
  year = read_year (&years, f);
  g_assert_cmpint (year->standing, ==, RUHU_INCOME_ABOVE);
}

static void
test_without_a_line_nothing_is_claimed (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) years = NULL;
  const RuhuIncomeYear *year;

  township_write (f->township, "h1", "{\"income_line\":{\"k1\":{\"year\":2019,\"cat\":\"1\",\"item\":\"01\",\"amount\":1}}}");
  year = read_year (&years, f);
  g_assert_cmpint (year->year, ==, 2019);
  g_assert_cmpint (year->standing, ==, RUHU_INCOME_UNKNOWN);
  g_assert_true (year->persons_from_members);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/income/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("costs-are-taken-off-and-grants-left-out", test_costs_are_taken_off_and_grants_left_out);
  ADD ("one-fen-decides", test_one_fen_decides);
  ADD ("without-a-line-nothing-is-claimed", test_without_a_line_nothing_is_claimed);
#undef ADD
  return g_test_run ();
}
