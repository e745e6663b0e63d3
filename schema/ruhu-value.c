/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-schema"

#include "config.h"

#include "ruhu-value.h"

#include "ruhu-catalogue-private.h"
#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-money.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Whole numbers that every JSON reader keeps exactly (RFC 8259 section 6). */
#define MAX_WHOLE G_GINT64_CONSTANT (9007199254740991)
/* A text without bounds of its own. */
#define MAX_TEXT 2000
#define MAX_ID   64

static const double powers_of_ten[] = { 1, 10, 100, 1000, 10000, 100000, 1000000 };

static gboolean invalid (RuhuField *field, GError **error, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* Names the field and the reason. The caller's format never holds the value. */
static gboolean
invalid (RuhuField *field, GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_autofree char *reason = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("%s: %s"), ruhu_label_get (&field->label), reason);
  return FALSE;
}

/* A number as a bound is shown: yuan for money. */
static char *
show_bound (RuhuField *field, double bound)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_formatd (buffer, sizeof buffer, "%.12g", field->type == RUHU_TYPE_MONEY ? bound / 100 : bound));
}

static gboolean
check_bounds (RuhuField *field, double number, GError **error)
{
  if (field->has_min && number < field->min)
    {
      g_autofree char *bound = show_bound (field, field->min);
      return invalid (field, error, _ ("must be at least %s."), bound);
    }
  if (field->has_max && number > field->max)
    {
      g_autofree char *bound = show_bound (field, field->max);
      return invalid (field, error, _ ("must be at most %s."), bound);
    }
  return TRUE;
}

static gboolean
check_whole (RuhuField *field, json_object *value, GError **error)
{
  if (!json_object_is_type (value, json_type_int))
    return invalid (field, error, _ ("must be a whole number."));
  gint64 number = json_object_get_int64 (value);
  if (number > MAX_WHOLE || number < -MAX_WHOLE)
    return invalid (field, error, _ ("is too large."));
  return check_bounds (field, (double) number, error);
}

static gboolean
check_decimal (RuhuField *field, json_object *value, GError **error)
{
  if (!json_object_is_type (value, json_type_double) && !json_object_is_type (value, json_type_int))
    return invalid (field, error, _ ("must be a number."));
  double number = json_object_get_double (value);
  if (!isfinite (number) || fabs (number) > (double) MAX_WHOLE)
    return invalid (field, error, _ ("is too large."));
  double scaled = number * powers_of_ten[field->places];
  if (fabs (scaled - round (scaled)) > 1e-9 * MAX (1.0, fabs (scaled)))
    return invalid (field, error, ngettext ("may have at most %u decimal.", "may have at most %u decimals.", field->places), field->places);
  return check_bounds (field, number, error);
}

static gboolean
check_characters (RuhuField *field, const char *text, gsize length, GError **error)
{
  if (!g_utf8_validate_len (text, length, NULL))
    return invalid (field, error, _ ("is not valid text."));
  for (gsize i = 0; i < length; i++)
    if (g_ascii_iscntrl (text[i]) && !(field->long_text && (text[i] == '\n' || text[i] == '\t')))
      return invalid (field, error, _ ("has a character in it that cannot be written."));
  return TRUE;
}

static gboolean
check_text (RuhuField *field, json_object *value, GError **error)
{
  if (!json_object_is_type (value, json_type_string))
    return invalid (field, error, _ ("must be a text."));
  const char *text = json_object_get_string (value);
  gsize length = (gsize) json_object_get_string_len (value);
  if (!check_characters (field, text, length, error))
    return FALSE;

  glong characters = g_utf8_strlen (text, (gssize) length);
  glong most = field->has_max ? (glong) field->max : MAX_TEXT;
  if (characters == 0)
    return invalid (field, error, _ ("must not be empty."));
  if (characters > most)
    return invalid (field, error, ngettext ("may have at most %ld character.", "may have at most %ld characters.", (gulong) most), most);
  if (field->has_min && characters < (glong) field->min)
    return invalid (field, error, ngettext ("must have at least %ld character.", "must have at least %ld characters.", (gulong) field->min), (glong) field->min);

  GRegex *regex = ruhu_field_get_regex (field);
  if (regex != NULL && !g_regex_match (regex, text, 0, NULL))
    return field->message.en != NULL && field->constraint == NULL ? invalid (field, error, "%s", ruhu_label_get (&field->message))
                                                                  : invalid (field, error, _ ("is not written in the way this needs."));
  return TRUE;
}

static gboolean
digits (const char *text, guint n)
{
  for (guint i = 0; i < n; i++)
    if (!g_ascii_isdigit (text[i]))
      return FALSE;
  return TRUE;
}

/* "YYYY-MM-DD", or "YYYY-MM" with @month_only. */
static gboolean
is_date (const char *text, gsize length, gboolean month_only)
{
  if (length != (month_only ? 7 : 10) || !digits (text, 4) || text[4] != '-' || !digits (text + 5, 2))
    return FALSE;
  if (!month_only && (text[7] != '-' || !digits (text + 8, 2)))
    return FALSE;
  int year = (int) g_ascii_strtoll (text, NULL, 10);
  int month = (int) g_ascii_strtoll (text + 5, NULL, 10);
  int day = month_only ? 1 : (int) g_ascii_strtoll (text + 8, NULL, 10);
  return year >= 1850 && month >= 1 && month <= 12 && day >= 1 && g_date_valid_dmy ((GDateDay) day, (GDateMonth) month, (GDateYear) year);
}

static gboolean
is_identifier (const char *text, gsize length)
{
  if (length == 0 || length > MAX_ID)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && text[i] != '-' && text[i] != '_' && text[i] != '.')
      return FALSE;
  return TRUE;
}

static gboolean
is_sha256 (const char *text, gsize length)
{
  if (length != 64)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isdigit (text[i]) && !(text[i] >= 'a' && text[i] <= 'f'))
      return FALSE;
  return TRUE;
}

/* The types whose values are short ASCII texts of a fixed form. */
static gboolean
check_coded (RuhuField *field, json_object *value, GError **error)
{
  const char *text = json_object_is_type (value, json_type_string) ? json_object_get_string (value) : "";
  gsize length = json_object_is_type (value, json_type_string) ? (gsize) json_object_get_string_len (value) : 0;

  switch (field->type)
    {
    case RUHU_TYPE_DATE:
      return is_date (text, length, FALSE) || invalid (field, error, _ ("must be a date (YYYY-MM-DD)."));
    case RUHU_TYPE_MONTH:
      return is_date (text, length, TRUE) || invalid (field, error, _ ("must be a month (YYYY-MM)."));
    case RUHU_TYPE_REFERENCE:
      return is_identifier (text, length) || invalid (field, error, _ ("does not refer to a record."));
    case RUHU_TYPE_PHOTO:
      return is_sha256 (text, length) || invalid (field, error, _ ("is not a photo's checksum."));
    default:
      return (strlen (text) == length && ruhu_choice_list_get (field->choices, text) != NULL) || invalid (field, error, _ ("is not one of the choices."));
    }
}

static gboolean
check_choices (RuhuField *field, json_object *value, GError **error)
{
  const char *last = "";

  if (!json_object_is_type (value, json_type_array))
    return invalid (field, error, _ ("must be a list of choices."));
  gsize n = json_object_array_length (value);
  if (n == 0)
    return invalid (field, error, _ ("must not be an empty list."));
  if (field->max_choices > 0 && n > field->max_choices)
    return invalid (field, error, ngettext ("may have at most %u choice.", "may have at most %u choices.", field->max_choices), field->max_choices);
  for (gsize i = 0; i < n; i++)
    {
      json_object *code = json_object_array_get_idx (value, i);
      if (!json_object_is_type (code, json_type_string) || ruhu_choice_list_get (field->choices, json_object_get_string (code)) == NULL)
        return invalid (field, error, _ ("is not one of the choices."));
      if (strcmp (last, json_object_get_string (code)) >= 0)
        return invalid (field, error, _ ("must name each choice once, in order."));
      last = json_object_get_string (code);
    }
  return TRUE;
}

gboolean
ruhu_value_check (RuhuField *field, json_object *value, GError **error)
{
  g_return_val_if_fail (field != NULL, FALSE);

  if (value == NULL)
    return TRUE;
  switch (field->type)
    {
    case RUHU_TYPE_TEXT:
      return check_text (field, value, error);
    case RUHU_TYPE_INTEGER:
    case RUHU_TYPE_MONEY:
      return check_whole (field, value, error);
    case RUHU_TYPE_DECIMAL:
      return check_decimal (field, value, error);
    case RUHU_TYPE_BOOLEAN:
      return json_object_is_type (value, json_type_boolean) || invalid (field, error, _ ("must be yes or no."));
    case RUHU_TYPE_CHOICES:
      return check_choices (field, value, error);
    default:
      return check_coded (field, value, error);
    }
}

static gboolean
is_number (json_object *value)
{
  return json_object_is_type (value, json_type_int) || json_object_is_type (value, json_type_double);
}

static gboolean
array_contains (json_object *array, json_object *value)
{
  for (gsize i = 0; i < json_object_array_length (array); i++)
    if (ruhu_value_equal (json_object_array_get_idx (array, i), value))
      return TRUE;
  return FALSE;
}

/* As sets: the values of choices. */
static gboolean
arrays_equal (json_object *a, json_object *b)
{
  for (gsize i = 0; i < json_object_array_length (a); i++)
    if (!array_contains (b, json_object_array_get_idx (a, i)))
      return FALSE;
  for (gsize i = 0; i < json_object_array_length (b); i++)
    if (!array_contains (a, json_object_array_get_idx (b, i)))
      return FALSE;
  return TRUE;
}

/* json-c reads NaN, which is no JSON, and NaN is not equal to itself. */
static gboolean
doubles_equal (double a, double b)
{
  return a == b || (isnan (a) && isnan (b));
}

gboolean
ruhu_value_equal (json_object *a, json_object *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  if (is_number (a) && is_number (b))
    {
      if (json_object_is_type (a, json_type_int) && json_object_is_type (b, json_type_int))
        return json_object_get_int64 (a) == json_object_get_int64 (b);
      return doubles_equal (json_object_get_double (a), json_object_get_double (b));
    }
  if (json_object_is_type (a, json_type_array) && json_object_is_type (b, json_type_array))
    return arrays_equal (a, b);
  return json_object_equal (a, b);
}

/* 12.50 → "12.5"; at most six decimals. */
static char *
show_decimal (double number, guint places)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE + 16], format[8];

  g_snprintf (format, sizeof format, "%%.%uf", MIN (places, 6));
  g_ascii_formatd (buffer, sizeof buffer, format, number);
  if (strchr (buffer, '.') != NULL)
    {
      char *end = buffer + strlen (buffer);
      while (end[-1] == '0')
        *--end = '\0';
      if (end[-1] == '.')
        end[-1] = '\0';
    }
  return g_strdup (strcmp (buffer, "-0") == 0 ? "0" : buffer);
}

static const char *
show_choice (RuhuField *field, json_object *code)
{
  const char *text = json_object_get_string (code);
  RuhuChoice *choice = text != NULL ? ruhu_choice_list_get (field->choices, text) : NULL;

  return choice != NULL ? ruhu_label_get (&choice->label) : text != NULL ? text
                                                                         : "";
}

/* The members of a list of choices, each through @show, joined. */
static char *
join_choices (RuhuField *field, json_object *value, gboolean labels, const char *separator)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < json_object_array_length (value); i++)
    {
      json_object *code = json_object_array_get_idx (value, i);
      g_string_append_printf (text, "%s%s", i > 0 ? separator : "", labels ? show_choice (field, code) : json_object_get_string (code));
    }
  return g_string_free (text, FALSE);
}

/* Numbers and plain texts look the same when read and when edited. */
static char *
show_plain (RuhuField *field, json_object *value)
{
  if (field->type == RUHU_TYPE_MONEY && is_number (value))
    return ruhu_money_to_entry (json_object_get_int64 (value));
  if (field->type == RUHU_TYPE_DECIMAL && is_number (value))
    return show_decimal (json_object_get_double (value), field->places);
  return g_strdup (json_object_get_string (value));
}

/* A truth value; SQL knows only 0 and 1. */
static gboolean
is_true (json_object *value)
{
  return json_object_is_type (value, json_type_int) ? json_object_get_int64 (value) != 0 : json_object_get_boolean (value);
}

char *
ruhu_value_format (RuhuField *field, json_object *value)
{
  g_return_val_if_fail (field != NULL, NULL);

  if (value == NULL)
    return g_strdup ("");
  if (field->type == RUHU_TYPE_BOOLEAN)
    return g_strdup (is_true (value) ? _ ("Yes") : _ ("No"));
  if (field->type == RUHU_TYPE_MONEY && is_number (value))
    return ruhu_money_format (json_object_get_int64 (value));
  if (field->type == RUHU_TYPE_CHOICE)
    return g_strdup (show_choice (field, value));
  if (field->type == RUHU_TYPE_CHOICES && json_object_is_type (value, json_type_array))
    /* Translators: between the members of a list. */
    return join_choices (field, value, TRUE, _ (", "));
  return show_plain (field, value);
}

char *
ruhu_value_to_entry (RuhuField *field, json_object *value)
{
  g_return_val_if_fail (field != NULL, NULL);

  if (value == NULL)
    return g_strdup ("");
  if (field->type == RUHU_TYPE_BOOLEAN)
    return g_strdup (is_true (value) ? "1" : "0");
  if (field->type == RUHU_TYPE_CHOICES && json_object_is_type (value, json_type_array))
    return join_choices (field, value, FALSE, ",");
  return show_plain (field, value);
}

/* What is not of the field's type has no place in its column: the log keeps it, the row has none. That can only come from a time before the field was declared. */
gboolean
ruhu_value_bind (RuhuField *field, json_object *value, RuhuStatement *statement, int parameter, GError **error)
{
  g_return_val_if_fail (field != NULL && statement != NULL, FALSE);

  switch (field->type)
    {
    case RUHU_TYPE_INTEGER:
    case RUHU_TYPE_MONEY:
      if (json_object_is_type (value, json_type_int))
        return ruhu_statement_bind_integer (statement, parameter, json_object_get_int64 (value), error);
      break;
    case RUHU_TYPE_DECIMAL:
      if (value != NULL && is_number (value))
        return ruhu_statement_bind_double (statement, parameter, json_object_get_double (value), error);
      break;
    case RUHU_TYPE_BOOLEAN:
      if (json_object_is_type (value, json_type_boolean))
        return ruhu_statement_bind_integer (statement, parameter, json_object_get_boolean (value) ? 1 : 0, error);
      break;
    case RUHU_TYPE_CHOICES:
      if (json_object_is_type (value, json_type_array))
        return ruhu_statement_bind_borrowed (statement, parameter, json_object_to_json_string_ext (value, JSON_C_TO_STRING_PLAIN), -1, error);
      break;
    default:
      if (json_object_is_type (value, json_type_string))
        return ruhu_statement_bind_borrowed (statement, parameter, json_object_get_string (value), json_object_get_string_len (value), error);
      break;
    }
  return ruhu_statement_bind_null (statement, parameter, error);
}

json_object *
ruhu_value_from_column (RuhuField *field, RuhuStatement *statement, int column)
{
  g_return_val_if_fail (field != NULL && statement != NULL, NULL);

  if (ruhu_statement_is_null (statement, column))
    return NULL;
  switch (field->type)
    {
    case RUHU_TYPE_INTEGER:
    case RUHU_TYPE_MONEY:
      return json_object_new_int64 (ruhu_statement_get_integer (statement, column));
    case RUHU_TYPE_DECIMAL:
      {
        /* With its own text, so that 0.1 is written as 0.1. */
        double number = ruhu_statement_get_double (statement, column);
        g_autofree char *text = show_decimal (number, 6);
        return json_object_new_double_s (number, text);
      }
    case RUHU_TYPE_BOOLEAN:
      return json_object_new_boolean (ruhu_statement_get_integer (statement, column) != 0);
    case RUHU_TYPE_CHOICES:
      return json_tokener_parse (ruhu_statement_get_text (statement, column));
    default:
      return json_object_new_string (ruhu_statement_get_text (statement, column));
    }
}

const char *
ruhu_value_get_sql_type (RuhuField *field)
{
  g_return_val_if_fail (field != NULL, NULL);

  switch (field->type)
    {
    case RUHU_TYPE_INTEGER:
    case RUHU_TYPE_MONEY:
    case RUHU_TYPE_BOOLEAN:
      return "BIGINT";
    case RUHU_TYPE_DECIMAL:
      return "DOUBLE PRECISION";
    default:
      return "TEXT";
    }
}
