/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person is reminded of: problems and facts that nobody has looked at for long. */
#define G_LOG_DOMAIN "ruhu-store"

#include "config.h"

#include "ruhu-store-private.h"
#include "ruhu-store-query.h"

#include <string.h>

/* Households looked at for old facts: those visited longest ago. */
#define CANDIDATES "200"

#define REMINDER_COLUMNS "SELECT h.id, coalesce (p.name, ''), coalesce (v.name, h.village_id, ''), "
#define OPEN_PROBLEM     "b.deleted = 0 AND coalesce (b.state, '1') <> '4' "

#define DUE_PROBLEMS                                                                                               \
  REMINDER_COLUMNS "'problem', b.id, b.description, b.kind, b.deadline FROM r_problem b "                          \
                   "JOIN r_household h ON h.id = b.scope AND h.deleted = 0 LEFT JOIN r_person p ON p.id = h.head " \
                   "LEFT JOIN r_village v ON v.id = h.village_id WHERE " OPEN_PROBLEM "AND b.deadline <= ?1 ORDER BY b.deadline, b.id LIMIT ?2"

/* Not those that are over: completed, stopped, declined. */
#define OPEN_MEASURE "m.deleted = 0 AND coalesce (m.state, '1') IN ('1', '2', '3') "

#define DUE_MEASURES                                                                                               \
  REMINDER_COLUMNS "'measure', m.id, m.note, m.kind, m.due FROM r_measure m "                                      \
                   "JOIN r_household h ON h.id = m.scope AND h.deleted = 0 LEFT JOIN r_person p ON p.id = h.head " \
                   "LEFT JOIN r_village v ON v.id = h.village_id WHERE " OPEN_MEASURE "AND m.due <= ?1 ORDER BY m.due, m.id LIMIT ?2"

/* Kind 11: data to correct. */
#define TO_CORRECT                                                                                                 \
  REMINDER_COLUMNS "'problem', b.id, b.description, b.kind, b.found FROM r_problem b "                             \
                   "JOIN r_household h ON h.id = b.scope AND h.deleted = 0 LEFT JOIN r_person p ON p.id = h.head " \
                   "LEFT JOIN r_village v ON v.id = h.village_id WHERE " OPEN_PROBLEM "AND b.kind = '11' ORDER BY b.found, b.id LIMIT ?1"

#define OLD_FACTS(type)                                                                                                                                                                    \
  REMINDER_COLUMNS "'" type "', r.id, NULL, NULL, substr (r.written, 1, 10) FROM "                                                                                                         \
                   "(SELECT f.id, f.scope, (SELECT max (g.time) FROM head t JOIN log g ON g.n = t.change WHERE t.scope = f.scope AND t.record = f.id AND t.type = '" type "') AS written " \
                   "FROM r_" type " f WHERE f.deleted = 0 AND f.scope IN (SELECT household FROM listing ORDER BY last_visit, place_key LIMIT " CANDIDATES ")) r "                          \
                   "JOIN r_household h ON h.id = r.scope AND h.deleted = 0 LEFT JOIN r_person p ON p.id = h.head "                                                                         \
                   "LEFT JOIN r_village v ON v.id = h.village_id WHERE r.written < ?1 ORDER BY r.written, r.id LIMIT ?2"

void
ruhu_reminder_free (RuhuReminder *self)
{
  if (self == NULL)
    return;
  g_free (self->household);
  g_free (self->head_name);
  g_free (self->village);
  g_free (self->type);
  g_free (self->record);
  g_free (self->text);
  g_free (self->kind);
  g_free (self->date);
  g_free (self);
}

static gboolean
read_reminders (RuhuStatement *query, GPtrArray *reminders, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    {
      RuhuReminder *reminder = g_new0 (RuhuReminder, 1);

      reminder->household = g_strdup (ruhu_statement_get_text (query, 0));
      reminder->head_name = g_strdup (ruhu_statement_get_text (query, 1));
      reminder->village = g_strdup (ruhu_statement_get_text (query, 2));
      reminder->type = g_strdup (ruhu_statement_get_text (query, 3));
      reminder->record = g_strdup (ruhu_statement_get_text (query, 4));
      reminder->text = g_strdup (ruhu_statement_get_text (query, 5));
      reminder->kind = g_strdup (ruhu_statement_get_text (query, 6));
      reminder->date = g_strdup (ruhu_statement_get_text (query, 7));
      g_ptr_array_add (reminders, reminder);
    }
  return ruhu_check_end (&local, error);
}

GPtrArray *
ruhu_store_list_due_problems (RuhuStore *self, const char *today, const char *until, guint limit, gint64 *count, gint64 *overdue, GError **error)
{
  RuhuDatabase *database = ruhu_store_get_database (self);
  g_autoptr (GPtrArray) reminders = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_reminder_free);
  g_autoptr (RuhuStatement) query = NULL;

  if (!ruhu_database_get_integer (database, "SELECT count (*) FROM r_problem b WHERE " OPEN_PROBLEM "AND b.deadline <= ?1", 0, count, error, "s", until) ||
      !ruhu_database_get_integer (database, "SELECT count (*) FROM r_problem b WHERE " OPEN_PROBLEM "AND b.deadline < ?1", 0, overdue, error, "s", today))
    return NULL;
  query = ruhu_database_query (database, DUE_PROBLEMS, error, "si", until, (gint64) limit);
  return read_reminders (query, reminders, error) ? g_steal_pointer (&reminders) : NULL;
}

GPtrArray *
ruhu_store_list_due_measures (RuhuStore *self, const char *until, guint limit, gint64 *count, GError **error)
{
  RuhuDatabase *database = ruhu_store_get_database (self);
  g_autoptr (GPtrArray) reminders = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_reminder_free);
  g_autoptr (RuhuStatement) query = NULL;

  if (!ruhu_database_get_integer (database, "SELECT count (*) FROM r_measure m WHERE " OPEN_MEASURE "AND m.due <= ?1", 0, count, error, "s", until))
    return NULL;
  query = ruhu_database_query (database, DUE_MEASURES, error, "si", until, (gint64) limit);
  return read_reminders (query, reminders, error) ? g_steal_pointer (&reminders) : NULL;
}

GPtrArray *
ruhu_store_list_unconfirmed (RuhuStore *self, const char *before, guint limit, GError **error)
{
  static const char *const facts[] = { OLD_FACTS ("living"), OLD_FACTS ("housing") };
  RuhuDatabase *database = ruhu_store_get_database (self);
  g_autoptr (GPtrArray) reminders = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_reminder_free);
  g_autoptr (RuhuStatement) wrong = ruhu_database_query (database, TO_CORRECT, error, "i", (gint64) limit);

  if (!read_reminders (wrong, reminders, error))
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (facts) && reminders->len < limit; i++)
    {
      g_autoptr (RuhuStatement) old = ruhu_database_query (database, facts[i], error, "si", before, (gint64) (limit - reminders->len));

      if (!read_reminders (old, reminders, error))
        return NULL;
    }
  return g_steal_pointer (&reminders);
}

gboolean
ruhu_store_is_asked (RuhuStore *self, const char *scope, const char *description, gboolean *is_asked, GError **error)
{
  gint64 count = 0;

  if (!ruhu_database_get_integer (ruhu_store_get_database (self), "SELECT count (*) FROM r_problem b WHERE " OPEN_PROBLEM "AND b.kind = '11' AND b.scope = ?1 AND b.description = ?2", 0, &count,
                                  error, "ss", scope, description))
    return FALSE;
  *is_asked = count > 0;
  return TRUE;
}
