/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-link.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

/* Texts and lists have an offset of a pointer, numbers of a guint, switches of a gboolean. */
typedef enum
{
  KEY_TEXT,
  KEY_ADDRESSES,
  KEY_HOST,
  KEY_NUMBER,
  KEY_SWITCH,
} KeyType;

typedef struct
{
  const char *group;
  const char *name;
  KeyType type;
  gsize offset;
  guint min, max;
  const char *comment;
} Key;

static const Key keys[] = {
  { "township", "name", KEY_TEXT, G_STRUCT_OFFSET (RuhuConfig, name), 0, 0, "The township's name, shown on every laptop." },
  { "server", "listen", KEY_ADDRESSES, G_STRUCT_OFFSET (RuhuConfig, listen), 0, 0, "IP addresses to listen on, separated by semicolons. 0.0.0.0 and :: are all of this machine's." },
  { "server", "port", KEY_NUMBER, G_STRUCT_OFFSET (RuhuConfig, port), 0, 65535, "The TCP port. 0: any free one, written to the file \"port\" in this directory." },
  { "server", "public-address", KEY_HOST, G_STRUCT_OFFSET (RuhuConfig, public_address), 0, 0, "The name or IP address that laptops connect to, put into enrolment links. Empty: an address of this machine." },
  { "server", "public-port", KEY_NUMBER, G_STRUCT_OFFSET (RuhuConfig, public_port), 0, 65535, "The port in enrolment links, if a router maps another one to this server. 0: the one above." },
  { "server", "threads", KEY_NUMBER, G_STRUCT_OFFSET (RuhuConfig, threads), 1, 64, "Requests worked on at the same time." },
  { "server", "connections", KEY_NUMBER, G_STRUCT_OFFSET (RuhuConfig, connections), 4, 20000, "Connections at the same time. A laptop that is online keeps one or two." },
  { "server", "connections-per-address", KEY_NUMBER, G_STRUCT_OFFSET (RuhuConfig, connections_per_address), 1, 20000, "… and from one IP address. A village may share one." },
  { "server", "idle-seconds", KEY_NUMBER, G_STRUCT_OFFSET (RuhuConfig, idle_seconds), 5, 600, "A connection that sends nothing for so long is closed." },
  { "server", "page-kilobytes", KEY_NUMBER, G_STRUCT_OFFSET (RuhuConfig, page_kilobytes), 64, 4096, "Size of a page of changes, before compression. Smaller pages suit bad networks." },
  { "server", "log-requests", KEY_SWITCH, G_STRUCT_OFFSET (RuhuConfig, log_requests), 0, 0, "One line to standard error for each request: what, how long, which device; no personal data." },
  { "enrolment", "hours", KEY_NUMBER, G_STRUCT_OFFSET (RuhuConfig, enrol_hours), 1, 8760, "How long an enrolment link is good for." },
  { "enrolment", "failures-per-minute", KEY_NUMBER, G_STRUCT_OFFSET (RuhuConfig, enrol_failures), 1, 1000, "Wrong enrolment codes from one IP address before it has to wait." },
  { "enrolment", "failures-per-minute-in-all", KEY_NUMBER, G_STRUCT_OFFSET (RuhuConfig, enrol_failures_all), 1, 100000, "… and from all addresses together, before everybody has to wait." },
  { "quarantine", "days", KEY_NUMBER, G_STRUCT_OFFSET (RuhuConfig, right_days), 1, 3650, "What was recorded under rights that ended longer ago waits for the office to decide." },
};

RuhuConfig *
ruhu_config_new (const char *name)
{
  RuhuConfig *self = g_new0 (RuhuConfig, 1);

  self->name = g_strdup (name);
  self->listen = g_strsplit ("0.0.0.0;::", ";", -1);
  self->port = 8443;
  self->threads = 3;
  self->connections = 1000;
  self->connections_per_address = 500;
  self->idle_seconds = 30;
  self->page_kilobytes = 512;
  self->log_requests = TRUE;
  self->enrol_hours = 72;
  self->enrol_failures = 10;
  self->enrol_failures_all = 300;
  self->right_days = 60;
  return self;
}

static char *
dup_value (RuhuConfig *self, const Key *key)
{
  switch (key->type)
    {
    case KEY_TEXT:
    case KEY_HOST:
      {
        const char *text = G_STRUCT_MEMBER (char *, self, key->offset);

        return g_strdup (text != NULL ? text : "");
      }
    case KEY_ADDRESSES:
      return g_strjoinv (";", G_STRUCT_MEMBER (char **, self, key->offset));
    case KEY_NUMBER:
      return g_strdup_printf ("%u", G_STRUCT_MEMBER (guint, self, key->offset));
    case KEY_SWITCH:
    default:
      return g_strdup (G_STRUCT_MEMBER (gboolean, self, key->offset) ? "true" : "false");
    }
}

static char *
dup_text (RuhuConfig *self)
{
  GString *text = g_string_new ("# Configuration of this township's server. Read when the server starts.\n");
  const char *group = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *value = dup_value (self, &keys[i]);
      /* As the key file wants it: blanks at the ends, tabs and line breaks escaped. */
      g_autoptr (GKeyFile) file = g_key_file_new ();
      g_autofree char *escaped = NULL;

      if (keys[i].type == KEY_TEXT)
        g_key_file_set_string (file, "g", "k", value);
      else
        g_key_file_set_value (file, "g", "k", value);
      escaped = g_key_file_get_value (file, "g", "k", NULL);
      if (g_strcmp0 (group, keys[i].group) != 0)
        g_string_append_printf (text, "\n[%s]\n", keys[i].group);
      group = keys[i].group;
      g_string_append_printf (text, "# %s\n%s=%s\n", keys[i].comment, keys[i].name, escaped);
    }
  return g_string_free (text, FALSE);
}

gboolean
ruhu_config_write (RuhuConfig *self, const char *path, GError **error)
{
  g_autofree char *text = dup_text (self);
  g_auto (RuhuFd) fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  gsize length = strlen (text);

  if (fd >= 0 && write (fd, text, length) == (gssize) length && fsync (fd) == 0)
    return TRUE;
  g_set_error (error, RUHU_ERROR, errno == ENOSPC ? RUHU_ERROR_NO_SPACE : RUHU_ERROR_FAILED, _ ("%s could not be written: %s."), path, g_strerror (errno));
  return FALSE;
}

static gboolean
set_invalid (const Key *key, const char *reason, GError **error)
{
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, "[%s] %s: %s", key->group, key->name, reason);
  return FALSE;
}

static gboolean
read_addresses (RuhuConfig *self, const Key *key, const char *value, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (value, ";", -1);
  g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_autoptr (GInetAddress) address = NULL;

      g_strstrip (parts[i]);
      if (parts[i][0] == '\0')
        continue;
      address = g_inet_address_new_from_string (parts[i]);
      if (address == NULL)
        return set_invalid (key, _ ("must be IP addresses separated by semicolons"), error);
      g_ptr_array_add (addresses, g_strdup (parts[i]));
    }
  if (addresses->len == 0)
    return set_invalid (key, _ ("must name at least one address"), error);
  g_ptr_array_add (addresses, NULL);
  g_strfreev (self->listen);
  self->listen = (char **) g_ptr_array_steal (addresses, NULL);
  return TRUE;
}

/* @value: without blanks at its ends */
static gboolean
set_key (RuhuConfig *self, const Key *key, const char *value, GError **error)
{
  guint64 number;

  switch (key->type)
    {
    case KEY_HOST:
      if (value[0] != '\0' && !ruhu_link_is_host (value))
        return set_invalid (key, _ ("must be one name or IP address, without a port"), error);
      G_GNUC_FALLTHROUGH;
    case KEY_TEXT:
      g_free (G_STRUCT_MEMBER (char *, self, key->offset));
      G_STRUCT_MEMBER (char *, self, key->offset) = value[0] != '\0' ? g_strdup (value) : NULL;
      return TRUE;
    case KEY_ADDRESSES:
      return read_addresses (self, key, value, error);
    case KEY_NUMBER:
      if (!g_ascii_string_to_unsigned (value, 10, key->min, key->max, &number, NULL))
        {
          g_autofree char *reason = g_strdup_printf (_ ("must be a whole number from %u to %u"), key->min, key->max);

          return set_invalid (key, reason, error);
        }
      G_STRUCT_MEMBER (guint, self, key->offset) = (guint) number;
      return TRUE;
    case KEY_SWITCH:
    default:
      if (!g_str_equal (value, "true") && !g_str_equal (value, "false"))
        return set_invalid (key, _ ("must be true or false"), error);
      G_STRUCT_MEMBER (gboolean, self, key->offset) = g_str_equal (value, "true");
      return TRUE;
    }
}

static gboolean
read_key (RuhuConfig *self, GKeyFile *file, const Key *key, GError **error)
{
  g_autofree char *value = g_key_file_get_string (file, key->group, key->name, NULL);

  if (value == NULL)
    return g_key_file_has_key (file, key->group, key->name, NULL) ? set_invalid (key, _ ("is not a text in UTF-8"), error) : TRUE;
  return set_key (self, key, g_strstrip (value), error);
}

gboolean
ruhu_config_set (RuhuConfig *self, const char *name, const char *value, GError **error)
{
  g_autofree char *plain = NULL;

  g_return_val_if_fail (self != NULL && name != NULL && value != NULL, FALSE);

  plain = g_strstrip (g_strdup (value));
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_str_equal (keys[i].name, name))
      return set_key (self, &keys[i], plain, error);
  g_return_val_if_reached (FALSE);
}

static gboolean
is_known (const char *group, const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_str_equal (keys[i].group, group) && g_str_equal (keys[i].name, name))
      return TRUE;
  return FALSE;
}

/* A key that is misspelt would otherwise silently do nothing. */
static gboolean
check_known (GKeyFile *file, GError **error)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);

  for (guint i = 0; groups[i] != NULL; i++)
    {
      g_auto (GStrv) names = g_key_file_get_keys (file, groups[i], NULL, NULL);

      for (guint j = 0; names != NULL && names[j] != NULL; j++)
        if (!is_known (groups[i], names[j]))
          {
            g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("[%s] %s: there is no such setting."), groups[i], names[j]);
            return FALSE;
          }
    }
  return TRUE;
}

RuhuConfig *
ruhu_config_load (const char *path, GError **error)
{
  g_autoptr (RuhuConfig) self = ruhu_config_new (NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) local = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &local))
    {
      RuhuError code = g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT) ? RUHU_ERROR_NOT_FOUND : RUHU_ERROR_INVALID;

      g_set_error (error, RUHU_ERROR, code, _ ("%s cannot be read: %s."), path, local->message);
      return NULL;
    }
  if (!check_known (file, error))
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (!read_key (self, file, &keys[i], error))
      {
        g_prefix_error (error, "%s: ", path);
        return NULL;
      }
  if (self->name == NULL)
    self->name = g_strdup ("");
  return g_steal_pointer (&self);
}

void
ruhu_config_free (RuhuConfig *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_strfreev (self->listen);
  g_free (self->public_address);
  g_free (self);
}
