/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A problem document, UTF-8, one object:
 *
 *   {"type":"urn:ruhu:problem:clock","title":"clock","status":409,"detail":"<sentence>","now":1530346353123} */
#define G_LOG_DOMAIN "ruhu-wire"

#include "config.h"

#include "ruhu-problem.h"

#include "ruhu-cleanups.h"
#include "ruhu-wire.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define TYPE_PREFIX "urn:ruhu:problem:"
#define MAX_SIZE    (64 * 1024)
#define MAX_DETAIL  1000

char *
ruhu_problem_from_error (const GError *error, gint64 now)
{
  g_autoptr (RuhuJson) object = json_object_new_object ();
  g_autofree char *type = NULL;
  RuhuError code = RUHU_ERROR_FAILED;
  /* What other libraries say can name files of the server. */
  const char *detail = _ ("The township server could not do this.");

  g_return_val_if_fail (error != NULL, NULL);

  if (error->domain == RUHU_ERROR)
    {
      code = error->code;
      detail = error->message;
    }
  type = g_strconcat (TYPE_PREFIX, ruhu_error_get_name (code), NULL);
  json_object_object_add (object, "type", json_object_new_string (type));
  json_object_object_add (object, "title", json_object_new_string (ruhu_error_get_name (code)));
  json_object_object_add (object, "status", json_object_new_int ((int) ruhu_error_get_http_status (code)));
  json_object_object_add (object, "detail", json_object_new_string (detail));
  json_object_object_add (object, "now", json_object_new_int64 (now));
  return g_strdup (json_object_to_json_string_ext (object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

static gboolean
is_problem_type (const char *content_type)
{
  gsize length = strlen (RUHU_PROBLEM_TYPE);

  if (content_type == NULL || g_ascii_strncasecmp (content_type, RUHU_PROBLEM_TYPE, length) != 0)
    return FALSE;
  return content_type[length] == '\0' || content_type[length] == ';' || content_type[length] == ' ';
}

static const char *
get_text (json_object *object, const char *name)
{
  json_object *member = json_object_object_get (object, name);

  return json_object_is_type (member, json_type_string) ? json_object_get_string (member) : NULL;
}

/* Our own document's error; FALSE if it is none. */
static gboolean
set_from_document (const char *body, gsize size, gint64 *now, GError **error)
{
  g_autoptr (RuhuJson) object = NULL;
  g_autofree char *detail = NULL;
  json_object *told;
  const char *type;
  RuhuError code;

  if (size == 0 || size > MAX_SIZE)
    return FALSE;
  object = ruhu_wire_parse_json (body, size, RUHU_WIRE_MAX_DEPTH, NULL);
  if (!json_object_is_type (object, json_type_object))
    return FALSE;
  type = get_text (object, "type");
  if (type == NULL || !g_str_has_prefix (type, TYPE_PREFIX))
    return FALSE;
  code = ruhu_error_from_name (type + strlen (TYPE_PREFIX));
  told = json_object_object_get (object, "now");
  if (now != NULL && json_object_is_type (told, json_type_int) && json_object_get_int64 (told) >= 0)
    *now = json_object_get_int64 (told);
  detail = g_strdup (get_text (object, "detail"));
  if (detail == NULL || *detail == '\0')
    g_set_error (error, RUHU_ERROR, code, _ ("The township answered “%s” without a reason."), ruhu_error_get_name (code));
  else if (g_utf8_strlen (detail, -1) > MAX_DETAIL)
    {
      g_autofree char *start = g_utf8_substring (detail, 0, MAX_DETAIL);

      g_set_error (error, RUHU_ERROR, code, "%s…", start);
    }
  else
    g_set_error_literal (error, RUHU_ERROR, code, detail);
  return TRUE;
}

void
ruhu_problem_to_error (guint status, const char *content_type, const char *body, gsize size, gint64 *now, GError **error)
{
  if (now != NULL)
    *now = -1;
  if (is_problem_type (content_type) && set_from_document (body, size, now, error))
    return;
  if (status == 429)
    g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_RATE, _ ("The township asks to be left alone for a while."));
  else if (status >= 502 && status <= 504)
    g_set_error (error, RUHU_ERROR, RUHU_ERROR_NETWORK, _ ("Something between here and the township answered that the township cannot be reached (status %u)."), status);
  else
    g_set_error (error, RUHU_ERROR, RUHU_ERROR_PROTOCOL, _ ("What answered at the township's address is not the township (status %u). A network that wants a log-in page opened first does this."), status);
}
