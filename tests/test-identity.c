/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Citizens' numbers, county codes, ages and numbers in free text. */
#include "config.h"

#include "ruhu-identity.h"
#include "ruhu-money.h"

/* Numbers of nobody: no county is 990001. */
#define MAN   "990001197003050116"
#define WOMAN "990001197208090226"

/* GB 11643 finds every single wrong digit, and every two neighbours that changed places. */
static void
test_each_wrong_digit_is_found (void)
{
  char number[] = MAN;

  g_assert_true (ruhu_identity_has_check_digit (MAN));
  g_assert_true (ruhu_identity_has_check_digit (WOMAN));
  for (gsize i = 0; i < 17; i++)
    {
      for (char c = '0'; c <= '9'; c++)
        {
          number[i] = c;
          g_assert_cmpint (ruhu_identity_has_check_digit (number), ==, c == MAN[i]);
        }
      number[i] = MAN[i];
      if (i < 16 && number[i] != number[i + 1])
        {
          number[i] = MAN[i + 1];
          number[i + 1] = MAN[i];
          g_assert_false (ruhu_identity_has_check_digit (number));
          number[i] = MAN[i];
          number[i + 1] = MAN[i + 1];
        }
    }
  g_assert_false (ruhu_identity_has_check_digit ("99000119700305011"));
  g_assert_false (ruhu_identity_has_check_digit (""));
}

/* The sum is right: there is one check character for each, and X stands for ten. */
static void
test_x_is_ten (void)
{
  guint n_x = 0;

  for (guint serial = 0; serial < 1000; serial++)
    {
      guint n = 0;

      for (const char *c = "0123456789X"; *c != '\0'; c++)
        {
          g_autofree char *number = g_strdup_printf ("99000119700305%03u%c", serial, *c);
          g_autofree char *small = g_ascii_strdown (number, -1);

          if (!ruhu_identity_has_check_digit (number))
            continue;
          n++;
          n_x += *c == 'X';
          g_assert_true (ruhu_identity_has_check_digit (small));
        }
      g_assert_cmpuint (n, ==, 1);
    }
  g_assert_cmpuint (n_x, >, 50);
}

static void
test_birth_and_sex_are_in_the_number (void)
{
  g_autofree char *birth = ruhu_identity_dup_birth (MAN);

  g_assert_cmpstr (birth, ==, "1970-03-05");
  g_assert_cmpstr (ruhu_identity_get_sex (MAN), ==, "1");
  g_assert_cmpstr (ruhu_identity_get_sex (WOMAN), ==, "2");
  g_assert_null (ruhu_identity_dup_birth ("990001197002300116"));
  g_assert_null (ruhu_identity_dup_birth ("990001189912310116"));
  g_assert_null (ruhu_identity_dup_birth ("990001"));
  g_assert_null (ruhu_identity_get_sex ("990001"));
}

/* A number keeps the code of the county that gave it, though the county is gone: Chongwen (110103) went in 2010. */
static void
test_withdrawn_counties_are_known (void)
{
  g_assert_true (ruhu_region_is_known ("110101"));
  g_assert_true (ruhu_region_is_known ("110103"));
  g_assert_false (ruhu_region_is_known ("990001"));
  g_assert_false (ruhu_region_is_known ("11010"));
}

static void
test_ages (void)
{
  g_assert_cmpint (ruhu_age_at ("2012-02-29", "2018-02-28"), ==, 5);
  g_assert_cmpint (ruhu_age_at ("2012-02-29", "2018-03-01"), ==, 6);
  g_assert_cmpint (ruhu_age_at ("2018-07-01", "2018-06-30"), ==, -1);
  g_assert_cmpint (ruhu_age_at ("2018-13-01", "2018-06-30"), ==, -1);
  /* Six on the last day of August: to school that autumn. A day later: the next. */
  g_assert_cmpint (ruhu_school_age_at ("2012-08-31", "2018-09-01"), ==, 6);
  g_assert_cmpint (ruhu_school_age_at ("2012-09-01", "2018-09-01"), ==, 5);
  g_assert_cmpint (ruhu_school_age_at ("2012-09-01", "2019-06-30"), ==, 5);
  g_assert_cmpint (ruhu_school_age_at ("2012-08-31", "2018-08-31"), ==, 6);
  g_assert_cmpint (ruhu_school_age_at ("2012-08-31", "2018-08-30"), ==, 5);
}

static void
test_numbers_in_text (void)
{
  g_assert_true (ruhu_text_has_number ("其子身份证" MAN "已办"));
  g_assert_true (ruhu_text_has_number ("电话13800138000"));
  g_assert_true (ruhu_text_has_number ("99000119700305001x"));
  g_assert_false (ruhu_text_has_number ("羊23只，麦1200斤，2018年6月30日"));
  g_assert_false (ruhu_text_has_number ("凭证号20180630123456789"));
  g_assert_false (ruhu_text_has_number (""));
}

static void
test_money_is_shown_in_yuan (void)
{
  static const struct
  {
    gint64 fen;
    const char *shown;
    const char *entry;
  } cases[] = {
    { 0, "0.00", "0.00" },
    { 5, "0.05", "0.05" },
    { 299500, "2,995.00", "2995.00" },
    { 123456789, "1,234,567.89", "1234567.89" },
    { -199, "-1.99", "-1.99" },
    { 100000000, "1,000,000.00", "1000000.00" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *shown = ruhu_money_format (cases[i].fen);
      g_autofree char *entry = ruhu_money_to_entry (cases[i].fen);

      g_assert_cmpstr (shown, ==, cases[i].shown);
      g_assert_cmpstr (entry, ==, cases[i].entry);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/identity/each-wrong-digit-is-found", test_each_wrong_digit_is_found);
  g_test_add_func ("/identity/x-is-ten", test_x_is_ten);
  g_test_add_func ("/identity/birth-and-sex-are-in-the-number", test_birth_and_sex_are_in_the_number);
  g_test_add_func ("/identity/withdrawn-counties-are-known", test_withdrawn_counties_are_known);
  g_test_add_func ("/identity/ages", test_ages);
  g_test_add_func ("/identity/numbers-in-text", test_numbers_in_text);
  g_test_add_func ("/identity/money-is-shown-in-yuan", test_money_is_shown_in_yuan);
  return g_test_run ();
}
