/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The data dictionary against the domain brief (catalogue-expected.txt), and the guard-rails G1 to G7 as far as the catalogue and its rules carry them. G1's import of a roster has no test
 * yet: there is no importer. G3's pictures are tested in test-image.c, G7's grants in test-ledger.c and e2e/scope.py. */
#include "config.h"

#include "ruhu-catalogue.h"
#include "ruhu-cleanups.h"

#include <string.h>

static RuhuCatalogue *
load (void)
{
  g_autoptr (GError) error = NULL;
  RuhuCatalogue *catalogue = ruhu_catalogue_load_builtin (&error);

  g_assert_no_error (error);
  return catalogue;
}

static const char *const type_names[] = { "text", "integer", "decimal", "money", "boolean", "date", "month", "choice", "choices", "reference", "photo" };

static gboolean
merges_as (RuhuField *field, char letter)
{
  switch (letter)
    {
    case 'D':
      return field->calculate != NULL;
    case 'S':
      return field->writers == RUHU_ROLE_OFFICE;
    case 'A':
      return field->record->append_only;
    case 'L':
      return field->merge == RUHU_MERGE_LATEST && !field->record->append_only;
    default:
      return field->merge == RUHU_MERGE_REVIEW && field->calculate == NULL;
    }
}

static void
check_row (RuhuCatalogue *catalogue, char **words)
{
  g_auto (GStrv) names = g_strsplit (words[0], ".", 2);
  RuhuRecordType *type = ruhu_catalogue_get_record (catalogue, names[0]);
  RuhuField *field = type != NULL ? ruhu_record_type_get_field (type, names[1]) : NULL;

  if (field == NULL)
    g_error ("%s is missing", words[0]);
  if (strcmp (type_names[field->type], words[1]) != 0 || !merges_as (field, words[2][0]) || field->privacy != (guint) g_ascii_digit_value (words[3][0]))
    g_error ("%s is not %s %s %s", words[0], words[1], words[2], words[3]);
  guint n = g_strv_length (words) - 4;
  if (n > 0 && field->choices->choices->len != n)
    g_error ("%s has %u codes, not %u", words[0], field->choices->choices->len, n);
  for (guint i = 0; i < n; i++)
    if (ruhu_choice_list_get (field->choices, words[4 + i]) == NULL)
      g_error ("%s has no code %s", words[0], words[4 + i]);
}

static void
test_the_dictionary_is_the_brief_s (void)
{
  g_autoptr (RuhuCatalogue) catalogue = load ();
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "catalogue-expected.txt", NULL);
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], " ", -1);
      if (lines[i][0] != '#' && g_strv_length (words) >= 4)
        check_row (catalogue, words);
    }
}

static char *
make_extension (const char *name, const char *en, const char *zh)
{
  return g_strdup_printf ("{\"catalogue\":1,\"records\":[{\"name\":\"person\",\"fields\":[{\"name\":\"%s\",\"type\":\"text\",\"label\":{\"en\":\"%s\",\"zh_CN\":\"%s\"}}]}]}", name, en, zh);
}

/* G1: neither under its own name nor behind a label, in English or Chinese, not even in an extension. */
static void
test_g1_what_must_not_be_collected_has_no_field (void)
{
  static const char *const excluded[][3] = {
    { "ethnicity", "Note", "备注" }, { "note_a", "Religion", "备注" }, { "note_b", "Note", "民族" }, { "note_c", "Note", "宗教信仰" }, { "note_d", "Note", "政治面貌" }, { "note_e", "Note", "普通话水平" }, { "note_f", "Note", "计划生育情况" }, { "note_g", "Note", "服刑情况" }, { "note_h", "Note", "退役军人" }, { "note_i", "Note", "思想态度" }, { "note_j", "Note", "来访人员" }, { "note_k", "Note", "指纹" }, { "note_l", "Note", "人脸照片" }, { "note_m", "Note", "经纬度" }, { "note_n", "Note", "行踪轨迹" }, { "note_o", "Note", "务工企业名称" }, { "note_p", "Note", "银行账号" }, { "note_q", "Note", "疾病名称" }, { "note_r", "GPS position", "备注" }, { "bank_account", "Note", "备注" }, { "note_s", "Military service", "备注" }, { "note_t", "Criminal record", "备注" }, { "note_u", "Diagnosis", "备注" }, { "note_v", "Employer", "备注" }
  };
  g_autoptr (RuhuCatalogue) catalogue = load ();
  g_autofree char *harmless = make_extension ("note_z", "Note", "备注");
  g_autoptr (RuhuCatalogue) good = ruhu_catalogue_extend (catalogue, "x", harmless, NULL);

  g_assert_nonnull (good);
  for (guint i = 0; i < G_N_ELEMENTS (excluded); i++)
    {
      g_autofree char *text = make_extension (excluded[i][0], excluded[i][1], excluded[i][2]);
      g_autoptr (GError) error = NULL;
      if (ruhu_catalogue_extend (catalogue, "x", text, &error) != NULL)
        g_error ("%s / %s / %s was let in", excluded[i][0], excluded[i][1], excluded[i][2]);
      g_assert_nonnull (strstr (error->message, "G1"));
    }
}

/* Nothing in the catalogue says where somebody is closer than the village and its group. */
static void
test_g2_places_are_villages_and_groups (void)
{
  g_autoptr (RuhuCatalogue) catalogue = load ();
  GPtrArray *records = ruhu_catalogue_get_records (catalogue);

  for (guint i = 0; i < records->len; i++)
    {
      RuhuRecordType *type = g_ptr_array_index (records, i);
      for (guint j = 0; j < type->fields->len; j++)
        {
          RuhuField *field = g_ptr_array_index (type->fields, j);
          g_assert_false (ruhu_catalogue_excludes (field->name) || ruhu_catalogue_excludes (field->label.en) || ruhu_catalogue_excludes (field->label.zh_CN));
        }
    }
  RuhuField *area = ruhu_record_type_get_field (ruhu_catalogue_get_record (catalogue, "person"), "work_area");
  g_assert_cmpint (area->type, ==, RUHU_TYPE_CHOICE);
  g_assert_cmpuint (area->choices->choices->len, ==, 5);
}

static void
test_g3_a_photo_is_of_things (void)
{
  g_autoptr (RuhuCatalogue) catalogue = load ();
  RuhuField *things = ruhu_record_type_get_field (ruhu_catalogue_get_record (catalogue, "photo"), "things_only");

  g_assert_true (things->required);
  g_assert_cmpstr (things->constraint, ==, "things_only = 1");
}

/* G4: measures wait for consent (rule R36, which blocks); no rule speaks of who declined, and no problem is raised for it. */
static void
test_g4_consent_gates_measures_and_declining_is_normal (void)
{
  g_autoptr (RuhuCatalogue) catalogue = load ();
  RuhuRule *gate = ruhu_catalogue_get_rule (catalogue, "R36");
  GPtrArray *rules = ruhu_catalogue_get_rules (catalogue);

  g_assert_cmpint (gate->severity, ==, RUHU_SEVERITY_ERROR);
  g_assert_false (gate->pending);
  for (guint i = 0; i < rules->len; i++)
    {
      RuhuRule *rule = g_ptr_array_index (rules, i);
      g_assert_cmpstr (rule->record->name, !=, "consent");
      if (rule->problem != NULL)
        g_assert_null (strstr (rule->query, "r_consent"));
      g_assert_null (strstr (rule->query, "decision = '2'"));
      g_assert_null (strstr (rule->query, "state = '6'"));
    }
}

static void
test_g5_a_visit_may_be_declined (void)
{
  g_autoptr (RuhuCatalogue) catalogue = load ();
  RuhuRecordType *visit = ruhu_catalogue_get_record (catalogue, "visit");
  GPtrArray *rules = ruhu_catalogue_get_rules (catalogue);

  g_assert_nonnull (ruhu_choice_list_get (ruhu_record_type_get_field (visit, "outcome")->choices, "3"));
  g_assert_nonnull (ruhu_record_type_get_field (visit, "may_refuse"));
  for (guint i = 0; i < visit->fields->len; i++)
    {
      RuhuField *field = g_ptr_array_index (visit->fields, i);
      if (strcmp (field->name, "date") != 0 && strcmp (field->name, "outcome") != 0)
        g_assert_false (field->required);
    }
  for (guint i = 0; i < rules->len; i++)
    g_assert_null (strstr (((RuhuRule *) g_ptr_array_index (rules, i))->query, "outcome = '3'"));
}

/* G6: no number is kept or calculated by which households could be put in an order. */
static void
test_g6_households_are_not_ranked (void)
{
  static const char *const words[] = { "score", "rank", "rating", "grade_of_effort", "points", "评分", "得分", "排名", "积分", "等次" };
  static const char *const kinds[] = { "household", "person", "visit", "assessment", "plan", "measure", "problem" };
  g_autoptr (RuhuCatalogue) catalogue = load ();

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      RuhuRecordType *type = ruhu_catalogue_get_record (catalogue, kinds[i]);
      for (guint j = 0; j < type->fields->len; j++)
        for (guint k = 0; k < G_N_ELEMENTS (words); k++)
          {
            RuhuField *field = g_ptr_array_index (type->fields, j);
            g_assert_null (strstr (field->name, words[k]));
            g_assert_null (strstr (field->label.zh_CN, words[k]));
          }
    }
}

/* G7: what is personal is the household's and goes with its grant; the township's records, which every laptop has, hold nobody's but the helpers'. */
static void
test_g7_personal_data_belongs_to_its_household (void)
{
  g_autoptr (RuhuCatalogue) catalogue = load ();
  GPtrArray *records = ruhu_catalogue_get_records (catalogue);

  for (guint i = 0; i < records->len; i++)
    {
      RuhuRecordType *type = g_ptr_array_index (records, i);
      for (guint j = 0; j < type->fields->len; j++)
        {
          RuhuField *field = g_ptr_array_index (type->fields, j);
          if (type->belongs != RUHU_BELONGS_HOUSEHOLD && strcmp (type->name, "helper") != 0 && field->privacy > 1)
            g_error ("%s.%s is personal, and not its household's", type->name, field->name);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/guard-rails/the-dictionary-is-the-briefs", test_the_dictionary_is_the_brief_s);
  g_test_add_func ("/guard-rails/g1-what-must-not-be-collected-has-no-field", test_g1_what_must_not_be_collected_has_no_field);
  g_test_add_func ("/guard-rails/g2-places-are-villages-and-groups", test_g2_places_are_villages_and_groups);
  g_test_add_func ("/guard-rails/g3-a-photo-is-of-things", test_g3_a_photo_is_of_things);
  g_test_add_func ("/guard-rails/g4-consent-gates-measures-and-declining-is-normal", test_g4_consent_gates_measures_and_declining_is_normal);
  g_test_add_func ("/guard-rails/g5-a-visit-may-be-declined", test_g5_a_visit_may_be_declined);
  g_test_add_func ("/guard-rails/g6-households-are-not-ranked", test_g6_households_are_not_ranked);
  g_test_add_func ("/guard-rails/g7-personal-data-belongs-to-its-household", test_g7_personal_data_belongs_to_its_household);
  return g_test_run ();
}
