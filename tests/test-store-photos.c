/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a laptop knows of its photos: from the moment they are taken until they are at the township, and until they leave. */
#include "config.h"

#include "photo-fixture.h"
#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-fixture.h"
#include "ruhu-store-photos.h"

#include <glib/gstdio.h>
#include <string.h>
#include <utime.h>

#define BOTH_A_AND_B "h1"
#define B_ALONE      "h2"

typedef struct
{
  Township *township;
  Laptop *laptop; /* helper-b's: holds h1 and h2 */
  RuhuPhotoStore *photos;
  GBytes *photo;
  char *hash;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autofree char *database = NULL;

  self->township = township_new ();
  self->laptop = laptop_new (self->township, "00000000000000aa", "helper-b");
  laptop_pull (self->laptop, self->township);
  database = g_build_filename (self->township->directory, "aa", "ruhu.db", NULL);
  self->photos = ruhu_photo_store_new (database);
  self->photo = photo_new (7, 9000);
  self->hash = photo_hash (self->photo);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_autofree char *folder = g_path_get_dirname (ruhu_photo_store_get_path (self->photos));

  g_assert_true (ruhu_photo_store_erase (self->photos, NULL));
  g_rmdir (folder);
  ruhu_photo_store_free (self->photos);
  g_bytes_unref (self->photo);
  g_free (self->hash);
  laptop_free (self->laptop);
  township_free (self->township);
}

static void
add (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *hash = ruhu_store_add_photo (self->laptop->store, self->photos, self->photo, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (hash, ==, self->hash);
}

static void
save (Fixture *self, const char *scope, const char *record)
{
  g_autofree char *set = g_strdup_printf ("{\"photo\":{\"%s\":{\"subject\":\"01\",\"image\":\"%s\",\"things_only\":true,\"date\":\"2018-06-30\"}}}", record, self->hash);

  laptop_save (self->laptop, scope, set, -1);
}

static void
follow (Fixture *self)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_store_follow_photos (self->laptop->store, self->photos, &error));
  g_assert_no_error (error);
}

static void
assert_status (Fixture *self, RuhuPhotoState state, gint64 received)
{
  RuhuPhotoStatus status;

  g_assert_true (ruhu_store_get_photo_status (self->laptop->store, self->photos, self->hash, &status, NULL));
  g_assert_cmpint (status.state, ==, state);
  g_assert_cmpint (status.received, ==, received);
  g_assert_cmpint (status.size, ==, state == RUHU_PHOTO_ABSENT ? 0 : 9000);
}

static void
assert_counts (Fixture *self, gint64 due, gint64 bytes, gint64 wanted)
{
  RuhuPhotoCounts counts;

  g_assert_true (ruhu_store_count_photos (self->laptop->store, self->photos, &counts, NULL));
  g_assert_cmpint (counts.due, ==, due);
  g_assert_cmpint (counts.due_bytes, ==, bytes);
  g_assert_cmpint (counts.wanted, ==, wanted);
}

static void
set_sent (Fixture *self)
{
  g_assert_true (ruhu_store_set_photo_sent (self->laptop->store, self->hash, NULL));
}

static void
take_away (Fixture *self, const char *scope, const char *assignment)
{
  g_autofree char *set = g_strdup_printf ("{\"assignment\":{\"%s\":{\"to_date\":\"2018-06-01\"}}}", assignment);

  township_write (self->township, scope, set);
  laptop_sync (self->laptop, self->township);
}

static void
test_from_taken_to_sent (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) due = NULL;
  RuhuPhotoUpload *first;

  add (self);
  follow (self);
  assert_counts (self, 0, 0, 0);
  save (self, BOTH_A_AND_B, "f1");
  assert_status (self, RUHU_PHOTO_WAITING, 0);
  assert_counts (self, 1, 9000, 0);
  g_assert_true (ruhu_store_set_photo_received (self->laptop->store, self->hash, 4000, "up", NULL));
  assert_status (self, RUHU_PHOTO_SENDING, 4000);
  assert_counts (self, 1, 5000, 0);
  due = ruhu_store_list_due_photos (self->laptop->store, 0, NULL);
  first = due->pdata[0];
  g_assert_true (due->len == 1 && first->received == 4000 && first->size == 9000);
  g_assert_cmpstr (first->hash, ==, self->hash);
  g_assert_cmpstr (first->upload, ==, "up");
  set_sent (self);
  assert_status (self, RUHU_PHOTO_SENT, 9000);
  assert_counts (self, 0, 0, 0);
  /* Taken again, it need not be sent again, but nothing is lost if it is. */
  add (self);
  save (self, B_ALONE, "f2");
  assert_counts (self, 1, 9000, 0);
}

static void
test_smallest_goes_first (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) due = NULL;
  static const gsize sizes[] = { 5000, 600, 30000 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *record = g_strdup_printf ("f%zu", i);

      g_bytes_unref (self->photo);
      g_free (self->hash);
      self->photo = photo_new (1, sizes[i]);
      self->hash = photo_hash (self->photo);
      add (self);
      save (self, BOTH_A_AND_B, record);
    }
  due = ruhu_store_list_due_photos (self->laptop->store, 2, NULL);
  g_assert_cmpuint (due->len, ==, 2);
  g_assert_cmpint (((RuhuPhotoUpload *) due->pdata[0])->size, ==, 600);
  g_assert_cmpint (((RuhuPhotoUpload *) due->pdata[1])->size, ==, 5000);
}

static void
test_not_arrived_yet (Fixture *self, gconstpointer data)
{
  g_autofree char *set = g_strdup_printf ("{\"photo\":{\"f1\":{\"subject\":\"01\",\"image\":\"%s\",\"things_only\":true,\"date\":\"2018-06-30\"}}}", self->hash);
  g_autoptr (GBytes) other = photo_new (8, 9000);
  g_autoptr (GPtrArray) wanted = NULL;
  g_autoptr (GError) error = NULL;

  township_write (self->township, BOTH_A_AND_B, set);
  laptop_sync (self->laptop, self->township);
  follow (self);
  assert_status (self, RUHU_PHOTO_ABSENT, 0);
  assert_counts (self, 0, 0, 1);
  wanted = ruhu_store_list_wanted_photos (self->laptop->store, self->photos, 0, NULL);
  g_assert_cmpstr (wanted->pdata[0], ==, self->hash);
  g_assert_false (ruhu_store_keep_photo (self->laptop->store, self->photos, self->hash, other, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
  assert_status (self, RUHU_PHOTO_ABSENT, 0);
  g_assert_true (ruhu_store_keep_photo (self->laptop->store, self->photos, self->hash, self->photo, NULL));
  follow (self);
  assert_status (self, RUHU_PHOTO_SENT, 9000);
  assert_counts (self, 0, 0, 0);
}

static void
test_leaves_with_its_last_household_once_sent (Fixture *self, gconstpointer data)
{
  add (self);
  save (self, BOTH_A_AND_B, "f1");
  save (self, B_ALONE, "f2");
  laptop_sync (self->laptop, self->township);
  set_sent (self);
  take_away (self, BOTH_A_AND_B, "a2");
  follow (self);
  assert_status (self, RUHU_PHOTO_SENT, 9000);
  take_away (self, B_ALONE, "a3");
  follow (self);
  assert_status (self, RUHU_PHOTO_ABSENT, 0);
  assert_counts (self, 0, 0, 0);
}

/* What came in part, and what was damaged, go as the photo does. */
static void
test_nothing_of_it_stays_beside (Fixture *self, gconstpointer data)
{
  static const char *const folders[] = { "fetching", "damaged" };
  g_autofree char *set = g_strdup_printf ("{\"photo\":{\"f1\":{\"subject\":\"01\",\"image\":\"%s\",\"things_only\":true,\"date\":\"2018-06-30\"}}}", self->hash);

  township_write (self->township, BOTH_A_AND_B, set);
  laptop_sync (self->laptop, self->township);
  for (guint there = 2; there > 0; there--)
    for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
      {
        g_autofree char *folder = g_build_filename (ruhu_photo_store_get_path (self->photos), folders[i], NULL);
        g_autofree char *name = g_strconcat (self->hash, i == 1 ? ".1" : NULL, NULL), *path = g_build_filename (folder, name, NULL);

        g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
        g_assert_true (g_file_set_contents (path, "part", -1, NULL));
        if (there == 1 && i == 0)
          take_away (self, BOTH_A_AND_B, "a2");
        follow (self);
        g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS) == (there == 2));
      }
}

static void
test_unsent_stays_though_its_household_left (Fixture *self, gconstpointer data)
{
  add (self);
  save (self, BOTH_A_AND_B, "f1");
  take_away (self, BOTH_A_AND_B, "a2");
  for (guint i = 0; i < 2; i++)
    {
      follow (self);
      assert_status (self, RUHU_PHOTO_WAITING, 0);
      assert_counts (self, 1, 9000, 0);
    }
  set_sent (self);
  follow (self);
  assert_status (self, RUHU_PHOTO_ABSENT, 0);
}

static void
put_draft (Fixture *self, const char *hash)
{
  g_autofree char *text = g_strdup_printf ("{\"photo\":{\"f1\":{\"image\":\"%s\"}}}", hash);
  g_autoptr (RuhuJson) body = json_tokener_parse (text);

  g_assert_true (ruhu_store_put_draft (self->laptop->store, "d1", "visit", "h1", 1, body, NULL));
}

static void
hand_drafts_over (Fixture *self)
{
  g_autoptr (RuhuHandover) drafts = ruhu_replica_take_drafts (self->laptop->replica, 100000, NULL);

  g_assert_true (ruhu_replica_drafts_handed (self->laptop->replica, drafts, NULL));
}

/* What a draft mentions is to come back with the draft. Before it was handed over, much of what is taken is thrown away again. */
static void
test_a_draft_that_was_handed_over_takes_its_photos_along (Fixture *self, gconstpointer data)
{
  gboolean erased = TRUE;

  add (self);
  put_draft (self, self->hash);
  follow (self);
  assert_counts (self, 0, 0, 0);
  hand_drafts_over (self);
  g_assert_true (ruhu_replica_erase_sent (self->laptop->replica, self->photos, &erased, NULL));
  g_assert_false (erased);
  follow (self);
  assert_counts (self, 1, 9000, 0);
  g_assert_true (ruhu_replica_erase_sent (self->laptop->replica, self->photos, &erased, NULL));
  g_assert_false (erased);
  set_sent (self);
  follow (self);
  assert_status (self, RUHU_PHOTO_SENT, 9000);
  g_assert_true (ruhu_replica_erase_sent (self->laptop->replica, self->photos, &erased, NULL));
  g_assert_true (erased);
  assert_status (self, RUHU_PHOTO_ABSENT, 0);
}

/* A photo of a draft that the disk has altered stays known as that for as long as the draft is there: else it would be waited for, and the township never told that it will not come. */
static void
test_a_damaged_photo_of_a_draft_stays_damaged (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) damaged = NULL, none = NULL;
  RuhuPhotoStatus status;

  add (self);
  put_draft (self, self->hash);
  hand_drafts_over (self);
  follow (self);
  assert_counts (self, 1, 9000, 0);
  g_assert_true (ruhu_photo_store_remove (self->photos, self->hash, NULL));
  g_assert_true (ruhu_store_set_photo_damaged (self->laptop->store, self->hash, NULL));
  follow (self);
  g_assert_true (ruhu_store_get_photo_status (self->laptop->store, self->photos, self->hash, &status, NULL));
  g_assert_cmpint (status.state, ==, RUHU_PHOTO_DAMAGED);
  assert_counts (self, 0, 0, 0);
  damaged = ruhu_store_list_damaged_photos (self->laptop->store, NULL);
  g_assert_cmpuint (damaged->len, ==, 1);
  g_assert_true (ruhu_store_discard_draft (self->laptop->store, "d1", NULL, NULL));
  follow (self);
  none = ruhu_store_list_damaged_photos (self->laptop->store, NULL);
  g_assert_cmpuint (none->len, ==, 0);
}

/* Whoever throws a draft away may think better of it: until then what the township has is not cleared away here. */
static void
test_a_draft_that_was_thrown_away_comes_back_with_its_photos (Fixture *self, gconstpointer data)
{
  add (self);
  put_draft (self, self->hash);
  hand_drafts_over (self);
  set_sent (self);
  g_assert_true (ruhu_store_discard_draft (self->laptop->store, "d1", NULL, NULL));
  follow (self);
  assert_status (self, RUHU_PHOTO_WAITING, 0);
  assert_counts (self, 0, 0, 0);
  put_draft (self, self->hash);
  hand_drafts_over (self);
  follow (self);
  assert_counts (self, 1, 9000, 0);
}

/* Also when it was begun long ago: nobody had thrown it away in all that time. */
static void
test_an_old_draft_that_was_thrown_away_comes_back_with_its_photos (Fixture *self, gconstpointer data)
{
  g_autofree char *path = ruhu_photo_store_dup_path (self->photos, self->hash);
  struct utimbuf long_ago = { 1, 1 };

  add (self);
  put_draft (self, self->hash);
  g_assert_cmpint (utime (path, &long_ago), ==, 0);
  follow (self);
  hand_drafts_over (self);
  follow (self);
  g_assert_true (ruhu_store_discard_draft (self->laptop->store, "d1", NULL, NULL));
  follow (self);
  follow (self);
  put_draft (self, self->hash);
  hand_drafts_over (self);
  follow (self);
  assert_counts (self, 1, 9000, 0);
}

/* Nor does one that was taken out of such a draft again go where nothing refers to it. */
static void
test_what_a_handed_draft_dropped_is_not_sent (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) other = photo_new (8, 500);
  g_autofree char *instead = photo_hash (other);

  add (self);
  put_draft (self, self->hash);
  hand_drafts_over (self);
  follow (self);
  assert_counts (self, 1, 9000, 0);
  g_assert_true (ruhu_store_set_photo_received (self->laptop->store, self->hash, 4000, "up", NULL));
  /* Typing goes on: it is still in there. */
  put_draft (self, self->hash);
  follow (self);
  assert_counts (self, 1, 5000, 0);
  put_draft (self, instead);
  follow (self);
  assert_counts (self, 0, 0, 1);
  assert_status (self, RUHU_PHOTO_WAITING, 0);
  /* It was taken away by mistake. */
  put_draft (self, self->hash);
  save (self, BOTH_A_AND_B, "f1");
  assert_counts (self, 1, 9000, 0);
}

static void
remove_record (Fixture *self, const char *record, const char *removed)
{
  g_autofree char *set = g_strdup_printf ("{\"photo\":{\"%s\":{\"deleted\":%s}}}", record, removed);

  laptop_save (self->laptop, BOTH_A_AND_B, set, -1);
}

/* Somebody is in it after all: it is taken out of the file before it is sent, and stays where it is, to be brought back. */
static void
test_what_was_removed_before_it_was_sent_is_not (Fixture *self, gconstpointer data)
{
  g_autofree char *path = ruhu_photo_store_dup_path (self->photos, self->hash);
  struct utimbuf long_ago = { 1, 1 };

  add (self);
  save (self, BOTH_A_AND_B, "f1");
  follow (self);
  g_assert_true (ruhu_store_set_photo_received (self->laptop->store, self->hash, 4000, "up", NULL));
  remove_record (self, "f1", "true");
  g_assert_cmpint (utime (path, &long_ago), ==, 0);
  /* Whether the changes are on their way or there. */
  for (guint i = 0; i < 2; i++)
    {
      follow (self);
      assert_counts (self, 0, 0, 0);
      assert_status (self, RUHU_PHOTO_WAITING, 0);
      laptop_sync (self->laptop, self->township);
    }
  remove_record (self, "f1", "false");
  follow (self);
  assert_counts (self, 1, 9000, 0);
  /* One of two records that mention it is enough. */
  save (self, BOTH_A_AND_B, "f2");
  remove_record (self, "f1", "true");
  follow (self);
  assert_counts (self, 1, 9000, 0);
}

static void
test_photos_of_a_draft_that_came_are_wanted (Fixture *self, gconstpointer data)
{
  put_draft (self, self->hash);
  assert_counts (self, 0, 0, 1);
  g_assert_true (ruhu_store_keep_photo (self->laptop->store, self->photos, self->hash, self->photo, NULL));
  follow (self);
  assert_counts (self, 0, 0, 0);
  assert_status (self, RUHU_PHOTO_SENT, 9000);
}

static void
test_table_is_made_anew_from_records_and_folder (Fixture *self, gconstpointer data)
{
  add (self);
  save (self, BOTH_A_AND_B, "f1");
  laptop_sync (self->laptop, self->township);
  g_assert_true (ruhu_database_execute (ruhu_store_get_database (self->laptop->store), "DELETE FROM photo", NULL));
  assert_counts (self, 0, 0, 0);
  follow (self);
  assert_counts (self, 1, 9000, 0);
  /* And a row without its file says nothing. */
  g_assert_true (ruhu_photo_store_remove (self->photos, self->hash, NULL));
  follow (self);
  assert_counts (self, 0, 0, 1);
}

/* Only what somebody saved is sent; what nobody did goes after a month in which no draft had it. */
static void
test_unsaved_goes_after_a_month (Fixture *self, gconstpointer data)
{
  g_autofree char *path = ruhu_photo_store_dup_path (self->photos, self->hash);
  json_object *body = json_object_new_object ();
  struct utimbuf long_ago = { 1, 1 };

  json_object_object_add (body, "image", json_object_new_string (self->hash));
  add (self);
  follow (self);
  assert_status (self, RUHU_PHOTO_WAITING, 0);
  g_assert_cmpint (utime (path, &long_ago), ==, 0);
  g_assert_true (ruhu_store_put_draft (self->laptop->store, "d1", "visit", BOTH_A_AND_B, 0, body, NULL));
  follow (self);
  assert_status (self, RUHU_PHOTO_WAITING, 0);
  assert_counts (self, 0, 0, 0);
  g_assert_true (ruhu_store_discard_draft (self->laptop->store, "d1", NULL, NULL));
  follow (self);
  assert_status (self, RUHU_PHOTO_WAITING, 0);
  g_assert_cmpint (utime (path, &long_ago), ==, 0);
  follow (self);
  assert_status (self, RUHU_PHOTO_ABSENT, 0);
  json_object_put (body);
}

/* A township that was restored from a backup may have lost photos as well. */
static void
test_offered_again_to_a_restored_township (Fixture *self, gconstpointer data)
{
  const char *const scopes[] = { BOTH_A_AND_B, NULL };
  RuhuRebase to = { .hash = "00", .scopes = scopes };
  g_autoptr (GError) error = NULL;

  add (self);
  save (self, BOTH_A_AND_B, "f1");
  laptop_sync (self->laptop, self->township);
  set_sent (self);
  g_assert_true (ruhu_replica_rebase (self->laptop->replica, &to, &error));
  g_assert_no_error (error);
  assert_status (self, RUHU_PHOTO_WAITING, 0);
}

static void
test_everything_goes_when_erased (Fixture *self, gconstpointer data)
{
  add (self);
  save (self, BOTH_A_AND_B, "f1");
  g_assert_true (ruhu_store_erase_photos (self->laptop->store, self->photos, NULL));
  g_assert_false (g_file_test (ruhu_photo_store_get_path (self->photos), G_FILE_TEST_EXISTS));
  g_assert_cmpint (store_count (self->laptop->store, "SELECT count (*) FROM photo"), ==, 0);
}

static void
test_scopes_that_mention_it (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) none = ruhu_store_list_photo_scopes (self->laptop->store, self->hash, NULL), two = NULL;
  g_autoptr (RuhuStatement) plan = NULL;

  g_assert_cmpuint (none->len, ==, 0);
  save (self, BOTH_A_AND_B, "f1");
  save (self, B_ALONE, "f2");
  save (self, B_ALONE, "f3");
  two = ruhu_store_list_photo_scopes (self->laptop->store, self->hash, NULL);
  g_assert_cmpuint (two->len, ==, 2);
  plan = ruhu_database_query (ruhu_store_get_database (self->laptop->store), "EXPLAIN QUERY PLAN SELECT DISTINCT scope FROM r_photo WHERE image = ?1", NULL, "s", "x");
  g_assert_true (ruhu_statement_next (plan, NULL));
  g_assert_true (g_str_has_prefix (ruhu_statement_get_text (plan, 3), "SEARCH"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/store-photos/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("from-taken-to-sent", test_from_taken_to_sent);
  ADD ("smallest-goes-first", test_smallest_goes_first);
  ADD ("not-arrived-yet", test_not_arrived_yet);
  ADD ("draft-that-was-thrown-away-comes-back-with-its-photos", test_a_draft_that_was_thrown_away_comes_back_with_its_photos);
  ADD ("leaves-with-its-last-household-once-sent", test_leaves_with_its_last_household_once_sent);
  ADD ("nothing-of-it-stays-beside", test_nothing_of_it_stays_beside);
  ADD ("unsent-stays-though-its-household-left", test_unsent_stays_though_its_household_left);
  ADD ("handed-draft-takes-its-photos-along", test_a_draft_that_was_handed_over_takes_its_photos_along);
  ADD ("what-a-handed-draft-dropped-is-not-sent", test_what_a_handed_draft_dropped_is_not_sent);
  ADD ("what-was-removed-before-it-was-sent-is-not", test_what_was_removed_before_it_was_sent_is_not);
  ADD ("damaged-photo-of-a-draft-stays-damaged", test_a_damaged_photo_of_a_draft_stays_damaged);
  ADD ("photos-of-a-draft-that-came-are-wanted", test_photos_of_a_draft_that_came_are_wanted);
  ADD ("table-is-made-anew-from-records-and-folder", test_table_is_made_anew_from_records_and_folder);
  ADD ("an-old-draft-that-was-thrown-away-comes-back-with-its-photos", test_an_old_draft_that_was_thrown_away_comes_back_with_its_photos);
  ADD ("unsaved-goes-after-a-month", test_unsaved_goes_after_a_month);
  ADD ("offered-again-to-a-restored-township", test_offered_again_to_a_restored_township);
  ADD ("everything-goes-when-erased", test_everything_goes_when_erased);
  ADD ("scopes-that-mention-it", test_scopes_that_mention_it);
  return g_test_run ();
}
