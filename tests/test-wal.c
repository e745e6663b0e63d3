/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A log of SQLite's in which a byte went bad: SQLite ends it there without a word, and every save behind that would be gone. */
#include "config.h"

#include "ruhu-error.h"
#include "ruhu-fixture.h"
#include "ruhu-salvage.h"
#include "ruhu-wal.h"

#include <glib/gstdio.h>
#include <string.h>

#define SAVES  9
#define DEVICE "device-a"
#define STEP   389
#define FRAME  (24 + 4096)

typedef struct
{
  Township *township;
  Laptop *laptop;
  /* Where the files are put as a power cut would leave them. */
  char *path;
  char *log;
  GBytes *database;
  GBytes *bytes; /* the log's */
  GArray *ends;  /* gsize: behind each transaction of the log */
} Fixture;

static GBytes *
get_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *contents;
  gsize size;

  g_assert_true (g_file_get_contents (path, &contents, &size, &error));
  g_assert_no_error (error);
  return g_bytes_new_take (contents, size);
}

static void
put_file (const char *path, const void *bytes, gsize size)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents_full (path, bytes, (gssize) size, G_FILE_SET_CONTENTS_NONE, 0600, &error));
  g_assert_no_error (error);
}

static void
save (Fixture *f, guint i)
{
  g_autofree char *set = g_strdup_printf ("{\"household\":{\"h1\":{\"group_name\":\"group %u\"}}}", i);

  laptop_save (f->laptop, "h1", set, -1);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  json_object *body = json_object_new_object ();
  g_autofree char *log = NULL;
  const guint8 *bytes;
  gsize size;

  f->township = township_new ();
  f->laptop = laptop_new (f->township, DEVICE, "helper-a");
  laptop_sync (f->laptop, f->township);
  g_assert_true (ruhu_database_checkpoint (ruhu_store_get_database (f->laptop->store), &error));
  json_object_object_add (body, "note", json_object_new_string ("half a visit"));
  for (guint i = 0; i < SAVES; i++)
    {
      save (f, i);
      if (i == SAVES / 2)
        g_assert_true (ruhu_store_put_draft (f->laptop->store, "d1", "visit", "h1", 1, body, &error));
    }
  json_object_put (body);
  log = g_strconcat (f->laptop->path, "-wal", NULL);
  f->database = get_file (f->laptop->path);
  f->bytes = get_file (log);
  f->path = g_strconcat (f->laptop->path, ".copy", NULL);
  f->log = g_strconcat (f->path, "-wal", NULL);
  f->ends = g_array_new (FALSE, FALSE, sizeof (gsize));
  bytes = g_bytes_get_data (f->bytes, &size);
  for (gsize at = 32; at + FRAME <= size && memcmp (bytes + at + 8, bytes + 16, 8) == 0; at += FRAME)
    if (memcmp (bytes + at + 4, "\0\0\0\0", 4) != 0)
      g_array_append_vals (f->ends, &(gsize){ at + FRAME }, 1);
  g_assert_cmpuint (f->ends->len, >=, SAVES + 1);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  static const char *const suffixes[] = { "", "-wal", "-shm" };

  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *name = g_strconcat (f->path, suffixes[i], NULL);

      g_unlink (name);
    }
  g_array_unref (f->ends);
  g_bytes_unref (f->database);
  g_bytes_unref (f->bytes);
  g_free (f->path);
  g_free (f->log);
  laptop_free (f->laptop);
  township_free (f->township);
}

/* Behind the transaction that is the @back-th from the end. */
static gsize
get_end (Fixture *f, guint back)
{
  return g_array_index (f->ends, gsize, f->ends->len - 1 - back);
}

/* Lays the files down as they were, but for a byte of the log (if @at is in it), and for its end. */
static void
lay (Fixture *f, gsize at, gsize size)
{
  g_autofree guint8 *bytes = g_memdup2 (g_bytes_get_data (f->bytes, NULL), g_bytes_get_size (f->bytes));

  if (at < size)
    bytes[at] ^= 1 << (at % 8);
  put_file (f->path, g_bytes_get_data (f->database, NULL), g_bytes_get_size (f->database));
  put_file (f->log, bytes, size);
}

static gint64
count_saves (Fixture *f, GError **error)
{
  g_autoptr (RuhuDatabase) database = ruhu_database_open (f->path, RUHU_DATABASE_DEFAULT, error);
  gint64 n = -1;

  if (database != NULL && !ruhu_database_get_integer (database, "SELECT count (*) FROM log WHERE device = '" DEVICE "'", -1, &n, error, ""))
    return -1;
  return n;
}

static void
assert_noticed (Fixture *f, gsize at)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) before = NULL, after = NULL;

  lay (f, at, g_bytes_get_size (f->bytes));
  before = get_file (f->log);
  if (count_saves (f, &error) >= 0)
    g_error ("byte %" G_GSIZE_FORMAT " of the log was not noticed", at);
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_CORRUPT);
  after = get_file (f->log);
  g_assert_true (g_bytes_equal (before, after));
}

static void
test_a_byte_that_went_bad_is_noticed_and_nothing_is_changed (Fixture *f, gconstpointer data)
{
  gsize end = get_end (f, 2);

  for (gsize at = 0; at < 32; at++)
    assert_noticed (f, at);
  for (gsize frame = 32; frame < end; frame += FRAME)
    for (gsize at = frame; at < frame + 24; at += 3)
      assert_noticed (f, at);
  for (gsize at = 32; at < end; at += STEP)
    assert_noticed (f, at);
}

static void
test_what_a_power_cut_tore_is_no_damage (Fixture *f, gconstpointer data)
{
  for (guint back = 0; back < SAVES; back++)
    {
      /* The last transaction, at all of its pages; then whole ones that never arrived. */
      for (gsize size = get_end (f, back + 1); size <= get_end (f, back); size += 1536)
        {
          g_autoptr (GError) error = NULL;

          lay (f, G_MAXSIZE, size);
          g_assert_cmpint (count_saves (f, &error), >=, 0);
          g_assert_no_error (error);
        }
    }
  for (gsize at = get_end (f, 1); at < get_end (f, 0); at += STEP)
    {
      g_autoptr (GError) error = NULL;

      lay (f, at, g_bytes_get_size (f->bytes));
      g_assert_cmpint (count_saves (f, &error), ==, SAVES - 1);
      g_assert_no_error (error);
    }
}

static void
test_what_is_behind_the_damage_is_read_all_the_same (Fixture *f, gconstpointer data)
{
  guint drafts = 0, readings = 0;

  for (gsize at = 5; at < get_end (f, 2); at += STEP * 3)
    {
      g_autoptr (RuhuSalvage) salvage = NULL;

      lay (f, at, g_bytes_get_size (f->bytes));
      salvage = ruhu_salvage_read (f->path, DEVICE);
      g_assert_cmpuint (salvage->changes->len, >=, SAVES - 1);
      g_assert_false (salvage->whole);
      drafts += salvage->drafts->len;
      readings++;
    }
  /* The draft's own page may be the one. */
  g_assert_cmpuint (readings, >, 20);
  g_assert_cmpuint (drafts, >=, readings * 9 / 10);
}

static gboolean
read_bytes (gpointer data, void *buffer, gsize size, gint64 offset)
{
  gsize length;
  const guint8 *bytes = g_bytes_get_data (data, &length);

  if ((gsize) offset + size > length)
    return FALSE;
  memcpy (buffer, bytes + offset, size);
  return TRUE;
}

static void
test_a_mended_log_is_a_log (Fixture *f, gconstpointer data)
{
  g_autofree guint8 *bytes = g_memdup2 (g_bytes_get_data (f->bytes, NULL), g_bytes_get_size (f->bytes));
  g_autoptr (GBytes) mended = NULL;
  gsize at = 32 + 24 + 2000;

  g_assert_false (ruhu_wal_mend (bytes, g_bytes_get_size (f->bytes)));
  g_assert_cmpmem (bytes, g_bytes_get_size (f->bytes), g_bytes_get_data (f->bytes, NULL), g_bytes_get_size (f->bytes));
  bytes[at] ^= 1;
  g_assert_true (ruhu_wal_mend (bytes, g_bytes_get_size (f->bytes)));
  mended = g_bytes_new (bytes, g_bytes_get_size (f->bytes));
  g_assert_false (ruhu_wal_is_damaged (read_bytes, mended));
  put_file (f->path, g_bytes_get_data (f->database, NULL), g_bytes_get_size (f->database));
  put_file (f->log, bytes, g_bytes_get_size (f->bytes));
  g_assert_cmpint (count_saves (f, NULL), ==, SAVES);
}

#define ADD(name) g_test_add ("/wal/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (a_byte_that_went_bad_is_noticed_and_nothing_is_changed);
  ADD (what_a_power_cut_tore_is_no_damage);
  ADD (what_is_behind_the_damage_is_read_all_the_same);
  ADD (a_mended_log_is_a_log);
  return g_test_run ();
}
