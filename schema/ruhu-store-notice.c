/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person should know of this file's own past: a restore at the township, numbers used twice, a rebuild, a clock that was days off. */
#define G_LOG_DOMAIN "ruhu-store"

#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-store-private.h"
#include "ruhu-store-query.h"

#include <glib/gi18n-lib.h>
#include <string.h>

gboolean
ruhu_store_add_notice (RuhuStore *self, const char *kind, json_object *counts, GError **error)
{
  g_autofree char *now = ruhu_stamp_from_time (ruhu_clock_now (ruhu_store_get_clock (self)));

  return ruhu_database_run (ruhu_store_get_database (self), "INSERT INTO notice (kind, time, counts) VALUES (?1, ?2, ?3)", error, "sss", kind, now,
                            json_object_to_json_string_ext (counts, JSON_C_TO_STRING_PLAIN));
}

void
ruhu_notice_free (RuhuNotice *self)
{
  if (self == NULL)
    return;
  g_free (self->kind);
  g_free (self->time);
  g_free (self->text);
  g_free (self);
}

static int
count_of (json_object *counts, const char *name)
{
  return json_object_get_int (json_object_object_get (counts, name));
}

static char *
make_text (const char *kind, json_object *counts)
{
  if (strcmp (kind, "restored") == 0)
    return g_strdup_printf (_ ("The township's server was restored from a backup. %d changes of this laptop that it no longer had are sent again; nothing recorded here was lost."),
                            count_of (counts, "again"));
  if (strcmp (kind, "reused") == 0)
    return g_strdup_printf (_ ("This laptop's data had been put back from an older copy. What was recorded since then is kept and sent under new numbers (%d changes). Look at what was refused."),
                            count_of (counts, "renumbered"));
  if (strcmp (kind, "rebuilt") == 0 && count_of (counts, "whole") != 0)
    return g_strdup_printf (_ ("The database of this laptop was damaged and was made anew from the township. All that had not been sent could be read: %d changes and %d drafts."),
                            count_of (counts, "changes"), count_of (counts, "drafts"));
  if (strcmp (kind, "rebuilt") == 0)
    return g_strdup_printf (_ ("The database of this laptop was damaged and was made anew from the township. %d changes that had not been sent and %d drafts could be read; other parts could not. "
                               "Check the last visits. The damaged file is kept in the data folder."),
                            count_of (counts, "changes"), count_of (counts, "drafts"));
  if (strcmp (kind, "photo") == 0)
    return g_strdup (_ ("A photo was damaged on the disk of this laptop before it was sent, and nobody else has it. If it is still in the camera, add it again. What is left of the file is kept in the data folder."));
  if (strcmp (kind, "clock") == 0)
    return g_strdup_printf (count_of (counts, "slow") != 0 ? _ ("The clock of this laptop was %d days slow when %d changes were recorded. The dates in them are as they were entered: look through the last visits, and correct those that are wrong. Set the laptop's clock.")
                                                           : _ ("The clock of this laptop was %d days fast when %d changes were recorded. The dates in them are as they were entered: look through the last visits, and correct those that are wrong. Set the laptop's clock."),
                            count_of (counts, "days"), count_of (counts, "changes"));
  return g_strdup (kind);
}

GPtrArray *
ruhu_store_list_notices (RuhuStore *self, GError **error)
{
  g_autoptr (GPtrArray) notices = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_notice_free);
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query =
      ruhu_database_query (ruhu_store_get_database (self), "SELECT n, kind, time, counts FROM notice WHERE settled = 0 ORDER BY n DESC", error, "");

  if (query == NULL)
    return NULL;
  while (ruhu_statement_next (query, &local))
    {
      g_autoptr (RuhuJson) counts = json_tokener_parse (ruhu_statement_get_text (query, 3));
      RuhuNotice *notice = g_new0 (RuhuNotice, 1);

      notice->n = ruhu_statement_get_integer (query, 0);
      notice->kind = g_strdup (ruhu_statement_get_text (query, 1));
      notice->time = g_strdup (ruhu_statement_get_text (query, 2));
      notice->text = make_text (notice->kind, counts);
      g_ptr_array_add (notices, notice);
    }
  return ruhu_check_end (&local, error) ? g_steal_pointer (&notices) : NULL;
}

gboolean
ruhu_store_settle_notice (RuhuStore *self, gint64 n, GError **error)
{
  return ruhu_database_run (ruhu_store_get_database (self), "UPDATE notice SET settled = 1 WHERE n = ?1", error, "i", n);
}

gboolean
ruhu_store_recall_notice (RuhuStore *self, gint64 n, GError **error)
{
  return ruhu_database_run (ruhu_store_get_database (self), "UPDATE notice SET settled = 0 WHERE n = ?1", error, "i", n);
}

gboolean
ruhu_store_count_witness (RuhuStore *self, gint64 *count, GError **error)
{
  return ruhu_database_get_integer (ruhu_store_get_database (self), "SELECT count (*) FROM witness", 0, count, error, "");
}
