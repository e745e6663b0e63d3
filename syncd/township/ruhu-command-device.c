/* SPDX-License-Identifier: GPL-3.0-or-later */
/* device list | photos | drafts | drop-draft | revoke | replace: the laptops. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-command.h"

#include "ruhu-access.h"
#include "ruhu-error.h"
#include "ruhu-lost-photos.h"
#include "ruhu-store-photos.h"

#include <glib/gi18n.h>
#include <stdio.h>

static int
list_devices (int argc, char **argv)
{
  g_autoptr (RuhuTownship) township = NULL;
  g_autoptr (RuhuSession) session = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) devices = NULL;

  if (!ruhu_command_parse (&argc, &argv, _ ("DIR"), _ ("Lists the laptops: device, state, enrolled, last heard of, changes, owner's name, laptop's name."), NULL, 1, 1))
    return RUHU_EXIT_USAGE;
  if (!ruhu_command_open (argv[1], &township, &session))
    return RUHU_EXIT_FAILED;
  devices = ruhu_ledger_list_devices (session->ledger, &error);
  if (devices == NULL)
    return ruhu_command_fail (error);
  for (guint i = 0; i < devices->len; i++)
    {
      RuhuDevice *device = devices->pdata[i];
      g_autofree char *created = ruhu_command_dup_time (device->created);
      g_autofree char *last_seen = ruhu_command_dup_time (device->last_seen);
      g_autofree char *owner = NULL;

      if (!ruhu_access_get_user (session, device->user, &owner, NULL, NULL))
        owner = g_strdup (device->user);
      g_print ("%s\t%s\t%s\t%s\t%" G_GINT64_FORMAT "\t%s\t%s\n", device->id, device->revoked != NULL ? "revoked" : "active", created, last_seen, device->last_seq, owner, device->name);
    }
  return RUHU_EXIT_DONE;
}

/* The households whose records mention it. Transfer full. */
static char *
dup_scopes (RuhuSession *session, const char *hash)
{
  g_autoptr (GPtrArray) scopes = ruhu_store_list_photo_scopes (session->store, hash, NULL);

  if (scopes == NULL || scopes->len == 0)
    return g_strdup ("–");
  g_ptr_array_add (scopes, NULL);
  return g_strjoinv (",", (char **) scopes->pdata);
}

static int
list_photos (int argc, char **argv)
{
  g_autoptr (RuhuTownship) township = NULL;
  g_autoptr (RuhuSession) session = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuPhotoStore) photos = NULL;
  g_autoptr (GPtrArray) lost = NULL;
  g_autofree char *database = NULL;

  if (!ruhu_command_parse (&argc, &argv, _ ("DIR"), _ ("Lists the photos that withdrawn laptops could not hand over: photo, device, when it was told, households."), NULL, 1, 1))
    return RUHU_EXIT_USAGE;
  if (!ruhu_command_open (argv[1], &township, &session))
    return RUHU_EXIT_FAILED;
  database = ruhu_township_dup_path (township, RUHU_FILE_DATABASE);
  photos = ruhu_photo_store_new (database);
  lost = ruhu_lost_photos_list (session, photos, &error);
  if (lost == NULL)
    return ruhu_command_fail (error);
  for (guint i = 0; i < lost->len; i++)
    {
      RuhuLostPhoto *photo = lost->pdata[i];
      g_autofree char *told = ruhu_command_dup_time (photo->told);
      g_autofree char *scopes = dup_scopes (session, photo->hash);

      g_print ("%s\t%s\t%s\t%s\n", photo->hash, photo->device, told, scopes);
    }
  return RUHU_EXIT_DONE;
}

static int
list_drafts (int argc, char **argv)
{
  g_autoptr (RuhuTownship) township = NULL;
  g_autoptr (RuhuSession) session = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuStatement) rows = NULL;

  if (!ruhu_command_parse (&argc, &argv, _ ("DIR"), _ ("Lists the drafts that withdrawn laptops left, and no laptop of the same person has fetched: draft, device, last typed into, household, owner's name."), NULL, 1, 1))
    return RUHU_EXIT_USAGE;
  if (!ruhu_command_open (argv[1], &township, &session))
    return RUHU_EXIT_FAILED;
  rows = ruhu_ledger_query_left_drafts (session->ledger, &error);
  while (rows != NULL && ruhu_statement_next (rows, &error))
    {
      g_autofree char *typed = ruhu_command_dup_time (ruhu_statement_get_text (rows, 3));
      g_autofree char *owner = NULL;

      if (!ruhu_access_get_user (session, ruhu_statement_get_text (rows, 2), &owner, NULL, NULL))
        owner = g_strdup (ruhu_statement_get_text (rows, 2));
      g_print ("%s\t%s\t%s\t%s\t%s\n", ruhu_statement_get_text (rows, 0), ruhu_statement_get_text (rows, 1), typed, ruhu_statement_get_text (rows, 4), owner);
    }
  return error == NULL ? RUHU_EXIT_DONE : ruhu_command_fail (error);
}

/* It is nowhere else afterwards. */
static gboolean
print_draft (const char *body, gpointer data, GError **error)
{
  g_print ("%s\n", body);
  if (fflush (stdout) == 0 && ferror (stdout) == 0)
    return TRUE;
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_FAILED, _ ("What the draft says could not be printed. It was kept."));
  return FALSE;
}

static int
drop_draft (int argc, char **argv)
{
  g_autoptr (RuhuTownship) township = NULL;
  g_autoptr (RuhuSession) session = NULL;
  g_autoptr (GError) error = NULL;

  if (!ruhu_command_parse (&argc, &argv, _ ("DIR DEVICE DRAFT"), _ ("Throws away a draft that a withdrawn laptop left. What it said is printed."), NULL, 3, 3))
    return RUHU_EXIT_USAGE;
  if (!ruhu_command_open (argv[1], &township, &session))
    return RUHU_EXIT_FAILED;
  if (!ruhu_ledger_drop_draft (session->ledger, argv[2], argv[3], print_draft, NULL, &error))
    return ruhu_command_fail (error);
  return RUHU_EXIT_DONE;
}

static int
revoke_device (int argc, char **argv)
{
  g_autoptr (RuhuTownship) township = NULL;
  g_autoptr (RuhuSession) session = NULL;
  g_autoptr (GError) error = NULL;

  if (!ruhu_command_parse (&argc, &argv, _ ("DIR DEVICE"), _ ("Takes a laptop's rights away, for good. What is on it still goes into quarantine at its next contact; then it erases what it holds."), NULL, 2, 2))
    return RUHU_EXIT_USAGE;
  if (!ruhu_command_open (argv[1], &township, &session))
    return RUHU_EXIT_FAILED;
  if (!ruhu_ledger_revoke_device (session->ledger, argv[2], &error))
    return ruhu_command_fail (error);
  g_printerr (_ ("%s was revoked. It may still hand over what is on it, for the office to decide on, and is given nothing.\n"), argv[2]);
  return RUHU_EXIT_DONE;
}

static int
replace_device (int argc, char **argv)
{
  g_autoptr (RuhuTownship) township = NULL;
  g_autoptr (RuhuSession) session = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *link = NULL;
  gboolean guessed = FALSE;

  if (!ruhu_command_parse (&argc, &argv, _ ("DIR DEVICE"), _ ("Prints an enrolment link for the laptop that comes in the place of another. When it is used, the old one is revoked, and its drafts come to the new one."), NULL, 2, 2))
    return RUHU_EXIT_USAGE;
  if (!ruhu_command_open (argv[1], &township, &session))
    return RUHU_EXIT_FAILED;
  link = ruhu_township_issue_replacement (township, session, argv[2], township->config->enrol_hours, &guessed, &error);
  if (link == NULL)
    return ruhu_command_fail (error);
  if (guessed)
    g_printerr (_ ("The address in the link is a guess; set “public-address” in township.conf if laptops use another one.\n"));
  g_printerr (_ ("Hand this link to that person alone. It enrols one laptop, once, within %u hours.\n"), township->config->enrol_hours);
  g_print ("%s\n", link);
  return RUHU_EXIT_DONE;
}

int
ruhu_command_device (int argc, char **argv)
{
  if (argc >= 2 && g_str_equal (argv[1], "list"))
    return list_devices (argc - 1, argv + 1);
  if (argc >= 2 && g_str_equal (argv[1], "photos"))
    return list_photos (argc - 1, argv + 1);
  if (argc >= 2 && g_str_equal (argv[1], "drafts"))
    return list_drafts (argc - 1, argv + 1);
  if (argc >= 2 && g_str_equal (argv[1], "drop-draft"))
    return drop_draft (argc - 1, argv + 1);
  if (argc >= 2 && g_str_equal (argv[1], "revoke"))
    return revoke_device (argc - 1, argv + 1);
  if (argc >= 2 && g_str_equal (argv[1], "replace"))
    return replace_device (argc - 1, argv + 1);
  g_printerr (_ ("Usage: ruhu-township device list DIR\n       ruhu-township device photos DIR\n       ruhu-township device drafts DIR\n       ruhu-township device drop-draft DIR DEVICE DRAFT\n       ruhu-township device revoke DIR DEVICE\n       ruhu-township device replace DIR DEVICE\n"));
  return argc >= 2 && (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h")) ? RUHU_EXIT_DONE : RUHU_EXIT_USAGE;
}
