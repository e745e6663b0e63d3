/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What has come of a photo lies in photos/fetching/HASH until it is whole and has that hash. How much of one has gone is the township's to say; the table's figure is for showing. */
#define G_LOG_DOMAIN "ruhu-syncd"

#include "config.h"

#include "ruhu-photo-courier.h"

#include "ruhu-error.h"
#include "ruhu-pace.h"
#include "ruhu-photo-audit.h"
#include "ruhu-schedule.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#define UPLOADS "/v1/uploads"
#define TUS     "Tus-Resumable: 1.0.0"
#define OCTETS  "application/offset+octet-stream"
/* How much goes at once: some seconds at 8 kbit/s, and a whole photo. */
#define MIN_CHUNK   4096
#define MAX_CHUNK   RUHU_PHOTO_MAX_BYTES
#define FIRST_CHUNK 32768
/* A chunk that takes longer is too large, so that the next one is half of it; one that is through sooner than the other may be several times as large. In ms. */
#define TOO_LONG 8000
#define SOON     1500
/* When a photo that is not there yet is asked for again (each time later), and one that was refused is sent again, in ms. */
#define ABSENT_PAUSE  (15 * 1000)
#define LONGEST_PAUSE (30 * 60 * 1000)
#define REFUSED_PAUSE (6 * 60 * 60 * 1000)

typedef struct
{
  gint64 until; /* boottime in ms */
  gint64 length;
} Pause;

struct _RuhuPhotoCourier
{
  /* Borrowed. */
  RuhuStore *store;
  RuhuPhotoStore *photos;
  RuhuHttp *http;
  /* Owned. */
  RuhuPhotoAudit *audit;
  GHashTable *pauses;  /* hash → Pause */
  GHashTable *refused; /* hashes of what the township says is no photo that it takes */
  GPtrArray *wanted;   /* hashes, as they were when it last was stale */
  char *settled;       /* the upload whose offset in the table is what the township said in this run */
  /* Values. */
  RuhuPace up, down;
  RuhuPhotoCounts counts;
  gboolean stale;
  gboolean news;
};

RuhuPhotoCourier *
ruhu_photo_courier_new (RuhuStore *store, RuhuPhotoStore *photos, RuhuHttp *http)
{
  RuhuPhotoCourier *self = g_new0 (RuhuPhotoCourier, 1);

  self->store = store;
  self->photos = photos;
  self->http = http;
  self->audit = ruhu_photo_audit_new (store, http);
  self->pauses = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->refused = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->stale = TRUE;
  ruhu_pace_init (&self->up, MIN_CHUNK, MAX_CHUNK);
  ruhu_pace_init (&self->down, MIN_CHUNK, MAX_CHUNK);
  self->up.size = self->down.size = FIRST_CHUNK;
  return self;
}

void
ruhu_photo_courier_free (RuhuPhotoCourier *self)
{
  if (self == NULL)
    return;
  ruhu_photo_audit_free (self->audit);
  g_hash_table_unref (self->pauses);
  g_hash_table_unref (self->refused);
  g_clear_pointer (&self->wanted, g_ptr_array_unref);
  g_free (self->settled);
  g_free (self);
}

void
ruhu_photo_courier_look (RuhuPhotoCourier *self)
{
  self->stale = TRUE;
}

void
ruhu_photo_courier_retry (RuhuPhotoCourier *self)
{
  g_hash_table_remove_all (self->pauses);
}

RuhuPhotoCounts
ruhu_photo_courier_get_counts (RuhuPhotoCourier *self)
{
  return self->counts;
}

gboolean
ruhu_photo_courier_take_news (RuhuPhotoCourier *self)
{
  gboolean news = self->news;

  self->news = FALSE;
  return news;
}

/* A chunk that was begun at @started went well. */
static void
note_speed (RuhuPace *pace, gint64 started)
{
  gint64 elapsed = ruhu_schedule_boottime (NULL) - started;

  if (elapsed > TOO_LONG)
    pace->size = MAX (pace->min, pace->size / 2);
  else if (elapsed < SOON && !pace->cautious)
    pace->size = MIN (pace->max, pace->size * 4);
  else
    ruhu_pace_succeed (pace);
}

static void
pause_photo (RuhuPhotoCourier *self, const char *hash, gint64 milliseconds)
{
  Pause *before = g_hash_table_lookup (self->pauses, hash), *after = g_new (Pause, 1);

  after->length = before != NULL ? MAX (milliseconds, MIN (before->length * 2, LONGEST_PAUSE)) : milliseconds;
  after->until = ruhu_schedule_boottime (NULL) + after->length;
  g_hash_table_replace (self->pauses, g_strdup (hash), after);
}

static gboolean
is_paused (RuhuPhotoCourier *self, const char *hash)
{
  Pause *pause = g_hash_table_lookup (self->pauses, hash);

  return pause != NULL && pause->until > ruhu_schedule_boottime (NULL);
}

/* The township will not have it, or does not know it: no trouble of the way, and not of this laptop's standing. */
static gboolean
is_about_the_photo (RuhuPhotoCourier *self)
{
  guint status = ruhu_http_get_status (self->http);

  return status >= 400 && status < 500 && status != 401 && status != 403 && status != 408 && status != 423 && status != 429;
}

static gboolean
forget_upload (RuhuPhotoCourier *self, const RuhuPhotoUpload *upload, GError **error)
{
  g_clear_pointer (&self->settled, g_free);
  return ruhu_store_set_photo_received (self->store, upload->hash, 0, NULL, error);
}

/* The township's word about how much it has. */
static gboolean
take_offset (RuhuPhotoCourier *self, const RuhuPhotoUpload *upload, const char *path, GError **error)
{
  const char *text = ruhu_http_get_header (self->http, "Upload-Offset");
  gint64 offset;

  if (text == NULL || path == NULL || !g_str_has_prefix (path, UPLOADS "/") || !g_ascii_string_to_signed (text, 10, 0, upload->size, &offset, NULL))
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_PROTOCOL, _ ("The township's answer about a photo cannot be understood."));
      return FALSE;
    }
  if (offset == upload->size)
    {
      g_clear_pointer (&self->settled, g_free);
      return ruhu_store_set_photo_sent (self->store, upload->hash, error);
    }
  g_free (self->settled);
  self->settled = g_strdup (path);
  return ruhu_store_set_photo_received (self->store, upload->hash, offset, path, error);
}

/* What becomes of a request about @upload that failed. TRUE: go on with another step. */
static gboolean
judge_failure (RuhuPhotoCourier *self, const RuhuPhotoUpload *upload, gsize tried, GError *failure, GError **error)
{
  guint status = ruhu_http_get_status (self->http);

  g_clear_pointer (&self->settled, g_free);
  if (ruhu_http_was_cut (self->http) && tried > 0)
    ruhu_pace_break (&self->up, tried);
  /* It is asked where it goes on, or begun anew. */
  if (status == 409 || (status == 404 && upload->upload != NULL))
    {
      g_error_free (failure);
      return status == 409 || forget_upload (self, upload, error);
    }
  if (is_about_the_photo (self))
    {
      g_message ("The township did not take a photo: status %u", status);
      g_error_free (failure);
      if (status == 422)
        g_hash_table_add (self->refused, g_strdup (upload->hash));
      pause_photo (self, upload->hash, REFUSED_PAUSE);
      return forget_upload (self, upload, error);
    }
  g_propagate_error (error, failure);
  return FALSE;
}

static GBytes *
cut (GBytes *photo, gint64 from, gsize most)
{
  gsize left = g_bytes_get_size (photo) - (gsize) from;

  return g_bytes_new_from_bytes (photo, (gsize) from, MIN (left, most));
}

/* With as many bytes as may go at once: over a good link that is all of it. Where the link broke before, they would be lost with the answer, which alone says where they went. */
static gboolean
begin (RuhuPhotoCourier *self, const RuhuPhotoUpload *upload, GBytes *photo, GError **error)
{
  g_autofree char *encoded = g_base64_encode ((const guchar *) upload->hash, strlen (upload->hash));
  g_autofree char *metadata = g_strdup_printf ("Upload-Metadata: sha256 %s", encoded);
  g_autofree char *length = g_strdup_printf ("Upload-Length: %" G_GINT64_FORMAT, upload->size);
  const char *const headers[] = { TUS, length, metadata, NULL };
  g_autoptr (GBytes) body = cut (photo, 0, self->up.cautious ? 0 : self->up.size);
  RuhuHttpRequest request = { .method = "POST", .target = UPLOADS, .body = body, .type = OCTETS, .headers = headers, .yields = TRUE };
  GError *failure = NULL;
  gint64 started = ruhu_schedule_boottime (NULL);
  g_autoptr (GBytes) answer = ruhu_http_send (self->http, &request, &failure);

  if (answer == NULL)
    return judge_failure (self, upload, g_bytes_get_size (body), failure, error);
  note_speed (&self->up, started);
  return take_offset (self, upload, ruhu_http_get_header (self->http, "Location"), error);
}

static gboolean
ask (RuhuPhotoCourier *self, const RuhuPhotoUpload *upload, GError **error)
{
  static const char *const headers[] = { TUS, NULL };
  RuhuHttpRequest request = { .method = "HEAD", .target = upload->upload, .headers = headers, .yields = TRUE };
  GError *failure = NULL;
  g_autoptr (GBytes) answer = ruhu_http_send (self->http, &request, &failure);

  return answer != NULL ? take_offset (self, upload, upload->upload, error) : judge_failure (self, upload, 0, failure, error);
}

static gboolean
send_on (RuhuPhotoCourier *self, const RuhuPhotoUpload *upload, GBytes *photo, GError **error)
{
  g_autofree char *offset = g_strdup_printf ("Upload-Offset: %" G_GINT64_FORMAT, upload->received);
  const char *const headers[] = { TUS, offset, NULL };
  g_autoptr (GBytes) body = cut (photo, upload->received, self->up.size);
  RuhuHttpRequest request = { .method = "PATCH", .target = upload->upload, .body = body, .type = OCTETS, .headers = headers, .yields = TRUE };
  GError *failure = NULL;
  gint64 started = ruhu_schedule_boottime (NULL);
  g_autoptr (GBytes) answer = ruhu_http_send (self->http, &request, &failure);

  if (answer == NULL)
    return judge_failure (self, upload, g_bytes_get_size (body), failure, error);
  note_speed (&self->up, started);
  return take_offset (self, upload, upload->upload, error);
}

static gboolean
send_photo (RuhuPhotoCourier *self, const RuhuPhotoUpload *upload, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GBytes) photo = NULL;

  if (upload->upload != NULL && g_strcmp0 (self->settled, upload->upload) != 0)
    return ask (self, upload, error);
  photo = ruhu_photo_store_read (self->photos, upload->hash, &local);
  if (photo == NULL)
    {
      g_message ("A photo that was to be sent cannot be read: %s", local->message);
      pause_photo (self, upload->hash, REFUSED_PAUSE);
      self->stale = self->news = TRUE;
      return !g_error_matches (local, RUHU_ERROR, RUHU_ERROR_CORRUPT) || ruhu_store_set_photo_damaged (self->store, upload->hash, error);
    }
  return upload->upload == NULL ? begin (self, upload, photo, error) : send_on (self, upload, photo, error);
}

static char *
dup_fetching (RuhuPhotoCourier *self, const char *hash)
{
  return g_build_filename (ruhu_photo_store_get_path (self->photos), "fetching", hash, NULL);
}

static gboolean
append_fetched (const char *path, GBytes *bytes, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  FILE *file;
  gboolean written;

  if (!ruhu_photo_make_folder (folder, error))
    return FALSE;
  file = g_fopen (path, "ab");
  if (file == NULL)
    return ruhu_photo_fail (errno, error);
  written = fwrite (g_bytes_get_data (bytes, NULL), 1, g_bytes_get_size (bytes), file) == g_bytes_get_size (bytes);
  if (fclose (file) == 0 && written)
    return TRUE;
  return ruhu_photo_fail (errno, error);
}

/* "bytes FROM-TO/SIZE" that goes on at @from. */
static gboolean
parse_content_range (const char *text, gint64 from, gint64 *size)
{
  const char *slash = text != NULL ? strchr (text, '/') : NULL;
  g_autofree char *start = g_strdup_printf ("bytes %" G_GINT64_FORMAT "-", from);

  return slash != NULL && g_str_has_prefix (text, start) && g_ascii_string_to_signed (slash + 1, 10, 1, RUHU_PHOTO_MAX_BYTES, size, NULL);
}

/* Whether all of it is there: then it goes into the store, or, if it is something else, away. */
static gboolean
finish (RuhuPhotoCourier *self, const char *hash, const char *path, gint64 size, GError **error)
{
  g_autofree char *data = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) local = NULL;
  gsize length;

  if (!g_file_get_contents (path, &data, &length, NULL) || (gint64) length < size)
    return TRUE;
  bytes = g_bytes_new_take (g_steal_pointer (&data), length);
  if (!ruhu_store_keep_photo (self->store, self->photos, hash, bytes, &local))
    {
      if (!g_error_matches (local, RUHU_ERROR, RUHU_ERROR_INVALID) && !g_error_matches (local, RUHU_ERROR, RUHU_ERROR_TOO_LARGE))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      g_message ("A photo that came was not the one that was asked for");
      pause_photo (self, hash, ABSENT_PAUSE);
    }
  else
    self->news = TRUE;
  if (g_unlink (path) != 0)
    g_debug ("what was fetched stays: %s", g_strerror (errno));
  return TRUE;
}

/* What came before the link broke counts, too. */
static gboolean
take_part (RuhuPhotoCourier *self, const char *hash, const char *path, gint64 from, GBytes *part, GError **error)
{
  gint64 size;

  if (ruhu_http_get_status (self->http) != 206 || !parse_content_range (ruhu_http_get_header (self->http, "Content-Range"), from, &size) || part == NULL)
    {
      pause_photo (self, hash, ABSENT_PAUSE);
      return TRUE;
    }
  return append_fetched (path, part, error) && finish (self, hash, path, size, error);
}

static gboolean
fetch_photo (RuhuPhotoCourier *self, const char *hash, GError **error)
{
  g_autofree char *path = dup_fetching (self, hash);
  g_autofree char *target = g_strconcat ("/v1/photos/", hash, NULL);
  g_autofree char *range = NULL;
  GStatBuf info;
  gint64 from = g_stat (path, &info) == 0 ? info.st_size : 0;
  const char *headers[] = { NULL, NULL };
  RuhuHttpRequest request = { .target = target, .accept = "image/jpeg", .headers = headers, .yields = TRUE };
  gint64 started = ruhu_schedule_boottime (NULL);
  g_autoptr (GError) local = NULL;
  g_autoptr (GBytes) part = NULL;

  headers[0] = range = g_strdup_printf ("Range: bytes=%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT, from, from + (gint64) self->down.size - 1);
  part = ruhu_http_send (self->http, &request, &local);
  if (part != NULL)
    {
      note_speed (&self->down, started);
      return take_part (self, hash, path, from, part, error);
    }
  if (ruhu_http_was_cut (self->http))
    ruhu_pace_break (&self->down, self->down.size);
  if (ruhu_http_get_status (self->http) == 206)
    {
      g_autoptr (GBytes) came = ruhu_http_dup_received (self->http);

      if (g_bytes_get_size (came) > 0 && !take_part (self, hash, path, from, came, error))
        return FALSE;
    }
  /* Longer than the photo: a wrong start. */
  if (ruhu_http_get_status (self->http) == 416 && g_unlink (path) != 0)
    g_debug ("what was fetched stays: %s", g_strerror (errno));
  if (is_about_the_photo (self))
    {
      pause_photo (self, hash, ABSENT_PAUSE);
      return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* The first due photo that is not left alone; NULL: none. Transfer full. */
static RuhuPhotoUpload *
pick_due (RuhuPhotoCourier *self, GPtrArray *due)
{
  for (guint i = 0; i < due->len; i++)
    if (!is_paused (self, ((RuhuPhotoUpload *) due->pdata[i])->hash))
      return g_ptr_array_steal_index (due, i);
  return NULL;
}

/* Transfer full. */
static char *
pick_wanted (RuhuPhotoCourier *self)
{
  for (guint i = 0; i < self->wanted->len; i++)
    if (!is_paused (self, self->wanted->pdata[i]))
      return g_strdup (self->wanted->pdata[i]);
  return NULL;
}

static gboolean
fetch_wanted (RuhuPhotoCourier *self, gboolean *more, GError **error)
{
  g_autofree char *hash = pick_wanted (self);
  guint at;

  *more = hash != NULL;
  if (hash == NULL)
    return TRUE;
  if (!fetch_photo (self, hash, error))
    return FALSE;
  if (ruhu_photo_store_has (self->photos, hash, NULL) && g_ptr_array_find_with_equal_func (self->wanted, hash, g_str_equal, &at))
    g_ptr_array_remove_index (self->wanted, at);
  return TRUE;
}

/* One photo's next piece. *@more FALSE: nothing was to be sent, or not now. */
static gboolean
send_due (RuhuPhotoCourier *self, gboolean *more, GError **error)
{
  g_autoptr (GPtrArray) due = ruhu_store_list_due_photos (self->store, 0, error);
  g_autoptr (RuhuPhotoUpload) upload = due != NULL ? pick_due (self, due) : NULL;

  *more = upload != NULL;
  return due != NULL && (upload == NULL || send_photo (self, upload, error));
}

static gboolean
step (RuhuPhotoCourier *self, gboolean *more, GError **error)
{
  return send_due (self, more, error) && (*more || fetch_wanted (self, more, error));
}

static gboolean
count (RuhuPhotoCourier *self, GError **error)
{
  if (!ruhu_store_count_photos (self->store, NULL, &self->counts, error))
    return FALSE;
  self->counts.wanted = self->wanted->len;
  return TRUE;
}

/* Looks at records and folder; between two such looks only what this courier itself does changes anything. */
static gboolean
look (RuhuPhotoCourier *self, GError **error)
{
  g_autoptr (GPtrArray) wanted = NULL;

  if (!ruhu_store_follow_photos (self->store, self->photos, error))
    return FALSE;
  wanted = ruhu_store_list_wanted_photos (self->store, self->photos, 0, error);
  if (wanted == NULL)
    return FALSE;
  g_clear_pointer (&self->wanted, g_ptr_array_unref);
  self->wanted = g_steal_pointer (&wanted);
  self->stale = !count (self, error);
  return !self->stale;
}

static gboolean
go_on (RuhuPhotoCourier *self, gboolean send_only, gboolean *more, GError **error)
{
  gboolean done;

  *more = FALSE;
  if (self->stale && !look (self, error))
    return FALSE;
  if (self->counts.due == 0 && (send_only || self->counts.wanted == 0))
    return TRUE;
  done = send_only ? send_due (self, more, error) : step (self, more, error);
  if (!count (self, done ? error : NULL))
    return FALSE;
  return done;
}

gboolean
ruhu_photo_courier_step (RuhuPhotoCourier *self, gboolean *more, GError **error)
{
  guint found = 0;

  g_return_val_if_fail (self != NULL && more != NULL, FALSE);

  if (!go_on (self, FALSE, more, error))
    return FALSE;
  if (*more)
    return TRUE;
  /* Only when there is nothing else to do. */
  if (!ruhu_photo_audit_step (self->audit, &found, more, error))
    return FALSE;
  self->stale |= found > 0;
  return TRUE;
}

gboolean
ruhu_photo_courier_hand_over (RuhuPhotoCourier *self, gboolean *more, GError **error)
{
  g_return_val_if_fail (self != NULL && more != NULL, FALSE);

  return go_on (self, TRUE, more, error);
}

/* What is still due, and was refused. */
static GPtrArray *
list_refused (RuhuPhotoCourier *self, GError **error)
{
  g_autoptr (GPtrArray) due = ruhu_store_list_due_photos (self->store, 0, error);
  g_autoptr (GPtrArray) refused = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; due != NULL && i < due->len; i++)
    if (g_hash_table_contains (self->refused, ((RuhuPhotoUpload *) due->pdata[i])->hash))
      g_ptr_array_add (refused, g_strdup (((RuhuPhotoUpload *) due->pdata[i])->hash));
  return due != NULL ? g_steal_pointer (&refused) : NULL;
}

gboolean
ruhu_photo_courier_tell_lost (RuhuPhotoCourier *self, gboolean *told, GError **error)
{
  g_autoptr (GPtrArray) refused = NULL;
  g_autoptr (GPtrArray) lost = NULL;

  g_return_val_if_fail (self != NULL && told != NULL, FALSE);

  *told = FALSE;
  refused = list_refused (self, error);
  lost = refused != NULL ? ruhu_store_list_damaged_photos (self->store, error) : NULL;
  if (lost == NULL)
    return FALSE;
  for (guint i = 0; i < refused->len; i++)
    g_ptr_array_add (lost, g_strdup (refused->pdata[i]));
  if (!ruhu_photo_audit_tell_lost (self->audit, lost, told, error))
    return FALSE;
  for (guint i = 0; *told && i < refused->len; i++)
    if (!ruhu_store_give_photo_up (self->store, refused->pdata[i], error))
      return FALSE;
  if (*told && lost->len > 0)
    g_message ("%u photos cannot be handed over; the township has noted which", lost->len);
  return TRUE;
}

gboolean
ruhu_photo_courier_take_stock (RuhuPhotoCourier *self, guint *lacking, GError **error)
{
  g_return_val_if_fail (self != NULL && lacking != NULL, FALSE);

  if (!ruhu_store_follow_photos (self->store, self->photos, error) || !ruhu_store_claim_photos (self->store, error) || !ruhu_photo_audit_ask_all (self->audit, lacking, error))
    return FALSE;
  self->stale = TRUE;
  return TRUE;
}
