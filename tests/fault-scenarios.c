/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-fault"

#include "config.h"

#include "fault-scenarios.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"

#include <string.h>

/* Steps */

static gboolean
save (Laptop *laptop, const char *scope, const char *set, const char *draft, GError **error)
{
  g_autoptr (RuhuJson) object = json_tokener_parse (set);
  RuhuEdit edit = { .scope = scope, .set = object, .draft = draft };

  g_assert_nonnull (object);
  return ruhu_store_get_seen (laptop->store, &edit.seen, error) && ruhu_store_save (laptop->store, &edit, NULL, error);
}

static gboolean
put_draft (Laptop *laptop, const char *id, const char *text, GError **error)
{
  g_autoptr (RuhuJson) body = json_object_new_object ();
  g_autofree char *long_text = g_strnfill (3000, 'x');

  json_object_object_add (body, "typed", json_object_new_string (text));
  json_object_object_add (body, "long", json_object_new_string (long_text));
  return ruhu_store_put_draft (laptop->store, id, "visit", "h1", 7, body, error);
}

static gboolean
write_township (World *world, const char *scope, const char *set, GError **error)
{
  g_autoptr (RuhuJson) object = json_tokener_parse (set);

  g_assert_nonnull (object);
  return ruhu_ledger_write (world->township->ledger, "office", scope, FALSE, object, error);
}

static gboolean
take (Laptop *laptop, GError **error)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  gint64 last;

  return ruhu_replica_take_outbox (laptop->replica, 0, 1000, 1 << 20, lines, &last, error);
}

/* The outboxes of both laptops in one group. */
static gboolean
accept_group (World *world, GError **error)
{
  g_autoptr (GPtrArray) of_a = world_read_outbox (WORLD_A (world), error);
  g_autoptr (GPtrArray) of_b = of_a != NULL ? world_read_outbox (WORLD_B (world), error) : NULL;
  RuhuBatch a = { .device = "0a", .changes = of_a };
  RuhuBatch b = { .device = "0b", .changes = of_b };
  RuhuBatch *batches[] = { &a, &b };
  gboolean done;

  if (of_b == NULL)
    return FALSE;
  done = ruhu_ledger_accept (world->township->ledger, batches, 2, error);
  g_assert_true (!done || (a.stop == NULL && b.stop == NULL));
  ruhu_batch_clear (&a);
  ruhu_batch_clear (&b);
  return done;
}

static gboolean
step_take_a (World *world, GError **error)
{
  return take (WORLD_A (world), error);
}

static gboolean
step_take_b (World *world, GError **error)
{
  return take (WORLD_B (world), error);
}

static gboolean
step_pushed_a (World *world, GError **error)
{
  gint64 last = store_count (WORLD_A (world)->store, "SELECT max (seq) FROM log WHERE device = '0a'");

  return ruhu_replica_pushed (WORLD_A (world)->replica, last, error);
}

static gboolean
step_pull_a (World *world, GError **error)
{
  return world_pull (world, WORLD_A (world), error);
}

static gboolean
step_open_third (World *world, GError **error)
{
  laptop_close (WORLD_D (world));
  return laptop_try_open (WORLD_D (world), world->township, error);
}

static gboolean
step_reopen_a (World *world, GError **error)
{
  laptop_close (WORLD_A (world));
  return laptop_try_open (WORLD_A (world), world->township, error);
}

static gboolean
step_reopen_township (World *world, GError **error)
{
  township_close (world->township);
  return township_try_open (world->township, error);
}

static gboolean
step_add_device (World *world, GError **error)
{
  gint64 position;

  return ruhu_ledger_add_device (world->township->ledger, "0d", "helper-b", "laptop", "feed", &position, error);
}

static gboolean
step_enrol (World *world, GError **error)
{
  g_autoptr (RuhuDevice) device = ruhu_ledger_get_device (world->township->ledger, "0d", error);

  return device != NULL && ruhu_replica_enrol (WORLD_D (world)->replica, "0d", "helper-b", "helper", "星星镇", device->enrolled_at, error);
}

static gboolean
step_add_office (World *world, GError **error)
{
  gint64 position;

  return ruhu_ledger_add_device (world->township->ledger, "0d", "office", "laptop", "feed", &position, error);
}

static gboolean
step_enrol_office (World *world, GError **error)
{
  g_autoptr (RuhuDevice) device = ruhu_ledger_get_device (world->township->ledger, "0d", error);

  return device != NULL && ruhu_replica_enrol (WORLD_D (world)->replica, "0d", "office", "office", "星星镇", device->enrolled_at, error);
}

/* Household by household. */
static gboolean
step_pull_office (World *world, GError **error)
{
  ruhu_replica_set_slice (WORLD_D (world)->replica, 0);
  return world_pull (world, WORLD_D (world), error);
}

static gboolean
step_pull_third (World *world, GError **error)
{
  return world_pull (world, WORLD_D (world), error);
}

static gboolean
step_draft_one (World *world, GError **error)
{
  return put_draft (WORLD_A (world), "d1", "一", error);
}

static gboolean
step_draft_two (World *world, GError **error)
{
  return put_draft (WORLD_A (world), "d1", "一二", error);
}

static gboolean
step_draft_three (World *world, GError **error)
{
  return put_draft (WORLD_A (world), "d1", "一二三", error);
}

static gboolean
step_save_visit (World *world, GError **error)
{
  return save (WORLD_A (world), "h1",
               "{\"visit\":{\"w1\":{\"date\":\"2018-06-30\",\"outcome\":\"1\",\"summary\":\"屋顶漏雨\"}},\"household\":{\"h1\":{\"group_name\":\"二组\"}},"
               "\"person\":{\"p1\":{\"work_months\":4},\"p9\":{\"name\":\"曾小月\",\"relation\":\"99\",\"sex\":\"2\"}}}",
               "d1", error);
}

static gboolean
step_save_group (World *world, GError **error)
{
  return save (WORLD_A (world), "h1", "{\"household\":{\"h1\":{\"group_name\":\"五组\"}}}", NULL, error);
}

static gboolean
step_save_name (World *world, GError **error)
{
  return save (WORLD_A (world), "h1", "{\"person\":{\"p1\":{\"name\":\"曾大明\"}}}", NULL, error);
}

static gboolean
step_correct_clock (World *world, GError **error)
{
  return ruhu_replica_correct_clock (WORLD_A (world)->replica, 5 * 60 * 1000, error);
}

static gboolean
step_assign (World *world, GError **error)
{
  return write_township (world, "h2", "{\"assignment\":{\"a4\":{\"helper_id\":\"helper-a\",\"post\":\"B\",\"from_date\":\"2018-01-01\"}}}", error);
}

static gboolean
step_reconcile (World *world, GError **error)
{
  return ruhu_ledger_reconcile (world->township->ledger, "2018-12-01", error);
}

static gboolean
step_revoke_b (World *world, GError **error)
{
  return ruhu_ledger_revoke_device (world->township->ledger, "0b", error);
}

static gboolean
step_erase (World *world, GError **error)
{
  return ruhu_replica_erase (WORLD_A (world)->replica, error);
}

/* Back to the first place that the laptop was told of, as after a restore. */
static gboolean
step_rebase_a (World *world, GError **error)
{
  Laptop *laptop = WORLD_A (world);
  static const char *const scopes[] = { "h1", "township", "v1", NULL };
  g_autoptr (RuhuJson) list = ruhu_replica_list_checkpoints (laptop->replica, error);
  json_object *first = list != NULL ? json_object_array_get_idx (list, 0) : NULL;
  RuhuRebase to = { .scopes = scopes, .notice = "restored" };

  if (first == NULL)
    return FALSE;
  to.position = json_object_get_int64 (json_object_object_get (first, "position"));
  to.hash = json_object_get_string (json_object_object_get (first, "hash"));
  return ruhu_replica_rebase (laptop->replica, &to, error);
}

static gboolean
step_extend (World *world, GError **error)
{
  return write_township (world, RUHU_SCOPE_TOWNSHIP,
                         "{\"catalogue_extension\":{\"x1\":{\"name\":\"2019\",\"body\":\"{\\\"catalogue\\\":1,\\\"records\\\":[{\\\"name\\\":\\\"household\\\","
                         "\\\"fields\\\":[{\\\"name\\\":\\\"solar_panels\\\",\\\"type\\\":\\\"integer\\\",\\\"label\\\":{\\\"en\\\":\\\"Solar panels\\\","
                         "\\\"zh_CN\\\":\\\"光伏板\\\"},\\\"privacy\\\":1,\\\"merge\\\":\\\"review\\\"}]}]}\"}}}",
                         error);
}

static gboolean
step_use_extension (World *world, GError **error)
{
  return write_township (world, "h1", "{\"household\":{\"h1\":{\"solar_panels\":3}}}", error);
}

static gboolean
step_save_extension (World *world, GError **error)
{
  return save (WORLD_A (world), "h1", "{\"household\":{\"h1\":{\"solar_panels\":4}}}", NULL, error);
}

static gboolean
step_backup (World *world, GError **error)
{
  return ruhu_database_backup (ruhu_store_get_database (world->township->store), "file:backup.db?vfs=fault", error);
}

/* Preparations */

static void
save_or_abort (Laptop *laptop, const char *scope, const char *set)
{
  g_autoptr (GError) error = NULL;

  if (!save (laptop, scope, set, NULL, &error))
    g_error ("%s", error->message);
}

static void
leave_third_alone (World *world)
{
  world->third_waits = TRUE;
  world->gone[2] = TRUE;
}

static void
open_third (World *world)
{
  laptop_reopen (WORLD_D (world), world->township);
}

static void
let_others_work (World *world)
{
  laptop_save (WORLD_A (world), "h1", "{\"person\":{\"p1\":{\"name\":\"曾小明二\"}}}", -1);
  laptop_save (WORLD_B (world), "h1", "{\"person\":{\"p1\":{\"name\":\"曾小明儿\",\"work_months\":5}}}", -1);
  laptop_save (WORLD_B (world), "h1", "{\"visit\":{\"w2\":{\"date\":\"2018-06-29\",\"outcome\":\"1\",\"summary\":\"水管修好\"}}}", -1);
  laptop_save (WORLD_B (world), "h1", "{\"person\":{\"p8\":{\"name\":\"曾小星\",\"relation\":\"99\",\"sex\":\"1\"}}}", -1);
  laptop_push (WORLD_A (world), world->township);
  laptop_push (WORLD_B (world), world->township);
  township_write (world->township, "h1", "{\"household\":{\"h1\":{\"group_name\":\"七组\"}}}");
}

static void
let_others_work_and_see_it (World *world)
{
  let_others_work (world);
  laptop_pull (WORLD_A (world), world->township);
}

static void
assign_second_household (World *world)
{
  for (guint i = 0; i < 8; i++)
    {
      g_autofree char *set = g_strdup_printf ("{\"person\":{\"q%u\":{\"name\":\"单玄%u\",\"relation\":\"99\",\"sex\":\"1\",\"work_months\":%u}}}", i, i, i);

      township_write (world->township, "h2", set);
    }
  township_write (world->township, "h2", "{\"assignment\":{\"a4\":{\"helper_id\":\"helper-a\",\"post\":\"B\",\"from_date\":\"2018-01-01\"}}}");
  laptop_save (WORLD_A (world), "h1", "{\"household\":{\"h1\":{\"group_name\":\"四组\"}}}", -1);
}

static void
end_assignment (World *world)
{
  laptop_save (WORLD_A (world), "h1", "{\"household\":{\"h1\":{\"group_name\":\"九组\"}}}", -1);
  township_write (world->township, "h1", "{\"assignment\":{\"a1\":{\"to_date\":\"2018-06-01\"}}}");
}

/* A page that was opened before the laptop had the household: the office has to look at it. */
static void
make_quarantine (World *world)
{
  laptop_save (WORLD_A (world), "h1", "{\"person\":{\"p1\":{\"name\":\"曾晓明\"}}}", 0);
  g_assert_cmpuint (laptop_push (WORLD_A (world), world->township), ==, 0);
  laptop_save (WORLD_A (world), "h1", "{\"household\":{\"h1\":{\"group_name\":\"三组\"}}}", -1);
}

static void
work_offline (World *world)
{
  save_or_abort (WORLD_A (world), "h1", "{\"person\":{\"p1\":{\"work_months\":1}}}");
  save_or_abort (WORLD_A (world), "h1", "{\"person\":{\"p7\":{\"name\":\"曾三\",\"relation\":\"99\",\"sex\":\"1\"}}}");
  save_or_abort (WORLD_A (world), "h1", "{\"person\":{\"p7\":{\"work_months\":2}}}");
  save_or_abort (WORLD_B (world), "h1", "{\"person\":{\"p1\":{\"work_months\":9}}}");
  save_or_abort (WORLD_B (world), "h2", "{\"household\":{\"h2\":{\"group_name\":\"一组\"}}}");
}

static void
future_assignment (World *world)
{
  township_write (world->township, "h1", "{\"assignment\":{\"a1\":{\"to_date\":\"2018-08-01\"}}}");
  world->gone[1] = TRUE;
}

static void
give_up_a (World *world)
{
  laptop_save (WORLD_A (world), "h1", "{\"household\":{\"h1\":{\"group_name\":\"九组\"}}}", -1);
  g_assert_true (put_draft (WORLD_A (world), "d1", "一", NULL));
  laptop_push (WORLD_A (world), world->township);
  world->gone[0] = TRUE;
}

static void
extend_and_use (World *world)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (step_extend (world, &error) && step_use_extension (world, &error));
}

/* What must have come of it */

static void
assert_count (RuhuStore *store, const char *sql, gint64 expected)
{
  g_test_message ("%s", sql);
  g_assert_cmpint (store_count (store, sql), ==, expected);
}

static void
verify_visit (World *world)
{
  assert_count (world->township->store, "SELECT count (*) FROM r_visit WHERE summary = '屋顶漏雨'", 1);
  assert_count (WORLD_B (world)->store, "SELECT count (*) FROM r_person WHERE name = '曾小月'", 1);
  assert_count (WORLD_A (world)->store, "SELECT count (*) FROM draft", 0);
  assert_count (world->township->store, "SELECT count (*) FROM log WHERE device = '0a' AND kind = 'change'", 1);
}

static void
verify_draft (World *world)
{
  assert_count (WORLD_A (world)->store, "SELECT count (*) FROM draft WHERE body LIKE '%\"一二三\"%'", 1);
}

static void
verify_stream (World *world)
{
  assert_count (WORLD_A (world)->store, "SELECT count (*) FROM conflict WHERE field = 'name'", 1);
  assert_count (WORLD_A (world)->store, "SELECT count (*) FROM r_visit WHERE id = 'w2'", 1);
}

static void
verify_second_household (World *world)
{
  assert_count (WORLD_A (world)->store, "SELECT count (*) FROM r_person WHERE scope = 'h2'", 9);
  assert_count (world->township->store, "SELECT count (*) FROM r_household WHERE group_name = '四组'", 1);
}

static void
verify_office (World *world)
{
  assert_count (WORLD_D (world)->store, "SELECT count (*) FROM r_household", 2);
  assert_count (WORLD_D (world)->store, "SELECT count (*) FROM listing", 2);
  assert_count (WORLD_D (world)->store, "SELECT count (*) FROM meta WHERE key LIKE 'backfill%'", 0);
}

static void
verify_gone (World *world)
{
  assert_count (WORLD_A (world)->store, "SELECT count (*) FROM r_person", 0);
  assert_count (world->township->store, "SELECT count (*) FROM r_household WHERE group_name = '九组'", 1);
  g_assert_false (fault_disk_contains (fault_disk_get (""), "0a.db", "曾小明"));
}

static void
verify_quarantine (World *world)
{
  assert_value (WORLD_A (world)->store, "person", "p1", "name", "\"曾小明\"");
  assert_value (world->township->store, "household", "h1", "group_name", "\"三组\"");
  assert_count (WORLD_A (world)->store, "SELECT count (*) FROM log WHERE kind = 'quarantined' AND body LIKE '%曾晓明%'", 1);
}

static void
verify_clock (World *world)
{
  assert_count (world->township->store, "SELECT count (*) FROM log WHERE device = '0a' AND kind = 'change' AND time > '2018-06-30T00:04'", 4);
  assert_count (world->township->store, "SELECT count (*) FROM log x JOIN log y ON y.device = x.device AND y.seq = x.seq + 1 WHERE x.device = '0a' AND y.time <= x.time", 0);
}

static void
verify_group (World *world)
{
  assert_count (world->township->store, "SELECT count (*) FROM log WHERE device IN ('0a', '0b') AND kind = 'change'", 5);
}

/* What was put aside came back, and the own change is there once. */
static void
verify_rebase (World *world)
{
  assert_count (WORLD_A (world)->store, "SELECT count (*) FROM witness", 0);
  assert_count (WORLD_A (world)->store, "SELECT count (*) FROM log WHERE device = '0a' AND position IS NOT NULL", 1);
  assert_count (world->township->store, "SELECT count (*) FROM log WHERE device = '0a' AND kind = 'change'", 1);
}

static void
verify_grants (World *world)
{
  assert_count (world->township->store, "SELECT count (*) FROM granted WHERE device = '0b' AND until IS NULL", 0);
  assert_count (WORLD_A (world)->store, "SELECT count (*) FROM scope WHERE scope = 'h2'", 1);
  assert_count (WORLD_A (world)->store, "SELECT count (*) FROM scope WHERE scope = 'h1'", 0);
}

static void
verify_extension (World *world)
{
  assert_value (WORLD_A (world)->store, "household", "h1", "solar_panels", "4");
  assert_value (world->township->store, "household", "h1", "solar_panels", "4");
}

static void
verify_township_extension (World *world)
{
  assert_value (world->township->store, "household", "h1", "solar_panels", "3");
  assert_value (WORLD_A (world)->store, "household", "h1", "solar_panels", "3");
}

/* Half a backup does not look like one. */
static void
found_backup (World *world)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuDatabase) copy = ruhu_database_open ("file:backup.db?vfs=fault", RUHU_DATABASE_DEFAULT, &error);
  g_autofree char *there = NULL;
  g_autofree char *here = world_dump_database (ruhu_store_get_database (world->township->store));

  g_assert_no_error (error);
  g_assert_true (ruhu_database_check (copy, &error));
  there = world_dump_database (copy);
  if (*there != '\0')
    g_assert_cmpstr (there, ==, here);
}

static void
verify_backup (World *world)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuDatabase) copy = ruhu_database_open ("file:backup.db?vfs=fault", RUHU_DATABASE_DEFAULT, &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  g_assert_true (ruhu_database_check (copy, &error));
  text = world_dump_database (copy);
  g_assert_nonnull (strstr (text, "曾小明"));
}

static void
verify_erased (World *world)
{
  g_autofree char *device = NULL;

  laptop_reopen (WORLD_A (world), world->township);
  device = ruhu_store_get_meta (WORLD_A (world)->store, "device", NULL);
  g_assert_null (device);
  assert_count (WORLD_A (world)->store, "SELECT count (*) FROM draft", 0);
  g_assert_false (fault_disk_contains (fault_disk_get (""), "0a.db", "曾小明"));
  assert_count (world->township->store, "SELECT count (*) FROM r_household WHERE group_name = '九组'", 1);
}

static void
verify_saves (World *world)
{
  assert_value (world->township->store, "person", "p1", "name", "\"曾大明\"");
  assert_value (world->township->store, "household", "h1", "group_name", "\"五组\"");
}

const FaultScenario fault_scenarios[] = {
  { .name = "first_opening", .third = TRUE, .prepare = leave_third_alone, .steps = { { step_open_third, TRUE } } },
  { .name = "enrolment", .third = TRUE, .prepare = open_third, .steps = { { step_add_device }, { step_enrol }, { step_pull_third, TRUE } } },
  { .name = "the_office_s_enrolment",
    .third = TRUE,
    .prepare = open_third,
    .steps = { { step_add_office }, { step_enrol_office }, { step_pull_office, TRUE } },
    .verify = verify_office },
  { .name = "a_visit_with_its_draft",
    .steps = { { step_draft_one }, { step_save_visit }, { step_take_a }, { accept_group }, { step_pushed_a }, { step_pull_a, TRUE } },
    .verify = verify_visit },
  { .name = "drafts", .steps = { { step_draft_one }, { step_draft_two }, { step_draft_three } }, .verify = verify_draft },
  { .name = "others_work", .prepare = let_others_work, .steps = { { step_pull_a, TRUE } }, .verify = verify_stream },
  { .name = "a_household_comes", .prepare = assign_second_household, .steps = { { step_pull_a, TRUE } }, .verify = verify_second_household },
  { .name = "a_household_goes",
    .prepare = end_assignment,
    .steps = { { step_take_a }, { accept_group }, { step_pushed_a }, { step_pull_a, TRUE } },
    .verify = verify_gone },
  { .name = "a_quarantine", .prepare = make_quarantine, .steps = { { step_pull_a, TRUE } }, .verify = verify_quarantine },
  { .name = "a_wrong_clock", .prepare = work_offline, .steps = { { step_correct_clock }, { step_save_group }, { step_take_a } }, .verify = verify_clock },
  { .name = "a_restored_township",
    .prepare = let_others_work_and_see_it,
    .steps = { { step_rebase_a, TRUE }, { step_take_a }, { accept_group }, { step_pushed_a }, { step_pull_a, TRUE } },
    .verify = verify_rebase },
  { .name = "a_group_of_batches", .prepare = work_offline, .steps = { { step_take_a }, { step_take_b }, { accept_group } }, .verify = verify_group },
  { .name = "grants", .prepare = future_assignment, .steps = { { step_assign }, { step_reconcile }, { step_revoke_b } }, .verify = verify_grants },
  { .name = "an_extension_comes", .prepare = extend_and_use, .steps = { { step_pull_a, TRUE }, { step_save_extension } }, .verify = verify_extension },
  { .name = "an_extension_is_made", .steps = { { step_extend }, { step_use_extension, TRUE } }, .verify = verify_township_extension },
  { .name = "backup", .prepare = let_others_work, .steps = { { step_backup, TRUE } }, .found = found_backup, .verify = verify_backup },
  { .name = "erasing", .prepare = give_up_a, .steps = { { step_erase, TRUE } }, .verify = verify_erased },
  { .name = "writing_back",
    .pages = 3,
    .steps = { { step_draft_one }, { step_save_visit }, { step_save_name }, { step_save_group }, { step_take_a }, { accept_group } },
    .verify = verify_saves },
  { .name = "after_a_power_cut",
    .crashed = TRUE,
    .prepare = let_others_work,
    .steps = { { step_reopen_a }, { step_save_name }, { step_reopen_township }, { step_save_group }, { step_reopen_a } },
    .verify = verify_saves },
  { .name = NULL },
};
