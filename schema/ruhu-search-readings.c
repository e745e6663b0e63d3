/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Most readings come from ICU's transliterator Han-Latin (CLDR, from Unihan's kMandarin), which knows one for each character. The table here adds what
 * names need beyond that: surnames with a reading of their own (first), and characters that people are called by in more than one way. */
#define G_LOG_DOMAIN "ruhu-search"
#include "config.h"

#include "ruhu-search-readings.h"

#include <string.h>
#include <unicode/utrans.h>

typedef struct
{
  const char *character;
  const char *readings;
} RuhuReadings;

/* Character, readings; … */
static const char several[] =
    "曾 zeng ceng;单 shan dan chan;單 shan dan chan;解 xie jie;仇 qiu chou;区 ou qu;區 ou qu;查 zha cha;朴 piao pu po;盖 ge gai;"
    "蓋 ge gai;缪 miao mou miu;繆 miao mou miu;乐 yue le;樂 yue le;翟 zhai di;覃 qin tan;尉 wei yu;万 wan mo;萬 wan mo;俟 si qi;"
    "长 chang zhang;長 chang zhang;秘 bi mi;洗 xian xi;折 she zhe;黑 he hei;盛 sheng cheng;种 chong zhong;重 chong zhong;祭 zhai ji;"
    "员 yun yuan;員 yun yuan;繁 po fan;晟 sheng cheng;宿 su xiu;召 shao zhao;佴 nai er;乜 nie mie;牟 mu mou;隗 wei kui;郇 xun huan;"
    "车 che ju;車 che ju;薄 bo bao;适 kuo shi;藏 zang cang;粘 nian zhan;瞿 qu ju;沈 shen chen;石 shi dan;柏 bai bo;贾 jia gu;賈 jia gu;"
    "谷 gu yu;句 gou ju;都 du dou;殷 yin yan;行 xing hang;朝 chao zhao;茜 qian xi;娜 na nuo;莎 sha suo;阿 a e;传 chuan zhuan;"
    "傳 chuan zhuan;参 can shen;蔚 wei yu;拓 tuo ta;提 ti di;艾 ai yi;和 he huo;什 shi shen;卡 ka qia;伽 jia qie ga;堡 bao pu bu;"
    "巷 xiang hang;厦 xia sha;六 liu lu;圩 wei xu;埔 pu bu;泷 long shuang;浒 hu xu;澹 tan dan;褚 chu zhu;大 da dai;地 di de;琢 zhuo zuo;"
    "铅 qian yan;湛 zhan chen;戛 ga jia;色 se shai;给 gei ji;畜 chu xu;角 jiao jue;觉 jue jiao;降 jiang xiang;校 xiao jiao;系 xi ji;"
    "乾 qian gan;咯 ge ka luo;贲 ben bi;郗 xi chi;郄 qie xi;谌 chen shen;諶 chen shen;卜 bu bo;俞 yu shu;库 she ku;戏 xi hu;"
    "强 qiang jiang;能 nai neng;莘 shen xin";

static const RuhuReadings compound_surnames[] = {
  { "欧阳", "ou yang" },
  { "上官", "shang guan" },
  { "司马", "si ma" },
  { "诸葛", "zhu ge" },
  { "夏侯", "xia hou" },
  { "东方", "dong fang" },
  { "皇甫", "huang fu" },
  { "尉迟", "yu chi" },
  { "尉遲", "yu chi" },
  { "公孙", "gong sun" },
  { "慕容", "mu rong" },
  { "令狐", "ling hu" },
  { "宇文", "yu wen" },
  { "长孙", "zhang sun" },
  { "司徒", "si tu" },
  { "司空", "si kong" },
  { "澹台", "tan tai" },
  { "万俟", "mo qi" },
  { "南宫", "nan gong" },
  { "端木", "duan mu" },
  { "西门", "xi men" },
  { "独孤", "du gu" },
  { "轩辕", "xuan yuan" },
  { "百里", "bai li" },
  { "呼延", "hu yan" },
  { "闻人", "wen ren" },
  { "赫连", "he lian" },
  { "公羊", "gong yang" },
  { "濮阳", "pu yang" },
  { "淳于", "chun yu" },
  { "单于", "chan yu" },
  { "太叔", "tai shu" },
  { "申屠", "shen tu" },
  { "钟离", "zhong li" },
  { "鲜于", "xian yu" },
  { "闾丘", "lv qiu" },
  { "亓官", "qi guan" },
  { "仲孙", "zhong sun" },
  { "拓跋", "tuo ba" },
  { "歐陽", "ou yang" },
  { "司馬", "si ma" },
  { "諸葛", "zhu ge" },
};

G_LOCK_DEFINE_STATIC (readings);
/* gunichar -> GStrv, filled as characters are met; what is in it is never freed, so that it can be lent. */
static GHashTable *known;
/* gunichar -> ICU's reading, interned. */
static GHashTable *common;
static UTransliterator *transliterator;

/* ICU's transliterators may be used by one thread at a time: under the lock. */
static void
open_transliterator (void)
{
  g_autofree gunichar2 *id = g_utf8_to_utf16 ("Han-Latin", -1, NULL, NULL, NULL);
  UErrorCode status = U_ZERO_ERROR;
  UTransliterator *opened = utrans_openU ((const UChar *) id, -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
  if (U_SUCCESS (status))
    transliterator = opened;
  else
    g_warning ("Pinyin search is limited: ICU has no transliterator Han-Latin (%s)", u_errorName (status));
}

static void
set_up (void)
{
  if (known != NULL)
    return;
  known = g_hash_table_new (NULL, NULL);
  common = g_hash_table_new (NULL, NULL);
  open_transliterator ();
  g_auto (GStrv) entries = g_strsplit (several, ";", -1);
  for (gsize i = 0; entries[i] != NULL; i++)
    g_hash_table_insert (known, GUINT_TO_POINTER (g_utf8_get_char (entries[i])), g_strsplit (strchr (entries[i], ' ') + 1, " ", -1));
}

/* "lǚ" → "lu", and *@umlaut: whether an ü stood there. NULL if it is not made of Latin letters. */
static char *
strip_tone (const char *text, gboolean *umlaut)
{
  g_autofree char *decomposed = g_utf8_normalize (text, -1, G_NORMALIZE_NFD);
  g_autoptr (GString) plain = g_string_new (NULL);
  *umlaut = FALSE;
  for (const char *at = decomposed; at != NULL && *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      if (c == 0x308)
        *umlaut = TRUE;
      else if (c < 0x80 && g_ascii_isalpha ((char) c))
        g_string_append_c (plain, g_ascii_tolower ((char) c));
      else if (!g_unichar_ismark (c))
        return NULL;
    }
  return plain->len > 0 ? g_strdup (plain->str) : NULL;
}

/* What ICU reads @c as, without tone; NULL if it does not know. */
static char *
transliterate (gunichar c, gboolean *umlaut)
{
  UChar buffer[32];
  g_autofree gunichar2 *character = g_ucs4_to_utf16 (&c, 1, NULL, NULL, NULL);
  if (transliterator == NULL || character == NULL)
    return NULL;
  int32_t length = 0;
  while (character[length] != 0 && length < 2)
    {
      buffer[length] = (UChar) character[length];
      length++;
    }
  int32_t limit = length;
  UErrorCode status = U_ZERO_ERROR;
  utrans_transUChars (transliterator, buffer, &length, G_N_ELEMENTS (buffer), 0, &limit, &status);
  if (U_FAILURE (status) || length >= (int32_t) G_N_ELEMENTS (buffer))
    return NULL;
  g_autofree char *marked = g_utf16_to_utf8 ((const gunichar2 *) buffer, length, NULL, NULL, NULL);
  return marked != NULL ? strip_tone (marked, umlaut) : NULL;
}

static const char *
look_up_common (gunichar c)
{
  const char *reading = g_hash_table_lookup (common, GUINT_TO_POINTER (c));
  if (reading != NULL)
    return reading;
  gboolean umlaut = FALSE;
  g_autofree char *plain = transliterate (c, &umlaut);
  char itself[8] = { 0 };
  g_unichar_to_utf8 (c, itself);
  if (umlaut)
    g_strdelimit (plain, "u", 'v');
  reading = g_intern_string (plain != NULL ? plain : itself);
  g_hash_table_insert (common, GUINT_TO_POINTER (c), (gpointer) reading);
  return reading;
}

const char *
ruhu_search_get_common_reading (gunichar c)
{
  G_LOCK (readings);
  set_up ();
  const char *reading = look_up_common (c);
  G_UNLOCK (readings);
  return reading;
}

const char *const *
ruhu_search_get_readings (gunichar c)
{
  G_LOCK (readings);
  set_up ();
  char **found = g_hash_table_lookup (known, GUINT_TO_POINTER (c));
  if (found == NULL)
    {
      const char *reading = look_up_common (c);
      g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
      g_strv_builder_add (builder, reading);
      /* 吕 is typed "lv" on a keyboard, and written "lu" where people have given up on the dots. */
      if (strlen (reading) < 6 && strchr (reading, 'v') != NULL)
        {
          g_autofree char *plain = g_strdelimit (g_strdup (reading), "v", 'u');
          g_strv_builder_add (builder, plain);
        }
      found = g_strv_builder_end (builder);
      g_hash_table_insert (known, GUINT_TO_POINTER (c), found);
    }
  G_UNLOCK (readings);
  return (const char *const *) found;
}

const char *
ruhu_search_get_compound_surname (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (compound_surnames); i++)
    if (g_str_has_prefix (name, compound_surnames[i].character))
      return compound_surnames[i].readings;
  return NULL;
}
