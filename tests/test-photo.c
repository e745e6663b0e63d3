/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a photo may be, and the folder of photos on a disk that fails: the calls that read and write go through here (ld --wrap). */
#include "config.h"

#include "photo-fixture.h"
#include "ruhu-error.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

gssize __real_write (int fd, const void *data, gsize length);
gssize __wrap_write (int fd, const void *data, gsize length);
gssize __real_read (int fd, void *data, gsize length);
gssize __wrap_read (int fd, void *data, gsize length);
int __real_fsync (int fd);
int __wrap_fsync (int fd);
int __real_rename (const char *from, const char *to);
int __wrap_rename (const char *from, const char *to);
int __real_unlink (const char *path);
int __wrap_unlink (const char *path);

static struct
{
  guint until;    /* calls that still work; 0 and @armed: this one fails */
  gboolean armed; /* FALSE: all work */
  gboolean cut;   /* nothing works any more after the first failure */
  gboolean failed;
  int code;
  int unread;     /* what reading fails with; 0: it works */
  GString *trace; /* or NULL */
} disk;

static gboolean
breaks (char what)
{
  if (disk.trace != NULL)
    g_string_append_c (disk.trace, what);
  if (!disk.armed || (disk.failed && !disk.cut))
    return FALSE;
  disk.failed |= disk.until == 0;
  if (disk.until > 0)
    disk.until--;
  errno = disk.code;
  return disk.failed;
}

gssize
__wrap_write (int fd, const void *data, gsize length)
{
  gboolean first = !disk.failed;

  /* The disk is full in the middle. */
  return !breaks ('w') ? __real_write (fd, data, length) : first && length > 1 ? __real_write (fd, data, length / 2)
                                                                               : -1;
}

gssize
__wrap_read (int fd, void *data, gsize length)
{
  if (disk.unread == 0)
    return __real_read (fd, data, length);
  errno = disk.unread;
  return -1;
}

int
__wrap_fsync (int fd)
{
  return breaks ('s') ? -1 : __real_fsync (fd);
}

int
__wrap_rename (const char *from, const char *to)
{
  return breaks ('r') ? -1 : __real_rename (from, to);
}

int
__wrap_unlink (const char *path)
{
  if (disk.armed && disk.cut && disk.failed)
    {
      errno = disk.code;
      return -1;
    }
  return __real_unlink (path);
}

static void
arm (guint until, int code, gboolean cut)
{
  disk.armed = TRUE;
  disk.until = until;
  disk.code = code;
  disk.cut = cut;
  disk.failed = FALSE;
}

static const char *corpus;

typedef struct
{
  char *directory;
  RuhuPhotoStore *store;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *database = NULL;

  self->directory = g_dir_make_tmp ("ruhu-photo-XXXXXX", &error);
  g_assert_no_error (error);
  database = g_build_filename (self->directory, "ruhu.db", NULL);
  self->store = ruhu_photo_store_new (database);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  disk.armed = FALSE;
  g_assert_true (ruhu_photo_store_erase (self->store, NULL));
  g_assert_cmpint (g_rmdir (self->directory), ==, 0);
  ruhu_photo_store_free (self->store);
  g_free (self->directory);
}

static void
assert_refused (GBytes *bytes, RuhuError code, const char *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (ruhu_photo_check (bytes, &error));
  g_assert_error (error, RUHU_ERROR, (gint) code);
  g_assert_nonnull (strstr (error->message, word));
}

static void
assert_corpus (const char *name, const char *word)
{
  g_autofree char *path = g_build_filename (corpus, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, &error);
  g_autoptr (GBytes) bytes = NULL;

  g_assert_no_error (error);
  bytes = g_mapped_file_get_bytes (file);
  if (word == NULL)
    {
      gboolean taken = ruhu_photo_check (bytes, &error);

      g_assert_no_error (error);
      g_assert_true (taken);
    }
  else
    assert_refused (bytes, strcmp (name, "huge.jpg") == 0 ? RUHU_ERROR_TOO_LARGE : RUHU_ERROR_INVALID, word);
}

static void
test_what_encoders_write_is_taken (void)
{
  assert_corpus ("baseline.jpg", NULL);
  assert_corpus ("progressive.jpg", NULL);
  assert_corpus ("grey-restart.jpg", NULL);
  assert_corpus ("no-jfif.jpg", NULL);
}

static void
test_metadata_is_refused (void)
{
  g_autoptr (GBytes) photo = photo_new (1, 400);

  assert_corpus ("exif.jpg", "more than the image");
  assert_corpus ("comment.jpg", "more than the image");
  assert_corpus ("late-comment.jpg", "more than the image");
  assert_corpus ("thumbnail.jpg", "more than the image");
  assert_corpus ("trailing.jpg", "more than the image");
  for (guint8 marker = 0xe0; marker <= 0xef; marker++)
    {
      g_autoptr (GBytes) tagged = photo_with_segment (photo, marker, "some", 4);

      assert_refused (tagged, RUHU_ERROR_INVALID, "more than the image");
    }
}

static void
test_other_images_are_refused (void)
{
  assert_corpus ("arithmetic.jpg", "kind of image");
  assert_corpus ("tables-16.jpg", "kind of image");
  assert_corpus ("png.bin", "kind of image");
  assert_corpus ("huge.jpg", "pixels");
  assert_corpus ("cut.jpg", "cut off");
  assert_corpus ("no-scan.jpg", "cut off");
  assert_corpus ("two-frames.jpg", "cut off");
}

static void
test_size_is_bounded (void)
{
  g_autoptr (GBytes) most = photo_new (1, RUHU_PHOTO_MAX_BYTES), more = photo_new (1, RUHU_PHOTO_MAX_BYTES + 1);
  g_autoptr (GBytes) none = g_bytes_new (NULL, 0);

  g_assert_true (ruhu_photo_check (most, NULL));
  assert_refused (more, RUHU_ERROR_TOO_LARGE, "300 KB");
  assert_refused (none, RUHU_ERROR_INVALID, "kind of image");
}

static void
test_every_cut_is_refused (void)
{
  g_autoptr (GBytes) photo = photo_new (1, 400);

  for (gsize length = 0; length < 400; length++)
    {
      g_autoptr (GBytes) cut = g_bytes_new_from_bytes (photo, 0, length);

      g_assert_false (ruhu_photo_check (cut, NULL));
    }
}

static void
test_kept_and_read (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) photo = photo_new (1, 5000), read = NULL, missing = NULL;
  g_autofree char *hash = ruhu_photo_store_put (self->store, photo, &error);
  g_autofree char *again = ruhu_photo_store_put (self->store, photo, &error);
  g_autofree char *expected = photo_hash (photo);
  g_autofree char *path = ruhu_photo_store_dup_path (self->store, expected);
  g_autoptr (GPtrArray) list = ruhu_photo_store_list (self->store, &error);
  struct stat file, folder;
  gint64 size;

  g_assert_no_error (error);
  g_assert_cmpstr (hash, ==, expected);
  g_assert_cmpstr (again, ==, expected);
  read = ruhu_photo_store_read (self->store, hash, &error);
  g_assert_true (g_bytes_equal (read, photo));
  g_assert_true (ruhu_photo_store_has (self->store, hash, &size) && size == 5000);
  g_assert_cmpuint (list->len, ==, 1);
  g_assert_true (stat (path, &file) == 0 && stat (ruhu_photo_store_get_path (self->store), &folder) == 0);
  g_assert_cmpint (file.st_mode & 0777, ==, 0600);
  g_assert_cmpint (folder.st_mode & 0777, ==, 0700);

  g_assert_true (ruhu_photo_store_remove (self->store, hash, &error) && ruhu_photo_store_remove (self->store, hash, &error));
  missing = ruhu_photo_store_read (self->store, hash, &error);
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND);
}

static void
test_damage_is_set_aside_and_mended (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) photo = photo_new (1, 5000), read = NULL;
  g_autofree char *hash = ruhu_photo_store_put (self->store, photo, &error);
  g_autofree char *path = ruhu_photo_store_dup_path (self->store, hash);
  g_autofree char *aside = g_strdup_printf ("%s/damaged/%s.2", ruhu_photo_store_get_path (self->store), hash);

  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *again = NULL;

      g_assert_true (g_file_set_contents (path, "damaged", -1, NULL));
      read = ruhu_photo_store_read (self->store, hash, &error);
      g_assert_error (error, RUHU_ERROR, RUHU_ERROR_CORRUPT);
      g_clear_error (&error);
      g_assert_false (ruhu_photo_store_has (self->store, hash, NULL));
      again = ruhu_photo_store_put (self->store, photo, &error);
      g_assert_no_error (error);
    }
  g_assert_true (g_file_test (aside, G_FILE_TEST_IS_REGULAR));
  /* Mended in passing, too. */
  g_assert_true (g_file_set_contents (path, "damaged", -1, NULL));
  g_free (ruhu_photo_store_put (self->store, photo, &error));
  read = ruhu_photo_store_read (self->store, hash, &error);
  g_assert_no_error (error);
}

/* Else a laptop that is to be erased would wait for it for ever. */
static void
test_what_the_disk_has_lost_is_set_aside (Fixture *self, gconstpointer data)
{
  const int lost[] = { EIO, EUCLEAN, EBADMSG, ENODATA };
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) photo = photo_new (1, 5000), read = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (lost); i++)
    {
      g_autofree char *hash = ruhu_photo_store_put (self->store, photo, &error);

      g_assert_no_error (error);
      disk.unread = lost[i];
      read = ruhu_photo_store_read (self->store, hash, &error);
      disk.unread = 0;
      g_assert_error (error, RUHU_ERROR, RUHU_ERROR_CORRUPT);
      g_clear_error (&error);
      g_assert_false (ruhu_photo_store_has (self->store, hash, NULL));
    }
}

/* A person can mend it. */
static void
test_what_may_not_be_read_stays (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) photo = photo_new (1, 5000), read = NULL;
  g_autofree char *hash = ruhu_photo_store_put (self->store, photo, &error);

  disk.unread = EACCES;
  read = ruhu_photo_store_read (self->store, hash, &error);
  disk.unread = 0;
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_FAILED);
  g_assert_true (ruhu_photo_store_has (self->store, hash, NULL));
}

static void
test_what_is_no_photo_is_not_kept (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) photo = photo_new (1, 400), tagged = photo_with_segment (photo, 0xe1, "Exif", 4);

  g_assert_null (ruhu_photo_store_put (self->store, tagged, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
  g_assert_false (g_file_test (ruhu_photo_store_get_path (self->store), G_FILE_TEST_EXISTS));
}

/* Flushed before it is named, and the name flushed before anybody is told. */
static void
test_order_of_writing (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) photo = photo_new (1, 400), other = photo_new (1, 401);
  g_autofree char *first = ruhu_photo_store_put (self->store, photo, &error), *second = NULL, *third = NULL;

  disk.trace = g_string_new (NULL);
  g_assert_true (ruhu_photo_store_remove (self->store, first, &error));
  second = ruhu_photo_store_put (self->store, photo, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (disk.trace->str, ==, "swsrs");
  /* There already: whoever named it may not have come to flush the folder. */
  g_string_truncate (disk.trace, 0);
  third = ruhu_photo_store_put (self->store, photo, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (disk.trace->str, ==, "s");
  g_string_free (g_steal_pointer (&disk.trace), TRUE);
}

/* Whatever call fails, and whether the disk comes back or the power went: what was acknowledged is there, what was not is there whole or not at all. */
static void
play_fault (Fixture *self, guint seed, guint until, int code, gboolean cut, gboolean *passed)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) photo = photo_new (seed, 5000), read = NULL;
  g_autofree char *hash = photo_hash (photo), *kept = NULL, *again = NULL;
  g_autoptr (GPtrArray) list = NULL;

  arm (until, code, cut);
  kept = ruhu_photo_store_put (self->store, photo, &error);
  *passed = !disk.failed;
  disk.armed = FALSE;
  g_assert_true ((kept == NULL) == (error != NULL));
  if (kept == NULL)
    g_assert_true (g_error_matches (error, RUHU_ERROR, code == ENOSPC ? RUHU_ERROR_NO_SPACE : RUHU_ERROR_FAILED));
  g_clear_error (&error);
  list = ruhu_photo_store_list (self->store, &error);
  g_assert_no_error (error);
  read = ruhu_photo_store_read (self->store, hash, &error);
  g_assert_true (kept == NULL || read != NULL);
  g_assert_true (read != NULL || g_error_matches (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND));
  g_assert_cmpint (list->len, ==, read != NULL ? 1 : 0);
  g_clear_error (&error);
  again = ruhu_photo_store_put (self->store, photo, &error);
  g_assert_no_error (error);
  g_assert_true (ruhu_photo_store_remove (self->store, hash, &error));
}

static void
test_failing_disk (Fixture *self, gconstpointer data)
{
  for (guint mode = 0; mode < 4; mode++)
    {
      gboolean passed = FALSE;
      guint until = 0;

      g_assert_true (ruhu_photo_store_erase (self->store, NULL));
      for (; !passed; until++)
        play_fault (self, mode * 100 + until, until, mode % 2 == 0 ? ENOSPC : EIO, mode >= 2, &passed);
      g_assert_cmpuint (until, >, 5);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  corpus = argv[1];
  g_test_add_func ("/photo/what-encoders-write-is-taken", test_what_encoders_write_is_taken);
  g_test_add_func ("/photo/metadata-is-refused", test_metadata_is_refused);
  g_test_add_func ("/photo/other-images-are-refused", test_other_images_are_refused);
  g_test_add_func ("/photo/size-is-bounded", test_size_is_bounded);
  g_test_add_func ("/photo/every-cut-is-refused", test_every_cut_is_refused);
#define ADD(name, func) g_test_add ("/photo/store/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("kept-and-read", test_kept_and_read);
  ADD ("damage-is-set-aside-and-mended", test_damage_is_set_aside_and_mended);
  ADD ("what-the-disk-has-lost-is-set-aside", test_what_the_disk_has_lost_is_set_aside);
  ADD ("what-may-not-be-read-stays", test_what_may_not_be_read_stays);
  ADD ("what-is-no-photo-is-not-kept", test_what_is_no_photo_is_not_kept);
  ADD ("order-of-writing", test_order_of_writing);
  ADD ("failing-disk", test_failing_disk);
  return g_test_run ();
}
