/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "bench"

#include "config.h"

#include "bench-beside.h"

static char *
read_line (BenchBeside *self)
{
  g_autoptr (GError) error = NULL;
  char *line = g_data_input_stream_read_line (self->said, NULL, NULL, &error);

  bench_must (line != NULL, g_steal_pointer (&error), "The world");
  return line;
}

static void
free_strings (gpointer data)
{
  g_strfreev (data);
}

BenchBeside *
bench_beside_start (const char *const *argv)
{
  BenchBeside *self = g_new0 (BenchBeside, 1);
  g_autoptr (GError) error = NULL;
  char *line;

  self->process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  bench_must (self->process != NULL, g_steal_pointer (&error), argv[0]);
  self->said = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  self->visits = g_ptr_array_new_with_free_func (free_strings);
  self->folder = read_line (self);
  for (line = read_line (self); *line != '\0'; line = read_line (self))
    {
      g_ptr_array_add (self->visits, g_strsplit (line, "\t", 3));
      g_free (line);
    }
  g_free (line);
  return self;
}

static void
pulled_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree char *line = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, NULL);

  bench_must (g_strcmp0 (line, "done") == 0, NULL, "The pull");
  ((BenchBeside *) data)->pulled = TRUE;
}

void
bench_beside_pull (BenchBeside *self)
{
  gboolean written;

  self->pulled = FALSE;
  g_data_input_stream_read_line_async (self->said, G_PRIORITY_DEFAULT, NULL, pulled_cb, self);
  written = g_output_stream_write_all (g_subprocess_get_stdin_pipe (self->process), "pull\n", 5, NULL, NULL, NULL);
  bench_must (written, NULL, "The world");
}

void
bench_beside_stop (BenchBeside *self)
{
  g_output_stream_close (g_subprocess_get_stdin_pipe (self->process), NULL, NULL);
  (void) !g_subprocess_wait (self->process, NULL, NULL);
  g_object_unref (self->said);
  g_object_unref (self->process);
  g_ptr_array_unref (self->visits);
  g_free (self->folder);
  g_free (self);
}
