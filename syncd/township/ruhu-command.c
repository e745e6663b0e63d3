/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-command.h"

#include "ruhu-clock.h"
#include "ruhu-error.h"

#include <glib/gi18n.h>

gboolean
ruhu_command_parse (int *argc, char ***argv, const char *parameters, const char *summary, const GOptionEntry *entries, int n_min, int n_max)
{
  g_autoptr (GOptionContext) context = g_option_context_new (parameters);
  g_autoptr (GError) error = NULL;
  g_autofree char *help = NULL;

  g_option_context_set_summary (context, summary);
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, argc, argv, &error))
    g_printerr ("ruhu-township: %s\n", error->message);
  else if (*argc - 1 < n_min)
    g_printerr ("ruhu-township: %s\n", _ ("An argument is missing."));
  else if (*argc - 1 > n_max)
    g_printerr ("ruhu-township: %s\n", _ ("There are too many arguments."));
  else
    return TRUE;
  help = g_option_context_get_help (context, TRUE, NULL);
  g_printerr ("%s", help);
  return FALSE;
}

int
ruhu_command_fail (const GError *error)
{
  g_autofree char *text = ruhu_error_explain (error);

  g_printerr ("ruhu-township: %s\n", text);
  return RUHU_EXIT_FAILED;
}

gboolean
ruhu_command_open (const char *directory, RuhuTownship **township, RuhuSession **session)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuTownship) opened = ruhu_township_open (directory, &error);

  if (opened != NULL)
    *session = ruhu_township_open_session (opened, &error);
  if (error != NULL)
    {
      ruhu_command_fail (error);
      return FALSE;
    }
  *township = g_steal_pointer (&opened);
  return TRUE;
}

char *
ruhu_command_dup_time (const char *stamp)
{
  gint64 time = stamp != NULL ? ruhu_stamp_get_time (stamp) : -1;
  g_autoptr (GDateTime) local = time >= 0 ? g_date_time_new_from_unix_local (time / 1000) : NULL;

  return local != NULL ? g_date_time_format (local, "%Y-%m-%d %H:%M") : g_strdup ("–");
}
