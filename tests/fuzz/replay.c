/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a fuzz target over its corpus as an ordinary test: every file as it is, cut off at many places, and with bytes changed. What is changed depends on the file and on nothing
 * else, so that a failure comes back. Usage: replay-NAME CORPUS-FOLDER */
#include <glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define N_CUTS    48
#define N_MUTANTS 400

/* One step of xorshift64*. */
static guint64
next_number (guint64 *state)
{
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return *state * G_GUINT64_CONSTANT (0x2545f4914f6cdd1d);
}

/* A copy of its own size, so that a read past the end is seen by the sanitiser. */
static void
run_copy (const guint8 *data, gsize size)
{
  g_autofree guint8 *copy = g_malloc (size > 0 ? size : 1);

  memcpy (copy, data, size);
  LLVMFuzzerTestOneInput (copy, size);
}

static void
mutate (guint8 *data, gsize size, guint64 *state)
{
  static const char interesting[] = "{}[]\",:\\/0-\n\x01\x7f\xff";
  guint n = 1 + (guint) (next_number (state) % 4);

  for (guint i = 0; i < n; i++)
    {
      gsize at = next_number (state) % size;
      if (next_number (state) % 2 == 0)
        data[at] = (guint8) interesting[next_number (state) % (sizeof interesting - 1)];
      else
        data[at] ^= (guint8) (1u << (next_number (state) % 8));
    }
}

static void
replay_file (gconstpointer user_data)
{
  const char *path = user_data;
  g_autofree char *text = NULL;
  gsize size;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_get_contents (path, &text, &size, &error));
  const guint8 *data = (const guint8 *) text;
  run_copy (data, size);
  for (guint i = 0; i < N_CUTS; i++)
    run_copy (data, size * i / N_CUTS);

  guint64 state = 0x9e3779b97f4a7c15 ^ size;
  for (guint i = 0; i < N_MUTANTS && size > 0; i++)
    {
      g_autofree guint8 *mutant = g_memdup2 (data, size);
      mutate (mutant, size, &state);
      run_copy (mutant, size);
    }
}

/* What a target refuses, it says in the log; here that is expected. */
static void
say_nothing (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  const char *name;

  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  g_log_set_handler ("ruhu-schema", G_LOG_LEVEL_WARNING, say_nothing, NULL);
  g_autoptr (GDir) folder = argc == 2 ? g_dir_open (argv[1], 0, &error) : NULL;
  if (folder == NULL)
    {
      g_printerr ("%s CORPUS-FOLDER: %s\n", argv[0], error != NULL ? error->message : "one argument");
      return 2;
    }

  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *test = g_strconcat ("/corpus/", name, NULL);
      g_ptr_array_add (paths, g_build_filename (argv[1], name, NULL));
      g_test_add_data_func (test, g_ptr_array_index (paths, paths->len - 1), replay_file);
    }
  g_assert_cmpuint (paths->len, >, 0);
  return g_test_run ();
}
