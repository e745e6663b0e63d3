/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every rule over the made-up township: without the dirty layer only what the plan itself brings; with it each rule exactly in the households that are there to break it. */
#include "config.h"

#include "ruhu-checks.h"
#include "ruhu-cleanups.h"
#include "ruhu-generate.h"

#include <glib/gstdio.h>
#include <string.h>

#define SEED  1
#define TODAY "2018-06-30"
/* The plan counts 37 unsafe houses among households that are out of poverty (DOMAIN.md, section 5): each is a danger of falling back, and an unsafe house. */
#define UNSAFE 37

typedef struct
{
  char *directory;
  char *path;
  guint64 calls;
  RuhuStore *store;
  RuhuLedger *ledger;
} Made;

static void
make (Made *self, gboolean dirty)
{
  g_autoptr (GError) error = NULL;
  gboolean left = TRUE;

  self->directory = g_dir_make_tmp ("ruhu-dirty-XXXXXX", NULL);
  self->path = g_build_filename (self->directory, "township.db", NULL);
  RuhuStoreOptions options = { .path = self->path, .flags = RUHU_DATABASE_CREATE, .now = ruhu_generate_now, .now_data = &self->calls };
  self->store = ruhu_store_open (&options, &error);
  g_assert_no_error (error);
  self->ledger = ruhu_ledger_new (self->store);
  g_assert_true (ruhu_generate (self->ledger, SEED, &error));
  g_assert_true (!dirty || ruhu_generate_dirty (self->ledger, SEED, &error));
  g_assert_no_error (error);
  while (left)
    g_assert_true (ruhu_checks_run (self->store, self->ledger, TODAY, 100, TRUE, &left, &error));
}

static void
clear (Made *self)
{
  static const char *const suffixes[] = { "", "-wal", "-shm" };

  ruhu_ledger_free (self->ledger);
  ruhu_store_close (self->store);
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *file = g_strconcat (self->path, suffixes[i], NULL);
      g_unlink (file);
    }
  g_rmdir (self->directory);
  g_free (self->path);
  g_free (self->directory);
}

static gint64
count (Made *self, const char *sql, const char *rule)
{
  gint64 n = -1;

  g_assert_true (ruhu_database_get_integer (ruhu_store_get_database (self->store), sql, 0, &n, NULL, "s", rule));
  return n;
}

#define ALL   "SELECT count(*) FROM finding WHERE rule = ?1"
#define OTHER "SELECT count(*) FROM finding WHERE rule NOT IN ('R65', 'R71') AND ?1 = ''"
/* In the households that are there for it; elsewhere. "x" ends the number of the other one of a pair. */
#define LABELLED    "SELECT count(*) FROM finding AS f JOIN r_household AS h ON h.id = f.scope WHERE f.rule = ?1 AND h.hh_no LIKE ?1 || '-_%'"
#define MISLABELLED "SELECT count(*) FROM finding AS f JOIN r_household AS h ON h.id = f.scope WHERE f.rule = ?1 AND h.hh_no LIKE '_%-_' AND h.hh_no NOT LIKE ?1 || '-_%' AND h.hh_no GLOB '[RD][0-9]*'"

static void
test_the_clean_township_has_what_the_plan_brings (void)
{
  Made made = { 0 };

  make (&made, FALSE);
  g_assert_cmpint (count (&made, ALL, "R65"), ==, UNSAFE);
  g_assert_cmpint (count (&made, ALL, "R71"), ==, UNSAFE);
  g_assert_cmpint (count (&made, OTHER, ""), ==, 0);
  clear (&made);
}

static void
test_the_dirty_layer_breaks_each_rule_three_times (void)
{
  static const char *const pairs[] = { "R06", "R07", "R100b", "D05", NULL };
  Made made = { 0 };

  make (&made, TRUE);
  GPtrArray *rules = ruhu_catalogue_get_rules (ruhu_store_get_catalogue (made.store));
  guint broken = 0;
  for (guint i = 0; i < rules->len; i++)
    {
      RuhuRule *rule = g_ptr_array_index (rules, i);
      /* A pair is found from both sides. */
      gint64 expected = !ruhu_generate_is_dirty (rule) ? 0 : g_strv_contains (pairs, rule->id) ? 2 * RUHU_DIRTY_EACH
                                                                                               : RUHU_DIRTY_EACH;
      gint64 plan = strcmp (rule->id, "R65") == 0 || strcmp (rule->id, "R71") == 0 ? UNSAFE : 0;
      if (count (&made, LABELLED, rule->id) != expected || count (&made, MISLABELLED, rule->id) != 0 || count (&made, ALL, rule->id) != expected + plan)
        g_error ("%s: %d findings, %d of them where they should be, %d in households made for other rules", rule->id, (int) count (&made, ALL, rule->id),
                 (int) count (&made, LABELLED, rule->id), (int) count (&made, MISLABELLED, rule->id));
      broken += expected > 0;
    }
  g_assert_cmpuint (broken, >=, 50);
  clear (&made);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dirty/the-clean-township-has-what-the-plan-brings", test_the_clean_township_has_what_the_plan_brings);
  g_test_add_func ("/dirty/the-dirty-layer-breaks-each-rule-three-times", test_the_dirty_layer_breaks_each_rule_three_times);
  return g_test_run ();
}
