/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a household's page and the sync page show, read from a laptop that has its households. */
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-describe.h"
#include "ruhu-error.h"
#include "ruhu-file-digest.h"
#include "ruhu-fixture.h"
#include "ruhu-household-file.h"

#include <string.h>

static RuhuHouseholdFile *
read_file (Laptop *laptop, const char *household)
{
  g_autoptr (GError) error = NULL;
  RuhuHouseholdFile *file = ruhu_household_file_read (laptop->store, household, &error);

  g_assert_no_error (error);
  return file;
}

static const RuhuFileGroup *
get_group (RuhuHouseholdFile *file, const char *type)
{
  for (guint i = 0; i < file->groups->len; i++)
    {
      const RuhuFileGroup *group = g_ptr_array_index (file->groups, i);

      if (g_str_equal (group->type->name, type))
        return group;
    }
  g_error ("no group “%s”", type);
}

static const RuhuFileLine *
get_line (const RuhuFileRecord *record, const char *field)
{
  for (guint i = 0; i < record->lines->len; i++)
    {
      const RuhuFileLine *line = g_ptr_array_index (record->lines, i);

      if (g_str_equal (line->field->name, field))
        return line;
    }
  g_error ("no line “%s”", field);
}

static void
test_every_type_of_a_household_has_its_section (Laptops *f, gconstpointer data)
{
  g_autoptr (RuhuHouseholdFile) file = read_file (f->a, "h1");
  GPtrArray *types = ruhu_catalogue_get_records (file->catalogue);
  guint n = 0;

  for (guint i = 0; i < types->len; i++)
    {
      RuhuRecordType *type = g_ptr_array_index (types, i);

      if (type->belongs != RUHU_BELONGS_HOUSEHOLD)
        continue;
      g_assert_cmpuint (n, <, file->groups->len);
      g_assert_true (((const RuhuFileGroup *) g_ptr_array_index (file->groups, n++))->type == type);
    }
  g_assert_cmpuint (n, ==, file->groups->len);
  g_assert_cmpuint (n, >, 5);
}

static void
test_every_field_has_its_line (Laptops *f, gconstpointer data)
{
  g_autoptr (RuhuHouseholdFile) file = read_file (f->a, "h1");
  const RuhuFileGroup *group = get_group (file, "person");
  const RuhuFileRecord *record = g_ptr_array_index (group->records, 0);
  guint n = 0;

  g_assert_cmpstr (record->id, ==, "p1");
  for (guint i = 0; i < group->type->fields->len; i++)
    {
      RuhuField *field = g_ptr_array_index (group->type->fields, i);

      if (!field->retired)
        g_assert_true (((const RuhuFileLine *) g_ptr_array_index (record->lines, n++))->field == field);
    }
  g_assert_cmpuint (n, ==, record->lines->len);
}

static void
test_codes_and_references_are_in_words (Laptops *f, gconstpointer data)
{
  g_autoptr (RuhuHouseholdFile) file = NULL;
  const RuhuFileRecord *household;
  const RuhuFileRecord *visit;

  laptop_save (f->a, "h1", "{\"visit\":{\"w1\":{\"date\":\"2018-06-29\",\"outcome\":\"2\",\"may_refuse\":true,\"read_back\":true}}}", -1);
  file = read_file (f->a, "h1");
  household = g_ptr_array_index (get_group (file, "household")->records, 0);
  visit = g_ptr_array_index (get_group (file, "visit")->records, 0);
  g_assert_cmpstr (get_line (household, "head")->text, ==, file->row->head_name);
  g_assert_cmpstr (get_line (visit, "outcome")->text, !=, "2");
  g_assert_cmpstr (get_line (visit, "outcome")->text, !=, "");
  g_assert_cmpstr (visit->title, ==, "2018-06-29");
  g_assert_cmpstr (((const RuhuFileTag *) g_ptr_array_index (visit->tags, 0))->text, ==, get_line (visit, "outcome")->text);
}

static void
test_a_conflict_marks_its_field_and_record (Laptops *f, gconstpointer data)
{
  g_autoptr (RuhuHouseholdFile) file = NULL;
  const RuhuFileRecord *record;

  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"relation\":\"02\"}}}", -1);
  laptop_save (f->b, "h1", "{\"person\":{\"p1\":{\"relation\":\"03\"}}}", -1);
  laptop_sync (f->a, f->township);
  laptop_sync (f->b, f->township);
  file = read_file (f->b, "h1");
  record = g_ptr_array_index (get_group (file, "person")->records, 0);
  g_assert_true (get_line (record, "relation")->conflict);
  g_assert_false (get_line (record, "name")->conflict);
  g_assert_cmpuint (record->n_conflicts, ==, 1);
  g_assert_cmpint (file->row->n_conflicts, ==, 1);
}

static void
test_the_fingerprint_tells_whether_anything_reads_differently (Laptops *f, gconstpointer data)
{
  g_autoptr (RuhuHouseholdFile) before = read_file (f->b, "h1");
  g_autoptr (RuhuHouseholdFile) elsewhere = NULL;
  g_autoptr (RuhuHouseholdFile) after = NULL;

  laptop_save (f->b, "h2", "{\"person\":{\"p2\":{\"work_months\":3}}}", -1);
  laptop_sync (f->b, f->township);
  elsewhere = read_file (f->b, "h1");
  g_assert_cmpstr (elsewhere->fingerprint, ==, before->fingerprint);
  g_assert_cmpint (elsewhere->seen, >, before->seen);
  laptop_save (f->b, "h1", "{\"person\":{\"p1\":{\"work_months\":3}}}", -1);
  after = read_file (f->b, "h1");
  g_assert_cmpstr (after->fingerprint, !=, before->fingerprint);
}

static void
test_what_this_user_may_do (Laptops *f, gconstpointer data)
{
  g_autoptr (RuhuHouseholdFile) file = read_file (f->a, "h1");

  g_assert_true (get_group (file, "person")->may_add);
  g_assert_true (get_group (file, "person")->may_edit);
  /* The register makes households, the form makes visits, the office assigns. */
  g_assert_false (get_group (file, "household")->may_add);
  g_assert_false (get_group (file, "visit")->may_add);
  g_assert_false (get_group (file, "finding_note")->may_add);
  g_assert_false (get_group (file, "visit")->may_edit);
  g_assert_false (get_group (file, "assignment")->may_add);
  g_assert_true (get_group (file, "living")->single);
  g_assert_false (get_group (file, "person")->single);
}

static void
test_an_unfinished_visit_is_known (Laptops *f, gconstpointer data)
{
  g_autoptr (RuhuHouseholdFile) before = read_file (f->a, "h1");
  g_autoptr (RuhuHouseholdFile) after = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuJson) body = json_object_new_object ();

  g_assert_null (before->draft);
  g_assert_true (ruhu_store_put_draft (f->a->store, "d1", "visit", "h1", before->seen, body, &error));
  g_assert_no_error (error);
  after = read_file (f->a, "h1");
  g_assert_cmpstr (after->draft, ==, "d1");
  g_assert_cmpstr (after->fingerprint, !=, before->fingerprint);
}

static gboolean
has_alert (RuhuHouseholdFile *file, const char *chapter, const char *text)
{
  g_autoptr (GPtrArray) alerts = ruhu_file_list_alerts (file);

  for (guint i = 0; i < alerts->len; i++)
    {
      const RuhuFileAlert *alert = g_ptr_array_index (alerts, i);

      if (g_str_equal (alert->chapter, chapter) && strstr (alert->text, text) != NULL)
        return TRUE;
    }
  return FALSE;
}

static gboolean
has_tag (const RuhuFileRecord *record, const char *text)
{
  for (guint i = 0; i < record->tags->len; i++)
    if (strstr (((const RuhuFileTag *) g_ptr_array_index (record->tags, i))->text, text) != NULL)
      return TRUE;
  return FALSE;
}

static void
test_only_the_end_of_an_id_number_is_shown (Laptops *f, gconstpointer data)
{
  g_autoptr (RuhuHouseholdFile) file = NULL;
  const RuhuFileRecord *person;

  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"id_no\":\"99000119700305001X\",\"birth\":\"1970-03-05\"}}}", -1);
  file = read_file (f->a, "h1");
  person = ruhu_household_file_find (file, "person", "p1");
  g_assert_nonnull (strstr (get_line (person, "id_no")->text, "001X"));
  g_assert_null (strstr (get_line (person, "id_no")->text, "1970"));
  g_assert_nonnull (strstr (person->summary, "48"));
}

static void
test_what_is_wrong_comes_first_and_in_words (Laptops *f, gconstpointer data)
{
  g_autoptr (RuhuHouseholdFile) before = read_file (f->a, "h1");
  g_autoptr (RuhuHouseholdFile) file = NULL;
  const RuhuFileGroup *problems;

  g_assert_false (has_alert (before, "problems", ""));
  township_write (f->township, "h1",
                  "{\"problem\":{\"q1\":{\"kind\":\"04\",\"description\":\"later\",\"found\":\"2018-06-01\",\"deadline\":\"2018-07-20\",\"state\":\"1\"},"
                  "\"q2\":{\"kind\":\"05\",\"description\":\"the tap is dry\",\"found\":\"2018-05-01\",\"deadline\":\"2018-06-18\",\"state\":\"2\"},"
                  "\"q3\":{\"kind\":\"05\",\"description\":\"over\",\"found\":\"2018-05-01\",\"deadline\":\"2018-05-18\",\"state\":\"4\"}}}");
  laptop_sync (f->a, f->township);
  file = read_file (f->a, "h1");
  problems = get_group (file, "problem");
  g_assert_true (has_alert (file, "problems", "the tap is dry: 12 days overdue"));
  g_assert_false (has_alert (file, "problems", "later"));
  g_assert_false (has_alert (file, "problems", "over:"));
  g_assert_cmpstr (((RuhuFileRecord *) g_ptr_array_index (problems->records, 0))->id, ==, "q2");
  g_assert_cmpstr (((RuhuFileRecord *) g_ptr_array_index (problems->records, 2))->id, ==, "q3");
  g_assert_true (((RuhuFileRecord *) g_ptr_array_index (problems->records, 2))->past);
  g_assert_true (has_tag (g_ptr_array_index (problems->records, 1), "20 days left"));
}

/* Guard-rail G4. */
static void
test_declining_is_a_normal_end (Laptops *f, gconstpointer data)
{
  g_autoptr (RuhuHouseholdFile) file = NULL;
  const RuhuFileRecord *measure;

  laptop_save (f->a, "h1", "{\"measure\":{\"m1\":{\"kind\":\"401\",\"state\":\"6\",\"person_id\":\"p1\"}},"
                           "\"consent\":{\"c1\":{\"subject\":\"2\",\"person_id\":\"p1\",\"understood\":true,\"decision\":\"2\",\"date\":\"2018-06-01\"}}}",
               -1);
  file = read_file (f->a, "h1");
  measure = ruhu_household_file_find (file, "measure", "m1");
  g_assert_true (measure->past);
  for (guint i = 0; i < measure->tags->len; i++)
    g_assert_cmpint (((const RuhuFileTag *) g_ptr_array_index (measure->tags, i))->style, ==, RUHU_TAG_PLAIN);
  g_assert_false (has_alert (file, "plan", ""));
}

static void
test_former_members_come_after_those_who_live_there (Laptops *f, gconstpointer data)
{
  g_autoptr (RuhuHouseholdFile) file = NULL;
  const RuhuFileGroup *members;

  laptop_save (f->a, "h1", "{\"person\":{\"p0\":{\"name\":\"甲子\",\"relation\":\"01\",\"member_state\":\"02\"}}}", -1);
  file = read_file (f->a, "h1");
  members = get_group (file, "person");
  g_assert_cmpuint (members->records->len, ==, 2);
  g_assert_cmpstr (((RuhuFileRecord *) g_ptr_array_index (members->records, 1))->id, ==, "p0");
  g_assert_true (has_tag (g_ptr_array_index (members->records, 1), ""));
}

static void
test_a_guarantee_names_its_evidence (Laptops *f, gconstpointer data)
{
  g_autoptr (RuhuHouseholdFile) file = NULL;
  const RuhuFileGroup *group;
  const RuhuFileRecord *assessment;
  g_autoptr (RuhuJson) fields = json_tokener_parse ("{\"kind\":\"1\",\"year\":2018,\"i1\":\"1\",\"i5\":\"0\"}");
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (f->a->store), "assessment");
  g_autofree char *id = ruhu_record_type_make_id (type, "h1", fields);
  g_autofree char *set = g_strdup_printf ("{\"assessment\":{\"%s\":%s}}", id, json_object_to_json_string (fields));

  laptop_save (f->a, "h1", set, -1);
  file = read_file (f->a, "h1");
  group = get_group (file, "assessment");
  assessment = g_ptr_array_index (group->records, 0);
  g_assert_nonnull (strstr (get_line (assessment, "i1")->origin, "2018-06-30"));
  g_assert_null (get_line (assessment, "i2")->origin);
  g_assert_true (has_alert (file, "guarantees", "housing"));
}

static void
test_a_repair_remembers_its_stages (Laptops *f, gconstpointer data)
{
  g_autoptr (RuhuHouseholdFile) file = NULL;
  const RuhuFileRecord *repair;

  township_write (f->township, "h1", "{\"repair\":{\"r1\":{\"stage\":\"1\",\"stage_date\":\"2018-03-01\"}}}");
  township_write (f->township, "h1", "{\"repair\":{\"r1\":{\"stage\":\"3\",\"stage_date\":\"2018-05-02\"}}}");
  laptop_sync (f->a, f->township);
  file = read_file (f->a, "h1");
  repair = ruhu_household_file_find (file, "repair", "r1");
  g_assert_cmpuint (repair->steps->len, ==, 2);
  g_assert_cmpstr (((RuhuFileStep *) g_ptr_array_index (repair->steps, 1))->code, ==, "1");
  g_assert_cmpstr (((RuhuFileStep *) g_ptr_array_index (repair->steps, 1))->date, ==, "2018-03-01");
}

static void
test_a_visit_shows_the_new_beside_the_old (Laptops *f, gconstpointer data)
{
  g_autoptr (RuhuJson) set = json_tokener_parse ("{\"person\":{\"p1\":{\"work_months\":5}},\"visit\":{\"w1\":{\"date\":\"2018-06-29\",\"outcome\":\"2\"}}}");
  g_autoptr (GPtrArray) edits = NULL;
  g_autoptr (GError) error = NULL;
  const RuhuVisitEdit *edit;

  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"work_months\":3}}}", -1);
  g_assert_true (ruhu_store_save (f->a->store, &(RuhuEdit){ .scope = "h1", .visit = "w1", .seen = 1000, .set = set }, NULL, &error));
  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"work_months\":9}}}", -1);
  edits = ruhu_store_list_visit_edits (f->a->store, "h1", "w1", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (edits->len, ==, 3);
  edit = g_ptr_array_index (edits, 0);
  g_assert_cmpstr (edit->field, ==, "work_months");
  g_assert_cmpint (json_object_get_int (edit->before), ==, 3);
  g_assert_cmpint (json_object_get_int (edit->after), ==, 5);
  g_assert_null (((const RuhuVisitEdit *) g_ptr_array_index (edits, 1))->before);
}

static void
test_a_household_that_is_not_here_is_said_to_be (Laptops *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (ruhu_household_file_read (f->a->store, "h2", &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND);
}

static void
test_a_change_is_told_line_by_line (Laptops *f, gconstpointer data)
{
  g_autoptr (GPtrArray) lines = ruhu_describe_change (f->a->store, "{\"set\":{\"person\":{\"p1\":{\"relation\":\"02\",\"phone_of_tomorrow\":7}},\"marvel\":{\"m\":{\"x\":null}}}}");
  g_autoptr (GPtrArray) rest = ruhu_describe_change (f->a->store, "{\"set\":[");
  RuhuField *field = ruhu_record_type_get_field (ruhu_catalogue_get_record (ruhu_store_get_catalogue (f->a->store), "person"), "relation");

  g_assert_cmpuint (lines->len, ==, 3);
  g_assert_nonnull (strstr (g_ptr_array_index (lines, 0), ruhu_label_get (&field->label)));
  g_assert_null (strstr (g_ptr_array_index (lines, 0), "02"));
  g_assert_nonnull (strstr (g_ptr_array_index (lines, 1), "phone_of_tomorrow: 7"));
  g_assert_nonnull (strstr (g_ptr_array_index (lines, 2), "marvel · x: emptied"));
  /* What a damaged disk has left of one. */
  g_assert_cmpuint (rest->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (rest, 0), ==, "{\"set\":[");
}

static void
test_times_are_those_of_the_township (Laptops *f, gconstpointer data)
{
  g_autofree char *stamp = ruhu_describe_stamp ("2018-06-30T23:12:33.123Z.0004");
  g_autofree char *odd = ruhu_describe_stamp ("yesterday");

  g_assert_cmpstr (stamp, ==, "2018-07-01 07:12");
  g_assert_cmpstr (odd, ==, "yesterday");
}

static void
test_what_is_not_here_has_no_title_but_a_sentence (Laptops *f, gconstpointer data)
{
  g_autofree char *here = ruhu_describe_title (f->a->store, "helper", "helper-a");
  g_autofree char *missing = ruhu_describe_title (f->a->store, "person", "p2");

  g_assert_cmpstr (here, !=, "helper-a");
  g_assert_cmpstr (missing, ==, "Not on this laptop");
}

int
main (int argc, char *argv[])
{
  g_setenv ("LANGUAGE", "en", TRUE);
  g_test_init (&argc, &argv, NULL);
#define add(name, func) g_test_add ("/household-file/" name, Laptops, NULL, laptops_set_up_pair, func, laptops_tear_down)
  add ("every-type-of-a-household-has-its-section", test_every_type_of_a_household_has_its_section);
  add ("every-field-has-its-line", test_every_field_has_its_line);
  add ("codes-and-references-are-in-words", test_codes_and_references_are_in_words);
  add ("a-conflict-marks-its-field-and-record", test_a_conflict_marks_its_field_and_record);
  add ("the-fingerprint-tells-whether-anything-reads-differently", test_the_fingerprint_tells_whether_anything_reads_differently);
  add ("what-this-user-may-do", test_what_this_user_may_do);
  add ("an-unfinished-visit-is-known", test_an_unfinished_visit_is_known);
  add ("a-household-that-is-not-here-is-said-to-be", test_a_household_that_is_not_here_is_said_to_be);
  add ("a-change-is-told-line-by-line", test_a_change_is_told_line_by_line);
  add ("times-are-those-of-the-township", test_times_are_those_of_the_township);
  add ("what-is-not-here-has-no-title-but-a-sentence", test_what_is_not_here_has_no_title_but_a_sentence);
  add ("only-the-end-of-an-id-number-is-shown", test_only_the_end_of_an_id_number_is_shown);
  add ("what-is-wrong-comes-first-and-in-words", test_what_is_wrong_comes_first_and_in_words);
  add ("declining-is-a-normal-end", test_declining_is_a_normal_end);
  add ("former-members-come-after-those-who-live-there", test_former_members_come_after_those_who_live_there);
  add ("a-guarantee-names-its-evidence", test_a_guarantee_names_its_evidence);
  add ("a-repair-remembers-its-stages", test_a_repair_remembers_its_stages);
  add ("a-visit-shows-the-new-beside-the-old", test_a_visit_shows_the_new_beside_the_old);
#undef add
  return g_test_run ();
}
