/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The household list and its search. */
#define G_LOG_DOMAIN "ruhu-store"

#include "config.h"

#include "ruhu-search.h"
#include "ruhu-store-private.h"
#include "ruhu-store-query.h"

#include <string.h>

/* More words than a person types; the parameters ?10 … are theirs, two a word. */
#define MAX_WORDS 6

#define ROW_COLUMNS                                                                                                                                 \
  "SELECT h.id, h.hh_no, p.name, coalesce (v.name, h.village_id), h.group_name, h.status,"                                                          \
  " (SELECT count (*) FROM r_person m WHERE m.scope = h.id AND m.deleted = 0 AND coalesce (m.member_state, '01') NOT IN ('02', '03', '04', '05'))," \
  " (SELECT max (w.date) FROM r_visit w WHERE w.scope = h.id AND w.deleted = 0),"                                                                   \
  " (SELECT count (*) FROM conflict c WHERE c.scope = h.id),"                                                                                       \
  " (SELECT count (*) FROM r_problem b WHERE b.scope = h.id AND b.deleted = 0 AND coalesce (b.state, '1') <> '4'),"                                 \
  " EXISTS (SELECT 1 FROM draft d WHERE d.scope = h.id) "
#define ROW_TABLES "FROM r_household h LEFT JOIN r_person p ON p.id = h.head LEFT JOIN r_village v ON v.id = h.village_id "

/* A number that any query may leave out. */
#define FIRST_WORD 10
/* The word of a search that so many terms begin with is frequent. */
#define FREQUENT 4000

void
ruhu_household_row_free (RuhuHouseholdRow *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->hh_no);
  g_free (self->head_name);
  g_free (self->village);
  g_free (self->group);
  g_free (self->status);
  g_free (self->last_visit);
  g_free (self);
}

static char *
dup_or_empty (const char *text)
{
  return g_strdup (text != NULL ? text : "");
}

static RuhuHouseholdRow *
row_from_statement (RuhuStatement *row)
{
  RuhuHouseholdRow *self = g_new0 (RuhuHouseholdRow, 1);

  self->id = g_strdup (ruhu_statement_get_text (row, 0));
  self->hh_no = dup_or_empty (ruhu_statement_get_text (row, 1));
  self->head_name = dup_or_empty (ruhu_statement_get_text (row, 2));
  self->village = dup_or_empty (ruhu_statement_get_text (row, 3));
  self->group = dup_or_empty (ruhu_statement_get_text (row, 4));
  self->status = g_strdup (ruhu_statement_get_text (row, 5));
  self->size = ruhu_statement_get_integer (row, 6);
  self->last_visit = g_strdup (ruhu_statement_get_text (row, 7));
  self->n_conflicts = ruhu_statement_get_integer (row, 8);
  self->n_problems = ruhu_statement_get_integer (row, 9);
  self->has_draft = ruhu_statement_get_integer (row, 10) != 0;
  return self;
}

/* The words of a search, folded; at most MAX_WORDS. Transfer full. */
static GPtrArray *
split_words (const char *text)
{
  GPtrArray *words = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) parts = g_strsplit_set (text != NULL ? text : "", " \t\n", -1);

  for (guint i = 0; parts[i] != NULL && words->len < MAX_WORDS; i++)
    {
      g_autofree char *folded = ruhu_search_fold (parts[i]);

      if (*folded != '\0')
        g_ptr_array_add (words, g_steal_pointer (&folded));
    }
  return words;
}

/* One clause a word: a term of the household (or of a person in it), or one of its village. What a rare word finds is collected first; a frequent one, which half of the households have,
 * is looked for in each household in the list's order, so that the first ones are there at once; so are the villages then, of which only those of the first ones are asked. */
static void
append_word (GString *sql, guint word, gboolean frequent, gboolean some)
{
  guint from = FIRST_WORD + 2 * word, to = from + 1;

  if (frequent && some)
    g_string_append_printf (sql,
                            "AND (EXISTS (SELECT 1 FROM term t WHERE t.scope = l.household AND t.term >= ?%u AND t.term < ?%u)"
                            " OR EXISTS (SELECT 1 FROM term t WHERE t.record = l.village AND t.term >= ?%u AND t.term < ?%u)) ",
                            from, to, from, to);
  else if (frequent)
    g_string_append_printf (sql,
                            "AND (EXISTS (SELECT 1 FROM term t WHERE t.scope = l.household AND t.term >= ?%u AND t.term < ?%u) OR l.village IN (SELECT v.id FROM r_village v"
                            " WHERE EXISTS (SELECT 1 FROM term t WHERE t.record = v.id AND t.term >= ?%u AND t.term < ?%u))) ",
                            from, to, from, to);
  else
    g_string_append_printf (sql,
                            "AND l.n IN (SELECT m.n FROM listing m WHERE m.household IN (SELECT scope FROM term WHERE term >= ?%u AND term < ?%u)"
                            " UNION SELECT m.n FROM listing m WHERE m.village IN (SELECT record FROM term WHERE term >= ?%u AND term < ?%u)) ",
                            from, to, from, to);
}

/* U+10FFFF sorts behind every character. */
static char *
dup_beyond (const char *word)
{
  return g_strconcat (word, "\xf4\x8f\xbf\xbf", NULL);
}

static gboolean
append_words (RuhuStore *self, GString *sql, GPtrArray *words, gboolean some, GError **error)
{
  for (guint i = 0; i < words->len; i++)
    {
      g_autofree char *beyond = dup_beyond (g_ptr_array_index (words, i));
      gint64 n = 0;

      if (!ruhu_database_get_integer (ruhu_store_get_database (self), "SELECT count (*) FROM (SELECT 1 FROM term WHERE term >= ?1 AND term < ?2 LIMIT ?3)", 0, &n, error,
                                      "ssi", (const char *) g_ptr_array_index (words, i), beyond, (gint64) FREQUENT))
        return FALSE;
      append_word (sql, i, n == FREQUENT, some);
    }
  return TRUE;
}

static void
append_filter (GString *sql, const RuhuHouseholdFilter *filter)
{
  if (filter->village != NULL)
    g_string_append (sql, "AND l.village = ?1 ");
  if (filter->status != NULL)
    g_string_append (sql, "AND l.status = ?2 ");
  if (filter->helper != NULL)
    g_string_append (sql, "AND l.household IN (SELECT a.scope FROM r_assignment a WHERE a.helper_id = ?3 AND a.deleted = 0 AND (a.to_date IS NULL OR a.to_date >= ?4)) ");
  if (filter->visited_before != NULL)
    /* Not by its index, or the first ones would be known only when all have been sorted. */
    g_string_append (sql, filter->sort == RUHU_SORT_DUE || filter->sort == RUHU_SORT_VISIT ? "AND l.last_visit < ?5 " : "AND +l.last_visit < ?5 ");
  if (filter->wants_problem)
    g_string_append (sql, "AND l.household IN (SELECT b.scope FROM r_problem b WHERE b.deleted = 0 AND coalesce (b.state, '1') <> '4') ");
}

static const char *
get_order (RuhuHouseholdSort sort)
{
  static const char *const orders[] = {
    [RUHU_SORT_PLACE] = "ORDER BY l.place_key, l.group_name, l.name_key, l.n",
    [RUHU_SORT_NAME] = "ORDER BY l.name_key, l.n",
    [RUHU_SORT_DUE] = "ORDER BY l.last_visit, l.place_key, l.n",
    [RUHU_SORT_VISIT] = "ORDER BY l.last_visit DESC, l.place_key DESC, l.n DESC",
  };

  return orders[MIN (sort, RUHU_SORT_VISIT)];
}

static gboolean
bind_optional (RuhuStatement *statement, int parameter, const char *text, GError **error)
{
  return text == NULL || ruhu_statement_bind_text (statement, parameter, text, -1, error);
}

static gboolean
bind_filter (RuhuStatement *statement, const RuhuHouseholdFilter *filter, GPtrArray *words, GError **error)
{
  if (!bind_optional (statement, 1, filter->village, error) || !bind_optional (statement, 2, filter->status, error) ||
      !bind_optional (statement, 3, filter->helper, error) || !bind_optional (statement, 4, filter->helper != NULL ? filter->today : NULL, error) ||
      !bind_optional (statement, 5, filter->visited_before, error) || (filter->first > 0 && !ruhu_statement_bind_integer (statement, 9, filter->first, error)))
    return FALSE;
  for (guint i = 0; i < words->len; i++)
    {
      const char *word = g_ptr_array_index (words, i);
      g_autofree char *beyond = dup_beyond (word);

      if (!ruhu_statement_bind_text (statement, (int) (FIRST_WORD + 2 * i), word, -1, error) ||
          !ruhu_statement_bind_text (statement, (int) (FIRST_WORD + 1 + 2 * i), beyond, -1, error))
        return FALSE;
    }
  return TRUE;
}

GArray *
ruhu_store_select_households (RuhuStore *self, const RuhuHouseholdFilter *filter, GError **error)
{
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GPtrArray) words = split_words (filter->text);
  g_autoptr (GString) sql = g_string_new ("SELECT l.n FROM listing l WHERE 1 = 1 ");
  g_autoptr (RuhuStatement) query = NULL;
  g_autoptr (GError) local = NULL;

  append_filter (sql, filter);
  if (!append_words (self, sql, words, filter->first > 0, error))
    return NULL;
  g_string_append (sql, get_order (filter->sort));
  if (filter->first > 0)
    g_string_append (sql, " LIMIT ?9");
  query = ruhu_database_query (ruhu_store_get_database (self), sql->str, error, "");
  if (query == NULL || !bind_filter (query, filter, words, error))
    return NULL;
  while (ruhu_statement_next (query, &local))
    {
      gint64 n = ruhu_statement_get_integer (query, 0);

      g_array_append_val (numbers, n);
    }
  return ruhu_check_end (&local, error) ? g_steal_pointer (&numbers) : NULL;
}

static gboolean
read_row (RuhuStore *self, gint64 number, GPtrArray *rows, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query =
      ruhu_database_query (ruhu_store_get_database (self), ROW_COLUMNS ROW_TABLES "WHERE h.id = (SELECT l.household FROM listing l WHERE l.n = ?1)", error, "i", number);

  if (query == NULL)
    return FALSE;
  g_ptr_array_add (rows, ruhu_statement_next (query, &local) ? row_from_statement (query) : NULL);
  return ruhu_check_end (&local, error);
}

GPtrArray *
ruhu_store_read_households (RuhuStore *self, const gint64 *numbers, guint n, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_full (n, (GDestroyNotify) ruhu_household_row_free);

  for (guint i = 0; i < n; i++)
    if (!read_row (self, numbers[i], rows, error))
      return NULL;
  return g_steal_pointer (&rows);
}

GPtrArray *
ruhu_store_find_households (RuhuStore *self, const char *text, const char *village, gint64 offset, gint64 limit, GError **error)
{
  RuhuHouseholdFilter filter = { .text = text, .village = village };
  g_autoptr (GArray) numbers = ruhu_store_select_households (self, &filter, error);
  guint first, n;

  if (numbers == NULL)
    return NULL;
  first = (guint) MIN (offset, numbers->len);
  n = (guint) MIN (limit, numbers->len - first);
  return ruhu_store_read_households (self, n > 0 ? &g_array_index (numbers, gint64, first) : NULL, n, error);
}

gboolean
ruhu_store_count_households (RuhuStore *self, const char *text, const char *village, gint64 *count, GError **error)
{
  RuhuHouseholdFilter filter = { .text = text, .village = village };
  g_autoptr (GArray) numbers = NULL;

  if ((text == NULL || *text == '\0') && village == NULL)
    return ruhu_database_get_integer (ruhu_store_get_database (self), "SELECT count (*) FROM listing", 0, count, error, "");
  numbers = ruhu_store_select_households (self, &filter, error);
  if (numbers == NULL)
    return FALSE;
  *count = numbers->len;
  return TRUE;
}

RuhuHouseholdRow *
ruhu_store_get_household_row (RuhuStore *self, const char *id, GError **error)
{
  g_autoptr (RuhuStatement) query = ruhu_database_query (ruhu_store_get_database (self), ROW_COLUMNS ROW_TABLES "WHERE h.id = ?1", error, "s", id);

  return query != NULL && ruhu_statement_next (query, error) ? row_from_statement (query) : NULL;
}
