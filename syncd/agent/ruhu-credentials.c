/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file "credentials" in the data directory, mode 0600, one JSON object:
 *
 *   {"store":"file","server":"https://…:8443","pin":"…","device":"…","token":"…","code":"…"}    "code" only while the enrolment is not confirmed
 *   {"store":"keyring"}                                                                         the same object, without "store", is the keyring's secret
 *
 * The second form is written after the keyring has taken the secret. With it a locked keyring is told from a laptop that was never enrolled. */
#define G_LOG_DOMAIN "ruhu-syncd"

#include "config.h"

#include "ruhu-credentials.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-keyring.h"
#include "ruhu-link.h"
#include "ruhu-wire.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#define FILE_NAME      "credentials"
#define TEMPORARY_NAME "credentials.new"
#define MAX_SIZE       8192
#define TOKEN_BYTES    32
#define DEVICE_BYTES   8

/* From the kernel, which blocks until it has enough. */
static void
fill_random (guint8 *bytes, gsize size)
{
  gsize filled = 0;

  while (filled < size)
    {
      ssize_t n = getrandom (bytes + filled, size - filled, 0);

      g_assert (n > 0 || errno == EINTR);
      filled += MAX (n, 0);
    }
}

/* base64url without padding (RFC 4648 section 5). */
static char *
dup_base64url (const guint8 *bytes, gsize size)
{
  char *text = g_base64_encode (bytes, size);

  g_strdelimit (text, "+", '-');
  g_strdelimit (text, "/", '_');
  text[strcspn (text, "=")] = '\0';
  return text;
}

RuhuCredentials *
ruhu_credentials_new (const char *server, const char *pin, const char *code)
{
  RuhuCredentials *self = g_new0 (RuhuCredentials, 1);
  guint8 token[TOKEN_BYTES], device[DEVICE_BYTES];
  GString *digits = g_string_new (NULL);

  fill_random (token, sizeof token);
  fill_random (device, sizeof device);
  for (gsize i = 0; i < sizeof device; i++)
    g_string_append_printf (digits, "%02x", device[i]);
  self->server = g_strdup (server);
  self->pin = g_strdup (pin);
  self->code = g_strdup (code);
  self->device = g_string_free (digits, FALSE);
  self->token = dup_base64url (token, sizeof token);
  explicit_bzero (token, sizeof token);
  return self;
}

void
ruhu_credentials_free (RuhuCredentials *self)
{
  if (self == NULL)
    return;
  g_free (self->server);
  g_free (self->pin);
  g_free (self->device);
  ruhu_keyring_wipe (self->token);
  ruhu_keyring_wipe (self->code);
  g_free (self);
}

const char *
ruhu_token_store_get_name (RuhuTokenStore store)
{
  switch (store)
    {
    case RUHU_TOKEN_STORE_KEYRING:
      return "keyring";
    case RUHU_TOKEN_STORE_FILE:
      return "file";
    case RUHU_TOKEN_STORE_NONE:
    default:
      return "";
    }
}

/* @store: NULL leaves the member out. Free with ruhu_keyring_wipe(). */
static char *
dup_json (const RuhuCredentials *self, const char *store)
{
  g_autoptr (RuhuJson) object = json_object_new_object ();

  if (store != NULL)
    json_object_object_add (object, "store", json_object_new_string (store));
  if (self != NULL)
    {
      json_object_object_add (object, "server", json_object_new_string (self->server));
      json_object_object_add (object, "pin", json_object_new_string (self->pin));
      json_object_object_add (object, "device", json_object_new_string (self->device));
      json_object_object_add (object, "token", json_object_new_string (self->token));
      if (self->code != NULL)
        json_object_object_add (object, "code", json_object_new_string (self->code));
    }
  return g_strdup (json_object_to_json_string_ext (object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

static const char *
get_text (json_object *object, const char *name)
{
  json_object *member = json_object_object_get (object, name);

  return json_object_is_type (member, json_type_string) ? json_object_get_string (member) : NULL;
}

static RuhuCredentials *
parse_object (json_object *object, GError **error)
{
  const char *server = get_text (object, "server"), *pin = get_text (object, "pin");
  const char *device = get_text (object, "device"), *token = get_text (object, "token");
  RuhuCredentials *self;

  if (server == NULL || !g_str_has_prefix (server, "https://") || !ruhu_link_is_pin (pin) || device == NULL || *device == '\0' || token == NULL || *token == '\0')
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_CORRUPT, _ ("What this laptop identifies itself to the township with is damaged."));
      return NULL;
    }
  self = g_new0 (RuhuCredentials, 1);
  self->server = g_strdup (server);
  self->pin = g_strdup (pin);
  self->device = g_strdup (device);
  self->token = g_strdup (token);
  self->code = g_strdup (get_text (object, "code"));
  return self;
}

static json_object *
parse_text (const char *text, gsize length, GError **error)
{
  g_autoptr (RuhuJson) object = ruhu_wire_parse_json (text, length, 3, NULL);

  if (json_object_is_type (object, json_type_object))
    return g_steal_pointer (&object);
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_CORRUPT, _ ("The file with which this laptop identifies itself to the township is damaged."));
  return NULL;
}

static void
set_file_error (GError **error, int number, const char *what)
{
  RuhuError code = RUHU_ERROR_FAILED;

  if (number == ENOSPC || number == EDQUOT)
    code = RUHU_ERROR_NO_SPACE;
  else if (number == EROFS || number == EACCES || number == EPERM)
    code = RUHU_ERROR_READ_ONLY;
  g_set_error (error, RUHU_ERROR, code, "%s: %s.", what, g_strerror (number));
}

/* *@object: NULL when there is no file. */
static gboolean
read_file (const char *directory, json_object **object, GError **error)
{
  g_autofree char *path = g_build_filename (directory, FILE_NAME, NULL);
  g_auto (RuhuFd) fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  char text[MAX_SIZE];
  ssize_t n;

  *object = NULL;
  if (fd < 0)
    {
      if (errno == ENOENT)
        return TRUE;
      set_file_error (error, errno, _ ("This laptop's key to the township cannot be read"));
      return FALSE;
    }
  n = read (fd, text, sizeof text);
  if (n < 0)
    {
      set_file_error (error, errno, _ ("This laptop's key to the township cannot be read"));
      return FALSE;
    }
  *object = parse_text (text, n, error);
  explicit_bzero (text, sizeof text);
  return *object != NULL;
}

static gboolean
write_all (int fd, const char *text)
{
  gsize left = strlen (text);

  while (left > 0)
    {
      ssize_t n = write (fd, text, left);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      text += n;
      left -= n;
    }
  return fsync (fd) == 0;
}

/* The directory's entry must be on disk too. */
static gboolean
sync_directory (const char *directory)
{
  g_auto (RuhuFd) fd = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  return fd >= 0 && fsync (fd) == 0;
}

static gboolean
write_file (const char *directory, const char *text, GError **error)
{
  g_autofree char *path = g_build_filename (directory, FILE_NAME, NULL);
  g_autofree char *temporary = g_build_filename (directory, TEMPORARY_NAME, NULL);
  g_auto (RuhuFd) fd = -1;

  /* One that a crash left behind. */
  g_unlink (temporary);
  fd = open (temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (fd < 0 || fchmod (fd, S_IRUSR | S_IWUSR) != 0 || !write_all (fd, text) || g_rename (temporary, path) != 0 || !sync_directory (directory))
    {
      set_file_error (error, errno, _ ("This laptop's key to the township cannot be saved"));
      g_unlink (temporary);
      return FALSE;
    }
  return TRUE;
}

static gboolean
load_from_keyring (const char *directory, RuhuCredentials **credentials, GError **error)
{
  g_autoptr (RuhuJson) object = NULL;
  char *secret = NULL;

  if (!ruhu_keyring_load (directory, &secret, error))
    return FALSE;
  /* Somebody emptied the keyring: as good as never enrolled. */
  if (secret == NULL)
    return TRUE;
  object = parse_text (secret, strlen (secret), error);
  ruhu_keyring_wipe (secret);
  if (object == NULL)
    return FALSE;
  *credentials = parse_object (object, error);
  return *credentials != NULL;
}

gboolean
ruhu_credentials_load (const char *directory, RuhuCredentials **credentials, RuhuTokenStore *store, GError **error)
{
  g_autoptr (RuhuCredentials) found = NULL;
  g_autoptr (RuhuJson) object = NULL;
  RuhuTokenStore where = RUHU_TOKEN_STORE_NONE;

  g_return_val_if_fail (directory != NULL && credentials != NULL, FALSE);

  if (!read_file (directory, &object, error))
    return FALSE;
  if (object != NULL && g_strcmp0 (get_text (object, "store"), "keyring") == 0)
    {
      if (!load_from_keyring (directory, &found, error))
        return FALSE;
      where = found != NULL ? RUHU_TOKEN_STORE_KEYRING : RUHU_TOKEN_STORE_NONE;
    }
  else if (object != NULL)
    {
      found = parse_object (object, error);
      if (found == NULL)
        return FALSE;
      where = RUHU_TOKEN_STORE_FILE;
    }
  *credentials = g_steal_pointer (&found);
  if (store != NULL)
    *store = where;
  return TRUE;
}

static gboolean
may_use_keyring (void)
{
  const char *off = g_getenv ("RUHU_NO_KEYRING");

  return off == NULL || *off == '\0' || g_str_equal (off, "0");
}

gboolean
ruhu_credentials_save (const char *directory, const RuhuCredentials *credentials, RuhuTokenStore *store, GError **error)
{
  RuhuTokenStore where = RUHU_TOKEN_STORE_FILE;
  char *text;
  gboolean ok;

  g_return_val_if_fail (directory != NULL && credentials != NULL, FALSE);

  if (may_use_keyring ())
    {
      text = dup_json (credentials, NULL);
      if (ruhu_keyring_store (directory, text, NULL))
        where = RUHU_TOKEN_STORE_KEYRING;
      ruhu_keyring_wipe (text);
    }
  text = where == RUHU_TOKEN_STORE_KEYRING ? dup_json (NULL, "keyring") : dup_json (credentials, "file");
  ok = write_file (directory, text, error);
  ruhu_keyring_wipe (text);
  if (ok && store != NULL)
    *store = where;
  return ok;
}

gboolean
ruhu_credentials_clear (const char *directory, GError **error)
{
  g_autofree char *path = g_build_filename (directory, FILE_NAME, NULL);
  g_autoptr (RuhuJson) object = NULL;

  g_return_val_if_fail (directory != NULL, FALSE);

  if (!read_file (directory, &object, error))
    return FALSE;
  if (object == NULL)
    return TRUE;
  if (g_strcmp0 (get_text (object, "store"), "keyring") == 0 && !ruhu_keyring_clear (directory, error))
    return FALSE;
  if (g_unlink (path) != 0 || !sync_directory (directory))
    {
      set_file_error (error, errno, _ ("This laptop's key to the township cannot be removed"));
      return FALSE;
    }
  return TRUE;
}
