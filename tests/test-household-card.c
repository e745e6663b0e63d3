/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The card that a household keeps: what is on it, what is never on it, and that it becomes a PDF file. */
#define G_LOG_DOMAIN "test-household-card"

#include "config.h"

#include "form-fixture.h"
#include "ruhu-card-printer.h"

#include <adwaita.h>
#include <glib/gstdio.h>
#include <string.h>

static RuhuHouseholdCard *
read_card (FormFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  RuhuHouseholdCard *card;

  laptop_sync (fixture->laptop, fixture->township);
  card = ruhu_household_card_read (fixture->laptop->store, "h1", &error);
  g_assert_no_error (error);
  return card;
}

static char *
dup_text (RuhuHouseholdCard *card)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < card->sections->len; i++)
    {
      RuhuCardSection *section = card->sections->pdata[i];

      g_string_append_printf (text, "[%s]\n", section->heading);
      for (guint j = 0; j < section->rows->len; j++)
        {
          g_autofree char *row = g_strjoinv ("|", section->rows->pdata[j]);

          g_string_append_printf (text, "%s\n", row);
        }
    }
  /* However thousands are parted. */
  g_string_replace (text, ",", "", 0);
  return g_string_free (text, FALSE);
}

static void
test_says_who_and_what (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autoptr (RuhuHouseholdCard) card = read_card (fixture);
  g_autofree char *text = dup_text (card);

  g_assert_nonnull (strstr (text, "曾小花|Daughter"));
  g_assert_nonnull (strstr (text, "屋顶漏水，雨季需修缮"));
  g_assert_nonnull (strstr (text, "2018"));
  g_assert_nonnull (strstr (card->footer, "12317"));
  form_fixture_free (fixture);
}

static void
test_income_by_quarter (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autoptr (RuhuHouseholdCard) card = NULL;
  g_autofree char *text = NULL;

  township_write (fixture->township, "h1",
                  "{\"income_line\":{\"l1\":{\"year\":2018,\"period\":\"1\",\"cat\":\"1\",\"item\":\"01\",\"amount\":120000},"
                  "\"l2\":{\"year\":2018,\"period\":\"3\",\"cat\":\"1\",\"item\":\"01\",\"amount\":30000},"
                  "\"l3\":{\"year\":2017,\"period\":\"1\",\"cat\":\"1\",\"item\":\"01\",\"amount\":77700}}}");
  card = read_card (fixture);
  text = dup_text (card);
  g_assert_nonnull (strstr (text, "[Income in 2018 in yuan]\nWages|1200.00||300.00||1500.00\n"));
  g_assert_null (strstr (text, "777"));
  form_fixture_free (fixture);
}

/* Guard-rails G4 and G7, and §4: no ID number, no illness, nothing that was declined. */
static void
test_keeps_to_itself (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autoptr (RuhuHouseholdCard) card = NULL;
  g_autofree char *text = NULL;

  township_write (fixture->township, "h1",
                  "{\"person\":{\"p1\":{\"id_no\":\"99000119700305001X\",\"health\":[\"03\"]},\"p4\":{\"name\":\"曾小去\",\"relation\":\"03\",\"sex\":\"1\",\"birth\":\"2001-01-01\",\"member_state\":\"04\"}},"
                  "\"measure\":{\"m2\":{\"kind\":\"102\",\"year\":2016,\"qty\":1,\"state\":\"6\"}}}");
  card = read_card (fixture);
  text = dup_text (card);
  g_assert_null (strstr (text, "99000119700305001X"));
  g_assert_null (strstr (text, "001X"));
  g_assert_null (strstr (text, "llness"));
  g_assert_null (strstr (text, "2016"));
  g_assert_null (strstr (text, "曾小去"));
  form_fixture_free (fixture);
}

static void
test_becomes_a_pdf_file (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autoptr (RuhuHouseholdCard) card = read_card (fixture);
  g_autofree char *directory = g_dir_make_tmp ("ruhu-card-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "card.pdf", NULL);
  g_autofree char *contents = NULL;
  gsize length = 0;
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_card_printer_export (card, path, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &contents, &length, &error));
  g_assert_true (g_str_has_prefix (contents, "%PDF-"));
  g_assert_cmpuint (length, >, 4000);
  g_unlink (path);
  g_rmdir (directory);
  form_fixture_free (fixture);
}

static void
test_says_why_it_cannot_be_written (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autoptr (RuhuHouseholdCard) card = read_card (fixture);
  g_autoptr (GError) error = NULL;

  g_assert_false (ruhu_card_printer_export (card, "/nowhere/at/all/card.pdf", &error));
  g_assert_nonnull (error);
  form_fixture_free (fixture);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/household-card/says_who_and_what", test_says_who_and_what);
  g_test_add_func ("/household-card/income_by_quarter", test_income_by_quarter);
  g_test_add_func ("/household-card/keeps_to_itself", test_keeps_to_itself);
  g_test_add_func ("/household-card/becomes_a_pdf_file", test_becomes_a_pdf_file);
  g_test_add_func ("/household-card/says_why_it_cannot_be_written", test_says_why_it_cannot_be_written);
  return g_test_run ();
}
