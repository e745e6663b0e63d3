/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The agent's state machine with its real thread, and org.ruhu.Sync1 over it on a bus of its own: what it notices, when it waits, what it tells. */
#define G_LOG_DOMAIN "test-agent"

#include "config.h"

#include "ruhu-agent-dbus.h"
#include "ruhu-agent-private.h"
#include "ruhu-agent-watch.h"
#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-fake-key.h"
#include "ruhu-fake-server.h"
#include "ruhu-sync1-dbus.h"

#include <glib/gstdio.h>
#include <string.h>

#define PATIENCE (20 * G_TIME_SPAN_SECOND)

typedef struct
{
  Township *township;
  FakeServer *server;
  char *directory;
  RuhuAgent *agent;
  RuhuAgentWatch *watch;
  guint n_news;
  /* Of the tests with a bus. */
  GTestDBus *bus;
  GDBusConnection *daemon_side;
  RuhuAgentDbus *dbus;
  RuhuSync1 *proxy;
} Fixture;

static void
news_cb (Fixture *self)
{
  self->n_news++;
}

static void
set_up (Fixture *self, gconstpointer unused)
{
  self->township = township_new ();
  self->server = fake_server_new (self->township);
  self->directory = g_dir_make_tmp ("ruhu-agent-XXXXXX", NULL);
  self->agent = ruhu_agent_new (self->directory);
  ruhu_agent_set_patience (self->agent, 5, 2);
  g_signal_connect_swapped (self->agent, "data-changed", G_CALLBACK (news_cb), self);
  self->watch = ruhu_agent_watch_new (self->agent, self->directory);
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  ruhu_agent_stop (self->agent);
  ruhu_agent_watch_free (self->watch);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_object_unref (self->agent);
  fake_server_free (self->server);
  township_free (self->township);
  fake_remove_folder (self->directory);
  g_free (self->directory);
}

static gboolean
tick_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

typedef gboolean (*Condition) (Fixture *self, gconstpointer what);

static void
wait_for (Fixture *self, Condition condition, gconstpointer what)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;
  guint tick = g_timeout_add (20, tick_cb, NULL);

  while (!condition (self, what))
    {
      if (g_get_monotonic_time () > end)
        {
          g_autoptr (RuhuAgentStatus) status = ruhu_agent_dup_status (self->agent);

          g_error ("waited in vain for %s; state %s, %s", (const char *) what, ruhu_agent_state_get_name (status->state), status->error_name);
        }
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_remove (tick);
}

static gboolean
is_state (Fixture *self, gconstpointer what)
{
  g_autoptr (RuhuAgentStatus) status = ruhu_agent_dup_status (self->agent);

  return g_str_equal (ruhu_agent_state_get_name (status->state), what);
}

static gboolean
is_listening (Fixture *self, gconstpointer what)
{
  return is_state (self, "idle") && fake_server_count (self->server, "/v1/pull") >= 2;
}

static gboolean
has_one_waiting (Fixture *self, gconstpointer what)
{
  g_autoptr (RuhuAgentStatus) status = ruhu_agent_dup_status (self->agent);

  return status->pending == 1;
}

static gboolean
has_sent_everything (Fixture *self, gconstpointer what)
{
  g_autoptr (RuhuAgentStatus) status = ruhu_agent_dup_status (self->agent);

  return status->pending == 0 && fake_server_count_changes (self->server, NULL) == 1 && is_state (self, "idle");
}

static gboolean
has_news (Fixture *self, gconstpointer what)
{
  return self->n_news > 0;
}

static void
result_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

/* The error that enrolling with @link ends with, or NULL. */
static GError *
enrol_with (Fixture *self, const char *link)
{
  g_autoptr (GAsyncResult) result = NULL;
  GError *error = NULL;

  ruhu_agent_enrol_async (self->agent, link, result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (ruhu_agent_enrol_finish (self->agent, result, &error), ==, error == NULL);
  return error;
}

static void
enrol (Fixture *self)
{
  g_autofree char *link = fake_server_dup_link (self->server, "helper-a");
  g_autoptr (GError) error = enrol_with (self, link);

  g_assert_no_error (error);
}

static void
save (Fixture *self)
{
  g_autofree char *path = g_build_filename (self->directory, "ruhu.db", NULL);
  RuhuStoreOptions options = { .path = path };
  g_autoptr (RuhuJson) set = json_tokener_parse ("{\"household\":{\"h1\":{\"phone\":\"13800000001\"}}}");
  RuhuEdit edit = { .scope = "h1", .set = set };
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuStore) store = ruhu_store_open (&options, &error);

  g_assert_no_error (error);
  g_assert_true (ruhu_store_get_seen (store, &edit.seen, &error));
  g_assert_true (ruhu_store_save (store, &edit, NULL, &error));
  g_assert_no_error (error);
}

static void
write_there (Fixture *self, const char *phone)
{
  g_autofree char *set = g_strdup_printf ("{\"household\":{\"h1\":{\"phone\":\"%s\"}}}", phone);

  fake_server_lock (self->server);
  township_write (self->township, "h1", set);
  fake_server_unlock (self->server);
}

static void
test_enrolling_brings_the_households (Fixture *self, gconstpointer unused)
{
  g_autoptr (RuhuAgentStatus) status = NULL;

  ruhu_agent_start (self->agent);
  wait_for (self, is_state, "unenrolled");
  enrol (self);
  wait_for (self, is_state, "idle");
  wait_for (self, has_news, "news");
  status = ruhu_agent_dup_status (self->agent);
  g_assert_cmpstr (status->township, ==, "星星镇");
  g_assert_cmpstr (status->token_store, ==, "file");
  g_assert_cmpstr (status->error, ==, "");
  g_assert_cmpint (status->last_success, >, 0);
  g_assert_cmpint (status->next_attempt, ==, 0);
}

static void
test_a_save_is_noticed_and_sent (Fixture *self, gconstpointer unused)
{
  ruhu_agent_start (self->agent);
  enrol (self);
  wait_for (self, is_listening, "the long poll");
  save (self);
  wait_for (self, has_sent_everything, "the save to be sent");
}

static void
test_others_changes_arrive_at_once (Fixture *self, gconstpointer unused)
{
  gint64 start;

  ruhu_agent_start (self->agent);
  enrol (self);
  wait_for (self, is_listening, "the long poll");
  self->n_news = 0;
  start = g_get_monotonic_time ();
  write_there (self, "13900000000");
  wait_for (self, has_news, "news");
  g_assert_cmpint (g_get_monotonic_time () - start, <, 3 * G_TIME_SPAN_SECOND);
}

static void
test_stopping_does_not_wait_for_the_network (Fixture *self, gconstpointer unused)
{
  gint64 start;

  ruhu_agent_start (self->agent);
  enrol (self);
  wait_for (self, is_listening, "the long poll");
  start = g_get_monotonic_time ();
  ruhu_agent_stop (self->agent);
  g_assert_cmpint (g_get_monotonic_time () - start, <, G_TIME_SPAN_SECOND);
}

static void
test_without_a_network_it_waits_and_comes_back (Fixture *self, gconstpointer unused)
{
  g_autoptr (RuhuAgentStatus) status = NULL;
  gint64 now;

  ruhu_agent_start (self->agent);
  enrol (self);
  wait_for (self, is_listening, "the long poll");
  fake_server_stop (self->server);
  wait_for (self, is_state, "offline");
  status = ruhu_agent_dup_status (self->agent);
  now = g_get_real_time () / G_USEC_PER_SEC;
  g_assert_cmpstr (status->error_name, ==, "network");
  g_assert_cmpint (status->next_attempt, >=, now);
  g_assert_cmpint (status->next_attempt, <=, now + 5 * 60 + 1);
  save (self);
  fake_server_start (self->server, FALSE);
  ruhu_agent_sync_now (self->agent);
  wait_for (self, has_sent_everything, "the save to be sent");
}

static void
test_the_township_may_ask_for_a_rest (Fixture *self, gconstpointer unused)
{
  g_autoptr (RuhuAgentStatus) status = NULL;
  guint before;

  ruhu_agent_start (self->agent);
  enrol (self);
  wait_for (self, is_listening, "the long poll");
  fake_server_misbehave (self->server, "/v1/", FAKE_RATE, 1);
  ruhu_agent_sync_now (self->agent);
  wait_for (self, is_state, "offline");
  status = ruhu_agent_dup_status (self->agent);
  g_assert_cmpstr (status->error_name, ==, "rate");
  g_assert_cmpint (status->next_attempt, >=, g_get_real_time () / G_USEC_PER_SEC + 6);
  /* A save does not break the rest, though it is counted; being asked does. */
  before = fake_server_count (self->server, "/");
  save (self);
  for (gint64 end = g_get_monotonic_time () + G_TIME_SPAN_SECOND; g_get_monotonic_time () < end;)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (10000);
    }
  g_assert_cmpuint (fake_server_count (self->server, "/"), ==, before);
  ruhu_agent_status_free (status);
  status = ruhu_agent_dup_status (self->agent);
  g_assert_cmpuint (status->pending, ==, 1);
  ruhu_agent_sync_now (self->agent);
  wait_for (self, has_sent_everything, "the save to be sent");
}

static void
test_another_key_needs_a_person (Fixture *self, gconstpointer unused)
{
  g_autoptr (RuhuAgentStatus) status = NULL;

  ruhu_agent_start (self->agent);
  enrol (self);
  wait_for (self, is_listening, "the long poll");
  fake_server_stop (self->server);
  fake_server_start (self->server, TRUE);
  save (self);
  ruhu_agent_sync_now (self->agent);
  /* It may have failed before the save was there. */
  wait_for (self, has_one_waiting, "the save to be counted");
  wait_for (self, is_state, "failed");
  status = ruhu_agent_dup_status (self->agent);
  g_assert_cmpstr (status->error_name, ==, "server-key");
  g_assert_cmpuint (status->pending, ==, 1);
  g_assert_cmpint (status->next_attempt, >=, g_get_real_time () / G_USEC_PER_SEC + 14 * 60);
}

static void
test_a_revoked_laptop_is_erased (Fixture *self, gconstpointer unused)
{
  g_autoptr (RuhuAgentStatus) status = NULL;

  ruhu_agent_start (self->agent);
  enrol (self);
  wait_for (self, is_listening, "the long poll");
  fake_server_misbehave (self->server, "/v1/", FAKE_REVOKED, 1);
  self->n_news = 0;
  ruhu_agent_sync_now (self->agent);
  wait_for (self, is_state, "revoked");
  wait_for (self, has_news, "news");
  status = ruhu_agent_dup_status (self->agent);
  g_assert_cmpstr (status->error_name, ==, "revoked");
  g_assert_cmpstr (status->token_store, ==, "");
  /* A new link makes it a laptop again. */
  enrol (self);
  wait_for (self, is_state, "idle");
}

static void
test_a_revoked_laptop_keeps_what_was_not_sent (Fixture *self, gconstpointer unused)
{
  g_autoptr (RuhuAgentStatus) status = NULL;

  ruhu_agent_start (self->agent);
  enrol (self);
  wait_for (self, is_listening, "the long poll");
  fake_server_misbehave (self->server, "/v1/", FAKE_REVOKED, 2);
  save (self);
  ruhu_agent_sync_now (self->agent);
  wait_for (self, is_state, "revoked");
  status = ruhu_agent_dup_status (self->agent);
  g_assert_cmpuint (status->pending, ==, 1);
  g_assert_nonnull (strstr (status->error, "kept"));
  g_assert_cmpstr (status->token_store, ==, "file");
  /* The office takes it back. */
  while (!has_sent_everything (self, NULL))
    {
      ruhu_agent_sync_now (self->agent);
      g_usleep (50000);
    }
}

/* The attempt that was asked for has been made, and none follows at once. */
static gboolean
has_tried (Fixture *self, gconstpointer unused)
{
  return !ruhu_agent_has_wish (self->agent, RUHU_WISH_SYNC);
}

static void
test_a_damaged_database_does_not_end_the_daemon (Fixture *self, gconstpointer unused)
{
  g_autofree char *path = g_build_filename (self->directory, "ruhu.db", NULL), *noise = g_strnfill (8192, 'x');
  g_autofree char *whole = NULL;
  gsize size;

  ruhu_agent_start (self->agent);
  enrol (self);
  wait_for (self, is_state, "idle");
  ruhu_agent_stop (self->agent);
  g_assert_true (g_file_get_contents (path, &whole, &size, NULL));
  g_assert_true (g_file_set_contents (path, noise, 8192, NULL));
  ruhu_agent_start (self->agent);
  wait_for (self, is_state, "failed");
  ruhu_agent_sync_now (self->agent);
  wait_for (self, has_tried, "one attempt");
  g_assert_true (g_file_set_contents (path, whole, (gssize) size, NULL));
  ruhu_agent_sync_now (self->agent);
  wait_for (self, is_state, "idle");
}

/* With a bus. */

static void
set_up_bus (Fixture *self, gconstpointer unused)
{
  GDBusConnectionFlags flags = G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION;
  g_autoptr (GDBusConnection) client = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  self->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  /* Before anything has threads and sockets that the bus, a child of this program, would take over. */
  g_test_dbus_up (self->bus);
  set_up (self, NULL);
  self->daemon_side = g_dbus_connection_new_for_address_sync (g_test_dbus_get_bus_address (self->bus), flags, NULL, NULL, &error);
  g_assert_no_error (error);
  client = g_dbus_connection_new_for_address_sync (g_test_dbus_get_bus_address (self->bus), flags, NULL, NULL, &error);
  g_assert_no_error (error);
  self->dbus = ruhu_agent_dbus_new (self->agent);
  g_assert_true (ruhu_agent_dbus_export (self->dbus, self->daemon_side, &error));
  /* Both ends live in this thread, so that neither may block. */
  ruhu_sync1_proxy_new (client, G_DBUS_PROXY_FLAGS_NONE, g_dbus_connection_get_unique_name (self->daemon_side), RUHU_BUS_OBJECT, NULL, result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  self->proxy = ruhu_sync1_proxy_new_finish (result, &error);
  g_assert_no_error (error);
  g_signal_connect_swapped (self->proxy, "data-changed", G_CALLBACK (news_cb), self);
}

static void
tear_down_bus (Fixture *self, gconstpointer unused)
{
  g_clear_object (&self->proxy);
  ruhu_agent_dbus_unexport (self->dbus);
  g_clear_object (&self->dbus);
  g_dbus_connection_close_sync (self->daemon_side, NULL, NULL);
  g_clear_object (&self->daemon_side);
  tear_down (self, NULL);
  g_test_dbus_down (self->bus);
  g_object_unref (self->bus);
}

static gboolean
is_told_state (Fixture *self, gconstpointer what)
{
  return g_strcmp0 (ruhu_sync1_get_state (self->proxy), what) == 0;
}

/* The D-Bus name of the error that Enrol ends with; NULL: none. Transfer full. */
static char *
enrol_over_bus (Fixture *self, const char *link)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  ruhu_sync1_call_enrol (self->proxy, link, NULL, result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return ruhu_sync1_call_enrol_finish (self->proxy, result, &error) ? NULL : g_dbus_error_get_remote_error (error);
}

static void
test_bus_tells_the_state (Fixture *self, gconstpointer unused)
{
  g_autofree char *link = fake_server_dup_link (self->server, "helper-a"), *name = NULL;
  g_autoptr (GAsyncResult) synced = NULL, nudged = NULL;

  ruhu_agent_start (self->agent);
  wait_for (self, is_told_state, "unenrolled");
  g_assert_cmpstr (ruhu_sync1_get_township (self->proxy), ==, "");
  g_assert_cmpstr (ruhu_sync1_get_token_store (self->proxy), ==, "");
  g_assert_cmpint (ruhu_sync1_get_last_success (self->proxy), ==, 0);
  g_assert_cmpfloat (ruhu_sync1_get_progress (self->proxy), ==, -1);
  name = enrol_over_bus (self, link);
  g_assert_cmpstr (name, ==, NULL);
  wait_for (self, is_told_state, "idle");
  g_assert_cmpstr (ruhu_sync1_get_township (self->proxy), ==, "星星镇");
  g_assert_cmpstr (ruhu_sync1_get_token_store (self->proxy), ==, "file");
  g_assert_cmpint (ruhu_sync1_get_last_success (self->proxy), >, 0);
  g_assert_cmpuint (ruhu_sync1_get_pending (self->proxy), ==, 0);
  g_assert_cmpuint (ruhu_sync1_get_refused (self->proxy), ==, 0);
  fake_server_stop (self->server);
  wait_for (self, is_told_state, "offline");
  g_assert_cmpstr (ruhu_sync1_get_last_error_name (self->proxy), ==, "network");
  g_assert_cmpuint (strlen (ruhu_sync1_get_last_error (self->proxy)), >, 20);
  g_assert_cmpint (ruhu_sync1_get_next_attempt (self->proxy), >, 0);
  fake_server_start (self->server, FALSE);
  ruhu_sync1_call_sync_now (self->proxy, NULL, result_cb, &synced);
  ruhu_sync1_call_nudge (self->proxy, NULL, result_cb, &nudged);
  wait_for (self, is_told_state, "idle");
  g_assert_true (ruhu_sync1_call_sync_now_finish (self->proxy, synced, NULL));
  g_assert_true (ruhu_sync1_call_nudge_finish (self->proxy, nudged, NULL));
  g_assert_cmpstr (ruhu_sync1_get_last_error (self->proxy), ==, "");
  self->n_news = 0;
  write_there (self, "13900000000");
  wait_for (self, has_news, "news");
}

static void
test_bus_names_what_is_wrong_with_a_link (Fixture *self, gconstpointer unused)
{
  g_autofree char *invalid = NULL, *expired = NULL, *offline = NULL, *key = NULL, *same = NULL, *again = NULL, *none = NULL;
  g_autofree char *link = fake_server_dup_link (self->server, "helper-a");
  g_auto (GStrv) parts = g_strsplit (link, "_", 2);
  g_autofree char *unknown = g_strconcat (parts[0], "_99", strchr (parts[1], '&'), NULL);

  ruhu_agent_start (self->agent);
  invalid = enrol_over_bus (self, "ruhu://nonsense");
  g_assert_cmpstr (invalid, ==, "org.ruhu.Error.Invalid");
  expired = enrol_over_bus (self, unknown);
  g_assert_cmpstr (expired, ==, "org.ruhu.Error.Expired");
  wait_for (self, is_told_state, "unenrolled");
  fake_server_stop (self->server);
  fake_server_start (self->server, TRUE);
  key = enrol_over_bus (self, link);
  g_assert_cmpstr (key, ==, "org.ruhu.Error.ServerKey");
  fake_server_stop (self->server);
  offline = enrol_over_bus (self, link);
  g_assert_cmpstr (offline, ==, "org.ruhu.Error.Network");
  fake_server_start (self->server, FALSE);
  none = enrol_over_bus (self, link);
  g_assert_cmpstr (none, ==, NULL);
  /* It goes on by itself, too: whoever asks once more is told that it has come about. */
  same = enrol_over_bus (self, link);
  g_assert_cmpstr (same, ==, NULL);
  again = enrol_over_bus (self, unknown);
  g_assert_cmpstr (again, ==, "org.ruhu.Error.Forbidden");
  wait_for (self, is_told_state, "idle");
}

#define ADD(name, function)     g_test_add ("/agent/" name, Fixture, NULL, set_up, function, tear_down)
#define ADD_BUS(name, function) g_test_add ("/agent/bus/" name, Fixture, NULL, set_up_bus, function, tear_down_bus)

int
main (int argc, char **argv)
{
  g_setenv ("RUHU_NO_KEYRING", "1", TRUE);
  g_setenv ("GIO_USE_NETWORK_MONITOR", "base", TRUE);
  g_test_init (&argc, &argv, NULL);
  ADD ("enrolling-brings-the-households", test_enrolling_brings_the_households);
  ADD ("save-is-noticed-and-sent", test_a_save_is_noticed_and_sent);
  ADD ("others-changes-arrive-at-once", test_others_changes_arrive_at_once);
  ADD ("stopping-does-not-wait-for-the-network", test_stopping_does_not_wait_for_the_network);
  ADD ("without-a-network-it-waits-and-comes-back", test_without_a_network_it_waits_and_comes_back);
  ADD ("township-may-ask-for-a-rest", test_the_township_may_ask_for_a_rest);
  ADD ("another-key-needs-a-person", test_another_key_needs_a_person);
  ADD ("revoked-laptop-is-erased", test_a_revoked_laptop_is_erased);
  ADD ("revoked-laptop-keeps-what-was-not-sent", test_a_revoked_laptop_keeps_what_was_not_sent);
  ADD ("damaged-database-does-not-end-the-daemon", test_a_damaged_database_does_not_end_the_daemon);
  ADD_BUS ("tells-the-state", test_bus_tells_the_state);
  ADD_BUS ("names-what-is-wrong-with-a-link", test_bus_names_what_is_wrong_with_a_link);
  return g_test_run ();
}
