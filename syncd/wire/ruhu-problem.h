/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Problem documents (RFC 9457) ⇄ GError. type: "urn:ruhu:problem:" + ruhu_error_get_name(). */
#pragma once

#include "ruhu-error.h"

G_BEGIN_DECLS

#define RUHU_PROBLEM_TYPE "application/problem+json"

/* @now: the township's time in ms, always told, so that a wrong clock is noticed. Transfer full. */
char *ruhu_problem_from_error (const GError *error, gint64 now);

/* Sets @error from an answer that is not 2xx. Whatever is not a problem document of ours (HTML, say) becomes PROTOCOL, or NETWORK for 502, 503, 504, RATE for 429; the body's text is not repeated. *@now: -1 if it was not told. */
void ruhu_problem_to_error (guint status, const char *content_type, const char *body, gsize size, gint64 *now, GError **error);

G_END_DECLS
