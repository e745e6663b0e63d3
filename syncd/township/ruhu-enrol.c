/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-enrol.h"

#include "ruhu-access.h"
#include "ruhu-clock.h"
#include "ruhu-error.h"

#include <glib/gi18n-lib.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

/* 32 signs, none of which is taken for another when read aloud or copied by hand (no I, O, 0, 1). */
static const char alphabet[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

#define CODE_LENGTH   12
#define GROUP_LENGTH  4
#define DEVICE_LENGTH 16
#define TOKEN_LENGTH  43
#define NAME_LENGTH   64

char *
ruhu_enrol_normalise_code (const char *code)
{
  g_autoptr (GString) plain = g_string_sized_new (CODE_LENGTH);

  for (const char *p = code; *p != '\0'; p++)
    {
      char sign = g_ascii_toupper (*p);

      if (sign == '-' || g_ascii_isspace (sign))
        continue;
      if (strchr (alphabet, sign) == NULL || plain->len == CODE_LENGTH)
        return NULL;
      g_string_append_c (plain, sign);
    }
  return plain->len == CODE_LENGTH ? g_string_free (g_steal_pointer (&plain), FALSE) : NULL;
}

static char *
make_code (GError **error)
{
  guint8 random[CODE_LENGTH];
  GString *code = g_string_sized_new (CODE_LENGTH + 2);

  if (gnutls_rnd (GNUTLS_RND_KEY, random, sizeof random) != GNUTLS_E_SUCCESS)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_FAILED, _ ("The system gave no random numbers."));
      g_string_free (code, TRUE);
      return NULL;
    }
  for (gsize i = 0; i < CODE_LENGTH; i++)
    {
      if (i > 0 && i % GROUP_LENGTH == 0)
        g_string_append_c (code, '-');
      g_string_append_c (code, alphabet[random[i] % (sizeof alphabet - 1)]);
    }
  return g_string_free (code, FALSE);
}

static char *
issue (RuhuSession *session, const char *owner, const char *replaces, guint hours, GError **error)
{
  RuhuClock *clock = ruhu_store_get_clock (session->store);
  gint64 now = ruhu_clock_now (clock);
  g_autofree char *created = ruhu_stamp_from_time (now);
  g_autofree char *expires = ruhu_stamp_from_time (now + (gint64) hours * 3600 * 1000);
  g_autofree char *code = NULL, *plain = NULL, *hash = NULL;
  RuhuRole role;

  if (!ruhu_access_get_user (session, owner, NULL, &role, error))
    return NULL;
  if (role == 0)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN, _ ("This person has no role in the township."));
      return NULL;
    }
  code = make_code (error);
  if (code == NULL)
    return NULL;
  plain = ruhu_enrol_normalise_code (code);
  hash = ruhu_access_hash (plain);
  if (!ruhu_database_run (ruhu_store_get_database (session->store),
                          "INSERT INTO enrolment (code_hash, owner, created, expires, replaces) VALUES (?1, ?2, ?3, ?4, ?5)",
                          error, "sssss", hash, owner, created, expires, replaces))
    return NULL;
  return g_steal_pointer (&code);
}

char *
ruhu_enrol_issue (RuhuSession *session, const char *owner, guint hours, GError **error)
{
  return issue (session, owner, NULL, hours, error);
}

char *
ruhu_enrol_issue_replacement (RuhuSession *session, const char *device, guint hours, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuDevice) old = ruhu_ledger_get_device (session->ledger, device, &local);

  if (old != NULL)
    return issue (session, old->user, device, hours, error);
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  else
    g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND, _ ("There is no such laptop."));
  return NULL;
}

#define UNUSED "used_by IS NULL AND expires > ?1"

RuhuStatement *
ruhu_enrol_query_unused (RuhuSession *session, GError **error)
{
  g_autofree char *now = ruhu_stamp_from_time (ruhu_clock_now (ruhu_store_get_clock (session->store)));

  return ruhu_database_query (ruhu_store_get_database (session->store),
                              "SELECT substr (code_hash, 1, 12), owner, created, expires, replaces FROM enrolment WHERE " UNUSED " ORDER BY created, code_hash",
                              error, "s", now);
}

gboolean
ruhu_enrol_withdraw (RuhuSession *session, const char *id, GError **error)
{
  RuhuDatabase *database = ruhu_store_get_database (session->store);
  g_autofree char *now = ruhu_stamp_from_time (ruhu_clock_now (ruhu_store_get_clock (session->store)));

  if (!ruhu_database_run (database, "DELETE FROM enrolment WHERE substr (code_hash, 1, 12) = ?2 AND " UNUSED, error, "ss", now, id))
    return FALSE;
  if (ruhu_database_get_changes (database) > 0)
    return TRUE;
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND, _ ("There is no such link that is still good; “enrol --links” shows those that are."));
  return FALSE;
}

gboolean
ruhu_enrolment_check (const RuhuEnrolment *self, GError **error)
{
  const char *wrong = NULL;

  if (self->code == NULL || strlen (self->code) > 64)
    wrong = _ ("“code” must be the code of the enrolment link.");
  else if (self->device == NULL || strlen (self->device) != DEVICE_LENGTH || strspn (self->device, "0123456789abcdef") != DEVICE_LENGTH)
    wrong = _ ("“device” must be 16 lower-case hexadecimal digits.");
  else if (self->token == NULL || strlen (self->token) != TOKEN_LENGTH ||
           strspn (self->token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != TOKEN_LENGTH)
    wrong = _ ("“token” must be 43 characters of base64url.");
  else if (self->name == NULL || self->name[0] == '\0' || g_utf8_strlen (self->name, -1) > NAME_LENGTH)
    wrong = _ ("“name” must be a text of 1 to 64 characters.");
  if (wrong != NULL)
    g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, wrong);
  return wrong == NULL;
}

typedef struct
{
  RuhuSession *session;
  const RuhuEnrolment *enrolment;
  const char *code_hash;
  const char *token_hash;
  const char *now; /* stamp */
  char *user;
  gint64 position;
} Redemption;

/* *@user stays NULL where the code opens nothing to this device. *@used: this device used it up. */
static gboolean
find_owner (RuhuDatabase *database, Redemption *self, char **user, char **replaces, gboolean *used, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) row = NULL;
  const char *used_by;

  row = ruhu_database_query (database, "SELECT owner, expires, used_by, replaces FROM enrolment WHERE code_hash = ?1", error, "s", self->code_hash);
  if (row == NULL)
    return FALSE;
  if (!ruhu_statement_next (row, &local))
    {
      if (local == NULL)
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  used_by = ruhu_statement_get_text (row, 2);
  if (used_by != NULL ? g_str_equal (used_by, self->enrolment->device) : strcmp (self->now, ruhu_statement_get_text (row, 1)) < 0)
    {
      *used = used_by != NULL;
      *user = g_strdup (ruhu_statement_get_text (row, 0));
      *replaces = g_strdup (ruhu_statement_get_text (row, 3));
    }
  return TRUE;
}

static gboolean
is_known_with_other_token (Redemption *self, gboolean *other, GError **error)
{
  g_autofree char *hash = NULL;

  if (!ruhu_database_get_text (ruhu_store_get_database (self->session->store), "SELECT token_hash FROM device WHERE id = ?1", &hash, error, "s", self->enrolment->device))
    return FALSE;
  *other = hash != NULL && !g_str_equal (hash, self->token_hash);
  return TRUE;
}

static gboolean
redeem (RuhuDatabase *database, gpointer data, GError **error)
{
  Redemption *self = data;
  g_autofree char *user = NULL, *replaces = NULL;
  gboolean other = FALSE, used = FALSE;

  if (!find_owner (database, self, &user, &replaces, &used, error) || !is_known_with_other_token (self, &other, error))
    return FALSE;
  if (user == NULL || (other && used))
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_EXPIRED, _ ("The enrolment code is used up, expired or unknown."));
      return FALSE;
    }
  /* Perhaps somebody took the name of a laptop that a restored backup had forgotten. Only who has a code that is good is told. */
  if (other)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN,
                           _ ("A laptop of this name is enrolled already, with another key. Everything recorded on this one is kept, and the link was not used up. Tell the township office at once: somebody else may have been enrolled in this laptop's place, and the office can withdraw that laptop."));
      return FALSE;
    }
  if (self->enrolment->user != NULL && !g_str_equal (self->enrolment->user, user))
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN, _ ("This enrolment link is for somebody else than the person whose work is on this laptop."));
      return FALSE;
    }
  /* The old one goes first, so that its rights end where the new one's begin. */
  if (replaces != NULL && !ruhu_ledger_revoke_device (self->session->ledger, replaces, error))
    return FALSE;
  if (!ruhu_ledger_add_device (self->session->ledger, self->enrolment->device, user, self->enrolment->name, self->token_hash, &self->position, error))
    return FALSE;
  if (!ruhu_database_run (database, "UPDATE enrolment SET used_by = ?2 WHERE code_hash = ?1", error, "ss", self->code_hash, self->enrolment->device))
    return FALSE;
  g_free (self->user);
  self->user = g_steal_pointer (&user);
  return TRUE;
}

gboolean
ruhu_enrol_redeem (RuhuSession *session, const RuhuEnrolment *enrolment, char **user, gint64 *position, GError **error)
{
  g_autofree char *plain = ruhu_enrol_normalise_code (enrolment->code);
  /* What cannot be a code is looked up all the same, so that it takes as long. */
  g_autofree char *code_hash = ruhu_access_hash (plain != NULL ? plain : "");
  g_autofree char *token_hash = ruhu_access_hash (enrolment->token);
  g_autofree char *now = ruhu_stamp_from_time (ruhu_clock_now (ruhu_store_get_clock (session->store)));
  Redemption redemption = { .session = session, .enrolment = enrolment, .code_hash = code_hash, .token_hash = token_hash, .now = now };

  if (!ruhu_database_transaction (ruhu_store_get_database (session->store), redeem, &redemption, error))
    {
      g_free (redemption.user);
      return FALSE;
    }
  *user = redemption.user;
  *position = redemption.position;
  return TRUE;
}
