/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any text as an enrolment link. What is accepted is a server's address, a code and a pin, and nothing that could lead a request elsewhere; written down again it is the same. */
#include "ruhu-error.h"
#include "ruhu-link.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  /* A link is a text: what follows a NUL is not seen. */
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuLink) link = ruhu_link_parse (text, &error), again = NULL;
  g_autofree char *written = NULL, *base = NULL;

  if (link == NULL)
    {
      g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
      return 0;
    }
  g_assert_null (strpbrk (link->host, "/?#@%[]\\ "));
  g_assert_cmpuint (link->port, >, 0);
  g_assert_true (ruhu_link_is_pin (link->pin));
  g_assert_cmpuint (strspn (link->code, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), ==, strlen (link->code));
  base = ruhu_link_dup_base (link);
  g_assert_true (g_str_has_prefix (base, "https://"));
  written = ruhu_link_format (link->host, link->port, link->code, link->pin);
  again = ruhu_link_parse (written, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again->host, ==, link->host);
  g_assert_cmpint (again->port, ==, link->port);
  g_assert_cmpstr (again->code, ==, link->code);
  g_assert_cmpstr (again->pin, ==, link->pin);
  return 0;
}
