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
#define ROW_WHERE  "WHERE h.deleted = 0 AND (?1 IS NULL OR h.village_id = ?1) "
#define ROW_ORDER  "ORDER BY 4, h.group_name, p.name, h.hh_no, h.id "

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

/* One clause a word: a term of the household (or of a person in it), or one of its village. */
static void
append_clauses (GString *sql, guint n_words)
{
  for (guint i = 0; i < n_words; i++)
    g_string_append_printf (sql,
                            "AND (h.id IN (SELECT scope FROM term WHERE term >= ?%u AND term < ?%u)"
                            " OR h.village_id IN (SELECT record FROM term WHERE term >= ?%u AND term < ?%u)) ",
                            10 + 2 * i, 11 + 2 * i, 10 + 2 * i, 11 + 2 * i);
}

static gboolean
bind_words (RuhuStatement *statement, GPtrArray *words, GError **error)
{
  for (guint i = 0; i < words->len; i++)
    {
      const char *word = g_ptr_array_index (words, i);
      /* U+10FFFF sorts behind every character. */
      g_autofree char *beyond = g_strconcat (word, "\xf4\x8f\xbf\xbf", NULL);

      if (!ruhu_statement_bind_text (statement, (int) (10 + 2 * i), word, -1, error) ||
          !ruhu_statement_bind_text (statement, (int) (11 + 2 * i), beyond, -1, error))
        return FALSE;
    }
  return TRUE;
}

GPtrArray *
ruhu_store_find_households (RuhuStore *self, const char *text, const char *village, gint64 offset, gint64 limit, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_household_row_free);
  g_autoptr (GPtrArray) words = split_words (text);
  g_autoptr (GString) sql = g_string_new (ROW_COLUMNS ROW_TABLES ROW_WHERE);
  g_autoptr (RuhuStatement) query = NULL;
  g_autoptr (GError) local = NULL;

  append_clauses (sql, words->len);
  g_string_append (sql, ROW_ORDER "LIMIT ?2 OFFSET ?3");
  query = ruhu_database_query (ruhu_store_get_database (self), sql->str, error, "sii", village, limit, offset);
  if (query == NULL || !bind_words (query, words, error))
    return NULL;
  while (ruhu_statement_next (query, &local))
    g_ptr_array_add (rows, row_from_statement (query));
  return ruhu_check_end (&local, error) ? g_steal_pointer (&rows) : NULL;
}

gboolean
ruhu_store_count_households (RuhuStore *self, const char *text, const char *village, gint64 *count, GError **error)
{
  g_autoptr (GPtrArray) words = split_words (text);
  g_autoptr (GString) sql = g_string_new ("SELECT count (*) FROM r_household h " ROW_WHERE);
  g_autoptr (RuhuStatement) query = NULL;

  append_clauses (sql, words->len);
  query = ruhu_database_query (ruhu_store_get_database (self), sql->str, error, "s", village);
  if (query == NULL || !bind_words (query, words, error) || !ruhu_statement_next (query, error))
    return FALSE;
  *count = ruhu_statement_get_integer (query, 0);
  return TRUE;
}

RuhuHouseholdRow *
ruhu_store_get_household_row (RuhuStore *self, const char *id, GError **error)
{
  g_autoptr (RuhuStatement) query = ruhu_database_query (ruhu_store_get_database (self), ROW_COLUMNS ROW_TABLES "WHERE h.id = ?1", error, "s", id);

  return query != NULL && ruhu_statement_next (query, error) ? row_from_statement (query) : NULL;
}
