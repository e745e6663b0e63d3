/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a change may say: on the laptop over whole records, at the township over what the change carries. */
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-heads.h"
#include "ruhu-tables.h"
#include "ruhu-validate.h"

#include <string.h>

#define TODAY "2018-06-30"

typedef struct
{
  RuhuCatalogue *catalogue;
  RuhuDatabase *database;
  RuhuValidator *validator;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->catalogue = ruhu_catalogue_load_builtin (NULL);
  self->database = ruhu_database_open (":memory:", RUHU_DATABASE_CREATE, &error);
  g_assert_no_error (error);
  g_assert_true (ruhu_database_migrate (self->database, &error));
  g_assert_true (ruhu_tables_follow (self->database, self->catalogue, NULL, &error));
  self->validator = ruhu_validator_new (self->database, self->catalogue);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  ruhu_validator_free (self->validator);
  ruhu_database_close (self->database);
  ruhu_catalogue_unref (self->catalogue);
}

static void
store (Fixture *self, const char *type, const char *id, const char *scope, const char *json)
{
  g_autoptr (RuhuJson) fields = json_tokener_parse (json);

  g_assert_true (ruhu_tables_put (self->database, ruhu_catalogue_get_record (self->catalogue, type), id, scope, fields, TRUE, NULL));
}

/* A change of household h1, unless @place says "village" or "township". */
static RuhuChange *
make_change (const char *place, const char *set)
{
  RuhuChange *change = g_new0 (RuhuChange, 1);

  change->device = g_strdup ("d1");
  change->time = g_strdup ("2018-06-30T08:12:33.123Z.0004");
  change->by = g_strdup ("u1");
  change->of_village = g_strcmp0 (place, "village") == 0;
  change->scope = g_strdup (place == NULL ? "h1" : change->of_village ? "v1"
                                                                      : RUHU_SCOPE_TOWNSHIP);
  change->set = json_tokener_parse (set);
  change->seq = 1;
  g_assert_nonnull (change->set);
  return change;
}

/* Every finding as "E field" or "W field", joined; "-" stands for the record. */
static char *
join_findings (GPtrArray *findings)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < findings->len; i++)
    {
      RuhuFinding *finding = g_ptr_array_index (findings, i);
      g_assert_true (finding->message != NULL && finding->message[0] != '\0');
      g_string_append_printf (text, "%s%s %s", i > 0 ? ", " : "", finding->severity == RUHU_SEVERITY_ERROR ? "E" : "W", finding->field != NULL ? finding->field : "-");
    }
  return g_string_free (text, FALSE);
}

static char *
judge_local (Fixture *self, RuhuRole role, const char *place, const char *set)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuChange) change = make_change (place, set);
  g_autoptr (GPtrArray) findings = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_finding_free);

  g_assert_true (ruhu_validator_check_local (self->validator, change, role, TODAY, findings, &error));
  g_assert_no_error (error);
  return join_findings (findings);
}

#define assert_local(role, set, expected)                                      \
  G_STMT_START                                                                 \
  {                                                                            \
    g_autofree char *found_ = judge_local (self, RUHU_ROLE_##role, NULL, set); \
    g_assert_cmpstr (found_, ==, expected);                                    \
  }                                                                            \
  G_STMT_END

/* "" when it is accepted, else the error's code and its message. */
static char *
judge_remote (Fixture *self, RuhuRole role, const char *place, const char *set)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuChange) change = make_change (place, set);
  gboolean foreseen = ruhu_validator_foresee_remote (self->validator, change, role);
  gboolean passes = ruhu_validator_check_remote (self->validator, change, role, &error);
  g_autoptr (GPtrArray) absent = g_ptr_array_new ();
  gboolean ours = ruhu_heads_check_scope (self->database, self->catalogue, change, absent, NULL);

  if (ours && ruhu_validator_holds_foreseen (self->validator, change, absent))
    g_assert_true (foreseen == passes);
  if (passes)
    return g_strdup ("");
  return g_strdup_printf ("%s %s", ruhu_error_get_name (error->code), error->message);
}

#define assert_remote_at(role, place, set, expected)                                    \
  G_STMT_START                                                                          \
  {                                                                                     \
    g_autofree char *found_ = judge_remote (self, RUHU_ROLE_##role, place, set);        \
    if (expected[0] == '\0' ? found_[0] != '\0' : !g_str_has_prefix (found_, expected)) \
      g_test_fail_printf ("expected “%s…”, got “%s”", expected, found_);                \
  }                                                                                     \
  G_STMT_END
#define assert_remote(role, set, expected) assert_remote_at (role, NULL, set, expected)

static void
test_new_record_needs_what_is_required (Fixture *self, gconstpointer data)
{
  assert_local (HELPER, "{\"visit\":{\"v1\":{\"date\":\"2018-06-30\",\"outcome\":\"1\"}}}", "");
  assert_local (HELPER, "{\"visit\":{\"v1\":{\"summary\":\"x\"}}}", "E date, E outcome");
  assert_local (HELPER, "{\"person\":{\"p1\":{\"name\":\"甲\"}}}", "");
  assert_local (HELPER, "{\"person\":{\"p1\":{\"name\":null,\"edu\":\"02\"}}}", "E name");
  /* What only the office may give is not asked of a helper. */
  assert_local (HELPER, "{\"household\":{\"h1\":{\"phone\":\"13800138000\"}}}", "");
  assert_local (OFFICE, "{\"household\":{\"h1\":{\"phone\":\"13800138000\"}}}", "E village_id");
}

static void
test_existing_record_needs_only_what_is_touched (Fixture *self, gconstpointer data)
{
  store (self, "person", "p1", "h1", "{\"edu\":\"02\"}");
  assert_local (HELPER, "{\"person\":{\"p1\":{\"edu\":\"03\"}}}", "");
  assert_local (HELPER, "{\"person\":{\"p1\":{\"name\":null}}}", "E name");
}

/* Imported identity data may be sealed as 待核实, with a reason in the same change. */
static void
test_a_wrong_id_number_may_stand_with_a_reason (Fixture *self, gconstpointer data)
{
#define WRONG        "\"person\":{\"p1\":{\"name\":\"甲\",\"id_no\":\"990001198001010011\"}}"
#define NOTE(record) "\"finding_note\":{\"n1\":{\"rule\":\"R02\",\"record_type\":\"person\",\"record_id\":\"" record "\",\"field\":\"id_no\",\"pending\":true,\"reason\":\"待核实\"}}"
  assert_local (HELPER, "{" WRONG "}", "E id_no");
  assert_remote (HELPER, "{" WRONG "}", "invalid ");
  assert_local (HELPER, "{" WRONG "," NOTE ("p1") "}", "W id_no");
  assert_remote (HELPER, "{" WRONG "," NOTE ("p1") "}", "");
  assert_remote (HELPER, "{" WRONG "," NOTE ("p2") "}", "invalid ");
  /* Only where a rule says so: a telephone number may not. */
  assert_remote (HELPER, "{\"visit\":{\"v1\":{\"date\":\"2018-06-30\",\"outcome\":\"1\",\"began\":\"25:00\"}},\"finding_note\":{\"n1\":{\"rule\":\"R02\",\"record_type\":\"visit\",\"record_id\":\"v1\","
                         "\"field\":\"began\",\"reason\":\"x\"}}}",
                 "invalid ");
#undef WRONG
#undef NOTE
}

static void
test_required_only_where_it_is_asked (Fixture *self, gconstpointer data)
{
  g_autoptr (RuhuJson) none = NULL;
  g_autofree char *id = ruhu_record_type_make_id (ruhu_catalogue_get_record (self->catalogue, "housing"), "h1", none);
  g_autofree char *good = g_strdup_printf ("{\"housing\":{\"%s\":{\"grade\":\"A\"}}}", id);
  g_autofree char *bad = g_strdup_printf ("{\"housing\":{\"%s\":{\"grade\":\"C\"}}}", id);
  g_autofree char *whole = g_strdup_printf ("{\"housing\":{\"%s\":{\"grade\":\"C\",\"certified_on\":\"2018-05-01\",\"certifier\":\"住建局\"}}}", id);

  assert_local (HELPER, good, "");
  assert_local (HELPER, bad, "E certified_on, E certifier");
  assert_local (HELPER, whole, "");
}

static void
test_values_are_of_their_type (Fixture *self, gconstpointer data)
{
  assert_local (HELPER, "{\"person\":{\"p1\":{\"name\":\"甲\",\"work_months\":13,\"edu\":\"77\",\"birth\":\"1980-2-3\"}}}", "E birth, E edu, E work_months");
  assert_local (HELPER, "{\"household\":{\"h1\":{\"size\":4}}}", "E size");
  assert_local (HELPER, "{\"household\":{\"h1\":{\"wells\":4}}}", "E -");
  assert_local (HELPER, "{\"barn\":{\"b1\":{\"wells\":4}}}", "E -");
}

static void
test_constraints_see_stored_values (Fixture *self, gconstpointer data)
{
  store (self, "assignment", "a1", "h1", "{\"helper_id\":\"u1\",\"post\":\"A\",\"from_date\":\"2018-03-01\"}");
  assert_local (OFFICE, "{\"assignment\":{\"a1\":{\"to_date\":\"2018-04-01\"}}}", "");
  assert_local (OFFICE, "{\"assignment\":{\"a1\":{\"to_date\":\"2018-02-01\"}}}", "E to_date");
  assert_local (HELPER, "{\"visit\":{\"v1\":{\"date\":\"2018-07-01\",\"outcome\":\"2\"}}}", "E date");
}

static void
test_old_faults_do_not_stop_other_work (Fixture *self, gconstpointer data)
{
  /* Two people's writing that does not fit together. */
  store (self, "person", "p1", "h1", "{\"name\":\"甲\",\"id_no\":\"11010519491231002X\",\"sex\":\"1\",\"birth\":\"1949-12-31\"}");
  assert_local (HELPER, "{\"person\":{\"p1\":{\"edu\":\"02\"}}}", "W sex");
  assert_local (HELPER, "{\"person\":{\"p1\":{\"sex\":\"1\"}}}", "E sex");
  assert_local (HELPER, "{\"person\":{\"p1\":{\"sex\":\"2\"}}}", "");
  /* The other side of the rule is touched. */
  assert_local (HELPER, "{\"person\":{\"p1\":{\"id_no\":\"990001197501010010\"}}}", "E birth");
}

static void
test_what_is_not_asked_is_a_warning (Fixture *self, gconstpointer data)
{
  assert_local (HELPER, "{\"visit\":{\"v1\":{\"date\":\"2018-06-30\",\"outcome\":\"2\",\"minutes\":30}}}", "W minutes");
  assert_local (HELPER, "{\"visit\":{\"v1\":{\"date\":\"2018-06-30\",\"outcome\":\"1\",\"minutes\":30}}}", "");
}

static void
test_roles_write_what_is_theirs (Fixture *self, gconstpointer data)
{
  store (self, "household", "h1", "h1", "{\"village_id\":\"v1\",\"status\":\"0\"}");
  assert_local (HELPER, "{\"household\":{\"h1\":{\"status\":\"1\"}}}", "E status");
  assert_local (CADRE, "{\"household\":{\"h1\":{\"phone\":\"13800138000\"}}}", "");
  assert_local (OFFICE, "{\"household\":{\"h1\":{\"status\":\"1\"}}}", "");
  assert_local (INSPECTOR, "{\"household\":{\"h1\":{\"phone\":\"13800138000\"}}}", "E phone");
  assert_remote (HELPER, "{\"household\":{\"h1\":{\"status\":\"1\"}}}", "forbidden household/h1: status: ");
  assert_remote (OFFICE, "{\"household\":{\"h1\":{\"status\":\"1\"}}}", "");
  assert_remote (HELPER, "{\"assignment\":{\"a1\":{\"helper_id\":\"u1\"}}}", "forbidden assignment/a1: helper_id: ");
  assert_remote_at (INSPECTOR, "township", "{\"inspection\":{\"i1\":{\"kind\":\"1\",\"date\":\"2018-06-30\"}}}", "");
  assert_remote_at (HELPER, "township", "{\"inspection\":{\"i1\":{\"kind\":\"1\",\"date\":\"2018-06-30\"}}}", "forbidden inspection/i1: ");
}

/* Whoever finds a problem says by when it is to be solved; only the office moves that afterwards. */
static void
test_makers_write_only_in_the_making (Fixture *self, gconstpointer data)
{
  store (self, "problem", "p1", "h1", "{\"kind\":\"04\",\"found\":\"2018-06-01\",\"state\":\"1\",\"deadline\":\"2018-06-16\"}");
  assert_local (HELPER, "{\"problem\":{\"p2\":{\"kind\":\"04\",\"found\":\"2018-06-30\",\"state\":\"1\",\"deadline\":\"2018-07-15\",\"owner\":\"u1\"}}}", "");
  assert_local (HELPER, "{\"problem\":{\"p1\":{\"deadline\":\"2018-12-31\"}}}", "E deadline");
  assert_local (INSPECTOR, "{\"problem\":{\"p2\":{\"deadline\":\"2018-07-15\"}}}", "E deadline");
  assert_local (OFFICE, "{\"problem\":{\"p1\":{\"deadline\":\"2018-12-31\"}}}", "");
  assert_remote (HELPER, "{\"problem\":{\"p2\":{\"kind\":\"04\",\"found\":\"2018-06-30\",\"state\":\"1\",\"deadline\":\"2018-07-15\",\"owner\":\"u1\"}}}", "");
  assert_remote (HELPER, "{\"problem\":{\"p1\":{\"deadline\":\"2018-12-31\"}}}", "forbidden problem/p1: deadline: ");
  assert_remote (OFFICE, "{\"problem\":{\"p1\":{\"deadline\":\"2018-12-31\"}}}", "");
}

static void
test_append_only_is_written_once (Fixture *self, gconstpointer data)
{
  store (self, "visit", "v1", "h1", "{\"date\":\"2018-06-01\",\"outcome\":\"1\"}");
  assert_local (HELPER, "{\"visit\":{\"v1\":{\"summary\":\"x\"}}}", "E -");
  assert_local (OFFICE, "{\"visit\":{\"v1\":{\"summary\":\"x\"}}}", "E -");
  assert_local (HELPER, "{\"visit\":{\"v1\":{\"deleted\":true}}}", "E -");
  assert_local (OFFICE, "{\"visit\":{\"v1\":{\"deleted\":true}}}", "");
  assert_local (OFFICE, "{\"visit\":{\"v1\":{\"deleted\":true,\"outcome\":\"2\"}}}", "E -");
  assert_remote (HELPER, "{\"visit\":{\"v1\":{\"summary\":\"x\"}}}", "forbidden visit/v1: ");
  assert_remote (HELPER, "{\"visit\":{\"v2\":{\"summary\":\"x\"}}}", "");
  assert_remote (OFFICE, "{\"visit\":{\"v1\":{\"deleted\":true}}}", "");
  assert_remote (HELPER, "{\"visit\":{\"v1\":{\"deleted\":true}}}", "forbidden visit/v1: ");
}

static void
test_deleting (Fixture *self, gconstpointer data)
{
  store (self, "measure", "m1", "h1", "{\"kind\":\"202\",\"state\":\"1\"}");
  store (self, "assignment", "a1", "h1", "{\"helper_id\":\"u1\",\"post\":\"A\",\"from_date\":\"2018-03-01\"}");
  store (self, "household", "h1", "h1", "{}");
  assert_local (HELPER, "{\"measure\":{\"m1\":{\"deleted\":true}}}", "");
  assert_local (HELPER, "{\"measure\":{\"m1\":{\"deleted\":1}}}", "E -");
  assert_local (HELPER, "{\"assignment\":{\"a1\":{\"deleted\":true}}}", "E -");
  assert_local (HELPER, "{\"household\":{\"h1\":{\"deleted\":true}}}", "E -");
  assert_local (OFFICE, "{\"household\":{\"h1\":{\"deleted\":true}}}", "");
  assert_local (INSPECTOR, "{\"measure\":{\"m1\":{\"deleted\":true}}}", "E -");
  assert_remote (HELPER, "{\"household\":{\"h1\":{\"deleted\":true}}}", "forbidden household/h1: ");
  assert_remote (HELPER, "{\"measure\":{\"m1\":{\"deleted\":\"yes\"}}}", "invalid measure/m1: ");
}

static void
test_records_belong_to_their_place (Fixture *self, gconstpointer data)
{
  assert_local (OFFICE, "{\"village\":{\"v1\":{\"name\":\"火村\"}}}", "E -");
  assert_local (OFFICE, "{\"household\":{\"h2\":{\"village_id\":\"v1\"}}}", "E -");
  assert_remote (OFFICE, "{\"village\":{\"v1\":{\"name\":\"火村\"}}}", "invalid village/v1: ");
  assert_remote (HELPER, "{\"household\":{\"h2\":{\"phone\":null}}}", "invalid household/h2: ");
  assert_remote_at (OFFICE, "township", "{\"village\":{\"v1\":{\"name\":\"火村\"}}}", "");
  assert_remote_at (OFFICE, "township", "{\"person\":{\"p1\":{\"name\":\"甲\"}}}", "invalid person/p1: ");
  assert_remote_at (CADRE, "village", "{\"infra\":{\"i1\":{\"kind\":\"1\",\"name\":\"路\"}}}", "");
  assert_remote_at (CADRE, "village", "{\"person\":{\"p1\":{\"name\":\"甲\"}}}", "invalid person/p1: ");
}

static void
test_ids_of_keyed_records (Fixture *self, gconstpointer data)
{
  g_autoptr (RuhuJson) key = json_tokener_parse ("{\"kind\":\"1\",\"year\":2018}");
  g_autofree char *id = ruhu_record_type_make_id (ruhu_catalogue_get_record (self->catalogue, "assessment"), "h1", key);
  g_autofree char *good = g_strdup_printf ("{\"assessment\":{\"%s\":{\"kind\":\"1\",\"year\":2018,\"i1\":\"1\"}}}", id);
  g_autofree char *moved = g_strdup_printf ("{\"assessment\":{\"%s\":{\"kind\":\"1\",\"year\":2019}}}", id);
  g_autofree char *later = g_strdup_printf ("{\"assessment\":{\"%s\":{\"i2\":\"0\"}}}", id);
  g_autofree char *partial = g_strdup_printf ("{\"assessment\":{\"%s\":{\"year\":2019}}}", id);

  assert_local (HELPER, good, "");
  assert_local (HELPER, moved, "E -");
  assert_local (HELPER, "{\"assessment\":{\"x1\":{\"kind\":\"1\",\"year\":2018}}}", "E -");
  assert_local (HELPER, "{\"living\":{\"x1\":{\"power\":true}}}", "E -");
  assert_remote (HELPER, good, "");
  assert_remote (HELPER, moved, "invalid assessment/");
  assert_remote (HELPER, partial, "invalid assessment/");
  assert_remote (HELPER, "{\"living\":{\"x1\":{\"power\":true}}}", "invalid living/x1: ");
  /* The key is not said again with every edit. */
  assert_remote (HELPER, later, "");
  store (self, "assessment", id, "h1", "{\"kind\":\"1\",\"year\":2018}");
  assert_local (HELPER, later, "");
  assert_local (HELPER, partial, "E -");
}

static void
test_township_judges_what_a_change_carries (Fixture *self, gconstpointer data)
{
  /* What others wrote meanwhile would make this invalid on a laptop. */
  store (self, "assignment", "a1", "h1", "{\"helper_id\":\"u1\",\"post\":\"A\",\"from_date\":\"2018-12-01\"}");
  assert_remote (OFFICE, "{\"assignment\":{\"a1\":{\"to_date\":\"2018-04-01\"}}}", "");
  assert_remote (OFFICE, "{\"assignment\":{\"a1\":{\"from_date\":\"2018-05-01\",\"to_date\":\"2018-04-01\"}}}", "invalid assignment/a1: to_date: ");
  assert_remote (HELPER, "{\"person\":{\"p1\":{\"id_no\":\"110105194912310021\"}}}", "invalid person/p1: id_no: ");
  assert_remote (HELPER, "{\"person\":{\"p1\":{\"work_months\":13}}}", "invalid person/p1: work_months: ");
  assert_remote (HELPER, "{\"person\":{\"p1\":{\"name\":null}}}", "invalid person/p1: name: ");
  assert_remote (HELPER, "{\"person\":{\"p1\":{\"edu\":null}}}", "");
  assert_remote (HELPER, "{\"household\":{\"h1\":{\"size\":5}}}", "invalid household/h1: size: ");
}

static void
test_no_constraint_refuses_for_what_is_not_carried (Fixture *self, gconstpointer data)
{
  static const char *const samples[] = { "true", "false", "1", "0", "2016", "\"1\"", "\"0\"", "\"2\"", "\"01\"", "\"12\"",
                                         "\"2018-01-01\"", "\"2018-01\"", "[\"01\"]", "[\"02\"]", "\"x\"", "\"11010519491231002X\"" };
  GPtrArray *records = ruhu_catalogue_get_records (self->catalogue);
  guint n_constraints = 0;

  /* A value that is fine with its constraint alone for some sample must exist: else every partial edit is refused. */
  for (guint i = 0; i < records->len; i++)
    {
      RuhuRecordType *type = g_ptr_array_index (records, i);
      for (guint j = 0; j < type->fields->len; j++)
        {
          RuhuField *field = g_ptr_array_index (type->fields, j);
          gboolean passes = field->constraint == NULL || field->type == RUHU_TYPE_REFERENCE;
          n_constraints += field->constraint != NULL ? 1 : 0;
          for (guint k = 0; k < G_N_ELEMENTS (samples) && !passes; k++)
            {
              g_autofree char *set = g_strdup_printf ("{\"%s\":{\"%s\":{\"%s\":%s}}}", type->name, strcmp (type->name, "household") == 0 ? "h1" : "x1", field->name, samples[k]);
              g_autofree char *verdict =
                  judge_remote (self, RUHU_ROLE_OFFICE, type->belongs == RUHU_BELONGS_HOUSEHOLD ? NULL : type->belongs == RUHU_BELONGS_VILLAGE ? "village"
                                                                                                                                               : "township",
                                set);
              passes = verdict[0] == '\0' || type->key != NULL;
            }
          if (!passes)
            g_test_fail_printf ("%s.%s refuses every value that comes alone", type->name, field->name);
        }
    }
  g_assert_cmpuint (n_constraints, >, 20);
}

static void
test_unknown_names_pass_and_excluded_ones_do_not (Fixture *self, gconstpointer data)
{
  assert_remote (HELPER, "{\"household\":{\"h1\":{\"wells\":2}}}", "");
  assert_remote (HELPER, "{\"well\":{\"w1\":{\"depth\":2}}}", "");
  assert_remote (OFFICE, "{\"household\":{\"h1\":{\"ethnicity\":\"x\"}}}", "invalid household/h1: ethnicity: ");
  assert_remote (OFFICE, "{\"well\":{\"w1\":{\"latitude\":43.1}}}", "invalid well/w1: latitude: ");
  assert_remote (OFFICE, "{\"religion\":{\"w1\":{\"x\":1}}}", "invalid ");
}

static void
test_refusals_never_say_the_value (Fixture *self, gconstpointer data)
{
  g_autofree char *local = NULL;
  g_autofree char *remote = judge_remote (self, RUHU_ROLE_HELPER, NULL, "{\"person\":{\"p1\":{\"id_no\":\"secret-id-7\",\"name\":\"甲\"}}}");
  g_autoptr (RuhuChange) change = make_change (NULL, "{\"person\":{\"p1\":{\"id_no\":\"secret-id-7\",\"name\":\"secret\\u0001name\",\"edu\":\"secret\"}}}");
  g_autoptr (GPtrArray) findings = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_finding_free);

  g_assert_null (strstr (remote, "secret"));
  g_assert_true (ruhu_validator_check_local (self->validator, change, RUHU_ROLE_HELPER, TODAY, findings, NULL));
  g_assert_cmpuint (findings->len, ==, 3);
  for (guint i = 0; i < findings->len; i++)
    g_assert_null (strstr (((RuhuFinding *) g_ptr_array_index (findings, i))->message, "secret"));
}

static char *
extension_set (const char *body)
{
  g_autoptr (RuhuJson) set = json_object_new_object ();
  json_object *records = json_object_new_object ();
  json_object *fields = json_object_new_object ();

  json_object_object_add (fields, "name", json_object_new_string ("2019"));
  json_object_object_add (fields, "body", json_object_new_string (body));
  json_object_object_add (records, "x1", fields);
  json_object_object_add (set, "catalogue_extension", records);
  return g_strdup (json_object_to_json_string (set));
}

static void
test_an_extension_is_tried_before_it_is_recorded (Fixture *self, gconstpointer data)
{
#define LABEL "\"label\":{\"en\":\"Thing\",\"zh_CN\":\"东西\"}"
  g_autofree char *good = extension_set ("{\"catalogue\":1,\"records\":[{\"name\":\"household\",\"fields\":[{\"name\":\"wells\",\"type\":\"integer\"," LABEL "}]}]}");
  g_autofree char *excluded = extension_set ("{\"catalogue\":1,\"records\":[{\"name\":\"household\",\"fields\":[{\"name\":\"religion\",\"type\":\"text\"," LABEL "}]}]}");
  g_autofree char *broken = extension_set (
      "{\"catalogue\":1,\"records\":[{\"name\":\"household\",\"fields\":[{\"name\":\"wells\",\"type\":\"integer\",\"relevant\":\"nothing = 1\"," LABEL "}]}]}");
  g_autofree char *found = judge_local (self, RUHU_ROLE_OFFICE, "township", excluded);

  g_assert_cmpstr (found, ==, "E body");
  assert_remote_at (OFFICE, "township", good, "");
  assert_remote_at (OFFICE, "township", excluded, "invalid catalogue_extension/x1: 2019: /records/household/fields/religion: ");
  assert_remote_at (OFFICE, "township", broken, "invalid catalogue_extension/x1: /records/household/fields/wells/relevant: ");
  assert_remote_at (HELPER, "township", good, "forbidden ");
}

static void
test_a_page_knows_what_to_ask (Fixture *self, gconstpointer data)
{
  g_autoptr (RuhuJson) fields = json_tokener_parse ("{\"outcome\":\"2\"}");
  g_autoptr (GHashTable) relevant = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) findings = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_finding_free);

  g_assert_true (ruhu_validator_check_record (self->validator, ruhu_catalogue_get_record (self->catalogue, "visit"), "v1", "h1", fields, RUHU_ROLE_HELPER, TODAY, relevant,
                                              findings, NULL));
  g_autofree char *found = join_findings (findings);
  g_assert_cmpstr (found, ==, "E date");
  g_assert_true (g_hash_table_contains (relevant, "date"));
  g_assert_false (g_hash_table_contains (relevant, "minutes"));
}

#define ADD(path, func) g_test_add ("/validate/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("new-record-needs-what-is-required", test_new_record_needs_what_is_required);
  ADD ("existing-record-needs-only-what-is-touched", test_existing_record_needs_only_what_is_touched);
  ADD ("a-wrong-id-number-may-stand-with-a-reason", test_a_wrong_id_number_may_stand_with_a_reason);
  ADD ("required-only-where-it-is-asked", test_required_only_where_it_is_asked);
  ADD ("values-are-of-their-type", test_values_are_of_their_type);
  ADD ("constraints-see-stored-values", test_constraints_see_stored_values);
  ADD ("old-faults-do-not-stop-other-work", test_old_faults_do_not_stop_other_work);
  ADD ("what-is-not-asked-is-a-warning", test_what_is_not_asked_is_a_warning);
  ADD ("roles-write-what-is-theirs", test_roles_write_what_is_theirs);
  ADD ("makers-write-only-in-the-making", test_makers_write_only_in_the_making);
  ADD ("append-only-is-written-once", test_append_only_is_written_once);
  ADD ("deleting", test_deleting);
  ADD ("records-belong-to-their-place", test_records_belong_to_their_place);
  ADD ("ids-of-keyed-records", test_ids_of_keyed_records);
  ADD ("township-judges-what-a-change-carries", test_township_judges_what_a_change_carries);
  ADD ("no-constraint-refuses-for-what-is-not-carried", test_no_constraint_refuses_for_what_is_not_carried);
  ADD ("unknown-names-pass-and-excluded-ones-do-not", test_unknown_names_pass_and_excluded_ones_do_not);
  ADD ("refusals-never-say-the-value", test_refusals_never_say_the_value);
  ADD ("an-extension-is-tried-before-it-is-recorded", test_an_extension_is_tried_before_it_is_recorded);
  ADD ("a-page-knows-what-to-ask", test_a_page_knows_what_to_ask);
  return g_test_run ();
}
