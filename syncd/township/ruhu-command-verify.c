/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verify: whether the log is as it was written. backup: a copy of the database while it is in use. restore: such a copy in its place. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-command.h"

#include "ruhu-error.h"
#include "ruhu-restore.h"
#include "ruhu-store-photos.h"

#include <glib/gi18n.h>

/* Reads every photo. What records mention and is not there has not arrived: no damage. */
static gboolean
verify_photos (RuhuTownship *township, RuhuSession *session, GError **error)
{
  g_autofree char *database = ruhu_township_dup_path (township, RUHU_FILE_DATABASE);
  g_autoptr (RuhuPhotoStore) photos = ruhu_photo_store_new (database);
  g_autoptr (GPtrArray) there = ruhu_photo_store_list (photos, error);
  g_autoptr (GHashTable) mentioned = there != NULL ? ruhu_store_get_mentioned_photos (session->store, FALSE, error) : NULL;
  guint damaged = 0;

  if (mentioned == NULL)
    return FALSE;
  for (guint i = 0; i < there->len; i++)
    {
      g_autoptr (GError) local = NULL;
      g_autoptr (GBytes) photo = ruhu_photo_store_read (photos, there->pdata[i], &local);

      damaged += photo == NULL;
      if (photo != NULL)
        g_hash_table_remove (mentioned, there->pdata[i]);
    }
  if (damaged > 0)
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_CORRUPT, _ ("%u photos are damaged; their files were set aside in photos/damaged. Copy them back from a backup, or let the laptops that have them send them again."), damaged);
      return FALSE;
    }
  if (there->len > 0 || g_hash_table_size (mentioned) > 0)
    g_print (_ ("%u photos checked: all are whole. %u that records mention have not arrived yet.\n"), there->len, g_hash_table_size (mentioned));
  return TRUE;
}

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
  if (!ruhu_ledger_verify (session->ledger, &n, &error) ||
      !ruhu_ledger_get_head (session->ledger, &position, &hash, &error))
    return ruhu_command_fail (error);
  count = g_strdup_printf ("%" G_GINT64_FORMAT, n);
  g_print (_ ("%s entries of the log checked: all is well. Its hash is %s\n"), count, hash);
  return verify_photos (township, session, &error) ? RUHU_EXIT_DONE : ruhu_command_fail (error);
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
  g_printerr (_ ("The database was copied to %s. It holds everybody's data: keep it under lock. key.pem, certificate.pem and township.conf are not in it; without the key every laptop has to be enrolled anew. Nor are the photos: copy the folder photos as well, after this; its files never change.\n"), argv[2]);
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
