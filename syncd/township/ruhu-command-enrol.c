/* SPDX-License-Identifier: GPL-3.0-or-later */
/* enrol: an enrolment link for a helper. The link alone goes to standard output, everything said about it to standard error. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-command.h"

#include "ruhu-enrol.h"
#include "ruhu-error.h"
#include "ruhu-store-query.h"

#include <glib/gi18n.h>

static const char *
get_text (RuhuRecord *record, const char *field)
{
  json_object *value;

  return json_object_object_get_ex (record->fields, field, &value) && value != NULL ? json_object_get_string (value) : "";
}

static int
list_helpers (RuhuSession *session)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) helpers = ruhu_store_list_records (session->store, "helper", NULL, 0, 0, &error);

  if (helpers == NULL)
    return ruhu_command_fail (error);
  for (guint i = 0; i < helpers->len; i++)
    {
      RuhuRecord *helper = helpers->pdata[i];

      g_print ("%s\t%s\t%s\n", helper->id, get_text (helper, "role"), get_text (helper, "name"));
    }
  return RUHU_EXIT_DONE;
}

/* An id, or the exact name of one helper. Transfer full. */
static char *
find_helper (RuhuSession *session, const char *who, GError **error)
{
  g_autoptr (GPtrArray) helpers = ruhu_store_list_records (session->store, "helper", NULL, 0, 0, error);
  const char *found = NULL;
  guint n = 0;

  if (helpers == NULL)
    return NULL;
  for (guint i = 0; i < helpers->len; i++)
    {
      RuhuRecord *helper = helpers->pdata[i];

      if (g_str_equal (helper->id, who))
        return g_strdup (who);
      if (!g_str_equal (get_text (helper, "name"), who))
        continue;
      found = helper->id;
      n++;
    }
  if (n == 1)
    return g_strdup (found);
  if (n == 0)
    g_set_error (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND, _ ("Nobody in this township has the id or the exact name “%s”; “enrol --list” lists everybody."), who);
  else
    g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("%u people are called “%s”; give the id that “enrol --list” shows."), n, who);
  return NULL;
}

static int
list_links (RuhuSession *session)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuStatement) row = ruhu_enrol_query_unused (session, &error);

  while (row != NULL && ruhu_statement_next (row, &error))
    {
      g_autofree char *created = ruhu_command_dup_time (ruhu_statement_get_text (row, 2)), *expires = ruhu_command_dup_time (ruhu_statement_get_text (row, 3));
      const char *replaces = ruhu_statement_get_text (row, 4);

      g_print ("%s\t%s\t%s\t%s\t%s\n", ruhu_statement_get_text (row, 0), ruhu_statement_get_text (row, 1), created, expires, replaces != NULL ? replaces : "–");
    }
  return error != NULL ? ruhu_command_fail (error) : RUHU_EXIT_DONE;
}

static int
withdraw (RuhuSession *session, const char *id)
{
  g_autoptr (GError) error = NULL;

  if (!ruhu_enrol_withdraw (session, id, &error))
    return ruhu_command_fail (error);
  g_printerr (_ ("The link is good for nothing any more.\n"));
  return RUHU_EXIT_DONE;
}

static int
print_link (RuhuTownship *township, RuhuSession *session, const char *who, guint hours)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *helper = find_helper (session, who, &error);
  g_autofree char *link = NULL;
  gboolean guessed = FALSE;

  if (helper != NULL)
    link = ruhu_township_issue_link (township, session, helper, hours, &guessed, &error);
  if (link == NULL)
    return ruhu_command_fail (error);
  if (guessed)
    g_printerr (_ ("The address in the link is a guess; set “public-address” in township.conf if laptops use another one.\n"));
  g_printerr (_ ("Hand this link to that person alone. It enrols one laptop, once, within %u hours.\n"), hours);
  g_print ("%s\n", link);
  return RUHU_EXIT_DONE;
}

int
ruhu_command_enrol (int argc, char **argv)
{
  gboolean list = FALSE, links = FALSE;
  int hours = 0;
  g_autofree char *address = NULL, *withdrawn = NULL;
  const GOptionEntry entries[] = {
    { "list", 0, 0, G_OPTION_ARG_NONE, &list, N_ ("List everybody who can be enrolled: id, role, name"), NULL },
    { "links", 0, 0, G_OPTION_ARG_NONE, &links, N_ ("List the links that are still good: link, for whom, made, until, which laptop it replaces"), NULL },
    { "withdraw", 0, 0, G_OPTION_ARG_STRING, &withdrawn, N_ ("Take back a link that --links shows"), N_ ("LINK") },
    { "hours", 0, 0, G_OPTION_ARG_INT, &hours, N_ ("How long the link is good for"), N_ ("N") },
    { "public-address", 0, 0, G_OPTION_ARG_STRING, &address, N_ ("What the laptop connects to"), N_ ("HOST") },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (RuhuTownship) township = NULL;
  g_autoptr (RuhuSession) session = NULL;
  g_autoptr (GError) error = NULL;

  if (!ruhu_command_parse (&argc, &argv, _ ("DIR [WHO]"), _ ("Prints an enrolment link for a person's laptop. WHO is an id or an exact name."), entries, 1, 2))
    return RUHU_EXIT_USAGE;
  if ((list + links + (withdrawn != NULL) + (argc == 3)) != 1 || hours < 0 || hours > 8760)
    {
      g_printerr ("ruhu-township: %s\n", hours >= 0 && hours <= 8760 ? _ ("Say who is to be enrolled, or one of --list, --links and --withdraw.") : _ ("A link can be good for 1 to 8760 hours."));
      return RUHU_EXIT_USAGE;
    }
  if (!ruhu_command_open (argv[1], &township, &session))
    return RUHU_EXIT_FAILED;
  if (list)
    return list_helpers (session);
  if (links)
    return list_links (session);
  if (withdrawn != NULL)
    return withdraw (session, withdrawn);
  if (address != NULL && !ruhu_config_set (township->config, "public-address", address, &error))
    return ruhu_command_fail (error);
  return print_link (township, session, argv[2], hours > 0 ? (guint) hours : township->config->enrol_hours);
}
