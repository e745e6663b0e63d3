/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is being typed is at the township, too, and goes there at a person's word alone: in no order of restores, rebuilds, replacements and answers that are lost does it go by itself. */
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-draft-lines.h"
#include "ruhu-error.h"
#include "ruhu-fixture.h"
#include "ruhu-replica-private.h"

#include <string.h>

#define DAY_MS    G_GINT64_CONSTANT (86400000)
#define GROUP_9   "{\"household\":{\"h1\":{\"group_name\":\"九组\"}}}"
#define THERE     "SELECT count (*) FROM handed_draft"
#define HERE      "SELECT count (*) FROM draft"
#define ALL_BYTES 1000000

static void
type (Laptop *laptop, const char *id, const char *text)
{
  g_autoptr (RuhuJson) body = json_object_new_object ();
  g_autoptr (GError) error = NULL;

  json_object_object_add (body, "typed", json_object_new_string (text));
  g_assert_true (ruhu_store_put_draft (laptop->store, id, "visit", "h1", 0, body, &error));
  g_assert_no_error (error);
}

/* The visit is finished: its draft becomes a change. */
static void
finish (Laptop *laptop, const char *id)
{
  g_autoptr (RuhuJson) set = json_tokener_parse (GROUP_9);
  RuhuEdit edit = { .scope = "h1", .seen = 0, .set = set, .draft = id };
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_store_save (laptop->store, &edit, NULL, &error));
  g_assert_no_error (error);
}

static RuhuDraftsTold
told_of (RuhuDraftLines *lines)
{
  return (RuhuDraftsTold){ lines->drafts, lines->have, lines->updated, lines->over, lines->over_updated, lines->took, lines->took_updated };
}

static gboolean
keep (Township *township, const char *device, const char *text, gsize length, RuhuDraftsAnswer *answer, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuDraftLines) lines = ruhu_draft_lines_parse (text, length, &local);
  RuhuDraftsTold told;

  g_assert_no_error (local);
  told = told_of (lines);
  return ruhu_ledger_keep_drafts (township->ledger, device, &told, answer->lacks, answer->others, error);
}

/* Only the closing line. */
static RuhuDraftsAnswer *
tell (Township *township, const char *device, const char *closing)
{
  g_autoptr (GError) error = NULL;
  RuhuDraftsAnswer *answer = ruhu_drafts_answer_new ();

  g_assert_true (keep (township, device, closing, strlen (closing), answer, &error));
  g_assert_no_error (error);
  return answer;
}

/* Drafts of the township's as a laptop receives them. Transfer full. */
static RuhuDraftLines *
given (Township *township, const char *device, gboolean own)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuStatement) rows = (own ? ruhu_ledger_query_own_drafts : ruhu_ledger_query_drafts) (township->ledger, device, &error);
  g_autoptr (GString) text = ruhu_draft_lines_write (rows, G_MAXSIZE, &error);
  RuhuDraftLines *lines = ruhu_draft_lines_parse (text->str, text->len, &error);

  g_assert_no_error (error);
  return lines;
}

/* One body. @lost: the township takes it and its answer does not arrive. What is to happen next. */
static gboolean
hand_once (Laptop *laptop, Township *township, gsize bytes, gboolean lost)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuHandover) handover = NULL;
  g_autoptr (RuhuDraftsAnswer) answer = ruhu_drafts_answer_new ();
  gboolean again = FALSE, wants = FALSE;

  g_assert_true (ruhu_replica_wants_own_drafts (laptop->replica, &wants, &error));
  if (wants)
    {
      g_autoptr (RuhuDraftLines) lines = given (township, laptop->device, TRUE);

      g_assert_true (ruhu_replica_restore_own_drafts (laptop->replica, lines->drafts, &error));
    }
  handover = ruhu_replica_take_drafts (laptop->replica, bytes, &error);
  g_assert_no_error (error);
  if (!handover->news)
    return FALSE;
  g_assert_true (keep (township, laptop->device, handover->lines->str, handover->lines->len, answer, &error));
  if (lost)
    return TRUE;
  g_assert_true (ruhu_replica_take_drafts_answer (laptop->replica, handover, answer->lacks, answer->others, &again, &error));
  return again;
}

static void
hand (Laptop *laptop, Township *township)
{
  guint turns = 0;

  while (hand_once (laptop, township, ALL_BYTES, FALSE))
    g_assert_cmpuint (turns++, <, 5);
}

/* This person's next laptop takes what the withdrawn ones left. */
static void
fetch (Laptop *laptop, Township *township)
{
  g_autoptr (RuhuDraftLines) lines = given (township, laptop->device, FALSE);
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_replica_restore_drafts (laptop->replica, lines->drafts, &error));
  g_assert_no_error (error);
}

static char *
copy_of (const char *path)
{
  return g_strconcat (path, ".copy", NULL);
}

static void
copy_file (const char *from, const char *to)
{
  g_autofree char *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (from, &bytes, &size, NULL));
  g_assert_true (g_file_set_contents (to, bytes, (gssize) size, NULL));
}

static void
back_up_laptop (Laptop *laptop, Township *township)
{
  g_autofree char *copy = copy_of (laptop->path);

  laptop_close (laptop);
  copy_file (laptop->path, copy);
  laptop_reopen (laptop, township);
}

static void
put_laptop_back (Laptop *laptop, Township *township)
{
  g_autofree char *copy = copy_of (laptop->path);

  laptop_close (laptop);
  copy_file (copy, laptop->path);
  laptop_reopen (laptop, township);
}

static gint64
says (RuhuStore *store, const char *table, const char *text)
{
  g_autofree char *sql = g_strdup_printf ("SELECT count (*) FROM %s WHERE body LIKE '%%%s%%'", table, text);

  return store_count (store, sql);
}

static void
test_what_is_thrown_away_goes_and_may_come_back (Laptops *f, gconstpointer data)
{
  type (f->a, "d1", "半句话");
  hand (f->a, f->township);
  g_assert_cmpint (store_count (f->township->store, THERE), ==, 1);
  g_assert_true (ruhu_store_discard_draft (f->a->store, "d1", NULL, NULL));
  hand (f->a, f->township);
  g_assert_cmpint (store_count (f->township->store, THERE), ==, 0);
  /* The toast's undo. */
  type (f->a, "d1", "半句话");
  hand (f->a, f->township);
  g_assert_cmpint (store_count (f->township->store, THERE), ==, 1);
  g_assert_true (ruhu_store_discard_draft (f->a->store, "d1", NULL, NULL));
  type (f->a, "d1", "整句话");
  g_assert_false (hand_once (f->a, f->township, ALL_BYTES, FALSE));
  g_assert_cmpint (says (f->township->store, "handed_draft", "整句话"), ==, 1);
}

/* A laptop that looks whether it lost something does not bring back what was thrown away there. */
static void
test_what_is_over_is_not_brought_back (Laptops *f, gconstpointer data)
{
  type (f->a, "d1", "半句话");
  hand (f->a, f->township);
  g_assert_true (ruhu_store_discard_draft (f->a->store, "d1", NULL, NULL));
  g_assert_true (ruhu_database_execute (ruhu_store_get_database (f->a->store), "INSERT INTO meta (key, value) VALUES ('drafts_own', '1')", NULL));
  hand (f->a, f->township);
  g_assert_cmpint (store_count (f->a->store, HERE), ==, 0);
  g_assert_cmpint (store_count (f->township->store, THERE), ==, 0);
}

/* Nothing else was recorded since the copy: no number is used twice, and nothing but the draft shows that it was put back. */
static void
test_a_draft_that_a_laptop_lost_comes_back (Laptops *f, gconstpointer data)
{
  hand (f->a, f->township);
  type (f->a, "d0", "早先的");
  hand (f->a, f->township);
  back_up_laptop (f->a, f->township);
  type (f->a, "d1", "半句话");
  hand (f->a, f->township);
  put_laptop_back (f->a, f->township);
  g_assert_cmpint (store_count (f->a->store, HERE), ==, 1);
  type (f->a, "d2", "另一户");
  hand (f->a, f->township);
  g_assert_cmpint (store_count (f->township->store, THERE), ==, 3);
  g_assert_cmpint (says (f->a->store, "draft", "半句话"), ==, 1);
}

/* The same, but the draft was there, with less in it. */
static void
test_a_laptop_that_was_put_back_gets_the_later_version (Laptops *f, gconstpointer data)
{
  type (f->a, "d1", "上半句");
  hand (f->a, f->township);
  back_up_laptop (f->a, f->township);
  type (f->a, "d1", "整句");
  hand (f->a, f->township);
  put_laptop_back (f->a, f->township);
  type (f->a, "d2", "另一户");
  hand (f->a, f->township);
  g_assert_cmpint (says (f->township->store, "handed_draft", "整句"), ==, 1);
  g_assert_cmpint (says (f->a->store, "draft", "整句"), ==, 1);
  g_assert_cmpint (store_count (f->a->store, HERE), ==, 2);
}

/* … and the copy is of before it was handed over: what is there has never been at the township, and is older than what is. */
static void
test_an_older_version_takes_no_place_of_a_later_one (Laptops *f, gconstpointer data)
{
  type (f->a, "d1", "另一半");
  back_up_laptop (f->a, f->township);
  type (f->a, "d1", "整句");
  hand (f->a, f->township);
  put_laptop_back (f->a, f->township);
  g_assert_true (hand_once (f->a, f->township, ALL_BYTES, TRUE));
  g_assert_cmpint (says (f->township->store, "handed_draft", "整句"), ==, 1);
  hand (f->a, f->township);
  g_assert_cmpint (says (f->township->store, "handed_draft", "整句"), ==, 1);
  g_assert_cmpint (says (f->township->store, "handed_draft", "另一半"), ==, 1);
  g_assert_cmpint (says (f->a->store, "draft", "整句"), ==, 1);
  g_assert_cmpint (says (f->a->store, "draft", "另一半"), ==, 1);
}

/* … and what is there does not go into one body. */
static void
test_an_older_version_waits_also_among_several_bodies (Laptops *f, gconstpointer data)
{
  guint turns = 0;

  type (f->a, "d1", "另一半");
  back_up_laptop (f->a, f->township);
  type (f->a, "d1", "整句");
  hand (f->a, f->township);
  put_laptop_back (f->a, f->township);
  type (f->a, "d2", "另一户");
  while (hand_once (f->a, f->township, 1, FALSE))
    g_assert_cmpuint (turns++, <, 9);
  g_assert_cmpint (says (f->township->store, "handed_draft", "整句"), ==, 1);
  g_assert_cmpint (says (f->township->store, "handed_draft", "另一半"), ==, 1);
  g_assert_cmpint (says (f->a->store, "draft", "整句"), ==, 1);
  g_assert_cmpint (says (f->a->store, "draft", "另一半"), ==, 1);
}

/* Put back from a copy, and finished or thrown away there, in the version that the copy has. What the township has beyond that nobody has seen the end of. */
static void
test_what_ended_in_an_earlier_version_ends_no_later_one (Laptops *f, gconstpointer data)
{
  type (f->a, "d1", "开头");
  type (f->a, "d2", "起头");
  hand (f->a, f->township);
  back_up_laptop (f->a, f->township);
  type (f->a, "d1", "开头,写完");
  type (f->a, "d2", "起头,写完");
  hand (f->a, f->township);
  put_laptop_back (f->a, f->township);
  finish (f->a, "d1");
  g_assert_true (ruhu_store_discard_draft (f->a->store, "d2", NULL, NULL));
  laptop_push (f->a, f->township);
  hand (f->a, f->township);
  g_assert_cmpint (says (f->township->store, "handed_draft", "写完"), ==, 2);
  g_assert_cmpint (says (f->a->store, "draft", "写完"), ==, 2);
  /* Now that they were seen, they end. */
  g_assert_true (ruhu_store_discard_draft (f->a->store, "d1", NULL, NULL));
  g_assert_true (ruhu_store_discard_draft (f->a->store, "d2", NULL, NULL));
  hand (f->a, f->township);
  g_assert_cmpint (store_count (f->township->store, THERE), ==, 0);
}

/* Between the last push and the drafts a visit is finished. Until the township has it, the draft is what it has. */
static void
test_a_finished_visit_is_over_once_the_township_has_it (Laptops *f, gconstpointer data)
{
  type (f->a, "d1", "半句话");
  hand (f->a, f->township);
  finish (f->a, "d1");
  type (f->a, "d2", "下一户");
  hand (f->a, f->township);
  g_assert_cmpint (says (f->township->store, "handed_draft", "半句话"), ==, 1);
  g_assert_cmpint (store_count (f->a->store, HERE), ==, 1);
  laptop_push (f->a, f->township);
  hand (f->a, f->township);
  g_assert_cmpint (says (f->township->store, "handed_draft", "半句话"), ==, 0);
  g_assert_cmpint (store_count (f->township->store, THERE), ==, 1);
}

/* A change that is held back here is nowhere else. */
static void
test_what_is_held_back_keeps_its_draft_at_the_township (Laptops *f, gconstpointer data)
{
  type (f->a, "d1", "半句话");
  hand (f->a, f->township);
  finish (f->a, "d1");
  g_assert_true (ruhu_replica_hold_back (f->a->replica, store_count (f->a->store, "SELECT max (n) FROM log WHERE device = '0a'"), NULL));
  g_assert_true (ruhu_replica_pushed (f->a->replica, 9, NULL));
  hand (f->a, f->township);
  g_assert_cmpint (store_count (f->township->store, THERE), ==, 1);
  g_assert_true (ruhu_database_execute (ruhu_store_get_database (f->a->store), "UPDATE log SET settled = 1", NULL));
  hand (f->a, f->township);
  g_assert_cmpint (store_count (f->township->store, THERE), ==, 0);
}

/* The township was put back: one draft is not there, of another an older version is, and one is there again that was finished. */
static void
test_a_township_that_was_put_back_is_told_again (Laptops *f, gconstpointer data)
{
  RuhuDatabase *database = ruhu_store_get_database (f->township->store);

  type (f->a, "d1", "半句话");
  type (f->a, "d2", "上半句");
  type (f->a, "d3", "做完的");
  hand (f->a, f->township);
  g_assert_true (ruhu_database_execute (database, "CREATE TABLE older AS SELECT * FROM handed_draft WHERE id <> 'd1'", NULL));
  type (f->a, "d2", "整句");
  g_assert_true (ruhu_store_discard_draft (f->a->store, "d3", NULL, NULL));
  hand (f->a, f->township);
  g_assert_cmpint (store_count (f->township->store, THERE), ==, 2);
  g_assert_true (ruhu_database_execute (database, "DELETE FROM handed_draft; INSERT INTO handed_draft SELECT * FROM older; DROP TABLE older", NULL));
  /* Nothing is asked at each contact where nothing has changed; within a week it is. */
  g_assert_false (hand_once (f->a, f->township, ALL_BYTES, FALSE));
  f->township->now += 8 * DAY_MS;
  hand (f->a, f->township);
  g_assert_cmpint (says (f->township->store, "handed_draft", "半句话"), ==, 1);
  g_assert_cmpint (says (f->township->store, "handed_draft", "整句"), ==, 1);
  g_assert_cmpint (store_count (f->township->store, THERE), ==, 2);
  g_assert_cmpint (store_count (f->a->store, HERE), ==, 2);
}

/* Of two versions the later one stands, also where the clock was put back between them. */
static void
test_the_later_version_has_the_higher_stamp (Laptops *f, gconstpointer data)
{
  type (f->a, "d1", "上半句");
  hand (f->a, f->township);
  f->township->now -= DAY_MS;
  type (f->a, "d1", "整句");
  g_assert_true (ruhu_database_execute (ruhu_store_get_database (f->a->store), "INSERT INTO meta (key, value) VALUES ('drafts_own', '1')", NULL));
  hand (f->a, f->township);
  g_assert_cmpint (says (f->a->store, "draft", "整句"), ==, 1);
  g_assert_cmpint (says (f->township->store, "handed_draft", "整句"), ==, 1);
}

/* A laptop put back from a copy, and typed on there before it heard of what it had lost: both are kept. */
static void
test_what_was_typed_twice_is_kept_twice (Laptops *f, gconstpointer data)
{
  type (f->a, "d1", "开头");
  back_up_laptop (f->a, f->township);
  type (f->a, "d1", "开头,第一次");
  hand (f->a, f->township);
  put_laptop_back (f->a, f->township);
  type (f->a, "d1", "开头,第二次");
  g_assert_true (ruhu_database_execute (ruhu_store_get_database (f->a->store), "INSERT INTO meta (key, value) VALUES ('drafts_own', '1')", NULL));
  hand (f->a, f->township);
  g_assert_cmpint (says (f->a->store, "draft", "第一次"), ==, 1);
  g_assert_cmpint (says (f->a->store, "draft", "第二次"), ==, 1);
  g_assert_cmpint (store_count (f->township->store, THERE), ==, 2);
}

static void
test_an_answer_that_is_lost_changes_nothing (Laptops *f, gconstpointer data)
{
  type (f->a, "d1", "半句话");
  g_assert_true (hand_once (f->a, f->township, ALL_BYTES, TRUE));
  g_assert_true (ruhu_store_discard_draft (f->a->store, "d1", NULL, NULL));
  g_assert_true (hand_once (f->a, f->township, ALL_BYTES, TRUE));
  type (f->a, "d1", "半句话");
  hand (f->a, f->township);
  g_assert_cmpint (store_count (f->township->store, THERE), ==, 1);
  g_assert_cmpint (store_count (f->a->store, HERE), ==, 1);
}

/* The old laptop turns up with more than the new one was given. */
static void
test_what_a_replaced_laptop_typed_since_comes_beside (Laptops *f, gconstpointer data)
{
  Laptop *next;

  type (f->a, "d1", "星期一");
  hand (f->a, f->township);
  g_assert_true (ruhu_ledger_revoke_device (f->township->ledger, "0a", NULL));
  next = laptop_new (f->township, "0c", "helper-a");
  laptop_pull (next, f->township);
  fetch (next, f->township);
  hand (next, f->township);
  type (next, "d1", "星期一,星期三");
  type (f->a, "d1", "星期一,星期二");
  hand (f->a, f->township);
  fetch (next, f->township);
  hand (next, f->township);
  g_assert_cmpint (says (next->store, "draft", "星期二"), ==, 1);
  g_assert_cmpint (says (next->store, "draft", "星期三"), ==, 1);
  laptop_free (next);
}

/* … and what it hands over between its being fetched and its being taken was not taken. */
static void
test_what_was_typed_since_is_not_taken_along (Laptops *f, gconstpointer data)
{
  Laptop *next = laptop_new (f->township, "0c", "helper-a");

  type (f->a, "d1", "星期一");
  hand (f->a, f->township);
  g_assert_true (ruhu_ledger_revoke_device (f->township->ledger, "0a", NULL));
  laptop_pull (next, f->township);
  fetch (next, f->township);
  type (f->a, "d1", "星期一,星期二");
  hand (f->a, f->township);
  hand (next, f->township);
  g_assert_cmpint (store_count (f->township->store, "SELECT count (*) FROM handed_draft WHERE device = '0a' AND body LIKE '%星期二%'"), ==, 1);
  laptop_free (next);
}

/* They do not all fit into one body. Until all are at the township as the new laptop's, the old one's stay. */
static void
test_what_was_taken_goes_when_all_of_it_is_there (Laptops *f, gconstpointer data)
{
  Laptop *next = laptop_new (f->township, "0c", "helper-a");

  type (f->a, "d1", "一");
  type (f->a, "d2", "二");
  type (f->a, "d3", "三");
  hand (f->a, f->township);
  g_assert_true (ruhu_ledger_revoke_device (f->township->ledger, "0a", NULL));
  laptop_pull (next, f->township);
  fetch (next, f->township);
  for (guint i = 1; i < 3; i++)
    {
      g_assert_true (hand_once (next, f->township, 1, FALSE));
      g_assert_cmpint (store_count (f->township->store, "SELECT count (DISTINCT body) FROM handed_draft"), ==, 3);
    }
  hand (next, f->township);
  g_assert_cmpint (store_count (f->township->store, THERE), ==, 3);
  g_assert_cmpint (store_count (f->township->store, "SELECT count (*) FROM handed_draft WHERE device = '0c'"), ==, 3);
  laptop_free (next);
}

/* … and one that was finished meanwhile stays until the township has what came of it. */
static void
test_what_was_taken_and_finished_goes_when_the_change_is_there (Laptops *f, gconstpointer data)
{
  Laptop *next = laptop_new (f->township, "0c", "helper-a");

  type (f->a, "d1", "半句话");
  hand (f->a, f->township);
  g_assert_true (ruhu_ledger_revoke_device (f->township->ledger, "0a", NULL));
  laptop_pull (next, f->township);
  fetch (next, f->township);
  finish (next, "d1");
  hand (next, f->township);
  g_assert_cmpint (says (f->township->store, "handed_draft", "半句话"), ==, 1);
  laptop_push (next, f->township);
  hand (next, f->township);
  g_assert_cmpint (store_count (f->township->store, THERE), ==, 0);
  laptop_free (next);
}

static guint
count_given (Township *township, const char *device)
{
  g_autoptr (RuhuDraftLines) lines = given (township, device, FALSE);

  return lines->drafts->len;
}

static void
test_drafts_are_given_to_their_users_next_laptop_alone (Laptops *f, gconstpointer data)
{
  Laptop *next;
  gboolean has;
  gint64 seen;

  type (f->a, "d1", "半句话");
  hand (f->a, f->township);
  g_assert_true (ruhu_ledger_get_head (f->township->ledger, &seen, NULL, NULL));
  next = laptop_new (f->township, "0c", "helper-a");
  g_assert_cmpuint (count_given (f->township, "0c"), ==, 0);
  g_assert_true (ruhu_ledger_revoke_device (f->township->ledger, "0a", NULL));
  g_assert_cmpuint (count_given (f->township, "0c"), ==, 1);
  g_assert_cmpuint (count_given (f->township, "0a") + count_given (f->township, "0b"), ==, 0);
  /* Under the `seen` of the draft the old laptop's rights are the new one's. */
  laptop_pull (next, f->township);
  laptop_save (next, "h1", GROUP_9, seen);
  laptop_push (next, f->township);
  g_assert_cmpint (store_count (f->township->store, "SELECT count (*) FROM log WHERE kind = 'quarantined'"), ==, 0);
  fetch (next, f->township);
  hand (next, f->township);
  g_assert_cmpint (store_count (f->township->store, THERE), ==, 1);
  g_assert_true (ruhu_ledger_has_drafts (f->township->ledger, "0c", &has, NULL));
  g_assert_false (has);
  laptop_free (next);
}

static void
test_drafts_are_bounded_and_not_gone_with_time (Laptops *f, gconstpointer data)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuDraftsAnswer) answer = ruhu_drafts_answer_new ();

  type (f->a, "d1", "半句话");
  hand (f->a, f->township);
  for (guint i = 0; i <= RUHU_LEDGER_MAX_DRAFTS; i++)
    g_string_append_printf (text, "{\"id\":\"m%u\",\"kind\":\"visit\",\"scope\":\"h1\",\"seen\":3,\"updated\":\"x\",\"body\":\"{}\"}\n", i);
  g_string_append (text, "{\"have\":[]}\n");
  g_assert_false (keep (f->township, "0a", text->str, text->len, answer, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_TOO_LARGE);
  g_assert_cmpint (store_count (f->township->store, THERE), ==, 1);
  /* A withdrawn laptop may come much later, and its author's next one later still. */
  g_assert_true (ruhu_ledger_revoke_device (f->township->ledger, "0a", NULL));
  f->township->now += 400 * DAY_MS;
  g_assert_true (ruhu_ledger_reconcile (f->township->ledger, NULL, NULL));
  g_assert_cmpint (store_count (f->township->store, THERE), ==, 1);
}

/* A laptop of before `over` was told. */
static void
test_absence_ends_nothing (Laptops *f, gconstpointer data)
{
  g_autoptr (RuhuDraftsAnswer) answer = NULL;

  type (f->a, "d1", "半句话");
  hand (f->a, f->township);
  answer = tell (f->township, "0a", "{\"have\":[]}\n");
  g_assert_cmpuint (answer->others->len, ==, 1);
  g_assert_cmpint (store_count (f->township->store, THERE), ==, 1);
}

#define ADD(name) g_test_add ("/drafts/" #name, Laptops, NULL, laptops_set_up_pair, test_##name, laptops_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (what_is_thrown_away_goes_and_may_come_back);
  ADD (what_is_over_is_not_brought_back);
  ADD (a_draft_that_a_laptop_lost_comes_back);
  ADD (a_finished_visit_is_over_once_the_township_has_it);
  ADD (what_is_held_back_keeps_its_draft_at_the_township);
  ADD (a_laptop_that_was_put_back_gets_the_later_version);
  ADD (an_older_version_takes_no_place_of_a_later_one);
  ADD (an_older_version_waits_also_among_several_bodies);
  ADD (what_ended_in_an_earlier_version_ends_no_later_one);
  ADD (a_township_that_was_put_back_is_told_again);
  ADD (the_later_version_has_the_higher_stamp);
  ADD (what_was_typed_twice_is_kept_twice);
  ADD (an_answer_that_is_lost_changes_nothing);
  ADD (what_a_replaced_laptop_typed_since_comes_beside);
  ADD (what_was_typed_since_is_not_taken_along);
  ADD (what_was_taken_goes_when_all_of_it_is_there);
  ADD (what_was_taken_and_finished_goes_when_the_change_is_there);
  ADD (drafts_are_given_to_their_users_next_laptop_alone);
  ADD (drafts_are_bounded_and_not_gone_with_time);
  ADD (absence_ends_nothing);
  return g_test_run ();
}
