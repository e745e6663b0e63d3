/* SPDX-License-Identifier: GPL-3.0-or-later */
/*   ruhu.db.rebuilding      it is being made
 *   ruhu.db.rebuilt         it is finished; the rename, with the folder synced, is what decides
 *   ruhu.db                 it is in its place
 *   ruhu.db.damaged-TIME    what was there before, with -wal and -shm; TIME is when the new one was finished, so that every attempt to exchange them finds the same name
 *
 * The old file has its second name before it loses its first: there is no moment without a database. Its log follows it before the new file comes, which would take it for its own. Where
 * that is interrupted, whoever reads the old file by its first name begins another log there, which never takes the place of the one that went before: it is *-wal-later, if anything is in it. */
#define G_LOG_DOMAIN "ruhu-store"

#include "config.h"

#include "ruhu-replacement.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FINISHED ".rebuilt"
/* Where SQLite locks the log's index for writing (https://www.sqlite.org/walformat.html#wal_locks). */
#define WRITE_LOCK 120
/* How often, and how many times, somebody else's transaction is waited for, in µs. */
#define LOCK_PAUSE (20 * 1000)
#define LOCK_TRIES 250

static const char *const suffixes[] = { "-wal", "-shm", "" };

char *
ruhu_replacement_dup_making (const char *path)
{
  return g_strconcat (path, ".rebuilding", NULL);
}

static char *
dup_finished (const char *path)
{
  return g_strconcat (path, FINISHED, NULL);
}

gboolean
ruhu_replacement_is_finished (const char *path)
{
  char name[PATH_MAX];

  /* What SQLite alone understands is no name of the system's. */
  return !g_str_has_prefix (path, "file:") && g_strlcpy (name, path, sizeof name) + strlen (FINISHED) < sizeof name && access (strcat (name, FINISHED), F_OK) == 0;
}

void
ruhu_replacement_drop (const char *path)
{
  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *name = g_strconcat (path, ".rebuilding", suffixes[i], NULL);

      g_unlink (name);
    }
}

static gboolean
fail (GError **error)
{
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_FAILED, _ ("The damaged database could not be set aside: %s."), g_strerror (errno));
  return FALSE;
}

/* The folder, which two programs that exchange the files at the same time lock, and which holds their names. */
static int
open_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  return g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
}

gboolean
ruhu_replacement_commit (const char *path, GError **error)
{
  g_autofree char *making = ruhu_replacement_dup_making (path);
  g_autofree char *finished = dup_finished (path);
  int folder = open_folder (path);
  gboolean ok;

  ok = folder >= 0 && fsync (folder) == 0 && g_rename (making, finished) == 0;
  if (!ok)
    fail (error);
  else if (fsync (folder) != 0)
    g_message ("The name of the database that was made anew may not be on disk: %s", g_strerror (errno));
  if (folder >= 0)
    close (folder);
  return ok;
}

gboolean
ruhu_replacement_lock (const char *path, int *lock, GError **error)
{
  g_autofree char *name = g_strconcat (path, "-shm", NULL);
  g_auto (RuhuFd) fd = g_open (name, O_RDWR | O_CLOEXEC, 0);
  struct flock range = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = WRITE_LOCK, .l_len = 1 };

  *lock = -1;
  if (fd < 0)
    return errno == ENOENT || fail (error);
  for (guint i = 0; i < LOCK_TRIES; i++)
    {
      if (fcntl (fd, F_SETLK, &range) == 0)
        {
          *lock = fd;
          fd = -1;
          return TRUE;
        }
      if (errno != EAGAIN && errno != EACCES && errno != EINTR)
        return fail (error);
      g_usleep (LOCK_PAUSE);
    }
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_BUSY, _ ("The damaged database is being written to."));
  return FALSE;
}

static char *
dup_aside (const char *path, const struct stat *finished)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (finished->st_mtim.tv_sec);
  g_autofree char *text = time != NULL ? g_date_time_format (time, "%Y%m%dT%H%M%S") : g_strdup ("0");

  return g_strdup_printf ("%s.damaged-%s.%06ld", path, text, finished->st_mtim.tv_nsec / 1000);
}

static gboolean
move_log (const char *from, const char *to, GError **error)
{
  g_autofree char *later = g_strconcat (to, "-later", NULL);
  struct stat status;

  if (stat (from, &status) != 0)
    return errno == ENOENT || fail (error);
  if (access (to, F_OK) != 0)
    return g_rename (from, to) == 0 || fail (error);
  return (status.st_size == 0 ? g_unlink (from) : g_rename (from, later)) == 0 || fail (error);
}

static gboolean
set_aside (const char *path, const char *aside, GError **error)
{
  /* There already: of an attempt that was interrupted. None here: it was lost. */
  if (link (path, aside) != 0 && errno != EEXIST && errno != ENOENT)
    return fail (error);
  for (gsize i = 0; i + 1 < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *from = g_strconcat (path, suffixes[i], NULL);
      g_autofree char *to = g_strconcat (aside, suffixes[i], NULL);

      if (!move_log (from, to, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
exchange (const char *path, int folder, GError **error)
{
  g_autofree char *finished = dup_finished (path);
  g_autofree char *aside = NULL;
  struct stat status;

  /* Somebody else was quicker. */
  if (stat (finished, &status) != 0)
    return TRUE;
  aside = dup_aside (path, &status);
  if (!set_aside (path, aside, error))
    return FALSE;
  /* The old one's second name comes to the disk before its first is another's. */
  if (fsync (folder) != 0 || g_rename (finished, path) != 0)
    return fail (error);
  if (fsync (folder) != 0)
    g_message ("The name of the database that was made anew may not be on disk: %s", g_strerror (errno));
  return TRUE;
}

gboolean
ruhu_replacement_finish (const char *path, GError **error)
{
  gboolean ok;
  int folder;

  if (!ruhu_replacement_is_finished (path))
    return TRUE;
  folder = open_folder (path);
  if (folder < 0)
    return fail (error);
  ok = flock (folder, LOCK_EX) == 0 ? exchange (path, folder, error) : fail (error);
  close (folder);
  return ok;
}

/* Each file whose name goes on from @path's with one of @endings. */
static GPtrArray *
list_beside (const char *path, const char *const *endings)
{
  g_autofree char *directory = g_path_get_dirname (path), *name = g_path_get_basename (path);
  g_autoptr (GDir) folder = g_dir_open (directory, 0, NULL);
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);
  const char *file;

  while (folder != NULL && (file = g_dir_read_name (folder)) != NULL)
    for (gsize i = 0; endings[i] != NULL; i++)
      if (g_str_has_prefix (file, name) && g_str_has_prefix (file + strlen (name), endings[i]))
        g_ptr_array_add (found, g_build_filename (directory, file, NULL));
  return found;
}

GPtrArray *
ruhu_replacement_list_aside (const char *path)
{
  static const char *const endings[] = { ".damaged-", NULL };
  GPtrArray *found = list_beside (path, endings);

  for (guint i = found->len; i > 0; i--)
    {
      const char *ending = g_strrstr (found->pdata[i - 1], ".damaged-");

      if (strstr (ending, "-wal") != NULL || strstr (ending, "-shm") != NULL || strstr (ending, ".salvage") != NULL)
        g_ptr_array_remove_index (found, i - 1);
    }
  return found;
}

gboolean
ruhu_replacement_erase_aside (const char *path, GError **error)
{
  static const char *const endings[] = { ".damaged-", ".salvage", ".rebuilding", NULL };
  g_autoptr (GPtrArray) found = list_beside (path, endings);

  for (guint i = 0; i < found->len; i++)
    if (g_unlink (found->pdata[i]) != 0 && errno != ENOENT)
      {
        g_set_error (error, RUHU_ERROR, RUHU_ERROR_FAILED, _ ("What was set aside of a damaged database could not be removed: %s."), g_strerror (errno));
        return FALSE;
      }
  return TRUE;
}
