/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names that a catalogue may not use: what guard-rail G1 keeps out of the house (DOMAIN.md section 0), and words of SQL. */
#define G_LOG_DOMAIN "ruhu-schema"

#include "config.h"

#include "ruhu-catalogue-private.h"

#include <string.h>

/* Whole words of a name. */
static const char *const excluded_words[] = {
  "army", "caste", "coordinate", "coordinates", "dna", "face", "faces", "faith", "gps", "icd", "imei", "imsi", "iris", "lat", "latitude", "lng", "lon", "longitude",
  "mac", "minzu", "palm", "party", "putonghua", "race", "selfie", "sms", "soldier", "track", "tracks", "voice", "voiceprint", "wechat", "zongjiao", NULL
};

/* Beginnings of words. */
static const char *const excluded_stems[] = {
  "altitude", "arrest", "attitud", "bank", "belief", "biometr", "birthcontrol", "contracep", "convict", "criminal", "crime", "detain", "detention",
  "diagnos", "disease", "employer", "ethnic", "fingerprint", "geoloc", "geotag", "ideolog", "imprison", "loyal", "mandarin", "militar", "nationalit",
  "politic", "prison", "relig", "signatur", "trajector", "veteran", "visitor", "worship", NULL
};

/* Neighbouring words. */
static const char *const excluded_phrases[] = {
  "_account_no_", "_account_number_", "_birth_control_", "_call_log_", "_card_no_", "_card_number_", "_family_planning_", "_phone_content_", "_phone_contents_", "_phone_contacts_", "_travel_log_",
  "_work_unit_", "_language_ability_", NULL
};

/* Anywhere in a Chinese heading. */
static const char *const excluded_chinese[] = {
  "民族", "族别", "宗教", "信仰", "政治面貌", "党员", "普通话", "国语水平", "汉语水平", "计划生育", "计生", "节育", "避孕", "服刑", "判刑", "刑满", "犯罪", "前科", "违法",
  "拘留", "军人", "退伍", "退役", "服役", "思想", "态度", "表现评分", "忠诚", "来访人", "访客", "通讯录", "通话记录", "指纹", "人脸", "面部", "声纹", "虹膜", "签名",
  "经度", "纬度", "经纬度", "定位", "坐标", "轨迹", "行踪", "雇主", "用人单位", "工作单位", "务工企业", "就业企业", "务工单位名称", "银行", "账号", "帐号", "开户", "一卡通号", "病名",
  "病种", "疾病名", "所患", "诊断", NULL
};

static gboolean
word_is_excluded (const char *word)
{
  if (g_strv_contains (excluded_words, word))
    return TRUE;
  for (guint i = 0; excluded_stems[i] != NULL; i++)
    if (g_str_has_prefix (word, excluded_stems[i]))
      return TRUE;
  return FALSE;
}

/* "Bank account (No.)" → "_bank_account_no_" */
static char *
fold_name (const char *name)
{
  g_autofree char *wide = g_utf8_normalize (name, -1, G_NORMALIZE_ALL_COMPOSE);
  GString *folded = g_string_new ("_");

  for (const char *c = wide != NULL ? wide : name; *c != '\0'; c++)
    {
      /* A capital after a small letter begins a word: bankAccount. */
      if (g_ascii_isupper (*c) && g_ascii_islower (folded->str[folded->len - 1]) && c > name)
        g_string_append_c (folded, '_');
      if (g_ascii_isalnum (*c))
        g_string_append_c (folded, g_ascii_tolower (*c));
      else if (folded->str[folded->len - 1] != '_')
        g_string_append_c (folded, '_');
    }
  if (folded->str[folded->len - 1] != '_')
    g_string_append_c (folded, '_');
  return g_string_free (folded, FALSE);
}

gboolean
ruhu_catalogue_excludes (const char *field_name)
{
  g_return_val_if_fail (field_name != NULL, FALSE);

  g_autofree char *folded = fold_name (field_name);
  for (guint i = 0; excluded_phrases[i] != NULL; i++)
    if (strstr (folded, excluded_phrases[i]) != NULL)
      return TRUE;

  g_auto (GStrv) words = g_strsplit (folded, "_", -1);
  for (guint i = 0; words[i] != NULL; i++)
    if (word_is_excluded (words[i]))
      return TRUE;

  for (guint i = 0; excluded_chinese[i] != NULL; i++)
    if (strstr (field_name, excluded_chinese[i]) != NULL)
      return TRUE;
  return FALSE;
}

/* Words that SQLite or PostgreSQL take for their own, sorted; and what every table and expression has already. */
static const char *const reserved[] = {
  "_rowid_", "abort", "action", "add", "after", "all", "alter", "always", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric",
  "attach", "authorization", "autoincrement", "before", "begin", "between", "binary", "both", "by", "cascade", "case", "cast", "check", "collate",
  "collation", "column", "commit", "concurrently", "conflict", "constraint", "create", "cross", "current", "current_catalog", "current_date",
  "current_role", "current_schema", "current_time", "current_timestamp", "current_user", "database", "default", "deferrable", "deferred", "delete",
  "deleted", "desc", "detach", "distinct", "do", "drop", "each", "else", "end", "escape", "except", "exclude", "exclusive", "exists", "explain",
  "fail", "false", "fetch", "filter", "first", "following", "for", "foreign", "freeze", "from", "full", "generated", "glob", "grant", "group",
  "groups", "having", "id", "if", "ignore", "ilike", "immediate", "in", "index", "indexed", "initially", "inner", "insert", "instead", "intersect",
  "into", "is", "isnull", "join", "key", "last", "lateral", "leading", "left", "like", "limit", "localtime", "localtimestamp", "match",
  "materialized", "natural", "no", "not", "nothing", "notnull", "null", "nulls", "of", "offset", "oid", "on", "only", "or", "order", "others",
  "outer", "over", "overlaps", "partition", "placing", "plan", "pragma", "preceding", "primary", "query", "raise", "range", "recursive",
  "references", "regexp", "reindex", "release", "rename", "replace", "restrict", "returning", "right", "rollback", "row", "rowid", "rows",
  "savepoint", "scope", "select", "self", "session_user", "set", "similar", "some", "symmetric", "table", "tablesample", "temp", "temporary",
  "then", "ties", "to", "today", "trailing", "transaction", "trigger", "true", "unbounded", "union", "unique", "update", "user", "using",
  "vacuum", "values", "variadic", "verbose", "view", "virtual", "when", "where", "window", "with", "without"
};

static int
compare_names (const void *name, const void *entry)
{
  return strcmp (name, *(const char *const *) entry);
}

gboolean
ruhu_catalogue_is_reserved (const char *name)
{
  return bsearch (name, reserved, G_N_ELEMENTS (reserved), sizeof reserved[0], compare_names) != NULL;
}
