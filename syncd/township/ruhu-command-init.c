/* SPDX-License-Identifier: GPL-3.0-or-later */
/* init: an empty township with its first office user. generate: one with the plan's synthetic households. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-command.h"

#include "ruhu-catalogue.h"
#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-generate-year.h"
#include "ruhu-generate.h"

#include <glib/gi18n.h>
#include <string.h>

/* A million persons and some. */
#define MAX_SCALE 1000

typedef struct
{
  const char *office;
  char *id; /* owned */
} Office;

static gboolean
fill_office (RuhuSession *session, gpointer data, GError **error)
{
  Office *office = data;
  g_autoptr (RuhuJson) set = json_object_new_object ();
  json_object *records = json_object_new_object ();
  json_object *fields = json_object_new_object ();

  office->id = ruhu_random_id ();
  json_object_object_add (fields, "name", json_object_new_string (office->office));
  json_object_object_add (fields, "role", json_object_new_string (ruhu_role_get_name (RUHU_ROLE_OFFICE)));
  json_object_object_add (records, office->id, fields);
  json_object_object_add (set, "helper", records);
  return ruhu_ledger_write (session->ledger, office->id, RUHU_SCOPE_TOWNSHIP, FALSE, set, error);
}

typedef struct
{
  char *name;
  char *listen;
  char *public_address;
  int port;
} Options;

static GOptionEntry *
dup_entries (Options *options)
{
  const GOptionEntry entries[] = {
    { "name", 0, 0, G_OPTION_ARG_STRING, &options->name, N_ ("The township's name"), N_ ("NAME") },
    { "listen", 0, 0, G_OPTION_ARG_STRING, &options->listen, N_ ("IP addresses to listen on, separated by semicolons"), N_ ("ADDRESSES") },
    { "port", 0, 0, G_OPTION_ARG_INT, &options->port, N_ ("TCP port; 0: any free one"), N_ ("PORT") },
    { "public-address", 0, 0, G_OPTION_ARG_STRING, &options->public_address, N_ ("What laptops connect to"), N_ ("HOST") },
    G_OPTION_ENTRY_NULL
  };

  return g_memdup2 (entries, sizeof entries);
}

/* NULL: an option is wrong, and it has been said. */
static RuhuConfig *
make_config (Options *options)
{
  g_autoptr (RuhuConfig) config = ruhu_config_new (options->name != NULL ? options->name : _ ("Township"));
  g_autoptr (GError) error = NULL;

  if (options->port > 65535)
    {
      g_printerr ("ruhu-township: %s\n", _ ("A port is a number up to 65535."));
      return NULL;
    }
  if (options->port >= 0)
    config->port = (guint) options->port;
  if ((options->listen != NULL && !ruhu_config_set (config, "listen", options->listen, &error)) ||
      (options->public_address != NULL && !ruhu_config_set (config, "public-address", options->public_address, &error)))
    {
      (void) ruhu_command_fail (error);
      return NULL;
    }
  return g_steal_pointer (&config);
}

static void
clear_options (Options *options)
{
  g_free (options->name);
  g_free (options->listen);
  g_free (options->public_address);
}

static void
say_what_next (const char *directory)
{
  g_printerr (_ ("Start the server with “ruhu-township serve %s”. Copies of the directory hold everybody's data and the server's key: keep them under lock.\n"), directory);
}

static int
print_office_link (const char *directory, const char *office)
{
  g_autoptr (RuhuTownship) township = NULL;
  g_autoptr (RuhuSession) session = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *link = NULL;
  gboolean guessed = FALSE;

  if (!ruhu_command_open (directory, &township, &session))
    return RUHU_EXIT_FAILED;
  g_printerr (_ ("The township was made in %s.\n"), directory);
  say_what_next (directory);
  if (ruhu_township_get_public_port (township) == 0)
    {
      g_printerr (_ ("Then make the office's enrolment link with “ruhu-township enrol %s %s”.\n"), directory, office);
      return RUHU_EXIT_DONE;
    }
  link = ruhu_township_issue_link (township, session, office, township->config->enrol_hours, &guessed, &error);
  if (link == NULL)
    return ruhu_command_fail (error);
  if (guessed)
    g_printerr (_ ("The address in the link is a guess; set “public-address” in township.conf if laptops use another one, and make a new link with “enrol”.\n"));
  g_printerr (_ ("The office's enrolment link, good once and for %u hours:\n"), township->config->enrol_hours);
  g_print ("%s\n", link);
  return RUHU_EXIT_DONE;
}

int
ruhu_command_init (int argc, char **argv)
{
  Options options = { .port = -1 };
  g_autofree char *office_name = NULL;
  g_autofree GOptionEntry *common = dup_entries (&options);
  const GOptionEntry own[] = { { "office", 0, 0, G_OPTION_ARG_STRING, &office_name, N_ ("The name of the first office user"), N_ ("NAME") }, G_OPTION_ENTRY_NULL };
  g_autofree GOptionEntry *entries = g_new0 (GOptionEntry, 6);
  g_autoptr (RuhuConfig) config = NULL;
  g_autoptr (GError) error = NULL;
  Office office = { 0 };
  int status = RUHU_EXIT_USAGE;

  memcpy (entries, common, 4 * sizeof (GOptionEntry));
  entries[4] = own[0];
  if (ruhu_command_parse (&argc, &argv, _ ("DIR"), _ ("Makes a new township in a directory that must not exist yet."), entries, 1, 1))
    config = make_config (&options);
  if (config != NULL)
    {
      office.office = office_name != NULL ? office_name : _ ("Township office");
      status = ruhu_township_create (argv[1], config, NULL, NULL, fill_office, &office, &error) ? print_office_link (argv[1], office.id) : ruhu_command_fail (error);
    }
  clear_options (&options);
  g_free (office.id);
  return status;
}

typedef struct
{
  guint64 seed;
  guint64 calls; /* of the clock */
  int scale;     /* townships of the plan */
  gboolean year;
  gboolean dirty;
} Generated;

static gboolean
fill_generated (RuhuSession *session, gpointer data, GError **error)
{
  Generated *generated = data;

  return ruhu_generate_many (session->ledger, generated->seed, (guint) generated->scale, error) &&
         (!generated->dirty || ruhu_generate_dirty (session->ledger, generated->seed, error)) &&
         (!generated->year || ruhu_generate_year (session->ledger, generated->seed, &generated->calls, error));
}

/* The other layers are drawn over the households of one township. */
static gboolean
check_scale (const Generated *generated)
{
  if (generated->scale >= 1 && generated->scale <= MAX_SCALE && (generated->scale == 1 || !(generated->year || generated->dirty)))
    return TRUE;
  g_printerr (_ ("--scale takes a whole number from 1 to %d; with more than 1, neither --year nor --dirty can be added.\n"), MAX_SCALE);
  return FALSE;
}

int
ruhu_command_generate (int argc, char **argv)
{
  Options options = { .port = -1 };
  gint64 seed = 1;
  Generated generated = { .scale = 1 };
  g_autofree GOptionEntry *common = dup_entries (&options);
  g_autofree GOptionEntry *entries = g_new0 (GOptionEntry, 9);
  g_autoptr (RuhuConfig) config = NULL;
  g_autoptr (GError) error = NULL;
  int status = RUHU_EXIT_USAGE;

  memcpy (entries, common, 4 * sizeof (GOptionEntry));
  entries[4] = (GOptionEntry){ "seed", 0, 0, G_OPTION_ARG_INT64, &seed, N_ ("The same number gives the same data (1)"), N_ ("N") };
  entries[5] = (GOptionEntry){ "year", 0, 0, G_OPTION_ARG_NONE, &generated.year, N_ ("Add a year of visits by every helper's laptop, with disagreements"), NULL };
  entries[6] = (GOptionEntry){ "dirty", 0, 0, G_OPTION_ARG_NONE, &generated.dirty, N_ ("Add households that break each rule three times"), NULL };
  entries[7] = (GOptionEntry){ "scale", 0, 0, G_OPTION_ARG_INT, &generated.scale, N_ ("As large as so many townships: 95 are a county of 100,000 persons (1)"), N_ ("N") };
  if (ruhu_command_parse (&argc, &argv, _ ("DIR"), _ ("Makes a new township with invented households after the 2018 plan, to try things out."), entries, 1, 1) &&
      check_scale (&generated))
    {
      /* The town of the plan that the invented data follow. */
      if (options.name == NULL)
        options.name = g_strdup ("星星镇");
      config = make_config (&options);
    }
  generated.seed = (guint64) seed;
  if (config != NULL && ruhu_township_create (argv[1], config, ruhu_generate_now, &generated.calls, fill_generated, &generated, &error))
    {
      g_printerr (_ ("The township was made in %s.\n"), argv[1]);
      say_what_next (argv[1]);
      g_printerr (_ ("Its people are listed by “ruhu-township enrol --list %s”.\n"), argv[1]);
      status = RUHU_EXIT_DONE;
    }
  else if (config != NULL)
    status = ruhu_command_fail (error);
  clear_options (&options);
  return status;
}
