/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The laptop's way to the township, over TLS, to a server that misbehaves: every error has its name, nothing is lost, nothing is there twice, and afterwards both hold the same. */
#define G_LOG_DOMAIN "test-courier"

#include "config.h"

#include "courier-fixture.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-fake-key.h"
#include "ruhu-fake-server.h"

#include <glib/gstdio.h>
#include <string.h>

#define CANARY "金丝雀在此"

static void
test_a_visit_goes_there_and_back (CourierFixture *self, gconstpointer unused)
{
  RuhuFigures figures;

  courier_enrol (self);
  courier_sync_well (self);
  g_assert_true (ruhu_courier_take_news (self->courier));
  g_assert_false (ruhu_courier_take_news (self->courier));
  courier_save (self, "13800000001");
  courier_save (self, "13800000002");
  g_assert_true (ruhu_courier_has_unsent (self->courier));
  courier_sync_well (self);
  g_assert_false (ruhu_courier_has_unsent (self->courier));
  courier_assert_in_step (self);
  figures = ruhu_courier_get_figures (self->courier);
  g_assert_cmpuint (figures.pushed, ==, 2);
  g_assert_cmpuint (figures.received, >, 2);
  fake_server_lock (self->server);
  assert_value (self->township->store, "household", "h1", "phone", "\"13800000002\"");
  township_write (self->township, "h1", "{\"household\":{\"h1\":{\"phone\":\"13800000003\"}}}");
  fake_server_unlock (self->server);
  courier_sync_well (self);
  courier_assert_in_step (self);
  g_assert_cmpint (ruhu_courier_get_last_success (self->courier), >, 0);
}

static void
test_nothing_new_is_one_request (CourierFixture *self, gconstpointer unused)
{
  guint before;

  courier_enrol (self);
  courier_sync_well (self);
  before = fake_server_count (self->server, "/");
  courier_sync_well (self);
  g_assert_cmpuint (fake_server_count (self->server, "/"), ==, before + 1);
}

static void
test_an_interrupted_enrolment_is_taken_up_again (CourierFixture *self, gconstpointer data)
{
  gboolean by_link = GPOINTER_TO_INT (data) & 1;
  FakeWay way = (GPOINTER_TO_INT (data) & 2) != 0 ? FAKE_LOST_ANSWER : FAKE_LOST_REQUEST;
  g_autofree char *link = fake_server_dup_link (self->server, "helper-a");
  g_autoptr (GPtrArray) devices = NULL;
  g_autoptr (GError) error = NULL;

  fake_server_misbehave (self->server, "/v1/enrol", way, 1);
  g_assert_false (ruhu_courier_enrol (self->courier, link, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_NETWORK);
  g_clear_error (&error);
  courier_restart (self);
  if (by_link)
    {
      g_assert_true (ruhu_courier_enrol (self->courier, link, &error));
      g_assert_no_error (error);
    }
  courier_sync_well (self);
  g_assert_false (ruhu_courier_is_enrolling (self->courier));
  fake_server_lock (self->server);
  devices = ruhu_ledger_list_devices (self->township->ledger, NULL);
  fake_server_unlock (self->server);
  g_assert_cmpuint (devices->len, ==, 1);
  courier_save (self, "13800000001");
  courier_sync_well (self);
  courier_assert_in_step (self);
}

static void
test_a_used_up_link_leaves_nothing_behind (CourierFixture *self, gconstpointer unused)
{
  g_autofree char *link = fake_server_dup_link (self->server, "helper-a"), *path = courier_path_of (self, "credentials");
  g_autofree char *elsewhere = g_dir_make_tmp ("ruhu-courier-XXXXXX", NULL);
  g_autoptr (RuhuCourier) other = ruhu_courier_new (elsewhere, -1, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_courier_enrol (other, link, &error));
  g_assert_no_error (error);
  g_assert_false (ruhu_courier_enrol (self->courier, link, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_EXPIRED);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_false (ruhu_courier_is_enrolled (self->courier));
  courier_enrol (self);
  ruhu_courier_close (other);
  fake_remove_folder (elsewhere);
}

static void
test_another_key_is_sent_nothing (CourierFixture *self, gconstpointer unused)
{
  g_autofree char *link = fake_server_dup_link (self->server, "helper-a");
  g_autoptr (GError) error = NULL;
  guint before;

  courier_enrol (self);
  courier_sync_well (self);
  courier_save (self, "13800000001");
  before = fake_server_count (self->server, "/");
  fake_server_stop (self->server);
  fake_server_start (self->server, TRUE);
  for (int i = 0; i < 2; i++)
    {
      g_assert_false (ruhu_courier_sync (self->courier, &error));
      g_assert_error (error, RUHU_ERROR, RUHU_ERROR_SERVER_KEY);
      g_clear_error (&error);
      courier_restart (self);
    }
  g_assert_cmpuint (fake_server_count (self->server, "/"), ==, before);
  g_assert_cmpint (courier_count_waiting (self), ==, 1);
  fake_server_stop (self->server);
  fake_server_start (self->server, FALSE);
  courier_sync_well (self);
  courier_assert_in_step (self);
}

/* What each way of misbehaving is called on a laptop. */
static int
expected_code (FakeWay way)
{
  switch (way)
    {
    case FAKE_HTML:
    case FAKE_REDIRECT:
    case FAKE_ERROR_500:
    case FAKE_TRUNCATED:
    case FAKE_BROKEN_ZSTD:
    case FAKE_ENDLESS:
      return RUHU_ERROR_PROTOCOL;
    case FAKE_RATE:
      return RUHU_ERROR_RATE;
    case FAKE_REVOKED:
      return RUHU_ERROR_REVOKED;
    case FAKE_UNAUTHORISED:
      return RUHU_ERROR_UNAUTHORISED;
    case FAKE_TOO_LARGE:
      return RUHU_ERROR_TOO_LARGE;
    default:
      return RUHU_ERROR_NETWORK;
    }
}

/* An answer that was made smaller by half an empty page is still one. */
static void
misbehave_once (CourierFixture *self, const char *path, FakeWay way)
{
  g_autoptr (GError) error = NULL;
  gboolean ok;

  g_test_message ("%s, way %d", path, way);
  fake_server_misbehave (self->server, path, way, way == FAKE_TOO_LARGE ? 20 : 1);
  courier_save (self, g_str_equal (path, "/v1/push") ? "13800000001" : "13800000002");
  if (g_str_equal (path, "/v1/backfill"))
    {
      fake_server_lock (self->server);
      township_write (self->township, "h1", "{\"assignment\":{\"a1\":{\"to_date\":\"2018-02-01\"}}}");
      township_write (self->township, "h1", "{\"assignment\":{\"a1\":{\"to_date\":null}}}");
      fake_server_unlock (self->server);
    }
  if (g_str_equal (path, "/v1/me"))
    courier_restart (self);
  ok = ruhu_courier_sync (self->courier, &error);
  if (way == FAKE_SLOW)
    g_assert_no_error (error);
  /* A kept connection that broke without an answer is tried once more on a new one; a page that broke off, as a smaller one. */
  else if (way == FAKE_LOST_REQUEST || way == FAKE_LOST_ANSWER || way == FAKE_CUT)
    g_assert_true (ok || g_error_matches (error, RUHU_ERROR, RUHU_ERROR_NETWORK));
  else
    {
      g_assert_false (ok);
      g_assert_error (error, RUHU_ERROR, expected_code (way));
    }
  if (way == FAKE_RATE)
    g_assert_cmpint (ruhu_courier_get_retry_after (self->courier), ==, 7000);
}

static void
test_misbehaviour_has_its_name_and_costs_nothing (CourierFixture *self, gconstpointer data)
{
  const char *path = data;

  courier_enrol (self);
  courier_sync_well (self);
  for (int way = 0; way < FAKE_N_WAYS; way++)
    {
      /* Standing still takes seconds to be sure of. */
      if ((way == FAKE_TOO_LARGE && !g_str_equal (path, "/v1/push")) || (way == FAKE_STALL && !g_str_equal (path, "/v1/pull")))
        continue;
      /* Of this answer only its time is wanted, which stands in its head. */
      if (way == FAKE_TRUNCATED && g_str_equal (path, "/v1/me"))
        continue;
      misbehave_once (self, path, way);
      if (way % 3 == 0)
        courier_restart (self);
      /* Whatever was not used up. */
      fake_server_stop (self->server);
      fake_server_start (self->server, FALSE);
      while (!ruhu_courier_sync (self->courier, NULL))
        continue;
      courier_assert_in_step (self);
    }
}

static void
test_any_series_of_mishaps_ends_well (CourierFixture *self, gconstpointer unused)
{
  static const char *const paths[] = { "/v1/push", "/v1/pull", "/v1/me", "/v1/backfill", "/v1/enrol" };
  static const FakeWay ways[] = { FAKE_HTML, FAKE_ERROR_500, FAKE_ERROR_503, FAKE_DISK_FULL, FAKE_RATE, FAKE_TRUNCATED, FAKE_BROKEN_ZSTD, FAKE_CUT, FAKE_LOST_REQUEST, FAKE_LOST_ANSWER };
  g_autofree char *link = fake_server_dup_link (self->server, "helper-a");
  gboolean enrolled = FALSE;

  for (int round = 0; round < 60; round++)
    {
      for (int i = g_test_rand_int_range (0, 4); i > 0; i--)
        fake_server_misbehave (self->server, paths[g_test_rand_int_range (0, G_N_ELEMENTS (paths))], ways[g_test_rand_int_range (0, G_N_ELEMENTS (ways))], 1);
      if (g_test_rand_int_range (0, 4) == 0)
        courier_restart (self);
      if (!enrolled)
        {
          enrolled = ruhu_courier_enrol (self->courier, link, NULL) && ruhu_courier_sync (self->courier, NULL);
          enrolled = enrolled || (ruhu_courier_is_enrolled (self->courier) && !ruhu_courier_is_enrolling (self->courier) && ruhu_courier_sync (self->courier, NULL));
          continue;
        }
      if (g_test_rand_int_range (0, 2) == 0)
        {
          g_autofree char *phone = g_strdup_printf ("139%08d", round);

          courier_save (self, phone);
        }
      if (g_test_rand_int_range (0, 3) == 0)
        {
          g_autofree char *set = g_strdup_printf ("{\"person\":{\"p1\":{\"name\":\"甲%d\"}}}", round);

          fake_server_lock (self->server);
          township_write (self->township, "h1", set);
          fake_server_unlock (self->server);
        }
      if (ruhu_courier_sync (self->courier, NULL))
        courier_assert_in_step (self);
    }
  g_assert_true (enrolled);
  while (!ruhu_courier_sync (self->courier, NULL))
    continue;
  courier_assert_in_step (self);
}

static void
test_a_batch_too_large_becomes_smaller (CourierFixture *self, gconstpointer unused)
{
  courier_enrol (self);
  courier_sync_well (self);
  for (int i = 0; i < 4; i++)
    courier_save (self, i % 2 == 0 ? "13800000001" : "13800000002");
  fake_server_misbehave (self->server, "/v1/push", FAKE_TOO_LARGE, 2);
  courier_sync_well (self);
  courier_assert_in_step (self);
  /* Four and two that were too large; then one by one, for what was too large once is not tried again at once. */
  g_assert_cmpuint (fake_server_count (self->server, "/v1/push"), ==, 6);
}

/* Where numbers are missing one change is still one, and cannot become smaller. */
static void
test_one_change_too_large_is_given_up (CourierFixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  courier_enrol (self);
  courier_sync_well (self);
  courier_save (self, "13800000001");
  courier_sync_well (self);
  courier_execute (self, "UPDATE meta SET value = '9' WHERE key = 'seq'");
  courier_save (self, "13800000002");
  fake_server_misbehave (self->server, "/v1/push", FAKE_TOO_LARGE, 2);
  g_assert_false (ruhu_courier_sync (self->courier, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_TOO_LARGE);
  g_assert_cmpint (courier_count_waiting (self), ==, 1);
}

/* As if the machine's clock had jumped by @days. */
static void
shift_clock (CourierFixture *self, gint64 days)
{
  g_autoptr (RuhuStore) store = courier_open_store (self);
  g_autofree char *before = ruhu_store_get_meta (store, "clock_correction", NULL);
  g_autofree char *after = g_strdup_printf ("%" G_GINT64_FORMAT, g_ascii_strtoll (before, NULL, 10) + days * 24 * 3600 * 1000);

  g_assert_true (ruhu_store_set_meta (store, "clock_correction", after, NULL));
}

/* @data: whether the daemon looks at the clock first, or learns of it by the township's refusal. */
static void
test_a_clock_years_off_is_set_right (CourierFixture *self, gconstpointer data)
{
  g_autoptr (RuhuStore) store = NULL;
  g_autofree char *time = NULL, *last = NULL;

  /* The township lives in 2018 and this machine does not. */
  courier_enrol (self);
  courier_sync_well (self);
  courier_save (self, "13800000001");
  courier_sync_well (self);
  courier_assert_in_step (self);
  shift_clock (self, 730);
  courier_save (self, "13800000002");
  courier_save (self, "13800000003");
  if (data != NULL)
    courier_restart (self);
  courier_sync_well (self);
  courier_assert_in_step (self);
  store = courier_open_store (self);
  g_assert_true (ruhu_database_get_text (ruhu_store_get_database (store), "SELECT time FROM log WHERE seq = 2 AND device <> 'township'", &time, NULL, ""));
  g_assert_true (ruhu_database_get_text (ruhu_store_get_database (store), "SELECT time FROM log WHERE seq = 3 AND device <> 'township'", &last, NULL, ""));
  g_assert_true (g_str_has_prefix (time, "2018-06-30"));
  g_assert_cmpstr (time, <, last);
}

static void
test_another_database_does_not_go_by_this_name (CourierFixture *self, gconstpointer unused)
{
  g_autofree char *path = courier_path_of (self, "ruhu.db"), *aside = courier_path_of (self, "aside.db");
  g_autoptr (GError) error = NULL;

  courier_enrol (self);
  courier_sync_well (self);
  courier_restart (self);
  /* One that is missing was lost; this township does not help to make it anew, so none is made. */
  g_assert_cmpint (g_rename (path, aside), ==, 0);
  g_assert_false (ruhu_courier_sync (self->courier, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_CORRUPT);
  g_clear_error (&error);
  ruhu_courier_close (self->courier);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_rename (aside, path), ==, 0);
  courier_sync_well (self);
  /* One of another laptop, as a copied folder would bring. */
  courier_execute (self, "UPDATE meta SET value = '00000000000000aa' WHERE key = 'device'");
  g_assert_false (ruhu_courier_sync (self->courier, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_NOT_ENROLLED);
}

static void
test_a_damaged_database_is_left_as_it_is (CourierFixture *self, gconstpointer unused)
{
  g_autofree char *path = courier_path_of (self, "ruhu.db"), *noise = g_strnfill (8192, 'x'), *after = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  courier_enrol (self);
  courier_restart (self);
  g_assert_true (g_file_set_contents (path, noise, 8192, NULL));
  g_assert_false (ruhu_courier_sync (self->courier, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_CORRUPT);
  g_assert_true (g_file_get_contents (path, &after, &size, NULL));
  g_assert_cmpmem (after, size, noise, 8192);
}

static void
test_a_rewritten_history_is_noticed (CourierFixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  courier_enrol (self);
  courier_sync_well (self);
  courier_execute (self, "UPDATE checkpoint SET hash = '00000000000000000000000000000000000000000000000000000000000000ff'");
  g_assert_false (ruhu_courier_sync (self->courier, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_REWRITTEN);
}

static void
type (CourierFixture *self, const char *text)
{
  g_autoptr (RuhuStore) store = courier_open_store (self);
  g_autoptr (RuhuJson) body = json_object_new_object ();
  g_autoptr (GError) error = NULL;

  json_object_object_add (body, "typed", json_object_new_string (text));
  g_assert_true (ruhu_store_put_draft (store, "d1", "visit", "h1", 0, body, &error));
  g_assert_no_error (error);
}

static gint64
says (RuhuStore *store, const char *table, const char *text)
{
  g_autofree char *sql = g_strdup_printf ("SELECT count (*) FROM %s WHERE body LIKE '%%%s%%'", table, text);

  return store_count (store, sql);
}

/* The laptop's data is put back from a copy, and a draft is typed on there before it hears of that, with nothing to push that would show it. (This township is an older one, with which it cannot
 * start anew; else both versions are kept, see test-drafts.) */
static void
test_a_draft_typed_on_after_an_older_copy_takes_no_place (CourierFixture *self, gconstpointer unused)
{
  g_autofree char *path = courier_path_of (self, "ruhu.db"), *copy = NULL;
  g_autoptr (RuhuStore) store = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  courier_enrol (self);
  courier_sync_well (self);
  type (self, "开头");
  courier_sync_well (self);
  courier_restart (self);
  g_assert_true (g_file_get_contents (path, &copy, &size, NULL));
  type (self, "开头，第一次");
  courier_save (self, "13800000001");
  courier_sync_well (self);
  courier_restart (self);
  g_assert_true (g_file_set_contents (path, copy, (gssize) size, NULL));
  type (self, "开头，第二次");
  g_assert_false (ruhu_courier_sync (self->courier, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_SEQ_REUSED);
  store = courier_open_store (self);
  g_assert_cmpint (says (store, "draft", "第二次"), ==, 1);
  fake_server_lock (self->server);
  g_assert_cmpint (says (self->township->store, "handed_draft", "第一次"), ==, 1);
  fake_server_unlock (self->server);
}

#define ADD(name, data, function) g_test_add ("/courier/" name, CourierFixture, data, courier_set_up, function, courier_tear_down)

int
main (int argc, char **argv)
{
  g_setenv ("RUHU_NO_KEYRING", "1", TRUE);
  g_test_init (&argc, &argv, NULL);
  ADD ("visit-goes-there-and-back", NULL, test_a_visit_goes_there_and_back);
  ADD ("nothing-new-is-one-request", NULL, test_nothing_new_is_one_request);
  ADD ("enrolment-lost-request", GINT_TO_POINTER (0), test_an_interrupted_enrolment_is_taken_up_again);
  ADD ("enrolment-lost-request-same-link", GINT_TO_POINTER (1), test_an_interrupted_enrolment_is_taken_up_again);
  ADD ("enrolment-lost-answer", GINT_TO_POINTER (2), test_an_interrupted_enrolment_is_taken_up_again);
  ADD ("enrolment-lost-answer-same-link", GINT_TO_POINTER (3), test_an_interrupted_enrolment_is_taken_up_again);
  ADD ("used-up-link-leaves-nothing-behind", NULL, test_a_used_up_link_leaves_nothing_behind);
  ADD ("another-key-is-sent-nothing", NULL, test_another_key_is_sent_nothing);
  ADD ("misbehaving-at-push", "/v1/push", test_misbehaviour_has_its_name_and_costs_nothing);
  ADD ("misbehaving-at-pull", "/v1/pull", test_misbehaviour_has_its_name_and_costs_nothing);
  ADD ("misbehaving-at-backfill", "/v1/backfill", test_misbehaviour_has_its_name_and_costs_nothing);
  ADD ("misbehaving-at-me", "/v1/me", test_misbehaviour_has_its_name_and_costs_nothing);
  ADD ("any-series-of-mishaps-ends-well", NULL, test_any_series_of_mishaps_ends_well);
  ADD ("batch-too-large-becomes-smaller", NULL, test_a_batch_too_large_becomes_smaller);
  ADD ("one-change-too-large-is-given-up", NULL, test_one_change_too_large_is_given_up);
  ADD ("clock-years-off-is-set-right", GINT_TO_POINTER (1), test_a_clock_years_off_is_set_right);
  ADD ("clock-years-off-refused-first", NULL, test_a_clock_years_off_is_set_right);
  ADD ("another-database-does-not-go-by-this-name", NULL, test_another_database_does_not_go_by_this_name);
  ADD ("damaged-database-is-left-as-it-is", NULL, test_a_damaged_database_is_left_as_it_is);
  ADD ("rewritten-history-is-noticed", NULL, test_a_rewritten_history_is_noticed);
  ADD ("draft-typed-on-after-an-older-copy-takes-no-place", NULL, test_a_draft_typed_on_after_an_older_copy_takes_no_place);
  return g_test_run ();
}
