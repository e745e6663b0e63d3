/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "bench"

#include "config.h"

#include "bench-start.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void
forget (const char *path)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd < 0)
    return;
  (void) !fsync (fd);
  (void) !posix_fadvise (fd, 0, 0, POSIX_FADV_DONTNEED);
  close (fd);
}

void
bench_start_forget (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autofree char *maps = NULL;
  g_auto (GStrv) lines = NULL;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      forget (path);
    }
  if (!g_file_get_contents ("/proc/self/maps", &maps, NULL, NULL))
    return;
  lines = g_strsplit (maps, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (strchr (lines[i], '/') != NULL)
      forget (strchr (lines[i], '/'));
}

double
bench_start_alone (const char *program, const char *folder)
{
  double began = bench_clock ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, "--start", folder, NULL);
  g_autofree char *said = NULL;
  gboolean ended;

  bench_must (process != NULL, g_steal_pointer (&error), program);
  ended = g_subprocess_communicate_utf8 (process, NULL, NULL, &said, NULL, &error);
  bench_must (ended && said != NULL && g_ascii_strtod (said, NULL) > began, g_steal_pointer (&error), "The app's start");
  return (g_ascii_strtod (said, NULL) - began) * 1e3;
}

void
bench_start_done (void)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  printf ("%s\n", g_ascii_dtostr (text, sizeof text, bench_clock ()));
  fflush (stdout);
}
