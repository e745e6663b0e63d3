/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a laptop leaves, how it comes again, and how it makes room for another: nothing that only it has is given up, and when it goes nothing of it stays. */
#define G_LOG_DOMAIN "test-leaving"

#include "config.h"

#include "courier-fixture.h"
#include "photo-fixture.h"

#include "ruhu-error.h"
#include "ruhu-store-photos.h"

#include <glib/gstdio.h>
#include <string.h>

#define CANARY "金丝雀在此"

/* As after numbers that were used twice: it is at no township. */
#define HOLD_BACK "UPDATE log SET kind = 'refused', position = NULL WHERE device <> 'township'"

static void
test_a_revoked_laptop_forgets_only_what_is_safe (CourierFixture *self, gconstpointer unused)
{
  g_autofree char *device = NULL, *path = courier_path_of (self, "credentials");
  g_autoptr (GError) error = NULL;
  gboolean erased = TRUE;

  fake_server_lock (self->server);
  township_write (self->township, "h1", "{\"person\":{\"p1\":{\"name\":\"" CANARY "\"}}}");
  fake_server_unlock (self->server);
  courier_enrol (self);
  courier_sync_well (self);
  g_assert_true (courier_is_in_file (self, "ruhu.db", CANARY) || courier_is_in_file (self, "ruhu.db-wal", CANARY));
  courier_save (self, "13800000001");
  fake_server_misbehave (self->server, "/v1/", FAKE_REVOKED, 1);
  g_assert_false (ruhu_courier_sync (self->courier, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_REVOKED);
  g_clear_error (&error);
  g_assert_true (ruhu_courier_withdraw (self->courier, &erased, &error));
  g_assert_false (erased);
  g_assert_cmpint (courier_count_waiting (self), ==, 1);
  courier_sync_well (self);
  courier_assert_in_step (self);
  fake_server_misbehave (self->server, "/v1/", FAKE_REVOKED, 1);
  g_assert_false (ruhu_courier_sync (self->courier, NULL));
  courier_execute (self, HOLD_BACK);
  g_assert_false (ruhu_courier_has_unsent (self->courier));
  g_assert_true (ruhu_courier_withdraw (self->courier, &erased, &error));
  g_assert_false (erased);
  courier_execute (self, "UPDATE log SET settled = 1 WHERE kind = 'refused'");
  g_assert_true (ruhu_courier_withdraw (self->courier, &erased, &error));
  g_assert_true (erased);
  g_assert_true (ruhu_courier_take_news (self->courier));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  ruhu_courier_close (self->courier);
  g_assert_false (courier_is_in_file (self, "ruhu.db", CANARY));
  g_assert_false (courier_is_in_file (self, "ruhu.db-wal", CANARY));
  g_assert_false (ruhu_courier_sync (self->courier, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_NOT_ENROLLED);
  courier_enrol (self);
  courier_sync_well (self);
  courier_assert_in_step (self);
}

static void
test_a_forgotten_laptop_comes_again_under_its_name (CourierFixture *self, gconstpointer unused)
{
  g_autofree char *link = fake_server_dup_link (self->server, "helper-a"), *other = fake_server_dup_link (self->server, "helper-b"), *before = NULL, *after = NULL;
  g_autoptr (GError) error = NULL;

  courier_enrol (self);
  courier_sync_well (self);
  before = courier_dup_device (self);
  g_assert_false (ruhu_courier_enrol (self->courier, link, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN);
  g_clear_error (&error);
  courier_save (self, "13800000001");
  fake_server_misbehave (self->server, "/v1/", FAKE_UNAUTHORISED, 1);
  g_assert_false (ruhu_courier_sync (self->courier, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_UNAUTHORISED);
  g_assert_nonnull (strstr (error->message, "older backup"));
  g_clear_error (&error);
  /* A link for somebody else costs it nothing. */
  g_assert_false (ruhu_courier_enrol (self->courier, other, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN);
  g_clear_error (&error);
  courier_restart (self);
  /* Nobody has asked in this run: it does so itself. */
  fake_server_misbehave (self->server, "/v1/me", FAKE_UNAUTHORISED, 1);
  g_assert_cmpint (courier_count_waiting (self), ==, 1);
  g_assert_true (ruhu_courier_enrol (self->courier, link, &error));
  g_assert_no_error (error);
  after = courier_dup_device (self);
  g_assert_cmpstr (before, ==, after);
  courier_sync_well (self);
  courier_assert_in_step (self);
}

/* Where the answer to a long poll says it first, too. */
static void
test_a_waiting_laptop_hears_that_it_is_forgotten (CourierFixture *self, gconstpointer unused)
{
  g_autofree char *link = fake_server_dup_link (self->server, "helper-a");
  g_autoptr (GError) error = NULL;

  courier_enrol (self);
  courier_sync_well (self);
  fake_server_misbehave (self->server, "/v1/", FAKE_UNAUTHORISED, 1);
  g_assert_false (ruhu_courier_wait (self->courier, 1, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_UNAUTHORISED);
  g_assert_nonnull (strstr (error->message, "older backup"));
  g_clear_error (&error);
  g_assert_true (ruhu_courier_enrol (self->courier, link, &error));
  g_assert_no_error (error);
  courier_sync_well (self);
  courier_assert_in_step (self);
}

/* A withdrawal that was interrupted when the store was erased and nothing else. */
static void
test_an_interrupted_withdrawal_is_brought_to_its_end (CourierFixture *self, gconstpointer unused)
{
  g_autofree char *path = courier_path_of (self, "credentials"), *database = courier_path_of (self, "ruhu.db");
  RuhuStoreOptions options = { .path = database };
  g_autoptr (RuhuPhotoStore) photos = ruhu_photo_store_new (database);
  g_autoptr (GBytes) photo = photo_new (7, 9000);
  g_autoptr (GError) error = NULL;
  gboolean erased = FALSE;

  courier_enrol (self);
  courier_sync_well (self);
  ruhu_courier_close (self->courier);
  {
    g_autoptr (RuhuStore) store = ruhu_store_open (&options, NULL);
    RuhuReplica *replica = ruhu_replica_new (store);
    g_autofree char *hash = ruhu_store_add_photo (store, photos, photo, NULL);

    /* While a photo is here alone, all of it stays. */
    g_assert_true (ruhu_database_execute (ruhu_store_get_database (store), "UPDATE photo SET state = 'due'", NULL));
    g_assert_true (ruhu_replica_erase_sent (replica, photos, &erased, NULL));
    g_assert_false (erased);
    g_assert_true (ruhu_photo_store_has (photos, hash, NULL));
    g_assert_true (ruhu_store_set_photo_sent (store, hash, NULL));
    g_assert_true (ruhu_replica_erase_sent (replica, photos, &erased, NULL));
    g_assert_true (erased);
    g_assert_false (ruhu_photo_store_has (photos, hash, NULL));
    ruhu_replica_free (replica);
  }
  courier_restart (self);
  g_assert_false (ruhu_courier_sync (self->courier, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_NOT_ENROLLED);
  g_assert_false (ruhu_courier_is_enrolled (self->courier));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  courier_enrol (self);
  courier_sync_well (self);
  courier_assert_in_step (self);
}

/* What makes room for another enrolment erases the photos with the rest, and nothing while one is here alone. */
static void
test_another_enrolment_waits_for_photos (CourierFixture *self, gconstpointer unused)
{
  g_autofree char *link = fake_server_dup_link (self->server, "helper-a"), *database = courier_path_of (self, "ruhu.db"), *hash = NULL;
  g_autoptr (RuhuPhotoStore) photos = ruhu_photo_store_new (database);
  g_autoptr (GBytes) photo = photo_new (7, 9000);
  g_autoptr (GError) error = NULL;

  courier_enrol (self);
  courier_sync_well (self);
  {
    g_autoptr (RuhuStore) store = courier_open_store (self);

    hash = ruhu_store_add_photo (store, photos, photo, NULL);
  }
  courier_execute (self, "UPDATE photo SET state = 'due'");
  fake_server_misbehave (self->server, "/v1/", FAKE_REVOKED, 1);
  g_assert_false (ruhu_courier_sync (self->courier, NULL));
  g_assert_false (ruhu_courier_enrol (self->courier, link, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN);
  g_clear_error (&error);
  g_assert_true (ruhu_photo_store_has (photos, hash, NULL));
  courier_execute (self, "UPDATE photo SET state = 'sent'");
  g_assert_true (ruhu_courier_enrol (self->courier, link, &error));
  g_assert_no_error (error);
  g_assert_false (ruhu_photo_store_has (photos, hash, NULL));
  courier_sync_well (self);
}

/* The power went when the credentials were gone and their mark was not: it is not taken for that of the next device. */
static void
test_what_is_left_of_leaving_does_not_end_the_next_enrolment (CourierFixture *self, gconstpointer unused)
{
  g_autofree char *path = courier_path_of (self, "credentials"), *database = courier_path_of (self, "ruhu.db");
  RuhuStoreOptions options = { .path = database };
  gboolean erased = FALSE;

  courier_enrol (self);
  courier_sync_well (self);
  ruhu_courier_close (self->courier);
  {
    g_autoptr (RuhuStore) store = ruhu_store_open (&options, NULL);
    RuhuReplica *replica = ruhu_replica_new (store);

    g_assert_true (ruhu_replica_erase_sent (replica, NULL, &erased, NULL));
    g_assert_true (erased);
    ruhu_replica_free (replica);
  }
  g_assert_cmpint (g_unlink (path), ==, 0);
  courier_restart (self);
  courier_enrol (self);
  courier_sync_well (self);
  courier_save (self, "13800000001");
  courier_restart (self);
  courier_sync_well (self);
  courier_assert_in_step (self);
}

#define ADD(name, function) g_test_add ("/leaving/" name, CourierFixture, NULL, courier_set_up, function, courier_tear_down)

int
main (int argc, char **argv)
{
  g_setenv ("RUHU_NO_KEYRING", "1", TRUE);
  g_test_init (&argc, &argv, NULL);
  ADD ("revoked-laptop-forgets-only-what-is-safe", test_a_revoked_laptop_forgets_only_what_is_safe);
  ADD ("forgotten-laptop-comes-again", test_a_forgotten_laptop_comes_again_under_its_name);
  ADD ("waiting-laptop-hears-that-it-is-forgotten", test_a_waiting_laptop_hears_that_it_is_forgotten);
  ADD ("interrupted-withdrawal-comes-to-its-end", test_an_interrupted_withdrawal_is_brought_to_its_end);
  ADD ("what-is-left-of-leaving-does-not-end-the-next-enrolment", test_what_is_left_of_leaving_does_not_end_the_next_enrolment);
  ADD ("another-enrolment-waits-for-photos", test_another_enrolment_waits_for_photos);
  return g_test_run ();
}
