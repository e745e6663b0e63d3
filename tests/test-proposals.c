/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What need not be asked because something else says it: it is proposed, follows what it was taken from, and gives way to whatever a person types. */
#define G_LOG_DOMAIN "test-proposals"

#include "config.h"

#include "form-fixture.h"
#include "ruhu-cleanups.h"

#define FEMALE_1949 "\"11010519491231002X\""
#define MALE_1970   "\"110105197003050017\""

typedef struct
{
  RuhuEditSession *session;
  const char *type;
  const char *record;
  const char *field;
  const char *wanted; /* NULL: nothing */
} Place;

static gboolean
stands (gpointer data)
{
  Place *place = data;
  json_object *value = ruhu_draft_body_get_value (ruhu_edit_session_get_body (place->session), place->type, place->record, place->field);

  return g_strcmp0 (json_object_get_string (value), place->wanted) == 0;
}

static void
see (RuhuEditSession *session, const char *type, const char *record, const char *field, const char *wanted)
{
  Place place = { session, type, record, field, wanted };

  form_wait (stands, &place);
}

static void
end (RuhuEditSession *session, FormFixture *fixture)
{
  form_discard (session);
  g_object_unref (session);
  form_fixture_free (fixture);
}

static char *
add (RuhuEditSession *session, const char *type)
{
  return g_strdup (ruhu_edit_session_add_record (session, ruhu_catalogue_get_record (ruhu_edit_session_get_catalogue (session), type)));
}

/* The one that the form has open already, if it does. */
static char *
get_single (RuhuEditSession *session, const char *type)
{
  g_autoptr (GPtrArray) records = ruhu_draft_body_list_records (ruhu_edit_session_get_body (session), type);

  return records->len > 0 ? g_strdup (records->pdata[0]) : add (session, type);
}

static void
test_an_id_number_says_sex_and_birth (void)
{
  FormFixture *fixture = form_fixture_new ();
  RuhuEditSession *session = form_open_visit (fixture, NULL);
  g_autofree char *person = add (session, "person");

  form_enter (session, "person", person, "id_no", FEMALE_1949);
  see (session, "person", person, "birth", "1949-12-31");
  see (session, "person", person, "sex", "2");
  form_enter (session, "person", person, "id_no", MALE_1970);
  see (session, "person", person, "birth", "1970-03-05");
  see (session, "person", person, "sex", "1");
  form_enter (session, "person", person, "birth", "\"1971-01-01\"");
  form_enter (session, "person", person, "id_no", FEMALE_1949);
  see (session, "person", person, "sex", "2");
  see (session, "person", person, "birth", "1971-01-01");
  end (session, fixture);
}

/* p1's date of birth is on file, the sex is not. */
static void
test_of_somebody_on_file_only_what_is_missing_is_proposed (void)
{
  FormFixture *fixture = form_fixture_new ();
  RuhuEditSession *session = NULL;

  township_write (fixture->township, "h1", "{\"person\":{\"p1\":{\"sex\":null}}}");
  laptop_sync (fixture->laptop, fixture->township);
  session = form_open_visit (fixture, NULL);
  form_enter (session, "person", "p1", "id_no", MALE_1970);
  see (session, "person", "p1", "sex", "1");
  see (session, "person", "p1", "birth", "1970-03-05");
  end (session, fixture);
}

static void
test_what_was_seen_at_the_house_is_not_asked_again (void)
{
  FormFixture *fixture = form_fixture_new ();
  RuhuEditSession *session = form_open_visit (fixture, NULL);
  g_autofree char *living = get_single (session, "living"), *housing = get_single (session, "housing"), *assessment = NULL;

  form_enter (session, "living", living, "water_safe", "true");
  form_enter (session, "housing", housing, "grade", "\"D\"");
  assessment = add (session, "assessment");
  see (session, "assessment", assessment, "i6", "1");
  see (session, "assessment", assessment, "j2", "1");
  see (session, "assessment", assessment, "i5", "0");
  see (session, "assessment", assessment, "j9", "0");
  see (session, "assessment", assessment, "j3", NULL);
  form_enter (session, "assessment", assessment, "j2", "\"9\"");
  form_enter (session, "living", living, "water_safe", "false");
  form_enter (session, "living", living, "power", "true");
  see (session, "assessment", assessment, "i6", "0");
  see (session, "assessment", assessment, "j3", "1");
  form_enter (session, "living", living, "water_safe", "true");
  see (session, "assessment", assessment, "i6", "1");
  see (session, "assessment", assessment, "j2", "9");
  end (session, fixture);
}

/* p3 is nine today and goes to primary school; nobody else is of that age. */
static void
test_schooling_is_judged_by_the_children (void)
{
  FormFixture *fixture = form_fixture_new ();
  RuhuEditSession *session = NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *set = g_strdup_printf ("{\"person\":{\"p3\":{\"birth\":\"%04d-01-01\"}}}", g_date_time_get_year (now) - 9), *assessment = NULL;

  township_write (fixture->township, "h1", set);
  laptop_sync (fixture->laptop, fixture->township);
  session = form_open_visit (fixture, NULL);
  assessment = add (session, "assessment");
  see (session, "assessment", assessment, "i3", "1");
  form_enter (session, "person", "p3", "school", "\"01\"");
  see (session, "assessment", assessment, "i3", "0");
  see (session, "assessment", assessment, "j6", "0");
  form_enter (session, "person", "p3", "member_state", "\"04\"");
  see (session, "assessment", assessment, "i3", "9");
  end (session, fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proposals/an-id-number-says-sex-and-birth", test_an_id_number_says_sex_and_birth);
  g_test_add_func ("/proposals/of-somebody-on-file-only-what-is-missing-is-proposed", test_of_somebody_on_file_only_what_is_missing_is_proposed);
  g_test_add_func ("/proposals/what-was-seen-at-the-house-is-not-asked-again", test_what_was_seen_at_the_house_is_not_asked_again);
  g_test_add_func ("/proposals/schooling-is-judged-by-the-children", test_schooling_is_judged_by_the_children);
  return g_test_run ();
}
