/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The catalogue: the built-in one is whole and in both languages, a wrong one is refused with file, path and reason, and an extension only ever adds. */
#include "config.h"

#include "ruhu-catalogue.h"
#include "ruhu-cleanups.h"
#include "ruhu-error.h"

#include <locale.h>
#include <string.h>

#define LABEL "\"label\":{\"en\":\"Thing\",\"zh_CN\":\"东西\"}"

static RuhuCatalogue *
load_one (const char *text, GError **error)
{
  const char *names[] = { "town.json", NULL };
  const char *texts[] = { text, NULL };

  return ruhu_catalogue_load (names, texts, error);
}

/* A catalogue with one record type that has @field. */
static char *
with_field (const char *field)
{
  return g_strdup_printf ("{\"catalogue\":1,\"units\":[{\"name\":\"mu\"," LABEL "}],"
                          "\"choices\":[{\"name\":\"grade\"," LABEL ",\"choices\":[{\"code\":\"A\"," LABEL "}]}],"
                          "\"records\":[{\"name\":\"plot\"," LABEL ",\"plural\":{\"en\":\"Things\",\"zh_CN\":\"东西\"},\"belongs\":\"household\","
                          "\"privacy\":1,\"merge\":\"review\",\"sections\":[{\"name\":\"land\"," LABEL "}],\"fields\":[%s]}]}",
                          field);
}

static void
assert_refused (const char *text, const char *path, const char *reason)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuCatalogue) catalogue = load_one (text, &error);
  g_autofree char *start = g_strdup_printf ("town.json: %s: ", path);

  g_assert_null (catalogue);
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
  if (!g_str_has_prefix (error->message, start) || strstr (error->message, reason) == NULL)
    g_test_fail_printf ("expected “%s…%s…”, got “%s”", start, reason, error->message);
}

static void
assert_field_refused (const char *field, const char *path, const char *reason)
{
  g_autofree char *text = with_field (field);

  assert_refused (text, path, reason);
}

static void
assert_field_accepted (const char *field)
{
  g_autofree char *text = with_field (field);
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuCatalogue) catalogue = load_one (text, &error);

  g_assert_no_error (error);
  g_assert_nonnull (catalogue);
}

static RuhuCatalogue *
load_builtin (void)
{
  g_autoptr (GError) error = NULL;
  RuhuCatalogue *catalogue = ruhu_catalogue_load_builtin (&error);

  g_assert_no_error (error);
  return catalogue;
}

static void
test_builtin_has_what_a_visit_needs (void)
{
  static const char *const records[] = { "village", "unit", "unit_village", "helper", "assignment", "household", "person", "visit", "living", "housing", "assessment", "measure",
                                         "problem", "consent", "project", "beneficiary", "fund", "target", "meeting", "training", "inspection", "staff_post", "commendation",
                                         "aggregate", "infra", "income_book", "income_line", "plan", "repair", "livestock", "exit_step", "amendment", "publicity", "bulletin",
                                         "village_alias", "status_event", "catalogue_extension", "photo" };
  g_autoptr (RuhuCatalogue) catalogue = load_builtin ();

  for (guint i = 0; i < G_N_ELEMENTS (records); i++)
    if (ruhu_catalogue_get_record (catalogue, records[i]) == NULL)
      g_test_fail_printf ("there is no record type %s", records[i]);

  RuhuRecordType *visit = ruhu_catalogue_get_record (catalogue, "visit");
  g_assert_true (visit->append_only);
  g_assert_true (ruhu_record_type_get_field (visit, "date")->required);
  g_assert_true (ruhu_record_type_get_field (visit, "outcome")->required);
  RuhuField *status = ruhu_record_type_get_field (ruhu_catalogue_get_record (catalogue, "household"), "status");
  g_assert_cmpuint (status->writers, ==, RUHU_ROLE_OFFICE);
  RuhuField *id_no = ruhu_record_type_get_field (ruhu_catalogue_get_record (catalogue, "person"), "id_no");
  g_assert_cmpuint (id_no->privacy, ==, 3);
  g_assert_cmpstr (id_no->search, ==, "tail");
  RuhuRecordType *assessment = ruhu_catalogue_get_record (catalogue, "assessment");
  g_assert_cmpuint (assessment->key->len, ==, 2);
  g_assert_nonnull (ruhu_record_type_get_field (assessment, "i6"));
  g_assert_nonnull (ruhu_record_type_get_field (assessment, "j9"));
  g_assert_null (ruhu_record_type_get_field (assessment, "j10"));
}

static void
test_code_lists_are_those_of_the_field (void)
{
  static const struct
  {
    const char *list, *code, *label;
  } cases[] = {
    { "status", "3", "返贫" },
    { "relation", "05", "儿媳" },
    { "relation", "20", "外祖母" },
    { "cause", "08", "缺劳力" },
    { "edu", "06", "学龄前" },
    { "school", "06", "九年级" },
    { "labour", "05", "弱劳动力或半劳动力" },
    { "member_state", "12", "婚入" },
    { "road_type", "03", "水泥路" },
    { "repair_stage", "5", "竣工验收" },
    { "exit_step", "7", "县级批准" },
    { "problem_state", "4", "已销号" },
  };
  g_autoptr (RuhuCatalogue) catalogue = load_builtin ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      RuhuChoiceList *list = ruhu_catalogue_get_choices (catalogue, cases[i].list);
      g_assert_nonnull (list);
      RuhuChoice *choice = ruhu_choice_list_get (list, cases[i].code);
      g_assert_nonnull (choice);
      g_assert_cmpstr (ruhu_label_get_for (&choice->label, "zh_CN"), ==, cases[i].label);
    }
  /* Shown where it was imported, never offered: it judges an attitude. */
  g_assert_true (ruhu_choice_list_get (ruhu_catalogue_get_choices (catalogue, "cause"), "11")->retired);
  g_assert_null (ruhu_choice_list_get (ruhu_catalogue_get_choices (catalogue, "relation"), "21"));
}

static gboolean
has_chinese (const char *text)
{
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    if (g_utf8_get_char (c) >= 0x4e00)
      return TRUE;
  return FALSE;
}

/* @optional: may be missing as a whole, never in one language. */
static void
assert_both_languages (const RuhuLabel *label, gboolean optional, const char *what)
{
  if (optional && label->en == NULL && label->zh_CN == NULL)
    return;
  if (label->en == NULL || label->zh_CN == NULL || has_chinese (label->en) || !has_chinese (label->zh_CN))
    g_test_fail_printf ("%s is not labelled in both languages", what);
}

static void
test_every_label_is_in_both_languages (void)
{
  g_autoptr (RuhuCatalogue) catalogue = load_builtin ();
  GPtrArray *records = ruhu_catalogue_get_records (catalogue);

  for (guint i = 0; i < records->len; i++)
    {
      RuhuRecordType *type = g_ptr_array_index (records, i);
      assert_both_languages (&type->label, FALSE, type->name);
      assert_both_languages (&type->plural, FALSE, type->name);
      for (guint j = 0; j < type->sections->len; j++)
        assert_both_languages (&((RuhuSection *) g_ptr_array_index (type->sections, j))->label, FALSE, type->name);
      for (guint j = 0; j < type->fields->len; j++)
        {
          RuhuField *field = g_ptr_array_index (type->fields, j);
          assert_both_languages (&field->label, FALSE, field->name);
          assert_both_languages (&field->hint, TRUE, field->name);
          assert_both_languages (&field->message, TRUE, field->name);
          for (guint k = 0; field->choices != NULL && k < field->choices->choices->len; k++)
            {
              RuhuChoice *choice = g_ptr_array_index (field->choices->choices, k);
              assert_both_languages (&choice->label, FALSE, field->choices->name);
            }
        }
    }
}

static void
test_visit_has_twelve_steps_and_two_are_compulsory (void)
{
  g_autoptr (RuhuCatalogue) catalogue = load_builtin ();
  RuhuForm *form = ruhu_catalogue_get_form (catalogue, "visit");
  guint n_compulsory = 0;

  g_assert_nonnull (form);
  g_assert_cmpstr (form->record->name, ==, "visit");
  g_assert_cmpuint (form->steps->len, ==, 12);
  for (guint i = 0; i < form->steps->len; i++)
    {
      RuhuFormStep *step = g_ptr_array_index (form->steps, i);
      assert_both_languages (&step->label, FALSE, step->name);
      assert_both_languages (&step->hint, FALSE, step->name);
      n_compulsory += step->compulsory ? 1 : 0;
      for (guint j = 0; j < step->parts->len; j++)
        g_assert_cmpuint (((RuhuFormPart *) g_ptr_array_index (step->parts, j))->fields->len, >, 0);
    }
  g_assert_cmpuint (n_compulsory, ==, 2);
  g_assert_true (((RuhuFormStep *) g_ptr_array_index (form->steps, 0))->compulsory);
  g_assert_true (((RuhuFormStep *) g_ptr_array_index (form->steps, 11))->compulsory);
}

static void
test_visit_asks_what_a_helper_may_write (void)
{
  g_autoptr (RuhuCatalogue) catalogue = load_builtin ();
  RuhuForm *form = ruhu_catalogue_get_form (catalogue, "visit");

  for (guint i = 0; i < form->steps->len; i++)
    {
      RuhuFormStep *step = g_ptr_array_index (form->steps, i);
      for (guint j = 0; j < step->parts->len; j++)
        {
          RuhuFormPart *part = g_ptr_array_index (step->parts, j);
          for (guint k = 0; k < part->fields->len; k++)
            {
              RuhuField *field = g_ptr_array_index (part->fields, k);
              /* What was planned and paid is the office's: it is there to be read, for the question whether all of it came. */
              gboolean is_told = strcmp (field->name, "planned") == 0 || strcmp (field->name, "paid") == 0;
              if (!is_told && !(field->makers & RUHU_ROLE_HELPER))
                g_test_fail_printf ("%s asks for %s.%s", step->name, part->record->name, field->name);
            }
          for (guint k = 0; part->mode == RUHU_PART_ADD && k < part->record->fields->len; k++)
            {
              RuhuField *field = g_ptr_array_index (part->record->fields, k);
              if (field->required && !g_ptr_array_find (part->fields, field, NULL))
                g_test_fail_printf ("%s adds %s without %s", step->name, part->record->name, field->name);
            }
        }
    }
}

static void
test_faults_name_file_path_and_reason (void)
{
  assert_refused ("{\"catalogue\":1,\"records\":[{\"name\":\"plot\"," LABEL ",\"plural\":{\"en\":\"Things\",\"zh_CN\":\"东西\"},\"belongs\":\"household\",\"privacy\":1,\"merge\":\"review\","
                  "\"facts\":[\"colour\"],\"fields\":[{\"name\":\"size\",\"type\":\"text\"," LABEL "}]}]}",
                  "/records/plot/facts/0", "not a stored field");
  assert_refused ("", "/", "JSON");
  assert_refused ("[]", "/", "object");
  assert_refused ("{\"catalogue\":1", "/", "JSON");
  assert_refused ("{\"catalogue\":1} x", "/", "JSON");
  assert_refused ("{}", "/catalogue", "version");
  assert_refused ("{\"catalogue\":2}", "/catalogue", "version");
  assert_refused ("{\"catalogue\":1,\"recrods\":[]}", "/recrods", "unknown member");
  assert_refused ("{\"catalogue\":1,\"records\":{}}", "/records", "list");
  assert_refused ("{\"catalogue\":1,\"units\":[{\"name\":\"mu\"}]}", "/units/mu/label", "missing");
  assert_refused ("{\"catalogue\":1,\"units\":[{\"name\":\"mu\",\"label\":{\"en\":\"mu\"}}]}", "/units/mu/label/zh_CN", "missing");
  assert_refused ("{\"catalogue\":1,\"units\":[{\"name\":\"Mu\"," LABEL "}]}", "/units/0/name", "small letters");
  assert_refused ("{\"catalogue\":1,\"units\":[{\"name\":\"mu\"," LABEL "},{\"name\":\"mu\"," LABEL "}]}", "/units/mu", "twice");
  assert_refused ("{\"catalogue\":1,\"choices\":[{\"name\":\"g\"," LABEL ",\"choices\":[]}]}", "/choices/g/choices", "at least one");
  assert_refused ("{\"catalogue\":1,\"choices\":[{\"name\":\"g\"," LABEL ",\"choices\":[{\"code\":\"A\"," LABEL "},{\"code\":\"A\"," LABEL "}]}]}", "/choices/g/choices/1",
                  "twice");
  assert_refused ("{\"catalogue\":1,\"choices\":[{\"name\":\"g\"," LABEL ",\"choices\":[{\"code\":\"A\"," LABEL ",\"past\":\"yes\"}]}]}", "/choices/g/choices/0/past",
                  "must be one of no, over, gone");
  assert_refused ("{\"catalogue\":1,\"records\":[{\"name\":\"plot\"," LABEL ",\"plural\":{\"en\":\"Things\",\"zh_CN\":\"东西\"},\"belongs\":\"household\",\"by_hand\":\"no\",\"fields\":[]}]}", "/records/plot/by_hand", "");
  assert_refused ("{\"catalogue\":1,\"choices\":[{\"name\":\"g\"," LABEL ",\"choices\":[{\"code\":\"A\"," LABEL "}]}],"
                  "\"records\":[{\"name\":\"plot\"," LABEL ",\"plural\":{\"en\":\"Things\",\"zh_CN\":\"东西\"},\"belongs\":\"household\",\"privacy\":1,\"merge\":\"review\","
                  "\"fields\":[{\"name\":\"colour\",\"type\":\"choice\",\"choices\":\"g\"," LABEL "}]}],"
                  "\"forms\":[{\"name\":\"f\"," LABEL ",\"record\":\"plot\",\"steps\":[{\"name\":\"s\"," LABEL ",\"parts\":[{\"record\":\"plot\",\"mode\":\"add\",\"about\":{\"field\":\"colour\",\"codes\":[\"B\"]}}]}]}]}",
                  "/forms/f/steps/s/parts/0/about/codes/0", "not a code of g");
  assert_refused ("{\"catalogue\":1,\"forms\":[{\"name\":\"f\"," LABEL ",\"record\":\"nothing\",\"steps\":[]}]}", "/forms/f/record", "not a record type");
}

static void
test_faults_in_fields_name_the_field (void)
{
#define FIELD(rest) "{\"name\":\"size\"," LABEL "," rest "}"
#define AT          "/records/plot/fields/size"
  assert_field_accepted (FIELD ("\"type\":\"integer\",\"unit\":\"mu\",\"section\":\"land\""));
  assert_field_refused (FIELD ("\"type\":\"number\""), AT "/type", "must be one of text, integer");
  assert_field_refused (FIELD ("\"type\":\"integer\",\"unit\":\"acre\""), AT "/unit", "acre");
  assert_field_refused (FIELD ("\"type\":\"integer\",\"section\":\"sea\""), AT "/section", "sea");
  assert_field_refused (FIELD ("\"type\":\"choice\""), AT "/choices", "missing");
  assert_field_refused (FIELD ("\"type\":\"choice\",\"choices\":\"colour\""), AT "/choices", "colour");
  assert_field_refused (FIELD ("\"type\":\"reference\",\"reference\":\"barn\""), AT "/reference", "barn");
  assert_field_refused (FIELD ("\"type\":\"integer\",\"merge\":\"newest\""), AT "/merge", "review, latest");
  assert_field_refused (FIELD ("\"type\":\"integer\",\"privacy\":4"), AT "/privacy", "0 to 3");
  assert_field_refused (FIELD ("\"type\":\"integer\",\"writers\":[\"guest\"]"), AT "/writers/0", "helper");
  assert_field_refused (FIELD ("\"type\":\"integer\",\"pattern\":\"x\""), AT "/pattern", "integer");
  assert_field_refused (FIELD ("\"type\":\"text\",\"pattern\":\"a)|(b\""), AT "/pattern", "pattern");
  assert_field_refused (FIELD ("\"type\":\"integer\",\"min\":2,\"max\":1"), AT, "min");
  assert_field_refused (FIELD ("\"type\":\"integer\",\"constraint\":\"size > 0\""), AT, "message");
  assert_field_refused (FIELD ("\"type\":\"integer\",\"calculate\":\"1\",\"required\":true"), AT "/required", "calculated");
  assert_field_refused (FIELD ("\"type\":\"integer\",\"colour\":1"), AT "/colour", "unknown member");
  assert_field_refused (FIELD ("\"type\":\"integer\"") "," FIELD ("\"type\":\"text\""), AT, "twice");
  assert_field_refused ("{\"name\":\"order\"," LABEL ",\"type\":\"text\"}", "/records/plot/fields/order", "SQL");
  assert_field_refused ("{\"name\":\"deleted\"," LABEL ",\"type\":\"boolean\"}", "/records/plot/fields/deleted", "SQL");
  assert_field_refused ("", "/records/plot", "at least one field");
}

static void
test_hostile_files_are_bounded (void)
{
  g_autoptr (GString) deep = g_string_new ("{\"catalogue\":");
  for (guint i = 0; i < 100000; i++)
    g_string_append_c (deep, '[');
  assert_refused (deep->str, "/", "JSON");

  g_autofree char *open = g_strnfill (40, '[');
  g_autofree char *close = g_strnfill (40, ']');
  g_autofree char *nested = g_strdup_printf ("{\"catalogue\":1,\"units\":%s%s}", open, close);
  assert_refused (nested, "/", "JSON");

  g_autofree char *huge = g_strnfill (2 * 1024 * 1024, ' ');
  assert_refused (huge, "/", "larger");

  assert_refused ("{\"catalogue\":1,\"units\":[{\"name\":\"\xff\"}]}", "/", "UTF-8");

  g_autoptr (GString) many = g_string_new ("{\"name\":\"f0\"," LABEL ",\"type\":\"text\"}");
  for (guint i = 1; i <= 500; i++)
    g_string_append_printf (many, ",{\"name\":\"f%u\"," LABEL ",\"type\":\"text\"}", i);
  assert_field_refused (many->str, "/records/plot/fields", "more than");
}

static void
test_excluded_data_has_no_field (void)
{
  static const char *const excluded[] = { "ethnicity", "ethnic_group", "religion", "religious_belief", "politics", "political_status", "party_member", "criminal_record",
                                          "military_status", "veteran", "gps", "gps_lat", "latitude", "longitude", "lon", "bank_account", "bank_name", "disease_name",
                                          "diagnosis", "fingerprint", "face_image", "voice_print", "attitude", "attitude_score", "employer", "employer_name",
                                          "mandarin_level", "family_planning", "birth_control", "visitors", "call_log", "signature", "Bank Account", "bankAccount", "account_no", "coordinates", "crime", "民族",
                                          "政治面貌", "宗教信仰", "是否军人", "开户银行", "银行卡号", "疾病名称", "务工企业名称", "经度", "思想状况", "计划生育情况", "普通话水平" };
  static const char *const collected[] = { "name", "phone", "health", "labour", "work_area", "work_months", "birth", "land_arable", "water_safe", "amount", "place", "housing",
                                           "relation", "latest", "plan", "contact", "particulars", "personal_note", "surface", "interface", "invoice", "coordination_meeting", "income_account", "policy", "latrine", "longest", "姓名", "户主姓名", "健康状况",
                                           "务工状况", "文化程度", "出生日期", "联系电话", "身份证号", "证件号码", "致贫原因", "危房户", "县(市、区、旗)", "乡(镇)", "行政村", "自然村", "户编号", "人数", "与户主关系", "在校生状况", "劳动技能", "务工时间（月）", "参加大病医疗", "脱贫属性", "脱贫年度", "贫困户属性", "主要致贫原因", "饮水安全", "饮水困难", "人均纯收入", "序号", "是否解决安全饮用水", "首次识别时间", "人员识别时间", "户类型", "监测对象" };

  for (guint i = 0; i < G_N_ELEMENTS (excluded); i++)
    if (!ruhu_catalogue_excludes (excluded[i]))
      g_test_fail_printf ("%s is let in", excluded[i]);
  for (guint i = 0; i < G_N_ELEMENTS (collected); i++)
    if (ruhu_catalogue_excludes (collected[i]))
      g_test_fail_printf ("%s is kept out", collected[i]);

  assert_field_refused ("{\"name\":\"religion\"," LABEL ",\"type\":\"text\"}", "/records/plot/fields/religion", "G1");
  assert_field_refused ("{\"name\":\"extra\",\"label\":{\"en\":\"Extra\",\"zh_CN\":\"民族\"},\"type\":\"text\"}", "/records/plot/fields/extra", "G1");
  assert_refused ("{\"catalogue\":1,\"choices\":[{\"name\":\"ethnic\"," LABEL ",\"choices\":[{\"code\":\"1\"," LABEL "}]}]}", "/choices/ethnic", "G1");
}

#define WELLS                                                                                                                                                       \
  "{\"catalogue\":1,\"choices\":[{\"name\":\"cause\",\"choices\":[{\"code\":\"20\"," LABEL "},{\"code\":\"06\",\"retired\":true}]}],"                               \
  "\"records\":[{\"name\":\"household\",\"fields\":[{\"name\":\"wells\",\"type\":\"integer\"," LABEL ",\"section\":\"land\"},{\"name\":\"coop\",\"retired\":true}," \
  "{\"name\":\"phone\",\"label\":{\"en\":\"Mobile\",\"zh_CN\":\"手机\"}}]},"                                                                                      \
  "{\"name\":\"well\"," LABEL ",\"plural\":{\"en\":\"W\",\"zh_CN\":\"井\"},\"belongs\":\"household\",\"privacy\":1,\"merge\":\"latest\","                          \
  "\"fields\":[{\"name\":\"depth\",\"type\":\"decimal\",\"places\":1," LABEL "}]}],"                                                                                \
  "\"forms\":[{\"name\":\"visit\",\"steps\":[{\"name\":\"wells\",\"before\":\"seal\"," LABEL ",\"parts\":[{\"record\":\"well\",\"mode\":\"each\"}]},"               \
  "{\"name\":\"members\",\"parts\":[{\"record\":\"household\",\"mode\":\"self\",\"fields\":[\"wells\"]}]}]}]}"

static void
test_extension_adds_and_leaves_the_base_alone (void)
{
  g_autoptr (RuhuCatalogue) base = load_builtin ();
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuCatalogue) extended = ruhu_catalogue_extend (base, "wells", WELLS, &error);
  guint index = 0;

  g_assert_no_error (error);
  RuhuRecordType *household = ruhu_catalogue_get_record (extended, "household");
  g_assert_cmpint (ruhu_record_type_get_field (household, "wells")->type, ==, RUHU_TYPE_INTEGER);
  g_assert_true (ruhu_record_type_get_field (household, "coop")->retired);
  g_assert_cmpstr (ruhu_record_type_get_field (household, "phone")->label.en, ==, "Mobile");
  g_assert_cmpstr (ruhu_record_type_get_field (household, "phone")->pattern, !=, NULL);
  g_assert_nonnull (ruhu_catalogue_get_record (extended, "well"));
  RuhuChoiceList *cause = ruhu_catalogue_get_choices (extended, "cause");
  g_assert_nonnull (ruhu_choice_list_get (cause, "20"));
  g_assert_true (ruhu_choice_list_get (cause, "06")->retired);
  g_assert_cmpstr (ruhu_choice_list_get (cause, "06")->label.zh_CN, ==, "缺水");

  RuhuForm *form = ruhu_catalogue_get_form (extended, "visit");
  g_assert_cmpuint (form->steps->len, ==, 13);
  g_assert_cmpstr (((RuhuFormStep *) g_ptr_array_index (form->steps, 11))->name, ==, "wells");
  g_assert_cmpstr (((RuhuFormStep *) g_ptr_array_index (form->steps, 12))->name, ==, "seal");
  RuhuFormPart *part = g_ptr_array_index (((RuhuFormStep *) g_ptr_array_index (form->steps, 1))->parts, 0);
  g_assert_true (g_ptr_array_find (part->fields, ruhu_record_type_get_field (household, "wells"), &index));

  g_assert_null (ruhu_record_type_get_field (ruhu_catalogue_get_record (base, "household"), "wells"));
  g_assert_cmpuint (ruhu_catalogue_get_form (base, "visit")->steps->len, ==, 12);
}

static void
test_extensions_pile_up (void)
{
  g_autoptr (RuhuCatalogue) base = load_builtin ();
  g_autoptr (RuhuCatalogue) first = ruhu_catalogue_extend (base, "wells", WELLS, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuCatalogue) second = ruhu_catalogue_extend (
      first, "more", "{\"catalogue\":1,\"records\":[{\"name\":\"well\",\"fields\":[{\"name\":\"pump\",\"type\":\"boolean\"," LABEL "}]}]}", &error);

  g_assert_no_error (error);
  RuhuRecordType *well = ruhu_catalogue_get_record (second, "well");
  g_assert_nonnull (ruhu_record_type_get_field (well, "depth"));
  g_assert_nonnull (ruhu_record_type_get_field (well, "pump"));
  /* A part without a list of fields has the new one too. */
  RuhuFormStep *step = g_ptr_array_index (ruhu_catalogue_get_form (second, "visit")->steps, 11);
  g_assert_cmpuint (((RuhuFormPart *) g_ptr_array_index (step->parts, 0))->fields->len, ==, 2);
}

static void
assert_extension_refused (const char *text, const char *path)
{
  g_autoptr (RuhuCatalogue) base = load_builtin ();
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuCatalogue) extended = ruhu_catalogue_extend (base, "bad", text, &error);
  g_autofree char *start = g_strdup_printf ("bad: %s: ", path);

  g_assert_null (extended);
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
  if (!g_str_has_prefix (error->message, start))
    g_test_fail_printf ("expected “%s…”, got “%s”", start, error->message);
}

static void
test_extension_changes_nothing_that_is_there (void)
{
#define HOUSEHOLD(rest) "{\"catalogue\":1,\"records\":[{\"name\":\"household\"," rest "}]}"
  assert_extension_refused (HOUSEHOLD ("\"fields\":[{\"name\":\"phone\",\"type\":\"integer\"}]"), "/records/household/fields/phone");
  assert_extension_refused (HOUSEHOLD ("\"fields\":[{\"name\":\"phone\",\"merge\":\"review\"}]"), "/records/household/fields/phone");
  assert_extension_refused (HOUSEHOLD ("\"fields\":[{\"name\":\"status\",\"writers\":[\"helper\"]}]"), "/records/household/fields/status");
  assert_extension_refused (HOUSEHOLD ("\"belongs\":\"township\""), "/records/household");
  assert_extension_refused (HOUSEHOLD ("\"key\":[]"), "/records/household");
  assert_extension_refused (HOUSEHOLD ("\"fields\":[{\"name\":\"ethnicity\",\"type\":\"text\"," LABEL "}]"), "/records/household/fields/ethnicity");
  assert_extension_refused (HOUSEHOLD ("\"fields\":[{\"name\":\"phone\",\"label\":{\"en\":\"Religion\",\"zh_CN\":\"宗教\"}}]"), "/records/household/fields/phone");
  assert_extension_refused ("{\"catalogue\":1,\"forms\":[{\"name\":\"visit\",\"record\":\"person\"}]}", "/forms/visit");
  assert_extension_refused ("{\"catalogue\":1,\"forms\":[{\"name\":\"visit\",\"steps\":[{\"name\":\"seal\",\"compulsory\":false}]}]}", "/forms/visit/steps/seal");
  assert_extension_refused ("{\"catalogue\":1,\"units\":[{\"name\":\"mu\"," LABEL "}]}", "/units/mu");
}

static void
test_keys_make_the_same_id_everywhere (void)
{
  g_autoptr (RuhuCatalogue) catalogue = load_builtin ();
  RuhuRecordType *assessment = ruhu_catalogue_get_record (catalogue, "assessment");
  RuhuRecordType *living = ruhu_catalogue_get_record (catalogue, "living");
  g_autoptr (RuhuJson) fields = json_tokener_parse ("{\"kind\":\"1\",\"year\":2018,\"i1\":\"1\"}");
  g_autoptr (RuhuJson) other = json_tokener_parse ("{\"kind\":\"1\",\"year\":2019}");
  g_autoptr (RuhuJson) partial = json_tokener_parse ("{\"kind\":\"1\"}");
  g_autofree char *id = ruhu_record_type_make_id (assessment, "h1", fields);
  g_autofree char *again = ruhu_record_type_make_id (assessment, "h1", fields);
  g_autofree char *next_year = ruhu_record_type_make_id (assessment, "h1", other);
  g_autofree char *elsewhere = ruhu_record_type_make_id (assessment, "h2", fields);
  g_autofree char *living_id = ruhu_record_type_make_id (living, "h1", NULL);

  /* What was computed once must come out for ever: records are already stored under it. */
  g_assert_cmpstr (id, ==, again);
  g_assert_cmpstr (id, !=, next_year);
  g_assert_cmpstr (id, !=, elsewhere);
  g_assert_cmpstr (id, !=, living_id);
  g_assert_true (g_uuid_string_is_valid (id));
  g_assert_cmpint (id[14], ==, '5');
  g_assert_true (strchr ("89ab", id[19]) != NULL);
  g_assert_cmpstr (living_id, ==, "ee702e6d-f37f-50c5-a8a8-430d5348671c");
  g_assert_null (ruhu_record_type_make_id (assessment, "h1", partial));
  g_assert_null (ruhu_record_type_make_id (ruhu_catalogue_get_record (catalogue, "person"), "h1", fields));
}

static void
test_new_ids_stand_in_the_order_of_time (void)
{
  g_autofree char *before = ruhu_random_id ();

  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *id = NULL, *twin = NULL;

      g_usleep (2000);
      id = ruhu_random_id ();
      twin = ruhu_random_id ();
      g_assert_true (g_uuid_string_is_valid (id));
      g_assert_true (id[14] == '7' && strchr ("89ab", id[19]) != NULL);
      g_assert_cmpstr (id, >, before);
      g_assert_cmpstr (id, !=, twin);
      g_free (before);
      before = g_strdup (id);
    }
}

static void
test_labels_follow_the_locale (void)
{
  const RuhuLabel label = { .en = "Household", .zh_CN = "农户" };
  const RuhuLabel none = { NULL, NULL };

  g_setenv ("LANGUAGE", "zh_CN", TRUE);
  /* gettext says English here, and so must the labels beside it. */
  setlocale (LC_ALL, "C");
  g_assert_cmpstr (ruhu_label_get (&label), ==, "Household");
  setlocale (LC_ALL, "C.UTF-8");
  g_assert_cmpstr (ruhu_label_get (&label), ==, "农户");
  g_setenv ("LANGUAGE", "en", TRUE);
  g_assert_cmpstr (ruhu_label_get (&label), ==, "Household");
  g_assert_cmpstr (ruhu_label_get_for (&label, "zh_CN"), ==, "农户");
  g_assert_cmpstr (ruhu_label_get (&none), ==, "");
}

static void
test_roles_have_names (void)
{
  static const char *const names[] = { "helper", "cadre", "office", "inspector" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmpstr (ruhu_role_get_name (ruhu_role_from_name (names[i])), ==, names[i]);
  g_assert_cmpint (ruhu_role_from_name ("guest"), ==, 0);
  g_assert_cmpint (ruhu_role_from_name (NULL), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/catalogue/builtin-has-what-a-visit-needs", test_builtin_has_what_a_visit_needs);
  g_test_add_func ("/catalogue/code-lists-are-those-of-the-field", test_code_lists_are_those_of_the_field);
  g_test_add_func ("/catalogue/every-label-is-in-both-languages", test_every_label_is_in_both_languages);
  g_test_add_func ("/catalogue/visit-has-twelve-steps-and-two-are-compulsory", test_visit_has_twelve_steps_and_two_are_compulsory);
  g_test_add_func ("/catalogue/visit-asks-what-a-helper-may-write", test_visit_asks_what_a_helper_may_write);
  g_test_add_func ("/catalogue/faults-name-file-path-and-reason", test_faults_name_file_path_and_reason);
  g_test_add_func ("/catalogue/faults-in-fields-name-the-field", test_faults_in_fields_name_the_field);
  g_test_add_func ("/catalogue/hostile-files-are-bounded", test_hostile_files_are_bounded);
  g_test_add_func ("/catalogue/excluded-data-has-no-field", test_excluded_data_has_no_field);
  g_test_add_func ("/catalogue/extension-adds-and-leaves-the-base-alone", test_extension_adds_and_leaves_the_base_alone);
  g_test_add_func ("/catalogue/extensions-pile-up", test_extensions_pile_up);
  g_test_add_func ("/catalogue/extension-changes-nothing-that-is-there", test_extension_changes_nothing_that_is_there);
  g_test_add_func ("/catalogue/keys-make-the-same-id-everywhere", test_keys_make_the_same_id_everywhere);
  g_test_add_func ("/catalogue/new-ids-stand-in-the-order-of-time", test_new_ids_stand_in_the_order_of_time);
  g_test_add_func ("/catalogue/labels-follow-the-locale", test_labels_follow_the_locale);
  g_test_add_func ("/catalogue/roles-have-names", test_roles_have_names);
  return g_test_run ();
}
