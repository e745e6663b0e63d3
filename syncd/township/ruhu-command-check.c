/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check: what the rules find in the township's records, as counts; never a name. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-command.h"

#include "ruhu-checks.h"
#include "ruhu-store-private.h"

#include <glib/gi18n.h>
#include <string.h>

#define PORTION 100

static gboolean
run_all (RuhuSession *session, const char *today, GError **error)
{
  gboolean left = TRUE;

  if (!ruhu_checks_restart (session->store, error))
    return FALSE;
  while (left)
    if (!ruhu_checks_run (session->store, session->ledger, today, PORTION, TRUE, &left, error))
      return FALSE;
  return TRUE;
}

static gboolean
print_counts (RuhuSession *session, GError **error)
{
  g_autoptr (RuhuStatement) query = ruhu_database_query (ruhu_store_get_database (session->store),
                                                         "SELECT rule, severity, count(*), sum(noted) FROM finding GROUP BY rule, severity ORDER BY rule, severity", error, "");
  g_autoptr (GError) local = NULL;
  gint64 total = 0;

  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    {
      RuhuRule *rule = ruhu_catalogue_get_rule (ruhu_store_get_catalogue (session->store), ruhu_statement_get_text (query, 0));
      total += ruhu_statement_get_integer (query, 2);
      g_print ("%-8s %-12s %6d %6d  %s\n", ruhu_statement_get_text (query, 0), ruhu_statement_get_text (query, 1), (int) ruhu_statement_get_integer (query, 2),
               (int) ruhu_statement_get_integer (query, 3), rule != NULL ? ruhu_label_get (&rule->label) : "");
    }
  g_printerr (_ ("%d findings. Columns: rule, severity, findings, of them with a reason given.\n"), (int) total);
  return ruhu_check_end (&local, error);
}

int
ruhu_command_check (int argc, char **argv)
{
  g_autofree char *today = NULL;
  const GOptionEntry entries[] = {
    { "today", 0, 0, G_OPTION_ARG_STRING, &today, N_ ("the day to judge by, instead of the clock's"), N_ ("YYYY-MM-DD") },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (RuhuTownship) township = NULL;
  g_autoptr (RuhuSession) session = NULL;
  g_autoptr (GError) error = NULL;
  GDate date;

  if (!ruhu_command_parse (&argc, &argv, _ ("DIR"), _ ("Runs every rule over every household and the township's own records, and lists how many findings each has."), entries, 1, 1))
    return RUHU_EXIT_USAGE;
  g_date_set_parse (&date, today != NULL ? today : "2018-06-30");
  if (!g_date_valid (&date) || (today != NULL && strlen (today) != 10))
    {
      g_printerr ("ruhu-township: %s\n", _ ("A day is written YYYY-MM-DD."));
      return RUHU_EXIT_USAGE;
    }
  if (!ruhu_command_open (argv[1], &township, &session))
    return RUHU_EXIT_FAILED;
  if (today == NULL)
    today = ruhu_clock_today (ruhu_store_get_clock (session->store));
  if (!run_all (session, today, &error) || !print_counts (session, &error))
    return ruhu_command_fail (error);
  return RUHU_EXIT_DONE;
}
