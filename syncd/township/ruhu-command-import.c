/* SPDX-License-Identifier: GPL-3.0-or-later */
/* import-bundle: a laptop's changes from a file that was carried here, and the answer to take back. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-command.h"

#include "ruhu-bundle.h"
#include "ruhu-error.h"
#include "ruhu-import.h"

#include <glib/gi18n.h>

static GBytes *
import (RuhuTownship *township, RuhuSession *session, const char *path, RuhuImport *result, GError **error)
{
  g_autoptr (GBytes) bundle = ruhu_bundle_load (path, error);
  g_autofree char *database = ruhu_township_dup_path (township, RUHU_FILE_DATABASE);
  g_autoptr (RuhuPhotoStore) photos = ruhu_photo_store_new (database);
  g_autoptr (RuhuKey) key = bundle != NULL ? ruhu_township_load_key (township, error) : NULL;

  if (key == NULL)
    return NULL;
  return ruhu_import_bundle (session, photos, key->key, (gsize) township->config->page_kilobytes * 1024, bundle, result, error);
}

/* The figures are for scripts; not translated. */
static void
print_figures (const RuhuImport *result)
{
  const RuhuReceipt *receipt = result->receipt;

  g_print ("device=%s changes=%u taken=%" G_GINT64_FORMAT " refused=%u accepted=%" G_GINT64_FORMAT " photos=%u photos_taken=%u photos_refused=%u\n", result->device, result->changes,
           result->taken, result->refused, result->accepted, result->photos, receipt != NULL ? receipt->taken->len : 0, receipt != NULL ? receipt->refused->len : 0);
  for (guint i = 0; receipt != NULL && i < receipt->refused->len; i++)
    g_printerr (_ ("A photo was not taken; it stays on the laptop: %s\n"), (const char *) receipt->reasons->pdata[i]);
}

int
ruhu_command_import_bundle (int argc, char **argv)
{
  g_autofree char *answer_path = NULL;
  const GOptionEntry entries[] = {
    { "answer", 0, 0, G_OPTION_ARG_FILENAME, &answer_path, N_ ("Write the answer to take back to the laptop"), N_ ("FILE") },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (RuhuTownship) township = NULL;
  g_autoptr (RuhuSession) session = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) answer = NULL;
  g_auto (RuhuImport) result = { 0 };

  if (!ruhu_command_parse (&argc, &argv, _ ("DIR FILE"), _ ("Takes in what a laptop without network wrote with “ruhu-syncd --export”. The same file again does no harm."), entries, 2, 2))
    return RUHU_EXIT_USAGE;
  if (!ruhu_command_open (argv[1], &township, &session))
    return RUHU_EXIT_FAILED;
  answer = import (township, session, argv[2], &result, &error);
  if (answer == NULL)
    return ruhu_command_fail (error);
  print_figures (&result);
  if (answer_path != NULL && !ruhu_bundle_save (answer, answer_path, &error))
    {
      g_printerr ("ruhu-township: %s\n", _ ("The laptop's changes were taken in, but the answer could not be written. Do the same once more."));
      return ruhu_command_fail (error);
    }
  if (answer_path != NULL && !result.whole)
    g_printerr (_ ("Not everything that is new fits into one answer. Once it is imported, export and import once more for the rest.\n"));
  if (result.photo_stop != NULL)
    return ruhu_command_fail (result.photo_stop);
  return result.stop != NULL ? ruhu_command_fail (result.stop) : RUHU_EXIT_DONE;
}
