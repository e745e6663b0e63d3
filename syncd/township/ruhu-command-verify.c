/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verify: whether the log is as it was written. backup: a copy of the database while it is in use. restore: such a copy in its place. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-command.h"

#include "ruhu-error.h"
#include "ruhu-restore.h"

#include <glib/gi18n.h>

int
ruhu_command_verify (int argc, char **argv)
{
  g_autoptr (RuhuTownship) township = NULL;
  g_autoptr (RuhuSession) session = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *hash = NULL, *count = NULL;
  gint64 n = 0, position = 0;

  if (!ruhu_command_parse (&argc, &argv, _ ("DIR"), _ ("Reads the whole database and checks the log's hash chain, and that every record is what the log says."), NULL, 1, 1))
    return RUHU_EXIT_USAGE;
  if (!ruhu_command_open (argv[1], &township, &session))
    return RUHU_EXIT_FAILED;
  if (!ruhu_database_check (ruhu_store_get_database (session->store), &error) || !ruhu_ledger_verify (session->ledger, &n, &error) ||
      !ruhu_ledger_get_head (session->ledger, &position, &hash, &error))
    return ruhu_command_fail (error);
  count = g_strdup_printf ("%" G_GINT64_FORMAT, n);
  g_print (_ ("%s entries of the log checked: all is well. Its hash is %s\n"), count, hash);
  return RUHU_EXIT_DONE;
}

int
ruhu_command_backup (int argc, char **argv)
{
  g_autoptr (RuhuTownship) township = NULL;
  g_autoptr (RuhuSession) session = NULL;
  g_autoptr (GError) error = NULL;

  if (!ruhu_command_parse (&argc, &argv, _ ("DIR FILE"), _ ("Copies the database, as it is at one moment, to a new file. The server may go on meanwhile."), NULL, 2, 2))
    return RUHU_EXIT_USAGE;
  if (!ruhu_command_open (argv[1], &township, &session))
    return RUHU_EXIT_FAILED;
  if (!ruhu_township_back_up (session, argv[2], &error))
    return ruhu_command_fail (error);
  g_printerr (_ ("The database was copied to %s. It holds everybody's data: keep it under lock. key.pem, certificate.pem and township.conf are not in it; without the key every laptop has to be enrolled anew.\n"), argv[2]);
  return RUHU_EXIT_DONE;
}

int
ruhu_command_restore (int argc, char **argv)
{
  g_autoptr (RuhuTownship) township = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *aside = NULL;
  gint64 n = 0;

  if (!ruhu_command_parse (&argc, &argv, _ ("BACKUP DIR"), _ ("Puts a backup in the place of a township's database, which is set aside. The server must not run meanwhile. Laptops notice, and send again what the backup does not have."), NULL, 2, 2))
    return RUHU_EXIT_USAGE;
  township = ruhu_township_open (argv[2], &error);
  if (township == NULL || !ruhu_township_restore (township, argv[1], &aside, &n, &error))
    return ruhu_command_fail (error);
  g_print (_ ("The backup was checked (%lld entries of the log) and put in place. Start the server; every laptop sends again by itself what the backup does not have.\n"), (long long) n);
  if (aside != NULL)
    g_print (_ ("The database that was there is kept as %s\n"), aside);
  return RUHU_EXIT_DONE;
}
