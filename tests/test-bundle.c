/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bundles: what is carried back and forth, in whatever order and however often, leaves laptop and township as the network would. */
#define G_LOG_DOMAIN "test-bundle"

#include "config.h"

#include "ruhu-bundle.h"
#include "ruhu-error.h"
#include "ruhu-exchange.h"
#include "ruhu-fixture.h"
#include "ruhu-import.h"
#include "ruhu-key.h"
#include "ruhu-parcel.h"
#include "ruhu-wire.h"

#include <string.h>

#define DEVICE_A "a0a0a0a0a0a0a0a1"
#define DEVICE_B "b0b0b0b0b0b0b0b2"

static RuhuKey *key;
static GBytes *public_key;
static char *hash_a, *hash_b; /* of the tokens; the fixture's token is the device's name */

static GBytes *
seal_outbox (GBytes *content)
{
  g_autoptr (GError) error = NULL;
  GBytes *bundle = ruhu_bundle_seal_outbox (RUHU_BUNDLE_PLAIN, DEVICE_A, hash_a, public_key, content, &error);

  g_assert_no_error (error);
  return bundle;
}

static GBytes *
open_answer (GBytes *bundle, GError **error)
{
  return ruhu_bundle_open_answer (bundle, DEVICE_A, hash_a, error);
}

typedef struct
{
  Township *township;
  Laptop *a;
  Laptop *b;
} World;

static void
set_up (World *self, gconstpointer unused)
{
  self->township = township_new ();
  self->a = laptop_new (self->township, DEVICE_A, "helper-a");
  self->b = laptop_new (self->township, DEVICE_B, "helper-b");
}

static void
tear_down (World *self, gconstpointer unused)
{
  laptop_free (self->a);
  laptop_free (self->b);
  township_free (self->township);
}

/* What the laptop has to say, sealed. @more: lines behind its outbox. */
static GBytes *export(Laptop *laptop, const char *more)
{
  g_auto (RuhuStanding) standing = { 0 };
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *where = NULL, *text = NULL;
  g_autoptr (GBytes) content = NULL;
  GBytes *bundle;
  gint64 last;

  g_assert_true (ruhu_replica_get_cursor (laptop->replica, &standing.cursor, &standing.hash, &error));
  g_assert_true (ruhu_replica_get_backfill (laptop->replica, &standing.scope, &standing.at, &standing.cookie, &error));
  g_assert_true (ruhu_replica_take_outbox (laptop->replica, 0, G_MAXUINT, 1 << 20, lines, &last, &error));
  where = ruhu_standing_to_json (&standing);
  text = g_strconcat (where, "\n", lines->str, more, NULL);
  content = g_bytes_new (text, strlen (text));
  bundle = ruhu_bundle_seal_outbox (RUHU_BUNDLE_PLAIN, laptop->device, laptop->device[0] == 'a' ? hash_a : hash_b, public_key, content, &error);
  g_assert_no_error (error);
  return bundle;
}

static GBytes *
try_import (World *self, GBytes *bundle, gsize page_bytes, RuhuImport *import, GError **error)
{
  RuhuSession session = { self->township->store, self->township->ledger };

  g_autoptr (RuhuPhotoStore) photos = ruhu_photo_store_new (ruhu_database_get_path (ruhu_store_get_database (self->township->store)));

  return ruhu_import_bundle (&session, photos, key->key, page_bytes, bundle, import, error);
}

/* The answer; *@taken changes were new. */
static GBytes *
import (World *self, GBytes *bundle, gint64 *taken)
{
  g_auto (RuhuImport) result = { 0 };
  g_autoptr (GError) error = NULL;
  GBytes *answer = try_import (self, bundle, 300, &result, &error);

  g_assert_no_error (error);
  g_assert_no_error (result.stop);
  g_assert_true (result.whole);
  if (taken != NULL)
    *taken = result.taken;
  return answer;
}

static void
take (Laptop *laptop, GBytes *answer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) content = ruhu_bundle_open_answer (answer, laptop->device, laptop->device[0] == 'a' ? hash_a : hash_b, &error);
  g_autoptr (RuhuParcel) parcel = content != NULL ? ruhu_parcel_parse (content, &error) : NULL;
  g_autoptr (RuhuExchange) exchange = ruhu_exchange_new (laptop->store, laptop->replica, NULL, NULL, NULL);
  gboolean fits;

  g_assert_no_error (error);
  g_assert_true (ruhu_exchange_take_parcel (exchange, parcel, &fits, &error));
  g_assert_no_error (error);
}

static void
carry (World *self, Laptop *laptop)
{
  g_autoptr (GBytes) bundle = export(laptop, NULL), answer = import (self, bundle, NULL);

  take (laptop, answer);
}

/* The laptop has got to the end, and holds what the township has of @scope. */
static void
assert_in_step (World *self, Laptop *laptop, const char *scope)
{
  g_autofree char *there = store_dump (self->township->store, scope), *here = store_dump (laptop->store, scope);
  gint64 head = 0, seen = 0;

  g_assert_cmpstr (here, ==, there);
  g_assert_true (ruhu_ledger_get_head (self->township->ledger, &head, NULL, NULL) && ruhu_store_get_seen (laptop->store, &seen, NULL));
  g_assert_cmpint (seen, ==, head);
  g_assert_cmpint (store_count (laptop->store, "SELECT count (*) FROM log WHERE position IS NULL AND kind = 'change'"), ==, 0);
}

static void
test_a_round_trip_is_a_synchronisation (World *self, gconstpointer unused)
{
  carry (self, self->a);
  carry (self, self->b);
  assert_in_step (self, self->a, "h1");
  assert_in_step (self, self->b, "h2");
  laptop_save (self->a, "h1", "{\"person\":{\"p1\":{\"name\":\"曾大明\"}}}", -1);
  laptop_save (self->b, "h1", "{\"person\":{\"p1\":{\"sex\":\"2\"}}}", -1);
  carry (self, self->a);
  carry (self, self->b);
  carry (self, self->a);
  assert_in_step (self, self->a, "h1");
  assert_in_step (self, self->b, "h1");
  assert_value (self->b->store, "person", "p1", "name", "\"曾大明\"");
  assert_value (self->a->store, "person", "p1", "sex", "\"2\"");
  g_assert_cmpint (store_count (self->a->store, "SELECT count (*) FROM scope"), ==, store_count (self->township->store, "SELECT count (*) FROM granted WHERE device = '" DEVICE_A "' AND until IS NULL"));
}

static void
test_repeated_reordered_and_lost_bundles_are_harmless (World *self, gconstpointer unused)
{
  g_autoptr (GBytes) first = NULL, second = NULL, lost = NULL, late = NULL, early = NULL, again = NULL, online = NULL;
  gint64 taken, head, now;

  carry (self, self->a);
  laptop_save (self->a, "h1", "{\"person\":{\"p1\":{\"name\":\"一\"}}}", -1);
  first = export(self->a, NULL);
  laptop_save (self->a, "h1", "{\"person\":{\"p1\":{\"name\":\"二\"}}}", -1);
  second = export(self->a, NULL);
  lost = import (self, second, &taken);
  g_assert_cmpint (taken, ==, 2);
  g_assert_true (ruhu_ledger_get_head (self->township->ledger, &head, NULL, NULL));
  early = import (self, first, &taken);
  g_assert_cmpint (taken, ==, 0);
  again = import (self, second, &taken);
  g_assert_cmpint (taken, ==, 0);
  g_assert_true (ruhu_ledger_get_head (self->township->ledger, &now, NULL, NULL));
  g_assert_cmpint (now, ==, head);
  /* Others go on, over the network. */
  laptop_sync (self->b, self->township);
  laptop_save (self->b, "h1", "{\"person\":{\"p1\":{\"sex\":\"2\"}}}", -1);
  laptop_sync (self->b, self->township);
  late = import (self, first, &taken);
  take (self->a, late);
  take (self->a, early);
  take (self->a, again);
  take (self->a, late);
  assert_in_step (self, self->a, "h1");
  assert_value (self->a->store, "person", "p1", "name", "\"二\"");
  /* Network and files by turns. */
  laptop_save (self->a, "h1", "{\"person\":{\"p1\":{\"name\":\"三\"}}}", -1);
  online = export(self->a, NULL);
  laptop_sync (self->a, self->township);
  g_clear_pointer (&again, g_bytes_unref);
  again = import (self, online, &taken);
  g_assert_cmpint (taken, ==, 0);
  take (self->a, again);
  assert_in_step (self, self->a, "h1");
}

static void
test_an_answer_is_for_one_laptop (World *self, gconstpointer unused)
{
  g_autoptr (GBytes) bundle = export(self->a, NULL), answer = import (self, bundle, NULL), content = NULL;
  g_autoptr (GError) error = NULL;

  content = ruhu_bundle_open_answer (answer, DEVICE_B, hash_b, &error);
  g_assert_null (content);
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN);
  content = open_answer (answer, NULL);
  /* helper-a has h1 alone. */
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (content, NULL), (gssize) g_bytes_get_size (content), "曾小明"));
  g_assert_null (g_strstr_len (g_bytes_get_data (content, NULL), (gssize) g_bytes_get_size (content), "单玄黄"));
}

static void
test_a_refusal_comes_back_with_what_stands (World *self, gconstpointer unused)
{
  carry (self, self->a);
  /* What the laptop would not let through is slipped past it, as a hostile or older program might. */
  laptop_save (self->a, "h1", "{\"person\":{\"p1\":{\"name\":\"曾晓明\"}}}", -1);
  g_assert_true (ruhu_database_execute (ruhu_store_get_database (self->a->store),
                                        "UPDATE log SET body = replace (body, '\"name\":\"曾晓明\"', '\"sex\":\"7\"'), hash = NULL WHERE position IS NULL", NULL));
  carry (self, self->a);
  g_assert_cmpint (store_count (self->township->store, "SELECT count (*) FROM log WHERE kind = 'refused'"), ==, 1);
  g_assert_cmpint (store_count (self->a->store, "SELECT count (*) FROM log WHERE kind = 'refused'"), ==, 1);
  assert_value (self->a->store, "person", "p1", "name", "\"曾小明\"");
  assert_in_step (self, self->a, "h1");
}

/* A change that the laptop's disk has altered stays there, for its author to look at: what was recorded behind it is carried, and the gap is filled where the same number comes after all. */
static void
test_what_is_behind_an_altered_change_is_carried (World *self, gconstpointer unused)
{
  g_autoptr (GBytes) first = NULL, bundle = NULL, answer = NULL, late = NULL;
  gint64 taken;

  carry (self, self->a);
  laptop_save (self->a, "h1", "{\"household\":{\"h1\":{\"group_name\":\"三组\"}}}", -1);
  first = export(self->a, NULL);
  g_assert_true (ruhu_database_execute (ruhu_store_get_database (self->a->store), "UPDATE log SET body = replace (body, '三组', '三只'), hash = hash + 1 WHERE position IS NULL", NULL));
  laptop_save (self->a, "h1", "{\"person\":{\"p1\":{\"name\":\"曾晓明\"}}}", -1);
  laptop_save (self->a, "h1", "{\"person\":{\"p1\":{\"name\":\"曾晓光\"}}}", -1);
  bundle = export(self->a, NULL);
  answer = import (self, bundle, &taken);
  g_assert_cmpint (taken, ==, 2);
  take (self->a, answer);
  g_assert_cmpint (store_count (self->a->store, "SELECT count (*) FROM log WHERE kind = 'refused' AND reason = 'damaged'"), ==, 1);
  assert_value (self->township->store, "person", "p1", "name", "\"曾晓光\"");
  assert_value (self->township->store, "household", "h1", "group_name", "-");
  /* The bundle of before comes after it. */
  late = import (self, first, NULL);
  g_assert_nonnull (late);
  assert_value (self->township->store, "household", "h1", "group_name", "\"三组\"");
}

static void
test_a_backfill_goes_on_where_it_was (World *self, gconstpointer unused)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (RuhuPage) page = NULL;
  g_autoptr (RuhuBackfillPage) heads = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *scope = NULL, *cookie = NULL;
  gint64 cursor, position;
  gsize applied;

  g_assert_true (ruhu_replica_get_cursor (self->b->replica, &cursor, NULL, &error));
  g_assert_true (ruhu_ledger_stream (self->township->ledger, DEVICE_B, cursor, NULL, 1 << 20, lines, &error));
  page = ruhu_page_parse (lines->str, lines->len, &error);
  g_assert_true (ruhu_replica_apply (self->b->replica, (RuhuEntry *) (void *) page->entries->data, page->entries->len, &applied, &error));
  g_assert_true (ruhu_replica_get_backfill (self->b->replica, &scope, &position, NULL, &error));
  g_assert_true (ruhu_ledger_backfill (self->township->ledger, DEVICE_B, scope, position, NULL, 1, lines, &error));
  heads = ruhu_backfill_page_parse (lines->str, lines->len, &error);
  g_assert_nonnull (heads->next);
  g_assert_true (ruhu_replica_backfill (self->b->replica, (RuhuBackfillEntry *) (void *) heads->entries->data, heads->entries->len, heads->next, &error));
  g_assert_no_error (error);
  carry (self, self->b);
  assert_in_step (self, self->b, "h1");
  assert_in_step (self, self->b, "h2");
}

static void
assert_import_refused (World *self, GBytes *bundle, RuhuError code)
{
  g_auto (RuhuImport) result = { 0 };
  g_autoptr (GError) error = NULL;
  gint64 before, after;

  g_assert_true (ruhu_ledger_get_head (self->township->ledger, &before, NULL, NULL));
  g_assert_null (try_import (self, bundle, 300, &result, &error));
  g_assert_error (error, RUHU_ERROR, (int) code);
  g_assert_true (ruhu_ledger_get_head (self->township->ledger, &after, NULL, NULL));
  g_assert_cmpint (before, ==, after);
}

static void
test_what_is_refused_changes_nothing (World *self, gconstpointer unused)
{
  g_autoptr (GBytes) foreign = NULL, malformed = NULL, good = NULL, hurt = NULL, other = NULL;
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
  g_autofree guint8 *copy = NULL;
  gint64 last;

  carry (self, self->a);
  carry (self, self->b);
  laptop_save (self->a, "h1", "{\"person\":{\"p1\":{\"name\":\"甲\"}}}", -1);
  laptop_save (self->b, "h1", "{\"person\":{\"p1\":{\"name\":\"乙\"}}}", -1);
  /* A good change and behind it another device's, or none. */
  g_assert_true (ruhu_replica_take_outbox (self->b->replica, 0, 1, 1 << 20, lines, &last, NULL));
  foreign = export(self->a, lines->str);
  assert_import_refused (self, foreign, RUHU_ERROR_FORBIDDEN);
  malformed = export(self->a, "{\"nonsense\":1}\n");
  assert_import_refused (self, malformed, RUHU_ERROR_INVALID);
  other = seal_outbox (nothing);
  assert_import_refused (self, other, RUHU_ERROR_INVALID);
  good = export(self->a, NULL);
  copy = g_memdup2 (g_bytes_get_data (good, NULL), g_bytes_get_size (good));
  copy[g_bytes_get_size (good) / 2] ^= 1;
  hurt = g_bytes_new (copy, g_bytes_get_size (good));
  assert_import_refused (self, hurt, RUHU_ERROR_INVALID);
}

static void
test_another_history_is_noticed (World *self, gconstpointer unused)
{
  g_auto (RuhuStanding) ahead = { .cursor = 1000000 };
  g_autofree char *where = ruhu_standing_to_json (&ahead), *line = g_strconcat (where, "\n", NULL);
  g_autoptr (GBytes) content = g_bytes_new (line, strlen (line)), bundle = seal_outbox (content);

  assert_import_refused (self, bundle, RUHU_ERROR_REWRITTEN);
}

static void
test_a_clock_ahead_stops_without_rewriting (World *self, gconstpointer unused)
{
  g_autoptr (GBytes) bundle = NULL, answer = NULL, later = NULL;
  g_auto (RuhuImport) result = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) before = g_string_new (NULL), after = g_string_new (NULL);
  gint64 last, taken;

  carry (self, self->a);
  self->township->now += 3600 * 1000;
  laptop_save (self->a, "h1", "{\"person\":{\"p1\":{\"name\":\"甲\"}}}", -1);
  self->township->now -= 3600 * 1000;
  bundle = export(self->a, NULL);
  g_assert_true (ruhu_replica_take_outbox (self->a->replica, 0, 1, 1 << 20, before, &last, NULL));
  answer = try_import (self, bundle, 300, &result, &error);
  g_assert_no_error (error);
  g_assert_error (result.stop, RUHU_ERROR, RUHU_ERROR_CLOCK);
  take (self->a, answer);
  g_assert_true (ruhu_replica_take_outbox (self->a->replica, 0, 1, 1 << 20, after, &last, NULL));
  g_assert_cmpstr (before->str, ==, after->str);
  /* The same file, when the time has come. */
  self->township->now += 3600 * 1000;
  later = import (self, bundle, &taken);
  g_assert_cmpint (taken, ==, 1);
  take (self->a, answer);
  take (self->a, later);
  carry (self, self->a);
  assert_in_step (self, self->a, "h1");
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  key = ruhu_key_generate (NULL);
  public_key = ruhu_bundle_read_certificate (key->certificate, NULL);
  hash_a = g_compute_checksum_for_string (G_CHECKSUM_SHA256, DEVICE_A, -1);
  hash_b = g_compute_checksum_for_string (G_CHECKSUM_SHA256, DEVICE_B, -1);
  g_test_add ("/bundle/a-round-trip-is-a-synchronisation", World, NULL, set_up, test_a_round_trip_is_a_synchronisation, tear_down);
  g_test_add ("/bundle/repeated-reordered-and-lost-are-harmless", World, NULL, set_up, test_repeated_reordered_and_lost_bundles_are_harmless, tear_down);
  g_test_add ("/bundle/an-answer-is-for-one-laptop", World, NULL, set_up, test_an_answer_is_for_one_laptop, tear_down);
  g_test_add ("/bundle/a-refusal-comes-back-with-what-stands", World, NULL, set_up, test_a_refusal_comes_back_with_what_stands, tear_down);
  g_test_add ("/bundle/what-is-behind-an-altered-change-is-carried", World, NULL, set_up, test_what_is_behind_an_altered_change_is_carried, tear_down);
  g_test_add ("/bundle/a-backfill-goes-on-where-it-was", World, NULL, set_up, test_a_backfill_goes_on_where_it_was, tear_down);
  g_test_add ("/bundle/what-is-refused-changes-nothing", World, NULL, set_up, test_what_is_refused_changes_nothing, tear_down);
  g_test_add ("/bundle/another-history-is-noticed", World, NULL, set_up, test_another_history_is_noticed, tear_down);
  g_test_add ("/bundle/a-clock-ahead-stops-without-rewriting", World, NULL, set_up, test_a_clock_ahead_stops_without_rewriting, tear_down);
  status = g_test_run ();
  ruhu_key_free (key);
  g_bytes_unref (public_key);
  g_free (hash_a);
  g_free (hash_b);
  return status;
}
