/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quarantine list | show | accept | refuse: what waits for the office's decision, for whoever administers the server. The office decides in the app. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-command.h"

#include "ruhu-access.h"
#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-store-review.h"

#include <glib/gi18n.h>
#include <string.h>

static int
list_waiting (int argc, char **argv)
{
  g_autoptr (RuhuTownship) township = NULL;
  g_autoptr (RuhuSession) session = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) items = NULL;

  if (!ruhu_command_parse (&argc, &argv, _ ("DIR"), _ ("Lists the changes that wait for the office: laptop, number, made, reason, household, who."), NULL, 1, 1))
    return RUHU_EXIT_USAGE;
  if (!ruhu_command_open (argv[1], &township, &session))
    return RUHU_EXIT_FAILED;
  items = ruhu_store_list_quarantine (session->store, 0, 0, &error);
  if (items == NULL)
    return ruhu_command_fail (error);
  for (guint i = 0; i < items->len; i++)
    {
      RuhuQuarantined *item = items->pdata[i];
      g_autofree char *made = ruhu_command_dup_time (item->time);

      g_print ("%s\t%" G_GINT64_FORMAT "\t%s\t%s\t%s\t%s\n", item->device, item->seq, made, item->code, item->scope, item->by_name);
    }
  return RUHU_EXIT_DONE;
}

/* The one that DEVICE and SEQ name. Transfer full. */
static RuhuQuarantined *
find (RuhuSession *session, const char *device, const char *seq, GError **error)
{
  g_autoptr (GPtrArray) items = NULL;
  gint64 number;

  if (!g_ascii_string_to_signed (seq, 10, 1, G_MAXINT64, &number, NULL))
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("“%s” is not the number of a change; “quarantine list” shows the numbers of those that wait."), seq);
      return NULL;
    }
  items = ruhu_store_list_quarantine (session->store, 0, 0, error);
  for (guint i = 0; items != NULL && i < items->len; i++)
    {
      RuhuQuarantined *item = items->pdata[i];

      if (g_str_equal (item->device, device) && item->seq == number)
        {
          g_ptr_array_set_free_func (items, NULL);
          for (guint k = 0; k < items->len; k++)
            if (k != i)
              ruhu_quarantined_free (items->pdata[k]);
          return item;
        }
    }
  if (items != NULL)
    g_set_error (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND, _ ("No change %s of the laptop %s waits for the office; “quarantine list” shows those that do."), seq, device);
  return NULL;
}

static int
show (int argc, char **argv)
{
  g_autoptr (RuhuTownship) township = NULL;
  g_autoptr (RuhuSession) session = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuQuarantined) item = NULL;

  if (!ruhu_command_parse (&argc, &argv, _ ("DIR DEVICE SEQ"), _ ("Prints a change that waits for the office as it was sent, and why it waits."), NULL, 3, 3))
    return RUHU_EXIT_USAGE;
  if (!ruhu_command_open (argv[1], &township, &session))
    return RUHU_EXIT_FAILED;
  item = find (session, argv[2], argv[3], &error);
  if (item == NULL)
    return ruhu_command_fail (error);
  g_printerr ("%s\n", item->sentence);
  g_print ("%s\n", item->body);
  return RUHU_EXIT_DONE;
}

/* A decision of the township's own: the record that the office's app would have made. */
static gboolean
write_decision (RuhuSession *session, const RuhuQuarantined *item, gboolean accept, const char *by, const char *reason, GError **error)
{
  g_autoptr (RuhuJson) set = ruhu_decision_make_set (session->store, item->scope, item->device, item->seq, accept, reason);
  RuhuRole role = 0;

  if (!ruhu_access_get_user (session, by, NULL, &role, error))
    return FALSE;
  if (role != RUHU_ROLE_OFFICE)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN, _ ("Only somebody of the office decides; give their id with --by."));
      return FALSE;
    }
  return ruhu_ledger_write (session->ledger, by, item->scope, item->of_village, set, error);
}

static int
decide (int argc, char **argv, gboolean accept)
{
  g_autofree char *reason = NULL, *by = NULL;
  const GOptionEntry entries[] = {
    { "reason", 0, 0, G_OPTION_ARG_STRING, &reason, N_ ("Why; whoever recorded it reads this"), N_ ("TEXT") },
    { "by", 0, 0, G_OPTION_ARG_STRING, &by, N_ ("Whose decision it is: the id of somebody of the office"), N_ ("WHO") },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (RuhuTownship) township = NULL;
  g_autoptr (RuhuSession) session = NULL;
  g_autoptr (RuhuQuarantined) item = NULL;
  g_autoptr (GError) error = NULL;

  if (!ruhu_command_parse (&argc, &argv, _ ("DIR DEVICE SEQ"), _ ("Decides on a change that waits for the office."), entries, 3, 3))
    return RUHU_EXIT_USAGE;
  if (by == NULL || (!accept && (reason == NULL || *reason == '\0')))
    {
      g_printerr ("ruhu-township: %s\n", by == NULL ? _ ("Say whose decision it is, with --by.") : _ ("A refusal needs a reason, with --reason."));
      return RUHU_EXIT_USAGE;
    }
  if (!ruhu_command_open (argv[1], &township, &session))
    return RUHU_EXIT_FAILED;
  item = find (session, argv[2], argv[3], &error);
  if (item == NULL || !write_decision (session, item, accept, by, reason, &error))
    return ruhu_command_fail (error);
  g_printerr ("%s\n", accept ? _ ("It takes effect now; its author is told.") : _ ("It was refused; its author is told why."));
  return RUHU_EXIT_DONE;
}

int
ruhu_command_quarantine (int argc, char **argv)
{
  if (argc >= 2 && g_str_equal (argv[1], "list"))
    return list_waiting (argc - 1, argv + 1);
  if (argc >= 2 && g_str_equal (argv[1], "show"))
    return show (argc - 1, argv + 1);
  if (argc >= 2 && g_str_equal (argv[1], "accept"))
    return decide (argc - 1, argv + 1, TRUE);
  if (argc >= 2 && g_str_equal (argv[1], "refuse"))
    return decide (argc - 1, argv + 1, FALSE);
  g_printerr (_ ("Usage: ruhu-township quarantine list DIR\n       ruhu-township quarantine show DIR DEVICE SEQ\n       ruhu-township quarantine accept --by=WHO DIR DEVICE SEQ\n       ruhu-township quarantine refuse --by=WHO --reason=TEXT DIR DEVICE SEQ\n"));
  return argc >= 2 && (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h")) ? RUHU_EXIT_DONE : RUHU_EXIT_USAGE;
}
