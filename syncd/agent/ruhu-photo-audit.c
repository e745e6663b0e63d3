/* SPDX-License-Identifier: GPL-3.0-or-later */
/* meta photos_asked: when the township was last asked about all of them, Unix time in s. */
#define G_LOG_DOMAIN "ruhu-syncd"

#include "config.h"

#include "ruhu-photo-audit.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-wire.h"

#include <glib/gi18n.h>
#include <string.h>

#define ASKED "photos_asked"
/* s */
#define EVERY (7 * 24 * 60 * 60)
/* A question that a bad link carries: 7 kB. */
#define AT_ONCE 100

struct _RuhuPhotoAudit
{
  /* Borrowed. */
  RuhuStore *store;
  RuhuHttp *http;
  /* Owned. */
  char *after; /* the hash that the last question ended with; NULL: none is under way */
  /* Values. */
  gint64 next; /* Unix time in s; 0: not looked up yet */
};

RuhuPhotoAudit *
ruhu_photo_audit_new (RuhuStore *store, RuhuHttp *http)
{
  RuhuPhotoAudit *self = g_new0 (RuhuPhotoAudit, 1);

  self->store = store;
  self->http = http;
  return self;
}

void
ruhu_photo_audit_free (RuhuPhotoAudit *self)
{
  if (self == NULL)
    return;
  g_free (self->after);
  g_free (self);
}

static gint64
get_now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static gboolean
note_asked (RuhuPhotoAudit *self, GError **error)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, get_now ());

  g_clear_pointer (&self->after, g_free);
  self->next = get_now () + EVERY;
  return ruhu_store_set_meta (self->store, ASKED, text, error);
}

/* On a laptop that never asked nothing has had the time to be lost. A clock that was set back must not put it off for years. */
static gboolean
is_time (RuhuPhotoAudit *self, gboolean *time, GError **error)
{
  if (self->next == 0)
    {
      g_autoptr (GError) local = NULL;
      g_autofree char *asked = ruhu_store_get_meta (self->store, ASKED, &local);

      if (local != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (asked == NULL && !note_asked (self, error))
        return FALSE;
      if (asked != NULL)
        self->next = g_ascii_strtoll (asked, NULL, 10) + EVERY;
    }
  *time = self->after != NULL || get_now () >= self->next || self->next > get_now () + EVERY;
  return TRUE;
}

/* Of @hashes from @from on, at most AT_ONCE. */
static GBytes *
make_question (const char *member, GPtrArray *hashes, guint from)
{
  g_autoptr (RuhuJson) object = json_object_new_object ();
  json_object *list = json_object_new_array ();
  const char *text;

  for (guint i = from; i < MIN (hashes->len, from + AT_ONCE); i++)
    json_object_array_add (list, json_object_new_string (hashes->pdata[i]));
  json_object_object_add (object, member, list);
  text = json_object_to_json_string_ext (object, JSON_C_TO_STRING_PLAIN);
  return g_bytes_new (text, strlen (text));
}

/* What was not asked about is not believed. */
static gboolean
take_answer (RuhuPhotoAudit *self, GPtrArray *hashes, GBytes *answer, guint *found, GError **error)
{
  g_autoptr (RuhuJson) json = ruhu_wire_parse_json (g_bytes_get_data (answer, NULL), g_bytes_get_size (answer), RUHU_WIRE_MAX_DEPTH, NULL);
  json_object *lacking = json_object_is_type (json, json_type_object) ? json_object_object_get (json, "lacking") : NULL;

  if (!json_object_is_type (lacking, json_type_array))
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_PROTOCOL, _ ("The township's answer about a photo cannot be understood."));
      return FALSE;
    }
  for (gsize i = 0; i < json_object_array_length (lacking); i++)
    {
      const char *hash = json_object_get_string (json_object_array_get_idx (lacking, i));

      if (hash == NULL || !g_ptr_array_find_with_equal_func (hashes, hash, g_str_equal, NULL))
        continue;
      if (!ruhu_store_set_photo_lost (self->store, hash, error))
        return FALSE;
      *found += 1;
    }
  return TRUE;
}

static gboolean
ask (RuhuPhotoAudit *self, GPtrArray *hashes, gboolean yields, guint *found, GError **error)
{
  g_autoptr (GBytes) question = make_question ("photos", hashes, 0);
  RuhuHttpRequest request = { .target = "/v1/photos", .body = question, .type = "application/json", .accept = "application/json", .yields = yields };
  g_autoptr (GError) local = NULL;
  g_autoptr (GBytes) answer = ruhu_http_send (self->http, &request, &local);
  guint status = ruhu_http_get_status (self->http);

  if (answer != NULL)
    return take_answer (self, hashes, answer, found, error);
  /* An older township does not know the question. */
  if (status == 404 || status == 405)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

gboolean
ruhu_photo_audit_step (RuhuPhotoAudit *self, guint *found, gboolean *more, GError **error)
{
  g_autoptr (GPtrArray) hashes = NULL;
  gboolean time = FALSE;

  *found = 0;
  *more = FALSE;
  if (!is_time (self, &time, error))
    return FALSE;
  if (!time)
    return TRUE;
  hashes = ruhu_store_list_sent_photos (self->store, self->after != NULL ? self->after : "", AT_ONCE, error);
  if (hashes == NULL)
    return FALSE;
  if (hashes->len == 0)
    return note_asked (self, error);
  if (!ask (self, hashes, TRUE, found, error))
    return FALSE;
  if (*found > 0)
    g_message ("The township lacks %u photos that it had; they are sent again", *found);
  g_free (self->after);
  self->after = g_strdup (hashes->pdata[hashes->len - 1]);
  *more = TRUE;
  return TRUE;
}

/* Whether the township says that it has noted @n. */
static gboolean
has_noted (GBytes *answer, guint n)
{
  g_autoptr (RuhuJson) json = ruhu_wire_parse_json (g_bytes_get_data (answer, NULL), g_bytes_get_size (answer), RUHU_WIRE_MAX_DEPTH, NULL);
  json_object *noted = json_object_is_type (json, json_type_object) ? json_object_object_get (json, "lost") : NULL;

  return json_object_is_type (noted, json_type_int) && json_object_get_int64 (noted) == n;
}

gboolean
ruhu_photo_audit_tell_lost (RuhuPhotoAudit *self, GPtrArray *hashes, gboolean *told, GError **error)
{
  *told = FALSE;
  for (guint from = 0; from < hashes->len; from += AT_ONCE)
    {
      g_autoptr (GBytes) question = make_question ("lost", hashes, from);
      RuhuHttpRequest request = { .target = "/v1/photos", .body = question, .type = "application/json", .accept = "application/json" };
      g_autoptr (GError) local = NULL;
      g_autoptr (GBytes) answer = ruhu_http_send (self->http, &request, &local);
      guint status = ruhu_http_get_status (self->http);

      if (answer == NULL && status != 400 && status != 404 && status != 405)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (answer == NULL || !has_noted (answer, MIN (hashes->len - from, AT_ONCE)))
        return TRUE;
    }
  *told = TRUE;
  return TRUE;
}

gboolean
ruhu_photo_audit_ask_all (RuhuPhotoAudit *self, guint *found, GError **error)
{
  g_autofree char *after = g_strdup ("");

  *found = 0;
  for (;;)
    {
      g_autoptr (GPtrArray) hashes = ruhu_store_list_sent_photos (self->store, after, AT_ONCE, error);

      if (hashes == NULL || (hashes->len > 0 && !ask (self, hashes, FALSE, found, error)))
        return FALSE;
      if (hashes->len < AT_ONCE)
        return TRUE;
      g_free (after);
      after = g_strdup (hashes->pdata[hashes->len - 1]);
    }
}
