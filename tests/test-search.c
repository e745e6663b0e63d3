/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names are found by what people type: characters, pinyin, initials, in any of the readings a name has. */
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-search.h"

#include <string.h>

/* As the store searches: @word, folded, starts one of the terms. */
static gboolean
finds (const char *kind, const char *text, const char *word)
{
  g_auto (GStrv) terms = ruhu_search_make_terms (kind, text);
  g_autofree char *folded = ruhu_search_fold (word);
  for (gsize i = 0; terms[i] != NULL; i++)
    if (g_str_has_prefix (terms[i], folded))
      return TRUE;
  return FALSE;
}

#define assert_finds(kind, text, word)  g_assert_cmpstr (finds (kind, text, word) ? word : "nothing", ==, word)
#define assert_misses(kind, text, word) g_assert_false (finds (kind, text, word))

static void
test_characters (void)
{
  assert_finds ("name", "曾小明", "曾小明");
  assert_finds ("name", "曾小明", "曾");
  assert_finds ("name", "曾小明", "小明");
  assert_finds ("name", "曾小明", "明");
  assert_misses ("name", "曾小明", "曾明");
  assert_misses ("name", "曾小明", "大");
}

static void
test_pinyin_and_initials (void)
{
  assert_finds ("name", "曾小明", "zengxiaoming");
  assert_finds ("name", "曾小明", "zengxiao");
  assert_finds ("name", "曾小明", "zeng");
  assert_finds ("name", "曾小明", "zxm");
  assert_finds ("name", "曾小明", "cxm");
  assert_finds ("name", "曾小明", "cengxiao");
  assert_finds ("name", "曾小明", "xiaoming");
  assert_finds ("name", "曾小明", "xm");
  assert_misses ("name", "曾小明", "zm");
  assert_finds ("name", "东巴扎村", "dbzc");
}

static void
test_surnames_of_several_readings (void)
{
  static const char *const cases[][3] = {
    { "单田", "shan", "dan" },
    { "解放", "xie", "jie" },
    { "仇英", "qiu", "chou" },
    { "区大为", "ou", "qu" },
    { "查良", "zha", "cha" },
    { "朴素", "piao", "pu" },
    { "盖宽", "ge", "gai" },
    { "缪思", "miao", "mou" },
    { "乐天", "yue", "le" },
    { "翟天", "zhai", "di" },
    { "覃文", "qin", "tan" },
    { "尉迟金", "yuchi", "weichi" },
    { "万俟元", "moqi", "wan" },
    { "长孙皇", "zhangsun", "chang" },
    { "吕雨", "lv", "lu" },
    { "员半千", "yun", "yuan" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      assert_finds ("name", cases[i][0], cases[i][1]);
      assert_finds ("name", cases[i][0], cases[i][2]);
    }
  assert_finds ("name", "任重", "renchong");
  assert_finds ("name", "任重", "rz");
  assert_finds ("name", "尉迟金花", "jinhua");
  assert_finds ("name", "吕雨", "LÜ");
}

static void
test_width_and_case (void)
{
  assert_finds ("name", "Ａｙ小明", "ay");
  assert_finds ("name", "曾小明", "ＺＸＭ");
  assert_finds ("name", "曾小明", "ZengXiao");
  assert_finds ("exact", "HH-0012", "ｈｈ－００１２");
  g_autofree char *folded = ruhu_search_fold (" ＡＢ　１２ ");
  g_assert_cmpstr (folded, ==, "ab12");
  g_autofree char *nothing = ruhu_search_fold (" ");
  g_assert_cmpstr (nothing, ==, "");
}

static void
test_names_of_several_parts (void)
{
  static const char *const spellings[] = { "甲天·乙地", "甲天•乙地", "甲天．乙地", "甲天・乙地", "甲天.乙地" };
  for (gsize i = 0; i < G_N_ELEMENTS (spellings); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (spellings); j++)
      assert_finds ("name", spellings[i], spellings[j]);
  assert_finds ("name", "甲天·乙地", "甲天乙地");
  assert_finds ("name", "甲天·乙地", "乙地");
  assert_finds ("name", "甲天·乙地", "jiatianyi");
  assert_finds ("name", "甲天·乙地", "jtyd");
  assert_finds ("name", "甲天·乙地", "yid");
  assert_finds ("name", "甲天·乙地", "yd");
  assert_finds ("name", "Li Ming", "lm");
  assert_finds ("name", "Li Ming", "ming");
}

static void
test_tails (void)
{
  assert_finds ("tail", "99000119700101123X", "123x");
  assert_finds ("tail", "99000119700101123X", "01123X");
  assert_misses ("tail", "99000119700101123X", "9900");
  assert_finds ("tail", "12", "12");
  assert_finds ("exact", "990001001007", "9900");
  assert_finds ("exact", "990001001007", "1007");
  g_auto (GStrv) none = ruhu_search_make_terms ("tail", "");
  g_assert_null (none[0]);
}

static void
test_unusual_text (void)
{
  assert_finds ("name", "曾𠮷明", "𠮷明");
  assert_finds ("name", "曾𠮷明", "zeng");
  assert_finds ("name", "\U00030000", "\U00030000");
  assert_finds ("name", "〇小", "〇");
  g_auto (GStrv) empty = ruhu_search_make_terms ("name", "");
  g_assert_null (empty[0]);
  g_auto (GStrv) dots = ruhu_search_make_terms ("name", "··· ");
  g_assert_null (dots[0]);
  g_auto (GStrv) broken = ruhu_search_make_terms ("name", "\xff\xfe曾");
  g_assert_nonnull (broken[0]);
}

static void
test_terms_are_bounded_and_sorted (void)
{
  g_autoptr (GString) name = g_string_new (NULL);
  for (int i = 0; i < 5000; i++)
    g_string_append (name, i % 3 == 2 ? "·" : i % 2 ? "曾"
                                                    : "长");
  g_auto (GStrv) terms = ruhu_search_make_terms ("name", name->str);
  guint n = g_strv_length (terms);
  g_assert_cmpuint (n, >, 50);
  g_assert_cmpuint (n, <=, 128);
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (g_utf8_strlen (terms[i], -1), <=, 64);
  for (guint i = 1; i < n; i++)
    g_assert_cmpint (strcmp (terms[i - 1], terms[i]), <, 0);
}

static void
test_sort_key_follows_pinyin (void)
{
  static const char *const ordered[] = { "安心", "陈天", "单田", "尉迟金", "曾小明", "曾小云", "张一" };
  for (gsize i = 1; i < G_N_ELEMENTS (ordered); i++)
    {
      g_autofree char *before = ruhu_search_sort_key (ordered[i - 1]);
      g_autofree char *after = ruhu_search_sort_key (ordered[i]);
      g_assert_cmpstr (before, <, after);
    }
}

static gpointer
search_in_thread (gpointer data)
{
  for (gunichar c = 0x4e00; c < 0x5200; c++)
    {
      char name[8] = { 0 };
      g_unichar_to_utf8 (c, name);
      g_auto (GStrv) terms = ruhu_search_make_terms ("name", name);
      g_assert_nonnull (terms[0]);
    }
  return NULL;
}

static void
test_threads (void)
{
  GThread *threads[4];
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("search", search_in_thread, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static gint64
count (RuhuDatabase *database, const char *sql)
{
  gint64 n = -1;
  g_autoptr (GError) error = NULL;
  g_assert_true (ruhu_database_get_integer (database, sql, 0, &n, &error, ""));
  g_assert_no_error (error);
  return n;
}

static void
index_text (RuhuDatabase *database, RuhuRecordType *type, const char *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuJson) fields = json != NULL ? json_tokener_parse (json) : NULL;
  g_assert_true (ruhu_search_index (database, type, "p1", "h1", fields, &error));
  g_assert_no_error (error);
}

static void
test_index_follows_the_record (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuDatabase) database = ruhu_database_open (":memory:", RUHU_DATABASE_CREATE, &error);
  g_assert_no_error (error);
  g_assert_true (ruhu_database_migrate (database, &error));
  RuhuField name = { .name = "name", .search = "name" }, other = { .name = "phone" };
  g_autoptr (GPtrArray) fields = g_ptr_array_new ();
  g_ptr_array_add (fields, &name);
  g_ptr_array_add (fields, &other);
  RuhuRecordType type = { .name = "person", .fields = fields };

  index_text (database, &type, "{\"name\":\"曾小明\",\"phone\":\"10000000000\"}");
  g_assert_cmpint (count (database, "SELECT count(*) FROM term WHERE term = 'zxm' AND record = 'p1' AND scope = 'h1'"), ==, 1);
  g_assert_cmpint (count (database, "SELECT count(*) FROM term WHERE term LIKE '1%'"), ==, 0);
  gint64 before = count (database, "SELECT total_changes()");
  index_text (database, &type, "{\"name\":\"曾小明\",\"phone\":\"10000000001\"}");
  g_assert_cmpint (count (database, "SELECT total_changes()"), ==, before);
  index_text (database, &type, "{\"name\":\"王小明\"}");
  g_assert_cmpint (count (database, "SELECT count(*) FROM term WHERE term = 'zxm'"), ==, 0);
  g_assert_cmpint (count (database, "SELECT count(*) FROM term WHERE term = 'wxm'"), ==, 1);
  index_text (database, &type, "{\"name\":\"王小明\",\"deleted\":true}");
  g_assert_cmpint (count (database, "SELECT count(*) FROM term"), ==, 0);
  index_text (database, &type, "{\"name\":null}");
  index_text (database, &type, NULL);
  g_assert_cmpint (count (database, "SELECT count(*) FROM term"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/search/characters", test_characters);
  g_test_add_func ("/search/pinyin-and-initials", test_pinyin_and_initials);
  g_test_add_func ("/search/surnames-of-several-readings", test_surnames_of_several_readings);
  g_test_add_func ("/search/width-and-case", test_width_and_case);
  g_test_add_func ("/search/names-of-several-parts", test_names_of_several_parts);
  g_test_add_func ("/search/tails", test_tails);
  g_test_add_func ("/search/unusual-text", test_unusual_text);
  g_test_add_func ("/search/terms-are-bounded-and-sorted", test_terms_are_bounded_and_sorted);
  g_test_add_func ("/search/sort-key-follows-pinyin", test_sort_key_follows_pinyin);
  g_test_add_func ("/search/threads", test_threads);
  g_test_add_func ("/search/index-follows-the-record", test_index_follows_the_record);
  return g_test_run ();
}
