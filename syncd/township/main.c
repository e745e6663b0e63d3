/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-command.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <sys/stat.h>

static const struct
{
  const char *name;
  const char *parameters;
  const char *summary;
  RuhuCommandFunc func;
} commands[] = {
  { "init", "DIR", N_ ("make a new township"), ruhu_command_init },
  { "serve", "DIR", N_ ("serve its laptops"), ruhu_command_serve },
  { "enrol", "DIR WHO", N_ ("print an enrolment link for a person's laptop"), ruhu_command_enrol },
  { "device", "list|revoke|replace …", N_ ("list the laptops, revoke one, or give its user another"), ruhu_command_device },
  { "quarantine", "list|show|accept|refuse …", N_ ("what waits for the office’s decision"), ruhu_command_quarantine },
  { "check", "DIR", N_ ("say what the rules find in its records"), ruhu_command_check },
  { "verify", "DIR", N_ ("check that the log is as it was written"), ruhu_command_verify },
  { "backup", "DIR FILE", N_ ("copy the database, also while it is being served"), ruhu_command_backup },
  { "restore", "BACKUP DIR", N_ ("put a backup in the database's place"), ruhu_command_restore },
  { "witness", "DIR", N_ ("list what a restore lost and another laptop still had"), ruhu_command_witness },
  { "import-bundle", "DIR FILE", N_ ("take in what a laptop without network sent in a file"), ruhu_command_import_bundle },
  { "generate", "DIR", N_ ("make a township with invented households"), ruhu_command_generate },
};

static void
print_help (void)
{
  g_print (_ ("Usage: ruhu-township COMMAND …\n\nThe township's server for Ruhu, the recorder of household visits.\n\nCommands:\n"));
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    g_print ("  %-13s %-18s %s\n", commands[i].name, commands[i].parameters, _ (commands[i].summary));
  g_print (_ ("\n“ruhu-township COMMAND --help” tells more about one of them.\nExit status: 0 done; 1 not done, and standard error says why; 2 wrong usage.\n"));
}

int
main (int argc, char **argv)
{
  const char *locales = g_getenv ("RUHU_LOCALEDIR");

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, locales != NULL ? locales : LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  /* Whatever is made here holds personal data or keys. */
  umask (077);

  if (argc >= 2 && (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h")))
    {
      print_help ();
      return RUHU_EXIT_DONE;
    }
  if (argc >= 2 && g_str_equal (argv[1], "--version"))
    {
      g_print ("ruhu-township %s\n", VERSION);
      return RUHU_EXIT_DONE;
    }
  for (gsize i = 0; argc >= 2 && i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (argv[1], commands[i].name))
      return commands[i].func (argc - 1, argv + 1);
  if (argc >= 2)
    g_printerr (_ ("ruhu-township: There is no command “%s”; “ruhu-township --help” lists them.\n"), argv[1]);
  else
    g_printerr (_ ("ruhu-township: Say what to do; “ruhu-township --help” lists the commands.\n"));
  return RUHU_EXIT_USAGE;
}
