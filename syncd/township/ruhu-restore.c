/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-restore.h"

#include "ruhu-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

/* A database's file and what SQLite keeps beside it, the file last: without it the others are nothing. */
static const char *const suffixes[] = { "-wal", "-shm", "" };

static void
remove_copy (const char *path)
{
  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *name = g_strconcat (path, suffixes[i], NULL);

      g_unlink (name);
    }
}

static gboolean
mark_backup (const char *path, GError **error)
{
  g_autoptr (RuhuSession) copy = ruhu_session_open (path, FALSE, NULL, NULL, error);

  return copy != NULL && ruhu_ledger_mark_backup (copy->ledger, error) && ruhu_database_checkpoint (ruhu_store_get_database (copy->store), error);
}

gboolean
ruhu_township_back_up (RuhuSession *session, const char *path, GError **error)
{
  if (!ruhu_database_backup (ruhu_store_get_database (session->store), path, error))
    return FALSE;
  if (mark_backup (path, error))
    return TRUE;
  remove_copy (path);
  return FALSE;
}

int
ruhu_township_lock (RuhuTownship *self, gboolean alone, GError **error)
{
  g_autofree char *path = ruhu_township_dup_path (self, RUHU_FILE_CONFIG);
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd >= 0 && flock (fd, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0)
    return fd;
  if (fd >= 0 && errno == EWOULDBLOCK)
    g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_BUSY, _ ("The township is being served, or restored, by another program; stop it first."));
  else
    g_set_error (error, RUHU_ERROR, RUHU_ERROR_FAILED, _ ("%s cannot be read: %s."), path, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return -1;
}

/* How far the log goes that is to be replaced; 0 when it is not there or cannot be read any more. */
static gint64
find_end (const char *path)
{
  g_autoptr (RuhuSession) old = g_file_test (path, G_FILE_TEST_EXISTS) ? ruhu_session_open (path, FALSE, NULL, NULL, NULL) : NULL;
  gint64 end;

  return old != NULL && ruhu_ledger_get_head (old->ledger, &end, NULL, NULL) ? end : 0;
}

/* A copy beside the place where it will be, checked, with the mark in its log. */
static gboolean
prepare (const char *backup, const char *path, const char *replaced, gint64 *n, GError **error)
{
  g_autoptr (RuhuSession) source = ruhu_session_open (backup, FALSE, NULL, NULL, error);
  g_autoptr (RuhuSession) copy = NULL;
  gboolean marked = FALSE;

  if (source == NULL || !ruhu_database_backup (ruhu_store_get_database (source->store), path, error))
    return FALSE;
  copy = ruhu_session_open (path, FALSE, NULL, NULL, error);
  return copy != NULL && ruhu_ledger_verify (copy->ledger, n, error) && ruhu_ledger_mark_restored (copy->ledger, TRUE, find_end (replaced), &marked, error) &&
         ruhu_database_checkpoint (ruhu_store_get_database (copy->store), error);
}

/* By hard links first, so that there is no moment without a database. */
static gboolean
set_aside (const char *path, const char *aside, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *from = g_strconcat (path, suffixes[i], NULL);
      g_autofree char *to = g_strconcat (aside, suffixes[i], NULL);

      if (link (from, to) != 0 && errno != ENOENT)
        {
          g_set_error (error, RUHU_ERROR, RUHU_ERROR_FAILED, _ ("%s cannot be made: %s."), to, g_strerror (errno));
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
put_in_place (const char *copy, const char *path, GError **error)
{
  g_autofree char *directory = g_path_get_dirname (path);
  int fd;

  /* The old log must not be taken for the new file's. */
  for (gsize i = 0; i + 1 < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *beside = g_strconcat (path, suffixes[i], NULL);

      g_unlink (beside);
    }
  if (rename (copy, path) != 0)
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_FAILED, _ ("%s cannot be made: %s."), path, g_strerror (errno));
      return FALSE;
    }
  fd = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd >= 0)
    {
      fsync (fd);
      close (fd);
    }
  return TRUE;
}

static gboolean
restore (RuhuTownship *self, const char *backup, char **aside, gint64 *n, GError **error)
{
  g_autofree char *path = ruhu_township_dup_path (self, RUHU_FILE_DATABASE);
  g_autofree char *copy = g_strconcat (path, ".restoring", NULL);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, "%Y%m%dT%H%M%S.%f");
  g_autofree char *old = g_strdup_printf ("%s.before-restore-%s", path, time);
  gboolean there = g_file_test (path, G_FILE_TEST_EXISTS);

  /* Of one that was interrupted. */
  remove_copy (copy);
  if (prepare (backup, copy, path, n, error) && (!there || set_aside (path, old, error)) && put_in_place (copy, path, error))
    {
      *aside = there ? g_steal_pointer (&old) : NULL;
      return TRUE;
    }
  remove_copy (copy);
  return FALSE;
}

gboolean
ruhu_township_restore (RuhuTownship *self, const char *path, char **aside, gint64 *n, GError **error)
{
  int lock = ruhu_township_lock (self, TRUE, error);
  gboolean done;

  if (lock < 0)
    return FALSE;
  done = restore (self, path, aside, n, error);
  close (lock);
  return done;
}
