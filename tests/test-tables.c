/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables follow the catalogue: they grow, they never lose anything, and every value comes back as it went in. */
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-tables.h"

#include <glib/gstdio.h>

#define LABEL "\"label\":{\"en\":\"Thing\",\"zh_CN\":\"东西\"}"
#define WELLS                                                                                                                              \
  "{\"catalogue\":1,\"records\":[{\"name\":\"household\",\"fields\":[{\"name\":\"wells\",\"type\":\"integer\"," LABEL "},"                 \
  "{\"name\":\"well_id\",\"type\":\"reference\",\"reference\":\"well\"," LABEL "}]},"                                                      \
  "{\"name\":\"well\"," LABEL ",\"plural\":{\"en\":\"W\",\"zh_CN\":\"井\"},\"belongs\":\"household\",\"privacy\":1,\"merge\":\"latest\"," \
  "\"fields\":[{\"name\":\"depth\",\"type\":\"decimal\",\"places\":1," LABEL "}]}]}"

typedef struct
{
  char *folder;
  char *path;
  RuhuCatalogue *catalogue;
  RuhuDatabase *database;
} Fixture;

static void
reopen (Fixture *self)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->database, ruhu_database_close);
  self->database = ruhu_database_open (self->path, RUHU_DATABASE_CREATE, &error);
  g_assert_no_error (error);
  g_assert_true (ruhu_database_migrate (self->database, &error));
}

static void
set_up (Fixture *self, gconstpointer data)
{
  self->folder = g_dir_make_tmp ("ruhu-tables-XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "town.db", NULL);
  self->catalogue = ruhu_catalogue_load_builtin (NULL);
  reopen (self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  static const char *const suffixes[] = { "", "-wal", "-shm" };

  ruhu_database_close (self->database);
  ruhu_catalogue_unref (self->catalogue);
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *path = g_strconcat (self->path, suffixes[i], NULL);
      g_unlink (path);
    }
  g_rmdir (self->folder);
  g_free (self->path);
  g_free (self->folder);
}

typedef struct
{
  RuhuCatalogue *catalogue;
  GPtrArray *added;
} Following;

static gboolean
follow_in_transaction (RuhuDatabase *database, gpointer data, GError **error)
{
  Following *following = data;

  return ruhu_tables_follow (database, following->catalogue, &following->added, error);
}

static GPtrArray *
follow (Fixture *self, RuhuCatalogue *catalogue)
{
  g_autoptr (GError) error = NULL;
  Following following = { .catalogue = catalogue };

  g_assert_true (ruhu_database_transaction (self->database, follow_in_transaction, &following, &error));
  g_assert_no_error (error);
  return following.added;
}

static void
put (Fixture *self, RuhuCatalogue *catalogue, const char *type, const char *id, const char *scope, const char *json, gboolean insert)
{
  g_autoptr (RuhuJson) fields = json_tokener_parse (json);
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_tables_put (self->database, ruhu_catalogue_get_record (catalogue, type), id, scope, fields, insert, &error));
  g_assert_no_error (error);
}

/* The row as JSON, or NULL. */
static char *
get (Fixture *self, RuhuCatalogue *catalogue, const char *type, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuJson) fields = ruhu_tables_get (self->database, ruhu_catalogue_get_record (catalogue, type), id, &error);

  g_assert_no_error (error);
  return fields != NULL ? g_strdup (json_object_to_json_string_ext (fields, JSON_C_TO_STRING_PLAIN)) : NULL;
}

#define assert_row(type, id, json)                                 \
  G_STMT_START                                                     \
  {                                                                \
    g_autofree char *row_ = get (self, self->catalogue, type, id); \
    g_assert_cmpstr (row_, ==, json);                              \
  }                                                                \
  G_STMT_END

static void
test_every_type_of_value_comes_back (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) added = follow (self, self->catalogue);

  g_assert_cmpuint (added->len, ==, ruhu_catalogue_get_records (self->catalogue)->len);
  put (self, self->catalogue, "person", "p1", "h1", "{\"name\":\"甲·乙\",\"health\":[\"02\",\"04\"],\"birth\":\"1980-02-03\",\"work_months\":6,\"dibao\":false}", TRUE);
  put (self, self->catalogue, "household", "h1", "h1", "{\"head\":\"p1\",\"land_arable\":0.1,\"recog_month\":\"2014-03\",\"coop\":true}", TRUE);
  put (self, self->catalogue, "measure", "m1", "h1", "{\"kind\":\"202\",\"state\":\"1\",\"planned\":123456789012345}", TRUE);
  reopen (self);
  assert_row ("person", "p1", "{\"name\":\"甲·乙\",\"birth\":\"1980-02-03\",\"health\":[\"02\",\"04\"],\"dibao\":false,\"work_months\":6}");
  assert_row ("household", "h1", "{\"head\":\"p1\",\"recog_month\":\"2014-03\",\"land_arable\":0.1,\"coop\":true}");
  assert_row ("measure", "m1", "{\"kind\":\"202\",\"state\":\"1\",\"planned\":123456789012345}");
  assert_row ("measure", "m2", NULL);
}

static void
test_update_changes_what_it_names (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) added = follow (self, self->catalogue);

  put (self, self->catalogue, "household", "h1", "h1", "{\"phone\":\"13800138000\",\"group_name\":\"一组\"}", TRUE);
  put (self, self->catalogue, "household", "h1", "h1", "{\"phone\":null,\"land_grass\":2}", FALSE);
  assert_row ("household", "h1", "{\"group_name\":\"一组\",\"land_grass\":2}");
  put (self, self->catalogue, "household", "h1", "h1", "{\"deleted\":true}", FALSE);
  assert_row ("household", "h1", "{\"deleted\":true,\"group_name\":\"一组\",\"land_grass\":2}");
  put (self, self->catalogue, "household", "h1", "h1", "{\"deleted\":false}", FALSE);
  put (self, self->catalogue, "household", "h1", "h1", "{}", FALSE);
  assert_row ("household", "h1", "{\"group_name\":\"一组\",\"land_grass\":2}");
  put (self, self->catalogue, "household", "h2", "h2", "{}", TRUE);
  assert_row ("household", "h2", "{}");
}

static void
test_what_has_no_column_is_passed_over (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) added = follow (self, self->catalogue);

  put (self, self->catalogue, "household", "h1", "h1", "{\"phone\":\"13800138000\",\"size\":99,\"wells\":2,\"x\\\" TEXT); DROP TABLE log\":1}", TRUE);
  assert_row ("household", "h1", "{\"phone\":\"13800138000\"}");
  /* Not of the field's type: written before the field was declared. */
  put (self, self->catalogue, "household", "h2", "h2", "{\"phone\":[1],\"land_arable\":\"many\",\"coop\":3,\"exit_year\":\"x\"}", TRUE);
  assert_row ("household", "h2", "{}");
}

static void
test_new_fields_and_types_are_added_and_nothing_is_lost (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) first = follow (self, self->catalogue);
  g_autoptr (RuhuCatalogue) extended = ruhu_catalogue_extend (self->catalogue, "wells", WELLS, NULL);

  put (self, self->catalogue, "household", "h1", "h1", "{\"phone\":\"13800138000\"}", TRUE);
  g_autofree char *before = get (self, self->catalogue, "household", "h1");
  reopen (self);
  g_autoptr (GPtrArray) added = follow (self, extended);
  g_assert_cmpuint (added->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (added, 0), ==, "household");
  g_assert_cmpstr (g_ptr_array_index (added, 1), ==, "well");
  put (self, extended, "household", "h1", "h1", "{\"wells\":2}", FALSE);
  put (self, extended, "well", "w1", "h1", "{\"depth\":12.5}", TRUE);
  reopen (self);
  g_autoptr (GPtrArray) again = follow (self, extended);
  g_assert_cmpuint (again->len, ==, 0);
  g_autofree char *after = get (self, extended, "household", "h1");
  g_assert_cmpstr (before, ==, "{\"phone\":\"13800138000\"}");
  g_assert_cmpstr (after, ==, "{\"phone\":\"13800138000\",\"wells\":2}");
  /* An older program that opens the file leaves the new column alone. */
  g_autoptr (GPtrArray) older = follow (self, self->catalogue);
  put (self, self->catalogue, "household", "h1", "h1", "{\"group_name\":\"二组\"}", FALSE);
  g_autofree char *kept = get (self, extended, "household", "h1");
  g_assert_cmpstr (kept, ==, "{\"group_name\":\"二组\",\"phone\":\"13800138000\",\"wells\":2}");
}

static void
test_two_extensions_by_turns (Fixture *self, gconstpointer data)
{
  g_autoptr (RuhuCatalogue) wells = ruhu_catalogue_extend (self->catalogue, "wells", WELLS, NULL);
  g_autoptr (RuhuCatalogue) barns = ruhu_catalogue_extend (
      self->catalogue, "barns", "{\"catalogue\":1,\"records\":[{\"name\":\"household\",\"fields\":[{\"name\":\"barns\",\"type\":\"integer\"," LABEL "}]}]}", NULL);
  g_autoptr (GPtrArray) first = follow (self, wells);
  g_autoptr (GPtrArray) second = follow (self, barns);
  g_autoptr (GPtrArray) third = follow (self, wells);

  g_assert_cmpuint (second->len, ==, 1);
  g_assert_cmpuint (third->len, ==, 0);
}

static void
test_tables_are_found_again_when_meta_was_erased (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) first = follow (self, self->catalogue);
  g_autoptr (RuhuCatalogue) extended = ruhu_catalogue_extend (self->catalogue, "wells", WELLS, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_database_execute (self->database, "DELETE FROM meta WHERE key LIKE 'columns:%'", &error));
  g_autoptr (GPtrArray) added = follow (self, extended);
  g_assert_cmpuint (added->len, ==, ruhu_catalogue_get_records (extended)->len);
  put (self, extended, "household", "h1", "h1", "{\"phone\":\"13800138000\",\"wells\":3}", TRUE);
  g_autofree char *row = get (self, extended, "household", "h1");
  g_assert_cmpstr (row, ==, "{\"phone\":\"13800138000\",\"wells\":3}");
}

static void
test_scopes_and_references_have_indexes (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) added = follow (self, self->catalogue);
  g_autoptr (GError) error = NULL;
  g_autofree char *by_scope = NULL;
  g_autofree char *by_reference = NULL;

  g_autoptr (RuhuStatement) plan = ruhu_database_query (self->database, "EXPLAIN QUERY PLAN SELECT 1 FROM r_person WHERE scope = ?1", &error, "s", "h1");
  g_assert_true (ruhu_statement_next (plan, &error));
  by_scope = g_strdup (ruhu_statement_get_text (plan, 3));
  g_autoptr (RuhuStatement) other = ruhu_database_query (self->database, "EXPLAIN QUERY PLAN SELECT 1 FROM r_assignment WHERE helper_id = ?1", &error, "s", "x");
  g_assert_true (ruhu_statement_next (other, &error));
  by_reference = g_strdup (ruhu_statement_get_text (other, 3));
  g_assert_true (g_str_has_prefix (by_scope, "SEARCH"));
  g_assert_true (g_str_has_prefix (by_reference, "SEARCH"));
}

static void
test_clearing_a_scope_leaves_the_others (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) added = follow (self, self->catalogue);
  g_autoptr (GError) error = NULL;

  put (self, self->catalogue, "household", "h1", "h1", "{\"hh_no\":\"1\"}", TRUE);
  put (self, self->catalogue, "household", "h2", "h2", "{\"hh_no\":\"2\"}", TRUE);
  put (self, self->catalogue, "person", "p1", "h1", "{\"name\":\"甲\"}", TRUE);
  put (self, self->catalogue, "person", "p2", "h2", "{\"name\":\"乙\"}", TRUE);
  g_assert_true (ruhu_tables_clear (self->database, self->catalogue, ruhu_catalogue_get_record (self->catalogue, "person"), "h2", &error));
  assert_row ("person", "p2", NULL);
  assert_row ("household", "h2", "{\"hh_no\":\"2\"}");
  g_assert_true (ruhu_tables_clear (self->database, self->catalogue, NULL, "h1", &error));
  assert_row ("person", "p1", NULL);
  assert_row ("household", "h1", NULL);
  assert_row ("household", "h2", "{\"hh_no\":\"2\"}");
  g_assert_true (ruhu_tables_clear (self->database, self->catalogue, NULL, NULL, &error));
  assert_row ("household", "h2", NULL);
}

#define ADD(path, func) g_test_add ("/tables/" path, Fixture, NULL, set_up, func, tear_down)

/* Every check of a household asks whether anybody else has the same number. */
static void
test_what_rules_look_up_has_an_index (Fixture *self, gconstpointer data)
{
  static const char *const wanted[] = { "r_person WHERE id_no = ?1", "r_person WHERE name = ?1", "r_household WHERE hh_no = ?1", "r_photo WHERE image = ?1" };

  g_assert_true (ruhu_tables_follow (self->database, self->catalogue, NULL, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      g_autofree char *sql = g_strconcat ("EXPLAIN QUERY PLAN SELECT id FROM ", wanted[i], NULL);
      g_autoptr (RuhuStatement) plan = ruhu_database_query (self->database, sql, NULL, "s", "x");

      g_assert_true (ruhu_statement_next (plan, NULL));
      g_assert_true (g_str_has_prefix (ruhu_statement_get_text (plan, 3), "SEARCH"));
    }
}

static gint64
count_wide (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  gint64 n = -1;

  g_assert_true (ruhu_database_get_integer (self->database,
                                            "SELECT count (*) FROM sqlite_schema WHERE type = 'index' AND name GLOB 'i[0-9]*' AND name NOT LIKE '%\\_scope' ESCAPE '\\' "
                                            "AND sql NOT LIKE '% IS NOT NULL'",
                                            0, &n, &error, ""));
  g_assert_no_error (error);
  return n;
}

/* Each index is another page to write for each record. */
static void
test_what_nobody_looks_up_has_no_index (Fixture *self, gconstpointer data)
{
  g_autoptr (RuhuStatement) plan = NULL;

  g_assert_true (ruhu_tables_follow (self->database, self->catalogue, NULL, NULL));
  plan = ruhu_database_query (self->database, "EXPLAIN QUERY PLAN SELECT id FROM r_visit WHERE companion = ?1", NULL, "s", "x");
  g_assert_true (ruhu_statement_next (plan, NULL));
  g_assert_true (g_str_has_prefix (ruhu_statement_get_text (plan, 3), "SCAN"));
}

/* As earlier versions made them: an entry for each row, whatever the field says, and for each reference, whether anything looks it up or not. */
static void
test_a_file_from_before_gets_indexes_of_what_says_something (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) first = follow (self, self->catalogue);
  g_autoptr (GError) error = NULL;
  gint64 n = -1;

  g_assert_cmpint (count_wide (self), ==, 0);
  put (self, self->catalogue, "person", "p1", "h1", "{\"name\":\"甲\"}", TRUE);
  put (self, self->catalogue, "person", "p2", "h1", "{\"id_no\":\"5\"}", TRUE);
  g_assert_true (ruhu_database_execute (self->database,
                                        "DROP INDEX i6_person_name; CREATE INDEX i6_person_name ON r_person (name); DROP INDEX i6_person_id_no;"
                                        "CREATE INDEX i6_person_id_no ON r_person (id_no); CREATE INDEX i5_visit_companion ON r_visit (companion) WHERE companion IS NOT NULL;"
                                        "UPDATE meta SET value = 'narrow' WHERE key = 'columns:0'",
                                        &error));
  g_assert_cmpint (count_wide (self), ==, 2);
  reopen (self);
  g_autoptr (GPtrArray) again = follow (self, self->catalogue);
  g_assert_cmpuint (again->len, ==, 0);
  g_assert_cmpint (count_wide (self), ==, 0);
  g_assert_true (ruhu_database_get_integer (self->database, "SELECT count (*) FROM sqlite_schema WHERE name = 'i5_visit_companion'", -1, &n, &error, ""));
  g_assert_cmpint (n, ==, 0);
  g_assert_true (ruhu_database_check (self->database, &error));
  g_assert_true (ruhu_database_get_integer (self->database, "SELECT count (*) FROM r_person WHERE name = '甲' OR id_no = '5'", 0, &n, &error, ""));
  g_assert_cmpint (n, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("what-rules-look-up-has-an-index", test_what_rules_look_up_has_an_index);
  ADD ("what-nobody-looks-up-has-no-index", test_what_nobody_looks_up_has_no_index);
  ADD ("a-file-from-before-gets-indexes-of-what-says-something", test_a_file_from_before_gets_indexes_of_what_says_something);
  ADD ("every-type-of-value-comes-back", test_every_type_of_value_comes_back);
  ADD ("update-changes-what-it-names", test_update_changes_what_it_names);
  ADD ("what-has-no-column-is-passed-over", test_what_has_no_column_is_passed_over);
  ADD ("new-fields-and-types-are-added-and-nothing-is-lost", test_new_fields_and_types_are_added_and_nothing_is_lost);
  ADD ("two-extensions-by-turns", test_two_extensions_by_turns);
  ADD ("tables-are-found-again-when-meta-was-erased", test_tables_are_found_again_when_meta_was_erased);
  ADD ("scopes-and-references-have-indexes", test_scopes_and_references_have_indexes);
  ADD ("clearing-a-scope-leaves-the-others", test_clearing_a_scope_leaves_the_others);
  return g_test_run ();
}
