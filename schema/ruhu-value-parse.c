/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person typed → a value. Chinese input methods write digits, points and dashes full-width; dates come with 年月日, amounts with 元. */
#define G_LOG_DOMAIN "ruhu-schema"

#include "config.h"

#include "ruhu-value.h"

#include "ruhu-catalogue-private.h"
#include "ruhu-cleanups.h"
#include "ruhu-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* More digits than any bound lets through. */
#define MAX_DIGITS 12

static gboolean
unreadable (RuhuField *field, GError **error, const char *reason)
{
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("%s: %s"), ruhu_label_get (&field->label), reason);
  return FALSE;
}

/* Full-width forms to ASCII, other dashes to '-', the ideographic space and full stop too; blanks at both ends go. */
static char *
fold_width (const char *text)
{
  GString *folded = g_string_new (NULL);

  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar ch = g_utf8_get_char (c);
      if (ch >= 0xff01 && ch <= 0xff5e)
        ch -= 0xff01 - '!';
      else if (ch == 0x3000 || ch == 0x00a0)
        ch = ' ';
      else if (ch == 0x3002)
        ch = '.';
      else if (ch == 0x3001)
        ch = ',';
      else if (ch == 0x2212 || ch == 0x2013 || ch == 0x2014 || ch == 0x2010)
        ch = '-';
      g_string_append_unichar (folded, ch);
    }
  return g_strstrip (g_string_free (folded, FALSE));
}

/* Cuts @suffix (may be NULL) and the blanks before it off the end. */
static gboolean
cut_suffix (char *text, const char *suffix)
{
  if (suffix == NULL || !g_str_has_suffix (text, suffix))
    return FALSE;
  text[strlen (text) - strlen (suffix)] = '\0';
  g_strchomp (text);
  return TRUE;
}

/* "1,250,000" → "1250000"; a comma elsewhere makes it unreadable. */
static gboolean
drop_group_commas (char *text)
{
  char *out = text;
  int since = -1; /* digits since the last comma; -1: no comma yet */

  for (const char *c = text; *c != '\0' && *c != '.'; c++)
    if (*c == ',')
      {
        if (since >= 0 && since != 3)
          return FALSE;
        since = 0;
      }
    else if (since >= 0)
      since++;
  if (since >= 0 && since != 3)
    return FALSE;
  for (const char *c = text; *c != '\0'; c++)
    if (*c != ',')
      *out++ = *c;
  *out = '\0';
  return TRUE;
}

/* "[+-]digits[.digits]" → sign, whole digits, decimals. All point into @text. */
static gboolean
split_number (char *text, gboolean *negative, char **whole, char **decimals)
{
  *negative = text[0] == '-';
  if (text[0] == '-' || text[0] == '+')
    text++;
  char *point = strchr (text, '.');
  *decimals = point != NULL ? point + 1 : text + strlen (text);
  if (point != NULL)
    *point = '\0';
  *whole = text;
  if (text[0] == '\0' && (*decimals)[0] == '\0')
    return FALSE;
  return strspn (text, "0123456789") == strlen (text) && strspn (*decimals, "0123456789") == strlen (*decimals) && strlen (text) <= MAX_DIGITS;
}

/* The digits as a whole number of 10^-places; decimals beyond @places must be zeros. */
static gboolean
scale_number (const char *whole, const char *decimals, guint places, gint64 *scaled)
{
  gint64 number = g_ascii_strtoll (whole, NULL, 10);
  gsize n = strlen (decimals);

  if (n > places && strspn (decimals + places, "0") != n - places)
    return FALSE;
  /* At most MAX_DIGITS digits and two or six places: no overflow. */
  for (guint i = 0; i < places; i++)
    number = number * 10 + (i < n ? decimals[i] - '0' : 0);
  *scaled = number;
  return TRUE;
}

static json_object *
make_decimal (gboolean negative, const char *whole, const char *decimals, guint places)
{
  gsize n = MIN (strlen (decimals), places);

  while (n > 0 && decimals[n - 1] == '0')
    n--;
  g_autofree char *text = g_strdup_printf ("%s%s%s%.*s", negative ? "-" : "", whole[0] != '\0' ? whole : "0", n > 0 ? "." : "", (int) n, decimals);
  if (n == 0)
    return json_object_new_int64 (g_ascii_strtoll (text, NULL, 10));
  return json_object_new_double_s (g_ascii_strtod (text, NULL), text);
}

static gboolean
parse_number (RuhuField *field, char *text, json_object **value, GError **error)
{
  static const guint money_places = 2;
  guint places = field->type == RUHU_TYPE_MONEY ? money_places : field->type == RUHU_TYPE_DECIMAL ? field->places
                                                                                                  : 0;
  gboolean negative;
  char *whole, *decimals;
  gint64 scaled;

  if (field->type == RUHU_TYPE_MONEY)
    {
      (void) (cut_suffix (text, "元") || cut_suffix (text, "yuan"));
      if (g_str_has_prefix (text, "¥"))
        memmove (text, text + strlen ("¥"), strlen (text) - strlen ("¥") + 1);
    }
  (void) (cut_suffix (text, field->unit_label.zh_CN) || cut_suffix (text, field->unit_label.en));
  g_strstrip (text);

  if (!drop_group_commas (text) || !split_number (text, &negative, &whole, &decimals))
    return unreadable (field, error, _ ("write a number."));
  if (!scale_number (whole, decimals, places, &scaled))
    {
      g_autofree char *reason = g_strdup_printf (ngettext ("may have at most %u decimal.", "may have at most %u decimals.", places), places);
      return unreadable (field, error, places == 0 ? _ ("must be a whole number.") : reason);
    }
  *value = field->type == RUHU_TYPE_DECIMAL ? make_decimal (negative, whole, decimals, places) : json_object_new_int64 (negative ? -scaled : scaled);
  return TRUE;
}

/* Up to three runs of digits with anything of "-/. 年月日号" between. Returns how many, or 0. */
static guint
split_date (const char *text, guint parts[3], gsize lengths[3])
{
  static const char *const marks[] = { "-", "/", ".", " ", "年", "月", "日", "号" };
  guint n = 0;

  while (*text != '\0')
    {
      gsize length = strspn (text, "0123456789");
      if (length == 0 || length > 8 || n == 3)
        return 0;
      parts[n] = (guint) g_ascii_strtoull (text, NULL, 10);
      lengths[n++] = length;
      text += length;
      for (guint i = 0; i < G_N_ELEMENTS (marks);)
        if (g_str_has_prefix (text, marks[i]))
          {
            text += strlen (marks[i]);
            i = 0;
          }
        else
          i++;
    }
  return n;
}

static gboolean
parse_date (RuhuField *field, const char *text, json_object **value, GError **error)
{
  gboolean month_only = field->type == RUHU_TYPE_MONTH;
  const char *wanted = month_only ? _ ("write a month, such as 2018-06.") : _ ("write a date, such as 2018-06-30.");
  guint parts[3] = { 0, 0, 1 };
  gsize lengths[3] = { 0, 0, 0 };
  guint n = split_date (text, parts, lengths);

  if (n == 1 && lengths[0] == (month_only ? 6 : 8))
    {
      guint whole = month_only ? parts[0] * 100 + 1 : parts[0];
      parts[0] = whole / 10000;
      parts[1] = whole / 100 % 100;
      parts[2] = whole % 100;
      lengths[0] = 4;
    }
  else if (n != (month_only ? 2 : 3))
    return unreadable (field, error, wanted);
  if (lengths[0] != 4 || parts[1] < 1 || parts[1] > 12 || parts[2] < 1 || parts[2] > 31)
    return unreadable (field, error, wanted);

  g_autofree char *date = month_only ? g_strdup_printf ("%04u-%02u", parts[0], parts[1]) : g_strdup_printf ("%04u-%02u-%02u", parts[0], parts[1], parts[2]);
  *value = json_object_new_string (date);
  return TRUE;
}

static gboolean
parse_boolean (RuhuField *field, const char *text, json_object **value, GError **error)
{
  static const char *const yes[] = { "1", "yes", "y", "true", "是", "有", "对", "√", NULL };
  static const char *const no[] = { "0", "no", "n", "false", "否", "无", "没有", "×", NULL };
  g_autofree char *word = g_utf8_strdown (text, -1);

  if (!g_strv_contains (yes, word) && !g_strv_contains (no, word))
    return unreadable (field, error, _ ("write yes or no."));
  *value = json_object_new_boolean (g_strv_contains (yes, word));
  return TRUE;
}

/* By code, or by label in either language. */
static RuhuChoice *
find_choice (RuhuField *field, const char *text)
{
  RuhuChoice *choice = ruhu_choice_list_get (field->choices, text);
  g_autofree char *folded = g_utf8_casefold (text, -1);

  for (guint i = 0; choice == NULL && i < field->choices->choices->len; i++)
    {
      RuhuChoice *candidate = g_ptr_array_index (field->choices->choices, i);
      g_autofree char *english = g_utf8_casefold (candidate->label.en, -1);
      g_autofree char *label = fold_width (candidate->label.zh_CN);
      if (strcmp (english, folded) == 0 || strcmp (label, text) == 0)
        choice = candidate;
    }
  return choice;
}

static int
compare_codes (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
parse_choices (RuhuField *field, const char *text, json_object **value, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (text, ",;", -1);
  g_autoptr (GPtrArray) codes = g_ptr_array_new ();

  for (guint i = 0; words[i] != NULL; i++)
    {
      const char *word = g_strstrip (words[i]);
      RuhuChoice *choice = word[0] != '\0' ? find_choice (field, word) : NULL;
      if (word[0] != '\0' && choice == NULL)
        return unreadable (field, error, _ ("is not one of the choices."));
      if (choice != NULL && !g_ptr_array_find (codes, choice->code, NULL))
        g_ptr_array_add (codes, (gpointer) choice->code);
    }
  if (codes->len == 0)
    return TRUE;
  g_ptr_array_sort (codes, compare_codes);
  *value = json_object_new_array ();
  for (guint i = 0; i < codes->len; i++)
    json_object_array_add (*value, json_object_new_string (g_ptr_array_index (codes, i)));
  return TRUE;
}

static gboolean
is_middle_dot (gunichar ch)
{
  return ch == 0x2022 || ch == 0xff0e || ch == 0x30fb || ch == 0x2027 || ch == 0x22c5 || ch == 0xff65;
}

/* Names are written with one kind of middle dot: U+00B7. */
static char *
normalise_name (const char *text)
{
  GString *name = g_string_new (NULL);

  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    g_string_append_unichar (name, is_middle_dot (g_utf8_get_char (c)) ? 0x00b7 : g_utf8_get_char (c));
  return g_string_free (name, FALSE);
}

/* A text with a pattern is a number of some kind: half-width, and in whichever case fits. */
static char *
fit_pattern (GRegex *regex, const char *text)
{
  g_autofree char *folded = fold_width (text);
  g_autofree char *upper = g_ascii_strup (folded, -1);
  g_autofree char *lower = g_ascii_strdown (folded, -1);

  if (!g_regex_match (regex, folded, 0, NULL) && g_regex_match (regex, upper, 0, NULL))
    return g_steal_pointer (&upper);
  if (!g_regex_match (regex, folded, 0, NULL) && g_regex_match (regex, lower, 0, NULL))
    return g_steal_pointer (&lower);
  return g_steal_pointer (&folded);
}

static json_object *
parse_text (RuhuField *field, const char *text)
{
  g_autofree char *composed = g_utf8_normalize (text, -1, G_NORMALIZE_DEFAULT_COMPOSE);
  g_autofree char *fitted = NULL;

  g_strstrip (composed);
  if (ruhu_field_get_regex (field) != NULL)
    fitted = fit_pattern (ruhu_field_get_regex (field), composed);
  else if (g_strcmp0 (field->search, "name") == 0)
    fitted = normalise_name (composed);
  else
    fitted = g_steal_pointer (&composed);
  return json_object_new_string (fitted);
}

static gboolean
parse_typed (RuhuField *field, const char *text, char *folded, json_object **value, GError **error)
{
  RuhuChoice *choice;

  switch (field->type)
    {
    case RUHU_TYPE_TEXT:
      *value = parse_text (field, text);
      return TRUE;
    case RUHU_TYPE_INTEGER:
    case RUHU_TYPE_DECIMAL:
    case RUHU_TYPE_MONEY:
      return parse_number (field, folded, value, error);
    case RUHU_TYPE_BOOLEAN:
      return parse_boolean (field, folded, value, error);
    case RUHU_TYPE_DATE:
    case RUHU_TYPE_MONTH:
      return parse_date (field, folded, value, error);
    case RUHU_TYPE_CHOICE:
      choice = find_choice (field, folded);
      if (choice == NULL)
        return unreadable (field, error, _ ("is not one of the choices."));
      *value = json_object_new_string (choice->code);
      return TRUE;
    case RUHU_TYPE_CHOICES:
      return parse_choices (field, folded, value, error);
    default:
      *value = json_object_new_string (folded);
      return TRUE;
    }
}

gboolean
ruhu_value_parse (RuhuField *field, const char *text, json_object **value, GError **error)
{
  g_autoptr (RuhuJson) parsed = NULL;

  g_return_val_if_fail (field != NULL && text != NULL && value != NULL, FALSE);

  if (!g_utf8_validate (text, -1, NULL))
    return unreadable (field, error, _ ("is not valid text."));
  g_autofree char *folded = fold_width (text);
  if (folded[0] != '\0' && !parse_typed (field, text, folded, &parsed, error))
    return FALSE;
  if (!ruhu_value_check (field, parsed, error))
    return FALSE;
  *value = g_steal_pointer (&parsed);
  return TRUE;
}
