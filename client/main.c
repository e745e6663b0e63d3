/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu"

#include "config.h"

#include "ruhu-application.h"

#include <glib/gi18n.h>
#include <locale.h>

int
main (int argc, char *argv[])
{
  const char *localedir = g_getenv ("RUHU_LOCALEDIR");
  g_autoptr (RuhuApplication) app = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, localedir != NULL ? localedir : LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname ("ruhu");
  g_set_application_name (_ ("Ruhu"));

  app = ruhu_application_new ();
  return g_application_run (G_APPLICATION (app), argc, argv);
}
