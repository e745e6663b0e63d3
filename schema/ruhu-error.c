/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-error"

#include "config.h"

#include "ruhu-error.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

typedef struct
{
  RuhuError code;
  const char *name;
  guint status;
  gboolean transient;
  const char *advice; /* what was kept and what to do */
} ErrorInfo;

static const ErrorInfo infos[] = {
  { RUHU_ERROR_FAILED, "failed", 500, FALSE, N_ ("Nothing already recorded was lost. If it happens again, tell the township office.") },
  { RUHU_ERROR_INVALID, "invalid", 400, FALSE, N_ ("Nothing was changed. Correct it and try again.") },
  { RUHU_ERROR_NOT_FOUND, "not-found", 404, FALSE, N_ ("Nothing was changed.") },
  { RUHU_ERROR_UNAUTHORISED, "unauthorised", 401, FALSE, N_ ("Everything recorded here is kept. Ask the township office for a new enrolment link.") },
  { RUHU_ERROR_FORBIDDEN, "forbidden", 403, FALSE, N_ ("Nothing was changed. If it should be yours to do, ask the township office.") },
  { RUHU_ERROR_REVOKED, "revoked", 403, FALSE, N_ ("The township office has withdrawn this laptop. Ask there for a new enrolment link.") },
  { RUHU_ERROR_GAP, "gap", 409, TRUE, N_ ("Nothing was lost. It is sent again from the right place.") },
  { RUHU_ERROR_CLOCK, "clock", 422, TRUE, N_ ("Everything recorded here is kept. Check the date and time of this laptop.") },
  { RUHU_ERROR_REWRITTEN, "rewritten", 409, FALSE, N_ ("Everything recorded here is kept. Tell the township office at once: its history is not the one this laptop saw.") },
  { RUHU_ERROR_SEQ_REUSED, "seq-reused", 409, TRUE, N_ ("Everything recorded here is kept, and is sent again under new numbers.") },
  { RUHU_ERROR_EXPIRED, "expired", 410, FALSE, N_ ("Ask the township office for a new enrolment link; each one works once and for a few days.") },
  { RUHU_ERROR_TOO_LARGE, "too-large", 413, FALSE, N_ ("Nothing was changed.") },
  { RUHU_ERROR_PROTOCOL, "protocol", 502, TRUE, N_ ("Everything recorded here is kept and will be sent later. Perhaps this network wants you to sign in first, or the address is not the township's.") },
  { RUHU_ERROR_SERVER_KEY, "server-key", 502, FALSE, N_ ("Nothing was sent. Somebody else may be answering in the township's place; ask the office whether its key was changed.") },
  { RUHU_ERROR_NETWORK, "network", 503, TRUE, N_ ("Everything recorded here is kept and will be sent when the network is back.") },
  { RUHU_ERROR_RATE, "rate", 429, TRUE, N_ ("It is tried again by itself a little later.") },
  { RUHU_ERROR_BUSY, "busy", 503, TRUE, N_ ("Nothing was changed. Try again in a moment.") },
  { RUHU_ERROR_NO_SPACE, "no-space", 507, TRUE, N_ ("What was recorded before is kept. Free some space on the disk, then try again.") },
  { RUHU_ERROR_READ_ONLY, "read-only", 503, FALSE, N_ ("What was recorded before is kept. Make the folder writable, then try again.") },
  { RUHU_ERROR_CORRUPT, "corrupt", 500, FALSE, N_ ("The file was left as it is. Do not delete it; ask the township office to help.") },
  { RUHU_ERROR_VERSION, "version", 500, FALSE, N_ ("The file was left as it is. Install the newer program.") },
  { RUHU_ERROR_NOT_ENROLLED, "not-enrolled", 403, FALSE, N_ ("Paste the enrolment link that the township office gave you.") },
  { RUHU_ERROR_EXPRESSION, "expression", 500, FALSE, N_ ("Nothing was changed. Tell the township office: an entry of the catalogue needs mending.") },
};

G_STATIC_ASSERT (G_N_ELEMENTS (infos) == RUHU_N_ERRORS);

static const GDBusErrorEntry dbus_entries[] = {
  { RUHU_ERROR_FAILED, "org.ruhu.Error.Failed" },
  { RUHU_ERROR_INVALID, "org.ruhu.Error.Invalid" },
  { RUHU_ERROR_NOT_FOUND, "org.ruhu.Error.NotFound" },
  { RUHU_ERROR_UNAUTHORISED, "org.ruhu.Error.Unauthorised" },
  { RUHU_ERROR_FORBIDDEN, "org.ruhu.Error.Forbidden" },
  { RUHU_ERROR_REVOKED, "org.ruhu.Error.Revoked" },
  { RUHU_ERROR_GAP, "org.ruhu.Error.Gap" },
  { RUHU_ERROR_CLOCK, "org.ruhu.Error.Clock" },
  { RUHU_ERROR_REWRITTEN, "org.ruhu.Error.Rewritten" },
  { RUHU_ERROR_SEQ_REUSED, "org.ruhu.Error.SeqReused" },
  { RUHU_ERROR_EXPIRED, "org.ruhu.Error.Expired" },
  { RUHU_ERROR_TOO_LARGE, "org.ruhu.Error.TooLarge" },
  { RUHU_ERROR_PROTOCOL, "org.ruhu.Error.Protocol" },
  { RUHU_ERROR_SERVER_KEY, "org.ruhu.Error.ServerKey" },
  { RUHU_ERROR_NETWORK, "org.ruhu.Error.Network" },
  { RUHU_ERROR_RATE, "org.ruhu.Error.Rate" },
  { RUHU_ERROR_BUSY, "org.ruhu.Error.Busy" },
  { RUHU_ERROR_NO_SPACE, "org.ruhu.Error.NoSpace" },
  { RUHU_ERROR_READ_ONLY, "org.ruhu.Error.ReadOnly" },
  { RUHU_ERROR_CORRUPT, "org.ruhu.Error.Corrupt" },
  { RUHU_ERROR_VERSION, "org.ruhu.Error.Version" },
  { RUHU_ERROR_NOT_ENROLLED, "org.ruhu.Error.NotEnrolled" },
  { RUHU_ERROR_EXPRESSION, "org.ruhu.Error.Expression" },
};

G_STATIC_ASSERT (G_N_ELEMENTS (dbus_entries) == RUHU_N_ERRORS);

GQuark
ruhu_error_quark (void)
{
  static gsize quark = 0;

  g_dbus_error_register_error_domain ("ruhu-error-quark", &quark, dbus_entries, G_N_ELEMENTS (dbus_entries));
  return (GQuark) quark;
}

static const ErrorInfo *
find_info (RuhuError code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (infos); i++)
    if (infos[i].code == code)
      return &infos[i];
  return &infos[0];
}

const char *
ruhu_error_get_name (RuhuError code)
{
  return find_info (code)->name;
}

RuhuError
ruhu_error_from_name (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (infos); i++)
    if (g_strcmp0 (infos[i].name, name) == 0)
      return infos[i].code;
  return RUHU_ERROR_FAILED;
}

guint
ruhu_error_get_http_status (RuhuError code)
{
  return find_info (code)->status;
}

gboolean
ruhu_error_is_transient (const GError *error)
{
  g_return_val_if_fail (error != NULL, FALSE);

  if (error->domain == RUHU_ERROR)
    return find_info ((RuhuError) error->code)->transient;
  return error->domain == G_IO_ERROR;
}

static gboolean
ends_a_sentence (const char *text)
{
  static const char *const ends[] = { ".", "!", "?", "…", "。", "！", "？" };

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    if (g_str_has_suffix (text, ends[i]))
      return TRUE;
  return FALSE;
}

char *
ruhu_error_explain (const GError *error)
{
  const char *advice;

  g_return_val_if_fail (error != NULL, g_strdup (""));

  advice = _ (error->domain == RUHU_ERROR ? find_info ((RuhuError) error->code)->advice : infos[0].advice);
  /* Translators: what happened, then what was kept and what to do. */
  return g_strdup_printf (ends_a_sentence (error->message) ? C_ ("two sentences", "%s %s") : C_ ("sentence without its stop, sentence", "%s. %s"), error->message, advice);
}
