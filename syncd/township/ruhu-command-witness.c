/* SPDX-License-Identifier: GPL-3.0-or-later */
/* witness: what laptops said that this township had had, and lost. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-command.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-store-private.h"

#include <glib/gi18n.h>

/* What has come from its author since is no news. */
#define LACKING                                                                                                                                \
  "SELECT teller, device, seq, told, body FROM witnessed w WHERE NOT EXISTS (SELECT 1 FROM log l WHERE l.device = w.device AND l.seq = w.seq " \
  "AND l.body = w.body) ORDER BY device, seq, teller"

static gboolean
print_copies (RuhuSession *session, GError **error)
{
  g_autoptr (RuhuStatement) query = ruhu_database_query (ruhu_store_get_database (session->store), LACKING, error, "");
  g_autoptr (GError) local = NULL;

  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    {
      g_autofree char *told = ruhu_command_dup_time (ruhu_statement_get_text (query, 3));

      g_print ("%s\t%s\t%" G_GINT64_FORMAT "\t%s\t%s\n", ruhu_statement_get_text (query, 0), ruhu_statement_get_text (query, 1), ruhu_statement_get_integer (query, 2), told,
               ruhu_statement_get_text (query, 4));
    }
  return ruhu_check_end (&local, error);
}

int
ruhu_command_witness (int argc, char **argv)
{
  g_autoptr (RuhuTownship) township = NULL;
  g_autoptr (RuhuSession) session = NULL;
  g_autoptr (GError) error = NULL;

  if (!ruhu_command_parse (&argc, &argv, _ ("DIR"), _ ("Lists changes that a restore lost and that only another laptop still had: that laptop, author's laptop, number, when it was told, the change."), NULL, 1, 1))
    return RUHU_EXIT_USAGE;
  if (!ruhu_command_open (argv[1], &township, &session))
    return RUHU_EXIT_FAILED;
  return print_copies (session, &error) ? RUHU_EXIT_DONE : ruhu_command_fail (error);
}
