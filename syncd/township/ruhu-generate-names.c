/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-generate-names.h"

#include <string.h>

static const char *const surnames[] = { "甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸" };

/* From the Thousand Character Classic, in its order, leaving out what nobody would be called. */
static const char given[] =
    "天地玄黄宇宙洪日月盈辰列张来往秋收冬藏余成岁律吕调阳云腾雨露金生丽水玉昆冈剑巨珠称夜光果珍李芥姜海河淡鳞羽翔龙师火帝始制文字衣裳让国有虞陶唐周发汤坐朝问道垂拱平章爱育黎首"
    "遐迩一体宾归王鸣凤在竹白驹食场化被草木万方盖此身大五常恭惟养女慕贞洁男效才良知过得能莫谈彼长信使可欲量墨丝诗赞羔羊景行维贤克念作圣德建名立形端表正空谷传声堂习听积福缘善庆"
    "尺璧宝寸是竞资父事君严与敬孝当竭力忠则尽临深履夙兴温似兰斯馨如松之盛川流不息渊澄取映容止若思言辞安定笃初诚美慎终宜令荣业所基籍甚学优登仕摄职从政存以甘棠益咏";

static char *
pick_given (RuhuStream *stream, guint n)
{
  guint choice = (guint) g_utf8_strlen (given, -1);
  GString *name = g_string_new (NULL);
  for (guint i = 0; i < n; i++)
    g_string_append_unichar (name, g_utf8_get_char (g_utf8_offset_to_pointer (given, ruhu_stream_below (stream, choice))));
  return g_string_free (name, FALSE);
}

const char *
ruhu_generate_surname (RuhuStream *stream)
{
  return surnames[ruhu_stream_below (stream, G_N_ELEMENTS (surnames))];
}

char *
ruhu_generate_name (RuhuStream *stream, const char *surname)
{
  if (ruhu_stream_chance (stream, 3))
    {
      g_autofree char *own = pick_given (stream, (guint) ruhu_stream_between (stream, 3, 5));
      g_autofree char *family = pick_given (stream, (guint) ruhu_stream_between (stream, 3, 6));
      return g_strconcat (own, "·", family, NULL);
    }
  g_autofree char *own = pick_given (stream, ruhu_stream_chance (stream, 70) ? 2 : 1);
  return g_strconcat (surname, own, NULL);
}

static char
make_check_character (const char *first_seventeen)
{
  static const int weights[17] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
  int sum = 0;
  for (gsize i = 0; i < G_N_ELEMENTS (weights); i++)
    sum += (first_seventeen[i] - '0') * weights[i];
  return "10X98765432"[sum % 11];
}

char *
ruhu_generate_id_number (guint village, const char *birth, guint sex, guint order)
{
  g_assert (strlen (birth) == 10 && order < 500);
  /* Even order codes are women's. */
  g_autofree char *body = g_strdup_printf ("%06u%.4s%.2s%.2s%03u", 990000 + village, birth, birth + 5, birth + 8, order * 2 + sex % 2);
  return g_strdup_printf ("%s%c", body, make_check_character (body));
}

char *
ruhu_generate_phone (RuhuStream *stream)
{
  return g_strdup_printf ("10%09u", ruhu_stream_below (stream, 1000000000));
}
