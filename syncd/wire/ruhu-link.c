/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-wire"

#include "config.h"

#include "ruhu-link.h"

#include "ruhu-error.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_LENGTH 2048
#define MAX_CODE   128
/* base64 of 32 bytes without its padding. */
#define PIN_LENGTH 43

#define URL_SAFE "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

/* Everything that mail and chat programs put into a long line: white space of any script, and the invisible marks. NULL if @text is no UTF-8 or too long. */
static char *
dup_without_space (const char *text)
{
  g_autoptr (GString) out = g_string_new (NULL);

  if (strlen (text) > MAX_LENGTH || !g_utf8_validate (text, -1, NULL))
    return NULL;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (!g_unichar_isspace (c) && !g_unichar_iszerowidth (c) && g_unichar_isgraph (c))
        g_string_append_unichar (out, c);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static gboolean
is_label (const char *label)
{
  gsize length = strlen (label);

  return length > 0 && length <= 63 && strspn (label, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") == length && label[0] != '-' && label[length - 1] != '-';
}

gboolean
ruhu_link_is_host (const char *host)
{
  g_auto (GStrv) labels = NULL;
  guint n;

  if (host == NULL || strlen (host) > 253)
    return FALSE;
  if (g_hostname_is_ip_address (host))
    return strchr (host, '%') == NULL;
  labels = g_strsplit (host, ".", -1);
  n = g_strv_length (labels);
  /* The root's dot. */
  if (n > 1 && labels[n - 1][0] == '\0')
    n--;
  for (guint i = 0; i < n; i++)
    if (!is_label (labels[i]))
      return FALSE;
  /* No name ends in a number: that is an IP address with a slip in it. */
  return n > 0 && strspn (labels[n - 1], "0123456789") < strlen (labels[n - 1]);
}

static gboolean
is_code (const char *code)
{
  gsize length = code != NULL ? strlen (code) : 0;

  return length > 0 && length <= MAX_CODE && strspn (code, URL_SAFE) == length;
}

gboolean
ruhu_link_is_pin (const char *pin)
{
  /* 43 digits hold 258 bits: the last two must be zero, so that one key has one pin. */
  return pin != NULL && strlen (pin) == PIN_LENGTH && strspn (pin, URL_SAFE) == PIN_LENGTH && strchr ("AEIMQUYcgkosw048", pin[PIN_LENGTH - 1]) != NULL;
}

static GHashTable *
parse_query (GUri *uri, GError **error)
{
  g_autoptr (GError) local = NULL;
  const char *query = g_uri_get_query (uri);
  GHashTable *table = g_uri_parse_params (query != NULL ? query : "", -1, "&", G_URI_PARAMS_NONE, &local);

  if (table == NULL)
    g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The enrolment link's part behind the “?” is malformed."));
  return table;
}

static gboolean
check_uri (GUri *uri, GError **error)
{
  if (g_strcmp0 (g_uri_get_scheme (uri), "ruhu") != 0)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The enrolment link does not begin with “ruhu://”."));
      return FALSE;
    }
  if (g_uri_get_userinfo (uri) != NULL || !ruhu_link_is_host (g_uri_get_host (uri)))
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The enrolment link's server address is missing or malformed."));
      return FALSE;
    }
  if (g_uri_get_port (uri) < 1 || g_uri_get_port (uri) > G_MAXUINT16)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The enrolment link's port number is missing or malformed."));
      return FALSE;
    }
  if (g_strcmp0 (g_uri_get_path (uri), "/enrol") != 0 || g_uri_get_fragment (uri) != NULL)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The link is not an enrolment link."));
      return FALSE;
    }
  return TRUE;
}

RuhuLink *
ruhu_link_parse (const char *text, GError **error)
{
  g_autofree char *clean = NULL;
  g_autoptr (GUri) uri = NULL;
  g_autoptr (GHashTable) query = NULL;
  RuhuLink *self;

  g_return_val_if_fail (text != NULL, NULL);

  clean = dup_without_space (text);
  if (clean != NULL)
    uri = g_uri_parse (clean, G_URI_FLAGS_NONE, NULL);
  if (uri == NULL)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("This is not a link. Copy the whole enrolment link that the office gave you, from “ruhu://” to its end."));
      return NULL;
    }
  if (!check_uri (uri, error))
    return NULL;
  query = parse_query (uri, error);
  if (query == NULL)
    return NULL;
  if (!is_code (g_hash_table_lookup (query, "code")))
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The enrolment link's code is missing or malformed; was the whole link copied?"));
      return NULL;
    }
  if (!ruhu_link_is_pin (g_hash_table_lookup (query, "pin")))
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The enrolment link's key fingerprint is missing or malformed; was the whole link copied?"));
      return NULL;
    }
  self = g_new0 (RuhuLink, 1);
  self->host = g_strdup (g_uri_get_host (uri));
  self->port = g_uri_get_port (uri);
  self->code = g_strdup (g_hash_table_lookup (query, "code"));
  self->pin = g_strdup (g_hash_table_lookup (query, "pin"));
  return self;
}

/* IPv6 addresses stand in brackets wherever a port may follow (RFC 3986 section 3.2.2). */
static char *
dup_authority (const char *host, guint16 port)
{
  return strchr (host, ':') != NULL ? g_strdup_printf ("[%s]:%u", host, port) : g_strdup_printf ("%s:%u", host, port);
}

char *
ruhu_link_format (const char *host, guint16 port, const char *code, const char *pin)
{
  g_autofree char *authority = NULL;

  g_return_val_if_fail (host != NULL && code != NULL && pin != NULL, NULL);

  authority = dup_authority (host, port);
  return g_strdup_printf ("ruhu://%s/enrol?code=%s&pin=%s", authority, code, pin);
}

char *
ruhu_link_dup_base (const RuhuLink *self)
{
  g_autofree char *authority = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  authority = dup_authority (self->host, self->port);
  return g_strconcat ("https://", authority, NULL);
}

void
ruhu_link_free (RuhuLink *self)
{
  if (self == NULL)
    return;
  g_free (self->host);
  g_free (self->code);
  g_free (self->pin);
  g_free (self);
}
