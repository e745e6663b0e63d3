/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a laptop comes to be one of the township's: for the first time, anew when it was another's or was withdrawn, and under its own name again when the township has forgotten it. */
#define G_LOG_DOMAIN "ruhu-syncd"

#include "config.h"

#include "ruhu-courier-private.h"

#include "ruhu-answer.h"
#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-link.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_DEVICE_NAME 64

/* @user: (nullable): whose this laptop was, where it asks under its own name again: nobody else's link is used up for it */
static GBytes *
make_enrol_body (RuhuCredentials *credentials, const char *user)
{
  g_autoptr (RuhuJson) object = json_object_new_object ();
  g_autofree char *valid = g_utf8_make_valid (g_get_host_name (), -1);
  g_autofree char *name = g_utf8_substring (valid, 0, MIN (g_utf8_strlen (valid, -1), MAX_DEVICE_NAME));
  const char *text;

  json_object_object_add (object, "code", json_object_new_string (credentials->code));
  json_object_object_add (object, "device", json_object_new_string (credentials->device));
  json_object_object_add (object, "token", json_object_new_string (credentials->token));
  json_object_object_add (object, "name", json_object_new_string (*name != '\0' ? name : "laptop"));
  if (user != NULL)
    json_object_object_add (object, "user", json_object_new_string (user));
  text = json_object_to_json_string_ext (object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
  return g_bytes_new (text, strlen (text));
}

/* The store becomes the device's. The server's address and pin are noted beside it for whoever looks into the file. */
static gboolean
adopt (RuhuCourier *self, const RuhuEnrolAnswer *answer, GError **error)
{
  return ruhu_replica_enrol (self->replica, self->credentials->device, answer->user, answer->role, answer->township, answer->position, error) &&
         ruhu_exchange_correct_clock (self->store, self->replica, self->http, error) &&
         ruhu_store_set_meta (self->store, "server", self->credentials->server, error) &&
         ruhu_store_set_meta (self->store, "server_pin", self->credentials->pin, error);
}

/* Whether the credentials that wait to be confirmed are of the device whose store this is. */
static gboolean
is_return (RuhuCourier *self)
{
  g_autofree char *device = NULL;

  return ruhu_courier_get_device (self, &device, NULL) && g_strcmp0 (device, self->credentials->device) == 0;
}

/* Its own name is kept: with another, nothing of what it holds could be sent. */
static void
forget_code (RuhuCourier *self)
{
  g_autofree char *server = ruhu_store_get_meta (self->store, "server", NULL), *pin = ruhu_store_get_meta (self->store, "server_pin", NULL);
  g_autoptr (GError) local = NULL;

  g_clear_pointer (&self->credentials->code, g_free);
  if (server != NULL && pin != NULL)
    {
      g_free (self->credentials->server);
      g_free (self->credentials->pin);
      self->credentials->server = g_steal_pointer (&server);
      self->credentials->pin = g_steal_pointer (&pin);
    }
  if (!ruhu_credentials_save (self->directory, self->credentials, &self->token_store, &local))
    g_warning ("The refused enrolment could not be forgotten: %s", local->message);
  ruhu_courier_use_credentials (self);
}

/* Forgets an enrolment that the township will never confirm. */
static void
drop_enrolment (RuhuCourier *self)
{
  g_autoptr (GError) local = NULL;

  if (is_return (self))
    {
      forget_code (self);
      return;
    }
  if (!ruhu_credentials_clear (self->directory, &local))
    g_warning ("The refused enrolment could not be forgotten: %s", local->message);
  g_clear_pointer (&self->credentials, ruhu_credentials_free);
  self->token_store = RUHU_TOKEN_STORE_NONE;
}

static gboolean
is_final_refusal (const GError *error)
{
  return g_error_matches (error, RUHU_ERROR, RUHU_ERROR_EXPIRED) || g_error_matches (error, RUHU_ERROR, RUHU_ERROR_INVALID) ||
         g_error_matches (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN) || g_error_matches (error, RUHU_ERROR, RUHU_ERROR_REVOKED);
}

/* Asks the township to confirm the credentials that wait for it. */
static gboolean
confirm_enrolment (RuhuCourier *self, GError **error)
{
  g_autofree char *user = is_return (self) ? ruhu_store_get_meta (self->store, "user", NULL) : NULL;
  g_autoptr (GBytes) body = make_enrol_body (self->credentials, user);
  RuhuHttpRequest request = { .target = "/v1/enrol", .body = body, .type = "application/json", .accept = "application/json" };
  g_autoptr (GBytes) received = NULL;
  g_autoptr (RuhuEnrolAnswer) answer = NULL;
  g_autoptr (GError) local = NULL;
  g_autofree char *code = NULL;

  received = ruhu_http_send (self->http, &request, &local);
  if (received == NULL)
    {
      if (is_final_refusal (local))
        drop_enrolment (self);
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  answer = ruhu_enrol_answer_parse (g_bytes_get_data (received, NULL), g_bytes_get_size (received), error);
  if (answer == NULL)
    return FALSE;
  if (!g_str_equal (answer->device, self->credentials->device))
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_PROTOCOL, _ ("The township enrolled another device than this one."));
      return FALSE;
    }
  if (!adopt (self, answer, error))
    return FALSE;
  ruhu_courier_keep_server_key (self);
  code = g_steal_pointer (&self->credentials->code);
  if (!ruhu_credentials_save (self->directory, self->credentials, &self->token_store, error))
    {
      self->credentials->code = g_steal_pointer (&code);
      return FALSE;
    }
  g_free (self->confirmed);
  self->confirmed = g_steal_pointer (&code);
  ruhu_courier_use_credentials (self);
  g_message ("Enrolled; the token is in the %s", ruhu_token_store_get_name (self->token_store));
  return TRUE;
}

static gboolean
has_unsent_work (RuhuCourier *self, gboolean *unsent, GError **error)
{
  g_autoptr (GPtrArray) drafts = ruhu_store_list_drafts (self->store, NULL, error);
  RuhuPhotoCounts photos;
  gint64 changes = 0;

  if (drafts == NULL || !ruhu_store_count_photos (self->store, self->photos, &photos, error) || !ruhu_store_count_unsent (self->store, &changes, error))
    return FALSE;
  *unsent = drafts->len > 0 || changes > 0 || photos.due > 0;
  return TRUE;
}

/* Makes the store fit for a new device. What is the township's can be had again; what is only here is never given up, if it was saved a moment ago. A device that the township has
 * forgotten stays what it is: what the township acknowledged and lost is here alone. */
static gboolean
make_vacant (RuhuCourier *self, GError **error)
{
  gboolean confirmed = self->credentials != NULL && self->credentials->code == NULL;
  gboolean unsent = FALSE, gone = FALSE, same;
  g_autofree char *device = NULL;

  if (!ruhu_courier_get_device (self, &device, error))
    return FALSE;
  if (device == NULL)
    return ruhu_courier_finish_withdrawal (self, error);
  same = self->credentials != NULL && g_str_equal (device, self->credentials->device);
  if (same && (!confirmed || self->unknown))
    return TRUE;
  if (same && !self->withdrawn)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN, _ ("This laptop is enrolled already."));
      return FALSE;
    }
  if (!has_unsent_work (self, &unsent, error))
    return FALSE;
  /* While its own credentials are at hand, the township is asked whether it has everything. */
  if (!unsent && !(same ? ruhu_courier_withdraw (self, &gone, error) : ruhu_replica_erase_sent (self->replica, self->photos, &gone, error)))
    return FALSE;
  if (!gone)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN, _ ("What this laptop recorded under its earlier enrolment has not all been sent, so it cannot be enrolled anew; it is all kept."));
      return FALSE;
    }
  return ruhu_courier_finish_withdrawal (self, error);
}

/* Takes up the enrolment that @link was begun with, or begins one. On disk when it returns. */
static gboolean
begin_enrolment (RuhuCourier *self, const RuhuLink *link, GError **error)
{
  g_autofree char *server = ruhu_link_dup_base (link);
  g_autoptr (RuhuCredentials) fresh = NULL;
  RuhuCredentials *pending = self->credentials;

  if (pending != NULL && g_strcmp0 (pending->code, link->code) == 0 && g_str_equal (pending->server, server) && g_str_equal (pending->pin, link->pin))
    return TRUE;
  fresh = ruhu_credentials_new (server, link->pin, link->code);
  if (pending != NULL && is_return (self))
    {
      g_free (fresh->device);
      g_free (fresh->token);
      fresh->device = g_strdup (pending->device);
      fresh->token = g_strdup (pending->token);
    }
  if (!ruhu_credentials_save (self->directory, fresh, &self->token_store, error))
    return FALSE;
  ruhu_credentials_free (self->credentials);
  self->credentials = g_steal_pointer (&fresh);
  ruhu_courier_use_credentials (self);
  return TRUE;
}

gboolean
ruhu_courier_go_on_enrolling (RuhuCourier *self, GError **error)
{
  return make_vacant (self, error) && confirm_enrolment (self, error);
}

/* Whether the township has forgotten this laptop, where no contact in this run has said so. What cannot be asked counts as no. */
static void
find_out_standing (RuhuCourier *self)
{
  RuhuHttpRequest request = { .target = "/v1/me", .accept = "application/json" };
  g_autoptr (GBytes) answer = NULL;
  g_autoptr (GError) local = NULL;

  if (self->credentials == NULL || self->credentials->code != NULL || self->unknown || self->withdrawn || !is_return (self))
    return;
  answer = ruhu_http_send (self->http, &request, &local);
  self->unknown = g_error_matches (local, RUHU_ERROR, RUHU_ERROR_UNAUTHORISED);
}

/* Whether an enrolment by that link, which was interrupted, has come to its end by itself meanwhile. */
static gboolean
is_done (RuhuCourier *self, const RuhuLink *link)
{
  g_autofree char *server = ruhu_link_dup_base (link);

  return !self->unknown && !self->withdrawn && g_strcmp0 (self->confirmed, link->code) == 0 && ruhu_courier_is_enrolled (self) && is_return (self) &&
         g_str_equal (self->credentials->server, server) && g_str_equal (self->credentials->pin, link->pin);
}

gboolean
ruhu_courier_enrol (RuhuCourier *self, const char *link, GError **error)
{
  g_autoptr (RuhuLink) parsed = NULL;

  g_return_val_if_fail (self != NULL && link != NULL, FALSE);

  parsed = ruhu_link_parse (link, error);
  if (parsed == NULL)
    return FALSE;
  if (!ruhu_courier_open (self, error) || !ruhu_courier_open_store (self, error))
    return FALSE;
  find_out_standing (self);
  if (is_done (self, parsed))
    return TRUE;
  if (!make_vacant (self, error) || !begin_enrolment (self, parsed, error) || !confirm_enrolment (self, error))
    return FALSE;
  self->withdrawn = self->unknown = FALSE;
  return TRUE;
}
