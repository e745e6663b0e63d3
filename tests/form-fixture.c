/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "form-fixture"

#include "config.h"

#include "form-fixture.h"

#include "ruhu-cleanups.h"
#include "ruhu-photo-strip.h"

#include <malloc.h>
#include <string.h>

/* Its id is made from its key. */
static void
write_assessment (Township *township)
{
  g_autoptr (RuhuJson) fields = json_tokener_parse ("{\"kind\":\"1\",\"year\":2017,\"i1\":\"1\",\"i2\":\"1\",\"i3\":\"1\",\"i4\":\"0\"}");
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (township->store), "assessment");
  g_autofree char *id = ruhu_record_type_make_id (type, "h1", fields);
  g_autofree char *set = g_strdup_printf ("{\"assessment\":{\"%s\":%s}}", id, json_object_to_json_string (fields));

  township_write (township, "h1", set);
}

FormFixture *
form_fixture_new (void)
{
  FormFixture *self = g_new0 (FormFixture, 1);

  self->township = township_new ();
  township_write (self->township, "h1",
                  "{\"household\":{\"h1\":{\"phone\":\"13800000001\",\"group_name\":\"二组\",\"land_arable\":12.5,\"cause_main\":\"01\"}},"
                  "\"person\":{\"p1\":{\"birth\":\"1970-03-05\",\"edu\":\"02\",\"health\":[\"01\"],\"med_ins\":\"1\",\"member_state\":\"01\"},"
                  "\"p3\":{\"name\":\"曾小花\",\"relation\":\"04\",\"sex\":\"2\",\"birth\":\"2008-09-01\",\"school\":\"03\",\"member_state\":\"01\"}}}");
  write_assessment (self->township);
  township_write (self->township, "h1",
                  "{\"measure\":{\"m1\":{\"kind\":\"101\",\"year\":2018,\"qty\":3,\"state\":\"3\"}},"
                  "\"problem\":{\"q1\":{\"source\":\"1\",\"description\":\"屋顶漏水，雨季需修缮\",\"found\":\"2018-05-02\",\"state\":\"1\"}}}");
  self->laptop = laptop_new (self->township, "laptop-a", "helper-a");
  laptop_sync (self->laptop, self->township);
  self->worker = ruhu_worker_new (self->laptop->path);
  return self;
}

void
form_fixture_free (FormFixture *self)
{
  /* A session lives as long as something of it is under way: each answer may ask the next question. */
  for (guint i = 0; i < 5; i++)
    {
      ruhu_worker_flush (self->worker);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  g_object_unref (self->worker);
  laptop_free (self->laptop);
  township_free (self->township);
  g_free (self);
}

static gboolean
timeout_cb (gpointer data)
{
  g_assert_not_reached ();
  return G_SOURCE_REMOVE;
}

void
form_wait (gboolean (*condition) (gpointer data), gpointer data)
{
  guint timeout = g_timeout_add_seconds (60, timeout_cb, NULL);

  while (!condition (data))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timeout);
}

void
form_keep_result_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

gboolean
form_is_set (gpointer data)
{
  return *(gpointer *) data != NULL;
}

gboolean
form_is_label (GtkWidget *widget, const char *text)
{
  return GTK_IS_LABEL (widget) && strstr (gtk_label_get_label (GTK_LABEL (widget)), text) != NULL;
}

gboolean
form_is_button (GtkWidget *widget, const char *text)
{
  return GTK_IS_BUTTON (widget) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), text) == 0;
}

gboolean
form_is_photo_strip (GtkWidget *widget, const char *unused)
{
  return RUHU_IS_PHOTO_STRIP (widget) && form_find (widget, form_is_button, "Add a Photo…") != NULL;
}

GtkWidget *
form_find (GtkWidget *root, FormJudge judge, const char *text)
{
  GtkWidget *found = gtk_widget_get_visible (root) && judge (root, text) ? root : NULL;

  for (GtkWidget *child = gtk_widget_get_visible (root) ? gtk_widget_get_first_child (root) : NULL; child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = form_find (child, judge, text);
  return found;
}

typedef struct
{
  GtkWidget *root;
  FormJudge judge;
  const char *text;
} Wanted;

static gboolean
is_there (gpointer data)
{
  Wanted *wanted = data;

  return form_find (wanted->root, wanted->judge, wanted->text) != NULL;
}

static gboolean
is_gone (gpointer data)
{
  Wanted *wanted = data;

  return form_find (wanted->root, wanted->judge, wanted->text) == NULL;
}

GtkWidget *
form_see (GtkWidget *root, FormJudge judge, const char *text)
{
  Wanted wanted = { root, judge, text };

  form_wait (is_there, &wanted);
  return form_find (root, judge, text);
}

void
form_miss (GtkWidget *root, FormJudge judge, const char *text)
{
  Wanted wanted = { root, judge, text };

  form_wait (is_gone, &wanted);
}

GtkWidget *
form_find_with_data (GtkWidget *widget, const char *name)
{
  GtkWidget *found = NULL;

  if (g_object_get_data (G_OBJECT (widget), name) != NULL)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = form_find_with_data (child, name);
  return found;
}

RuhuEditSession *
form_open_visit (FormFixture *fixture, const char *draft)
{
  RuhuEditSession *session = ruhu_edit_session_new_form (fixture->worker, "visit", "h1", draft);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  ruhu_edit_session_open_async (session, NULL, form_keep_result_cb, &result);
  form_wait (form_is_set, &result);
  g_assert_true (ruhu_edit_session_open_finish (session, result, &error));
  g_assert_no_error (error);
  return session;
}

void
form_enter (RuhuEditSession *session, const char *type, const char *record, const char *field, const char *json)
{
  RuhuRecordType *record_type = ruhu_catalogue_get_record (ruhu_edit_session_get_catalogue (session), type);
  g_autoptr (RuhuJson) value = json_tokener_parse (json);

  ruhu_edit_session_set_value (session, ruhu_record_type_get_field (record_type, field), record, value);
}

void
form_enter_visit (RuhuEditSession *session)
{
  form_enter (session, "visit", ruhu_draft_body_get_self (ruhu_edit_session_get_body (session)), "outcome", "\"1\"");
}

guint
form_count_drafts (FormFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) drafts = NULL;

  ruhu_worker_flush (fixture->worker);
  drafts = ruhu_store_list_drafts (fixture->laptop->store, NULL, &error);
  g_assert_no_error (error);
  return drafts->len;
}

gboolean
form_save_once (RuhuEditSession *session, GPtrArray **findings, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  ruhu_edit_session_save_async (session, NULL, form_keep_result_cb, &result);
  form_wait (form_is_set, &result);
  return ruhu_edit_session_save_finish (session, result, findings, error);
}

gboolean
form_save (RuhuEditSession *session, GPtrArray **findings, GError **error)
{
  gboolean asked = FALSE;

  if (form_save_once (session, findings, error) || *findings == NULL)
    return *findings != NULL;
  for (guint i = 0; i < (*findings)->len; i++)
    {
      const RuhuFinding *finding = (*findings)->pdata[i];

      if (finding->rule == NULL || !(finding->needs_reason || finding->may_pend))
        continue;
      ruhu_edit_session_set_reason (session, finding, "已核实");
      asked = TRUE;
    }
  if (!asked)
    return FALSE;
  g_clear_pointer (findings, g_ptr_array_unref);
  return form_save_once (session, findings, error);
}

/* --- what is left, what is open --- */

static gsize
count_heap (void)
{
  malloc_trim (0);
  return mallinfo2 ().uordblks;
}

void
form_assert_flat (FormRound round, gpointer data, guint first, guint more)
{
  guint rounds = g_test_thorough () ? 1000 : more;
  gsize before, grown;

  for (guint i = 0; i < first; i++)
    round (data);
  before = count_heap ();
  for (guint i = 0; i < rounds; i++)
    round (data);
  grown = count_heap () > before ? count_heap () - before : 0;
  g_test_message ("%zu bytes more after %u rounds", grown, rounds);
  g_assert_cmpuint (grown, <, 2000 * (gsize) rounds + 200000);
}

GtkWidget *
form_find_record_window (void)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *l = windows; l != NULL; l = l->next)
    if (g_str_equal (G_OBJECT_TYPE_NAME (l->data), "RuhuRecordDialog"))
      return l->data;
  return NULL;
}

gboolean
form_has_record_window (gpointer data)
{
  GtkWidget *window = form_find_record_window ();

  return window != NULL && gtk_window_get_title (GTK_WINDOW (window)) != NULL;
}

gboolean
form_has_no_record_window (gpointer data)
{
  return form_find_record_window () == NULL;
}

void
form_discard (RuhuEditSession *session)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  ruhu_edit_session_discard_async (session, form_keep_result_cb, &result);
  form_wait (form_is_set, &result);
  g_assert_true (ruhu_edit_session_discard_finish (session, result, &error));
  g_assert_no_error (error);
}
