/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each type's row: what is typed becomes a value, what is no value is said, what is set comes back. */
#define G_LOG_DOMAIN "test-field-row"

#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-field-editor.h"
#include "ruhu-field-row.h"
#include "ruhu-value.h"

#include <adwaita.h>

static const char sample[] =
    "{\"catalogue\":1,\"units\":[{\"name\":\"jar\",\"label\":{\"en\":\"jars\",\"zh_CN\":\"罐\"}}],"
    "\"choices\":["
    "{\"name\":\"few\",\"label\":{\"en\":\"Few\",\"zh_CN\":\"少\"},\"choices\":["
    "{\"code\":\"a\",\"label\":{\"en\":\"Apple\",\"zh_CN\":\"苹果\"}},{\"code\":\"b\",\"label\":{\"en\":\"Bean\",\"zh_CN\":\"豆\"}},"
    "{\"code\":\"o\",\"label\":{\"en\":\"Oat\",\"zh_CN\":\"燕麦\"},\"retired\":true}]},"
    "{\"name\":\"many\",\"label\":{\"en\":\"Many\",\"zh_CN\":\"多\"},\"choices\":["
    "{\"code\":\"1\",\"label\":{\"en\":\"One\",\"zh_CN\":\"一\"}},{\"code\":\"2\",\"label\":{\"en\":\"Two\",\"zh_CN\":\"二\"}},"
    "{\"code\":\"3\",\"label\":{\"en\":\"Three\",\"zh_CN\":\"三\"}},{\"code\":\"4\",\"label\":{\"en\":\"Four\",\"zh_CN\":\"四\"}},"
    "{\"code\":\"5\",\"label\":{\"en\":\"Five\",\"zh_CN\":\"五\"}},{\"code\":\"6\",\"label\":{\"en\":\"Six\",\"zh_CN\":\"六\"},\"retired\":true}]}],"
    "\"records\":[{\"name\":\"pantry\",\"label\":{\"en\":\"Pantry\",\"zh_CN\":\"储藏\"},\"plural\":{\"en\":\"Pantries\",\"zh_CN\":\"储藏\"},"
    "\"belongs\":\"household\",\"privacy\":1,\"merge\":\"latest\",\"fields\":["
    "{\"name\":\"word\",\"type\":\"text\",\"label\":{\"en\":\"Word\",\"zh_CN\":\"词\"},\"max\":5,\"required\":true,\"hint\":{\"en\":\"Short.\",\"zh_CN\":\"短。\"}},"
    "{\"name\":\"story\",\"type\":\"text\",\"label\":{\"en\":\"Story\",\"zh_CN\":\"故事\"},\"long_text\":true,\"max\":50},"
    "{\"name\":\"jars\",\"type\":\"integer\",\"label\":{\"en\":\"Jars\",\"zh_CN\":\"罐数\"},\"unit\":\"jar\",\"min\":0,\"max\":99},"
    "{\"name\":\"weight\",\"type\":\"decimal\",\"label\":{\"en\":\"Weight\",\"zh_CN\":\"重\"},\"places\":2},"
    "{\"name\":\"price\",\"type\":\"money\",\"label\":{\"en\":\"Price\",\"zh_CN\":\"价\"}},"
    "{\"name\":\"cold\",\"type\":\"boolean\",\"label\":{\"en\":\"Cold\",\"zh_CN\":\"冷\"}},"
    "{\"name\":\"made\",\"type\":\"date\",\"label\":{\"en\":\"Made\",\"zh_CN\":\"制\"}},"
    "{\"name\":\"season\",\"type\":\"month\",\"label\":{\"en\":\"Season\",\"zh_CN\":\"季\"}},"
    "{\"name\":\"fruit\",\"type\":\"choice\",\"label\":{\"en\":\"Fruit\",\"zh_CN\":\"果\"},\"choices\":\"few\"},"
    "{\"name\":\"shelf\",\"type\":\"choice\",\"label\":{\"en\":\"Shelf\",\"zh_CN\":\"架\"},\"choices\":\"many\"},"
    "{\"name\":\"uses\",\"type\":\"choices\",\"label\":{\"en\":\"Uses\",\"zh_CN\":\"用途\"},\"choices\":\"many\",\"max_choices\":2},"
    "{\"name\":\"cook\",\"type\":\"reference\",\"label\":{\"en\":\"Cook\",\"zh_CN\":\"厨\"},\"reference\":\"person\"},"
    "{\"name\":\"secret\",\"type\":\"text\",\"privacy\":3,\"label\":{\"en\":\"Secret\",\"zh_CN\":\"密\"}},"
    "{\"name\":\"picture\",\"type\":\"photo\",\"label\":{\"en\":\"Picture\",\"zh_CN\":\"照\"}}]}]}";

static RuhuCatalogue *catalogue;

typedef struct
{
  GtkWidget *window;
  GtkWidget *other; /* something else that takes the keyboard */
  RuhuFieldRow *row;
  guint n_changed;
  guint n_left;
} Scene;

static void
count_cb (guint *count)
{
  (*count)++;
}

static void
spin (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static Scene *
scene_new (const char *field)
{
  Scene *self = g_new0 (Scene, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  RuhuRecordType *type = ruhu_catalogue_get_record (catalogue, "pantry");

  self->row = RUHU_FIELD_ROW (ruhu_field_row_new (ruhu_record_type_get_field (type, field)));
  self->other = gtk_button_new_with_label ("other");
  self->window = gtk_window_new ();
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->row));
  gtk_box_append (GTK_BOX (box), self->other);
  gtk_window_set_child (GTK_WINDOW (self->window), box);
  g_signal_connect_swapped (self->row, "changed", G_CALLBACK (count_cb), &self->n_changed);
  g_signal_connect_swapped (self->row, "left", G_CALLBACK (count_cb), &self->n_left);
  gtk_window_present (GTK_WINDOW (self->window));
  spin ();
  return self;
}

static void
scene_free (Scene *self)
{
  gtk_window_destroy (GTK_WINDOW (self->window));
  spin ();
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scene, scene_free)

/* The first visible descendant of a type whose label is @label (NULL: any). */
static GtkWidget *
find (GtkWidget *widget, GType type, const char *label)
{
  const char *own = NULL;

  if (!gtk_widget_get_visible (widget))
    return NULL;
  if (GTK_IS_BUTTON (widget))
    own = gtk_button_get_label (GTK_BUTTON (widget));
  else if (GTK_IS_CHECK_BUTTON (widget))
    own = gtk_check_button_get_label (GTK_CHECK_BUTTON (widget));
  if (g_type_is_a (G_OBJECT_TYPE (widget), type) && (label == NULL || g_strcmp0 (own, label) == 0))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, type, label);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
type_text (Scene *scene, const char *text)
{
  GtkWidget *entry = find (GTK_WIDGET (scene->row), GTK_TYPE_ENTRY, NULL);

  g_assert_nonnull (entry);
  gtk_widget_grab_focus (entry);
  gtk_editable_set_text (GTK_EDITABLE (entry), text);
  spin ();
}

static void
leave (Scene *scene)
{
  gtk_widget_grab_focus (scene->other);
  spin ();
}

static void
press (Scene *scene, const char *label)
{
  GtkWidget *button = find (GTK_WIDGET (scene->row), GTK_TYPE_TOGGLE_BUTTON, label);

  if (button == NULL)
    button = find (GTK_WIDGET (scene->row), GTK_TYPE_CHECK_BUTTON, label);
  g_assert_nonnull (button);
  if (GTK_IS_CHECK_BUTTON (button))
    gtk_check_button_set_active (GTK_CHECK_BUTTON (button), !gtk_check_button_get_active (GTK_CHECK_BUTTON (button)));
  else
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), !gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (button)));
  spin ();
}

static void
choose (Scene *scene, const char *title)
{
  GtkWidget *drop_down = find (GTK_WIDGET (scene->row), GTK_TYPE_DROP_DOWN, NULL);
  GListModel *items;

  g_assert_nonnull (drop_down);
  items = gtk_drop_down_get_model (GTK_DROP_DOWN (drop_down));
  for (guint i = 0; i < g_list_model_get_n_items (items); i++)
    {
      g_autoptr (RuhuReferenceItem) item = g_list_model_get_item (items, i);

      if (g_strcmp0 (ruhu_reference_item_get_title (item), title) != 0)
        continue;
      gtk_drop_down_set_selected (GTK_DROP_DOWN (drop_down), i);
      spin ();
      return;
    }
  g_assert_not_reached ();
}

static void
assert_value (Scene *scene, const char *expected)
{
  g_autoptr (RuhuJson) value = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_field_row_get_value (scene->row, &value, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (json_object_to_json_string_ext (value, JSON_C_TO_STRING_PLAIN), ==, expected);
}

static void
assert_no_value (Scene *scene)
{
  g_autoptr (RuhuJson) value = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (ruhu_field_row_get_value (scene->row, &value, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
  g_assert_null (value);
}

static void
assert_round_trip (const char *field, const char *json)
{
  g_autoptr (Scene) scene = scene_new (field);
  g_autoptr (RuhuJson) value = json_tokener_parse (json);

  ruhu_field_row_set_value (scene->row, value);
  assert_value (scene, json);
  g_assert_null (ruhu_field_row_get_message (scene->row));
  ruhu_field_row_set_value (scene->row, NULL);
  assert_value (scene, "null");
  g_assert_cmpuint (scene->n_changed, ==, 0);
}

static void
test_round_trips (void)
{
  assert_round_trip ("word", "\"苹果\"");
  assert_round_trip ("story", "\"Once upon\\na time\"");
  assert_round_trip ("jars", "12");
  assert_round_trip ("weight", "2.25");
  assert_round_trip ("price", "1250");
  assert_round_trip ("cold", "true");
  assert_round_trip ("cold", "false");
  assert_round_trip ("made", "\"2018-06-03\"");
  assert_round_trip ("season", "\"2018-06\"");
  assert_round_trip ("fruit", "\"b\"");
  assert_round_trip ("shelf", "\"3\"");
  assert_round_trip ("uses", "[\"1\",\"4\"]");
  assert_round_trip ("cook", "\"p1\"");
}

static void
test_typing (void)
{
  static const struct
  {
    const char *field;
    const char *text;
    const char *json;
  } typed[] = {
    { "word", "  bean ", "\"bean\"" },
    { "jars", "12", "12" },
    { "jars", "１２", "12" },
    { "jars", "", "null" },
    { "weight", "2.5", "2.5" },
    { "price", "12.5", "1250" },
    { "price", "3", "300" },
    { "made", "2018-6-3", "\"2018-06-03\"" },
    { "made", "20180603", "\"2018-06-03\"" },
    { "season", "2018-6", "\"2018-06\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (typed); i++)
    {
      g_autoptr (Scene) scene = scene_new (typed[i].field);

      type_text (scene, "x");
      type_text (scene, typed[i].text);
      assert_value (scene, typed[i].json);
      leave (scene);
      g_assert_null (ruhu_field_row_get_message (scene->row));
      g_assert_cmpuint (scene->n_changed, >=, 1);
      g_assert_cmpuint (scene->n_left, ==, 1);
    }
}

static void
test_invalid_text (void)
{
  static const char *const typed[][2] = {
    { "word", "too long a word" },
    { "jars", "a dozen" },
    { "jars", "100" },
    { "weight", "2.555" },
    { "price", "cheap" },
    { "made", "2018-02-30" },
    { "season", "2018-13" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (typed); i++)
    {
      g_autoptr (Scene) scene = scene_new (typed[i][0]);
      g_autofree char *text = NULL;
      GtkWidget *entry;

      type_text (scene, typed[i][1]);
      assert_no_value (scene);
      /* It is said when the row is left, not while somebody types. */
      g_assert_null (ruhu_field_row_get_message (scene->row));
      leave (scene);
      g_assert_nonnull (ruhu_field_row_get_message (scene->row));
      entry = find (GTK_WIDGET (scene->row), GTK_TYPE_ENTRY, NULL);
      gtk_test_accessible_assert_state (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_STATE_INVALID, GTK_ACCESSIBLE_INVALID_TRUE);
      gtk_test_accessible_assert_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, ruhu_field_row_get_message (scene->row));
      text = ruhu_field_row_dup_text (scene->row);
      g_assert_cmpstr (text, ==, typed[i][1]);
      type_text (scene, "");
      g_assert_null (ruhu_field_row_get_message (scene->row));
      gtk_test_accessible_assert_state (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_STATE_INVALID, GTK_ACCESSIBLE_INVALID_FALSE);
    }
}

/* Text that was no value is there again after a crash, and said to be none. */
static void
test_text_comes_back (void)
{
  g_autoptr (Scene) scene = scene_new ("jars");

  ruhu_field_row_set_text (scene->row, "a dozen");
  assert_no_value (scene);
  g_assert_nonnull (ruhu_field_row_get_message (scene->row));
}

static void
test_yes_no_and_neither (void)
{
  g_autoptr (Scene) scene = scene_new ("cold");

  assert_value (scene, "null");
  press (scene, "Yes");
  assert_value (scene, "true");
  press (scene, "No");
  assert_value (scene, "false");
  press (scene, "No");
  assert_value (scene, "null");
  g_assert_cmpuint (scene->n_changed, ==, 3);
}

static void
test_few_choices (void)
{
  g_autoptr (Scene) scene = scene_new ("fruit");
  g_autoptr (RuhuJson) retired = json_object_new_string ("o");

  press (scene, "Apple");
  assert_value (scene, "\"a\"");
  press (scene, "Bean");
  assert_value (scene, "\"b\"");
  /* What is no longer offered is shown where it stands. */
  g_assert_null (find (GTK_WIDGET (scene->row), GTK_TYPE_TOGGLE_BUTTON, "Oat"));
  ruhu_field_row_set_value (scene->row, retired);
  g_assert_nonnull (find (GTK_WIDGET (scene->row), GTK_TYPE_TOGGLE_BUTTON, "Oat"));
  assert_value (scene, "\"o\"");
}

static void
test_many_choices (void)
{
  g_autoptr (Scene) scene = scene_new ("shelf");
  g_autoptr (RuhuJson) retired = json_object_new_string ("6");
  GtkWidget *drop_down = find (GTK_WIDGET (scene->row), GTK_TYPE_DROP_DOWN, NULL);

  g_assert_cmpuint (g_list_model_get_n_items (gtk_drop_down_get_model (GTK_DROP_DOWN (drop_down))), ==, 6);
  choose (scene, "Four");
  assert_value (scene, "\"4\"");
  choose (scene, "Not chosen");
  assert_value (scene, "null");
  g_assert_cmpuint (scene->n_changed, ==, 2);
  ruhu_field_row_set_value (scene->row, retired);
  assert_value (scene, "\"6\"");
  g_assert_cmpuint (g_list_model_get_n_items (gtk_drop_down_get_model (GTK_DROP_DOWN (drop_down))), ==, 7);
}

static void
test_several_choices (void)
{
  g_autoptr (Scene) scene = scene_new ("uses");

  press (scene, "Three");
  press (scene, "One");
  assert_value (scene, "[\"1\",\"3\"]");
  press (scene, "Two");
  assert_no_value (scene);
  press (scene, "One");
  assert_value (scene, "[\"2\",\"3\"]");
  press (scene, "Two");
  press (scene, "Three");
  assert_value (scene, "null");
}

static void
test_references (void)
{
  g_autoptr (Scene) scene = scene_new ("cook");
  g_autoptr (GListStore) people = g_list_store_new (RUHU_TYPE_REFERENCE_ITEM);
  g_autoptr (RuhuReferenceItem) first = ruhu_reference_item_new ("p1", "Jia");
  g_autoptr (RuhuReferenceItem) second = ruhu_reference_item_new ("p2", "Yi");
  g_autoptr (RuhuJson) stranger = json_object_new_string ("p9");

  g_list_store_append (people, first);
  g_list_store_append (people, second);
  ruhu_field_row_set_references (scene->row, G_LIST_MODEL (people));
  choose (scene, "Yi");
  assert_value (scene, "\"p2\"");
  /* Somebody who is not on this laptop is not lost by looking. */
  ruhu_field_row_set_value (scene->row, stranger);
  assert_value (scene, "\"p9\"");
}

static void
test_photo_is_hidden (void)
{
  g_autoptr (Scene) scene = scene_new ("picture");

  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (scene->row)));
  assert_value (scene, "null");
}

static void
test_before_and_back (void)
{
  g_autoptr (Scene) scene = scene_new ("jars");
  g_autoptr (RuhuJson) before = json_object_new_int (7);
  GtkWidget *restore;

  ruhu_field_row_set_value (scene->row, before);
  ruhu_field_row_set_previous (scene->row, before, 0);
  g_assert_null (find (GTK_WIDGET (scene->row), GTK_TYPE_BUTTON, NULL));
  type_text (scene, "8");
  restore = find (GTK_WIDGET (scene->row), GTK_TYPE_BUTTON, NULL);
  g_assert_nonnull (restore);
  g_signal_emit_by_name (restore, "clicked");
  spin ();
  assert_value (scene, "7");
  g_assert_null (find (GTK_WIDGET (scene->row), GTK_TYPE_BUTTON, NULL));
}

static void
test_messages (void)
{
  g_autoptr (Scene) scene = scene_new ("jars");

  ruhu_field_row_set_message (scene->row, RUHU_SEVERITY_WARNING, "That is a lot.");
  g_assert_cmpstr (ruhu_field_row_get_message (scene->row), ==, "That is a lot.");
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (find (GTK_WIDGET (scene->row), GTK_TYPE_ENTRY, NULL)), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, "That is a lot.");
  gtk_test_accessible_assert_state (GTK_ACCESSIBLE (find (GTK_WIDGET (scene->row), GTK_TYPE_ENTRY, NULL)), GTK_ACCESSIBLE_STATE_INVALID, GTK_ACCESSIBLE_INVALID_FALSE);
  /* What cannot be read at all is said first. */
  ruhu_field_row_set_text (scene->row, "a dozen");
  g_assert_cmpstr (ruhu_field_row_get_message (scene->row), !=, "That is a lot.");
  ruhu_field_row_set_value (scene->row, NULL);
  ruhu_field_row_set_message (scene->row, RUHU_SEVERITY_WARNING, NULL);
  g_assert_null (ruhu_field_row_get_message (scene->row));
}

static void
test_read_only (void)
{
  g_autoptr (Scene) scene = scene_new ("price");
  g_autoptr (RuhuJson) value = json_object_new_int (1250);

  ruhu_field_row_set_value (scene->row, value);
  ruhu_field_row_set_read_only (scene->row, "Others record this");
  g_assert_null (find (GTK_WIDGET (scene->row), GTK_TYPE_ENTRY, NULL));
  assert_value (scene, "1250");
}

/* Over a shoulder, nobody reads an ID number. */
static void
test_sensitive_text_is_hidden (void)
{
  g_autoptr (Scene) scene = scene_new ("secret");
  g_autoptr (RuhuJson) value = json_object_new_string ("110101");
  GtkEntry *entry = GTK_ENTRY (find (GTK_WIDGET (scene->row), GTK_TYPE_ENTRY, NULL));

  ruhu_field_row_set_value (scene->row, value);
  leave (scene);
  g_assert_false (gtk_entry_get_visibility (entry));
  gtk_widget_grab_focus (GTK_WIDGET (scene->row));
  spin ();
  g_assert_true (gtk_entry_get_visibility (entry));
  leave (scene);
  g_assert_false (gtk_entry_get_visibility (entry));
  assert_value (scene, "\"110101\"");
}

static void
test_named_for_all (void)
{
  g_autoptr (Scene) scene = scene_new ("word");
  GtkWidget *entry = find (GTK_WIDGET (scene->row), GTK_TYPE_ENTRY, NULL);

  g_assert_true (gtk_test_accessible_has_relation (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_RELATION_LABELLED_BY));
}

int
main (int argc, char **argv)
{
  g_autoptr (RuhuCatalogue) builtin = NULL;
  g_autoptr (GError) error = NULL;
  int result;

  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  builtin = ruhu_catalogue_load_builtin (&error);
  g_assert_no_error (error);
  catalogue = ruhu_catalogue_extend (builtin, "sample.json", sample, &error);
  g_assert_no_error (error);
  g_test_add_func ("/field-row/round-trips", test_round_trips);
  g_test_add_func ("/field-row/typing", test_typing);
  g_test_add_func ("/field-row/invalid-text", test_invalid_text);
  g_test_add_func ("/field-row/text-comes-back", test_text_comes_back);
  g_test_add_func ("/field-row/yes-no-and-neither", test_yes_no_and_neither);
  g_test_add_func ("/field-row/few-choices", test_few_choices);
  g_test_add_func ("/field-row/many-choices", test_many_choices);
  g_test_add_func ("/field-row/several-choices", test_several_choices);
  g_test_add_func ("/field-row/references", test_references);
  g_test_add_func ("/field-row/photo-is-hidden", test_photo_is_hidden);
  g_test_add_func ("/field-row/before-and-back", test_before_and_back);
  g_test_add_func ("/field-row/messages", test_messages);
  g_test_add_func ("/field-row/read-only", test_read_only);
  g_test_add_func ("/field-row/sensitive-text-is-hidden", test_sensitive_text_is_hidden);
  g_test_add_func ("/field-row/named-for-all", test_named_for_all);
  result = g_test_run ();
  ruhu_catalogue_unref (catalogue);
  return result;
}
