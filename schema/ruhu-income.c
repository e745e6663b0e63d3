/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-schema"

#include "config.h"

#include "ruhu-income.h"

#include "ruhu-money.h"
#include "ruhu-store-private.h"

#include <glib/gi18n-lib.h>

#define MEMBERS                                                               \
  "(SELECT count(*) FROM r_person AS p WHERE p.scope = ?1 AND p.deleted = 0 " \
  "AND coalesce(p.member_state, '01') NOT IN ('02', '03', '04', '05'))"

/* Years in which there is anything, with the sums of the classes in the order of RuhuIncomeClass. */
#define YEARS                                                                                                                                          \
  "WITH y AS (SELECT year FROM r_income_line WHERE scope = ?1 AND deleted = 0 UNION SELECT year FROM r_income_book WHERE scope = ?1 AND deleted = 0) " \
  "SELECT y.year, (SELECT count(*) FROM r_income_line AS l WHERE l.scope = ?1 AND l.deleted = 0 AND l.year = y.year), "                                \
  "(SELECT b.base_persons FROM r_income_book AS b WHERE b.scope = ?1 AND b.deleted = 0 AND b.year = y.year), " MEMBERS ", "                            \
  "(SELECT p.line FROM r_poverty_line AS p WHERE p.deleted = 0 AND p.year = y.year), "                                                                 \
  "(SELECT p.source FROM r_poverty_line AS p WHERE p.deleted = 0 AND p.year = y.year) "                                                                \
  "FROM y WHERE y.year IS NOT NULL ORDER BY y.year DESC"

#define SUMS "SELECT year, cat, sum(amount) FROM r_income_line WHERE scope = ?1 AND deleted = 0 AND amount IS NOT NULL GROUP BY year, cat"

static const char codes[RUHU_N_INCOME_CLASSES] = { '1', '2', '3', '4', '5', '9' };

void
ruhu_income_year_free (RuhuIncomeYear *self)
{
  if (self == NULL)
    return;
  g_free (self->line_source);
  g_free (self);
}

static RuhuIncomeYear *
read_year (RuhuStatement *row)
{
  RuhuIncomeYear *self = g_new0 (RuhuIncomeYear, 1);

  self->year = (int) ruhu_statement_get_integer (row, 0);
  self->n_lines = (guint) ruhu_statement_get_integer (row, 1);
  self->persons_from_members = ruhu_statement_is_null (row, 2);
  self->persons = ruhu_statement_get_integer (row, self->persons_from_members ? 3 : 2);
  self->line = ruhu_statement_get_integer (row, 4);
  self->line_source = g_strdup (ruhu_statement_get_text (row, 5));
  return self;
}

static void
add_sum (GPtrArray *years, RuhuStatement *row)
{
  const char *code = ruhu_statement_get_text (row, 1);

  for (guint i = 0; code != NULL && i < years->len; i++)
    {
      RuhuIncomeYear *year = g_ptr_array_index (years, i);
      for (guint class = 0; class < RUHU_N_INCOME_CLASSES; class ++)
        if (year->year == ruhu_statement_get_integer (row, 0) && codes[class] == code[0])
          year->sums[class] += ruhu_statement_get_integer (row, 2);
    }
}

static void
settle (RuhuIncomeYear *self)
{
  self->net = self->sums[RUHU_INCOME_WAGES] + self->sums[RUHU_INCOME_BUSINESS] + self->sums[RUHU_INCOME_PROPERTY] + self->sums[RUHU_INCOME_TRANSFERS] - self->sums[RUHU_INCOME_COSTS];
  self->needed = self->line * self->persons;
  if (self->persons > 0)
    self->per_person = self->net >= 0 ? self->net / self->persons : -((-self->net + self->persons - 1) / self->persons);
  if (self->persons > 0 && self->line > 0 && self->n_lines > 0)
    self->standing = self->net >= self->needed ? RUHU_INCOME_ABOVE : RUHU_INCOME_BELOW;
}

GPtrArray *
ruhu_income_summary (RuhuDatabase *database, const char *scope, GError **error)
{
  g_return_val_if_fail (database != NULL && scope != NULL, NULL);

  g_autoptr (GPtrArray) years = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_income_year_free);
  g_autoptr (RuhuStatement) list = ruhu_database_query (database, YEARS, error, "s", scope);
  g_autoptr (RuhuStatement) sums = list != NULL ? ruhu_database_query (database, SUMS, error, "s", scope) : NULL;
  g_autoptr (GError) local = NULL;

  if (sums == NULL)
    return NULL;
  while (ruhu_statement_next (list, &local))
    g_ptr_array_add (years, read_year (list));
  while (local == NULL && ruhu_statement_next (sums, &local))
    add_sum (years, sums);
  if (!ruhu_check_end (&local, error))
    return NULL;
  for (guint i = 0; i < years->len; i++)
    settle (g_ptr_array_index (years, i));
  return g_steal_pointer (&years);
}

char *
ruhu_income_year_explain (const RuhuIncomeYear *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  char *sums[RUHU_N_INCOME_CLASSES];
  for (guint i = 0; i < RUHU_N_INCOME_CLASSES; i++)
    sums[i] = ruhu_money_format (self->sums[i]);
  g_autofree char *net = ruhu_money_format (self->net);
  g_autofree char *per_person = ruhu_money_format (self->per_person);
  g_autofree char *line = ruhu_money_format (self->line);
  /* TRANSLATORS: year; wages, business, property, transfers, costs; the result, all in yuan */
  GString *text = g_string_new (NULL);
  g_string_append_printf (text, _ ("Net income of %d: wages %s + business %s + property %s + transfers %s − costs %s = %s yuan."), self->year, sums[RUHU_INCOME_WAGES],
                          sums[RUHU_INCOME_BUSINESS], sums[RUHU_INCOME_PROPERTY], sums[RUHU_INCOME_TRANSFERS], sums[RUHU_INCOME_COSTS], net);
  if (self->persons > 0)
    g_string_append_printf (text, _ (" For %d persons: %s yuan each."), (int) self->persons, per_person);
  if (self->standing != RUHU_INCOME_UNKNOWN)
    g_string_append_printf (text, self->standing == RUHU_INCOME_ABOVE ? _ (" The line of %s yuan is reached.") : _ (" The line of %s yuan is not reached."), line);
  if (self->sums[RUHU_INCOME_NOT_COUNTED] != 0)
    g_string_append_printf (text, _ (" Not counted: %s yuan."), sums[RUHU_INCOME_NOT_COUNTED]);
  for (guint i = 0; i < RUHU_N_INCOME_CLASSES; i++)
    g_free (sums[i]);
  return g_string_free (text, FALSE);
}
