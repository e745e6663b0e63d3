/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the app makes of the daemon: absent, present, gone again. The daemon's place is taken by its D-Bus interface in this process, on a bus of the test's own. */
#include "config.h"

#include "ruhu-describe.h"
#include "ruhu-error.h"
#include "ruhu-sync-dbus.h"
#include "ruhu-sync-proxy.h"

#include <string.h>

#define PATIENCE_MS 20000

typedef struct
{
  GTestDBus *bus;
  GDBusConnection *connection; /* the daemon's */
  RuhuDBusSync1 *daemon;
  guint name_id;
  RuhuSyncProxy *proxy;
  guint n_data_changed;
  guint n_nudged;
  char *link;
} Fixture;

static gboolean
give_up_cb (gpointer data)
{
  g_error ("waited in vain");
  return G_SOURCE_REMOVE;
}

#define wait_until(condition)                                       \
  G_STMT_START                                                      \
  {                                                                 \
    guint patience = g_timeout_add (PATIENCE_MS, give_up_cb, NULL); \
    while (!(condition))                                            \
      g_main_context_iteration (NULL, TRUE);                        \
    g_source_remove (patience);                                     \
  }                                                                 \
  G_STMT_END

static gboolean
nudge_cb (Fixture *f, GDBusMethodInvocation *invocation)
{
  f->n_nudged++;
  ruhu_dbus_sync1_complete_nudge (f->daemon, invocation);
  return TRUE;
}

static gboolean
sync_now_cb (Fixture *f, GDBusMethodInvocation *invocation)
{
  ruhu_dbus_sync1_set_state (f->daemon, "pushing");
  ruhu_dbus_sync1_complete_sync_now (f->daemon, invocation);
  return TRUE;
}

static gboolean
enrol_cb (Fixture *f, GDBusMethodInvocation *invocation, const char *link)
{
  g_free (f->link);
  f->link = g_strdup (link);
  if (g_str_has_suffix (link, "good"))
    ruhu_dbus_sync1_complete_enrol (f->daemon, invocation);
  else
    g_dbus_method_invocation_return_error_literal (invocation, RUHU_ERROR, RUHU_ERROR_EXPIRED, "the code was used");
  return TRUE;
}

static void
data_changed_cb (Fixture *f)
{
  f->n_data_changed++;
}

static void
start_daemon (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  f->connection = g_dbus_connection_new_for_address_sync (g_test_dbus_get_bus_address (f->bus), G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL, &error);
  g_assert_no_error (error);
  f->daemon = ruhu_dbus_sync1_skeleton_new ();
  ruhu_dbus_sync1_set_state (f->daemon, "idle");
  ruhu_dbus_sync1_set_last_success (f->daemon, 1530316800);
  ruhu_dbus_sync1_set_township (f->daemon, "新月镇");
  g_signal_connect_swapped (f->daemon, "handle-nudge", G_CALLBACK (nudge_cb), f);
  g_signal_connect_swapped (f->daemon, "handle-sync-now", G_CALLBACK (sync_now_cb), f);
  g_signal_connect_swapped (f->daemon, "handle-enrol", G_CALLBACK (enrol_cb), f);
  g_assert_true (g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (f->daemon), f->connection, "/org/ruhu/Sync1", &error));
  f->name_id = g_bus_own_name_on_connection (f->connection, "org.ruhu.Sync1", G_BUS_NAME_OWNER_FLAGS_NONE, NULL, NULL, NULL, NULL);
}

static void
stop_daemon (Fixture *f)
{
  if (f->daemon == NULL)
    return;
  g_bus_unown_name (f->name_id);
  g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (f->daemon));
  g_clear_object (&f->daemon);
  g_dbus_connection_close_sync (f->connection, NULL, NULL);
  g_clear_object (&f->connection);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (f->bus);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_object (&f->proxy);
  stop_daemon (f);
  g_free (f->link);
  g_test_dbus_down (f->bus);
  g_object_unref (f->bus);
}

static void
connect_proxy (Fixture *f)
{
  f->proxy = ruhu_sync_proxy_new ();
  g_signal_connect_swapped (f->proxy, "data-changed", G_CALLBACK (data_changed_cb), f);
}

typedef struct
{
  gboolean done;
  gboolean result;
  GError *error;
} Outcome;

static void
enrolled_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Outcome *outcome = data;

  outcome->result = ruhu_sync_proxy_enrol_finish (RUHU_SYNC_PROXY (source), result, &outcome->error);
  outcome->done = TRUE;
}

static void
synced_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Outcome *outcome = data;

  outcome->result = ruhu_sync_proxy_sync_now_finish (RUHU_SYNC_PROXY (source), result, &outcome->error);
  outcome->done = TRUE;
}

static void
assert_sentence (const GError *error, const char *part)
{
  g_autofree char *sentence = NULL;

  g_assert_nonnull (error);
  sentence = ruhu_describe_error (error);
  if (strstr (sentence, part) == NULL)
    g_error ("“%s” is not in: %s", part, sentence);
}

static void
test_state_follows_the_daemon (Fixture *f, gconstpointer data)
{
  start_daemon (f);
  connect_proxy (f);
  wait_until (ruhu_sync_proxy_is_available (f->proxy));
  g_assert_cmpstr (ruhu_sync_proxy_get_state (f->proxy), ==, "idle");
  g_assert_cmpint (ruhu_sync_proxy_get_last_success (f->proxy), ==, 1530316800);
  g_assert_cmpstr (ruhu_sync_proxy_get_township (f->proxy), ==, "新月镇");
  g_assert_false (ruhu_sync_proxy_is_busy (f->proxy));
  ruhu_dbus_sync1_set_state (f->daemon, "backfilling");
  ruhu_dbus_sync1_set_progress (f->daemon, 0.5);
  wait_until (ruhu_sync_proxy_is_busy (f->proxy));
  wait_until (ruhu_sync_proxy_get_progress (f->proxy) == 0.5);
  g_assert_cmpstr (ruhu_sync_proxy_describe (f->proxy), ==, "Receiving households…");
  ruhu_dbus_sync1_emit_data_changed (f->daemon);
  wait_until (f->n_data_changed == 1);
}

static void
test_calls_reach_the_daemon (Fixture *f, gconstpointer data)
{
  Outcome outcome = { 0 };

  start_daemon (f);
  connect_proxy (f);
  wait_until (ruhu_sync_proxy_is_available (f->proxy));
  ruhu_sync_proxy_nudge (f->proxy);
  wait_until (f->n_nudged == 1);
  ruhu_sync_proxy_sync_now_async (f->proxy, NULL, synced_cb, &outcome);
  wait_until (outcome.done);
  g_assert_no_error (outcome.error);
  wait_until (ruhu_sync_proxy_is_busy (f->proxy));
}

static void
test_enrolment_and_its_refusal (Fixture *f, gconstpointer data)
{
  Outcome good = { 0 };
  Outcome bad = { 0 };

  start_daemon (f);
  connect_proxy (f);
  wait_until (ruhu_sync_proxy_is_available (f->proxy));
  ruhu_sync_proxy_enrol_async (f->proxy, "ruhu://good", NULL, enrolled_cb, &good);
  wait_until (good.done);
  g_assert_no_error (good.error);
  g_assert_true (good.result);
  g_assert_cmpstr (f->link, ==, "ruhu://good");
  ruhu_sync_proxy_enrol_async (f->proxy, "ruhu://used", NULL, enrolled_cb, &bad);
  wait_until (bad.done);
  g_assert_error (bad.error, RUHU_ERROR, RUHU_ERROR_EXPIRED);
  g_clear_error (&bad.error);
}

static void
test_no_daemon_is_said (Fixture *f, gconstpointer data)
{
  Outcome outcome = { 0 };

  connect_proxy (f);
  ruhu_sync_proxy_enrol_async (f->proxy, "ruhu://x", NULL, enrolled_cb, &outcome);
  wait_until (outcome.done);
  assert_sentence (outcome.error, "cannot be started");
  g_clear_error (&outcome.error);
  g_assert_false (ruhu_sync_proxy_is_available (f->proxy));
  g_assert_cmpstr (ruhu_sync_proxy_get_state (f->proxy), ==, "");
  g_assert_cmpstr (ruhu_sync_proxy_describe (f->proxy), ==, "Synchronisation is not running");
}

static void
test_a_daemon_that_starts_later_is_found (Fixture *f, gconstpointer data)
{
  connect_proxy (f);
  start_daemon (f);
  wait_until (ruhu_sync_proxy_is_available (f->proxy) && g_str_equal (ruhu_sync_proxy_get_state (f->proxy), "idle"));
  stop_daemon (f);
  wait_until (!ruhu_sync_proxy_is_available (f->proxy));
  g_assert_cmpfloat (ruhu_sync_proxy_get_progress (f->proxy), ==, -1);
  start_daemon (f);
  wait_until (ruhu_sync_proxy_is_available (f->proxy));
}

/* In a process of its own: GLib remembers the session bus. */
static void
test_no_bus_is_said (void)
{
  if (g_test_subprocess ())
    {
      RuhuSyncProxy *proxy;
      Outcome outcome = { 0 };

      g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);
      proxy = ruhu_sync_proxy_new ();
      ruhu_sync_proxy_nudge (proxy);
      ruhu_sync_proxy_sync_now_async (proxy, NULL, synced_cb, &outcome);
      wait_until (outcome.done);
      assert_sentence (outcome.error, "kept on this laptop");
      g_clear_error (&outcome.error);
      g_assert_false (ruhu_sync_proxy_is_available (proxy));
      g_object_unref (proxy);
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

int
main (int argc, char *argv[])
{
  g_setenv ("LANGUAGE", "en", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sync-proxy/no-bus-is-said", test_no_bus_is_said);
#define add(name, func) g_test_add ("/sync-proxy/" name, Fixture, NULL, set_up, func, tear_down)
  add ("state-follows-the-daemon", test_state_follows_the_daemon);
  add ("calls-reach-the-daemon", test_calls_reach_the_daemon);
  add ("enrolment-and-its-refusal", test_enrolment_and_its_refusal);
  add ("no-daemon-is-said", test_no_daemon_is_said);
  add ("a-daemon-that-starts-later-is-found", test_a_daemon_that_starts_later_is_found);
#undef add
  return g_test_run ();
}
