/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-township.h"

#include "ruhu-cleanups.h"
#include "ruhu-enrol.h"
#include "ruhu-error.h"
#include "ruhu-link.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>

static const char *const file_names[] = {
  [RUHU_FILE_CONFIG] = "township.conf",
  [RUHU_FILE_DATABASE] = "township.db",
  [RUHU_FILE_KEY] = "key.pem",
  [RUHU_FILE_CERTIFICATE] = "certificate.pem",
  [RUHU_FILE_PORT] = "port",
};

static char *
dup_path (const char *directory, RuhuTownshipFile file)
{
  return g_build_filename (directory, file_names[file], NULL);
}

char *
ruhu_township_dup_path (RuhuTownship *self, RuhuTownshipFile file)
{
  return dup_path (self->directory, file);
}

RuhuTownship *
ruhu_township_open (const char *directory, GError **error)
{
  g_autofree char *path = dup_path (directory, RUHU_FILE_CONFIG);
  g_autoptr (RuhuConfig) config = NULL;
  RuhuTownship *self;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND, _ ("%s is not the directory of a township."), directory);
      return NULL;
    }
  config = ruhu_config_load (path, error);
  if (config == NULL)
    return NULL;
  self = g_new0 (RuhuTownship, 1);
  self->directory = g_strdup (directory);
  self->config = g_steal_pointer (&config);
  return self;
}

void
ruhu_township_free (RuhuTownship *self)
{
  if (self == NULL)
    return;
  g_free (self->directory);
  ruhu_config_free (self->config);
  g_free (self);
}

RuhuSession *
ruhu_township_open_session (RuhuTownship *self, GError **error)
{
  g_autofree char *path = ruhu_township_dup_path (self, RUHU_FILE_DATABASE);
  g_autoptr (RuhuSession) session = ruhu_session_open (path, FALSE, NULL, NULL, error);
  gboolean marked = FALSE;

  /* A backup that was put here by hand. */
  if (session == NULL || !ruhu_ledger_mark_restored (session->ledger, FALSE, 0, &marked, error))
    return NULL;
  ruhu_ledger_set_right_days (session->ledger, self->config->right_days);
  return g_steal_pointer (&session);
}

RuhuKey *
ruhu_township_load_key (RuhuTownship *self, GError **error)
{
  g_autofree char *key = ruhu_township_dup_path (self, RUHU_FILE_KEY);
  g_autofree char *certificate = ruhu_township_dup_path (self, RUHU_FILE_CERTIFICATE);

  return ruhu_key_load (key, certificate, error);
}

static gboolean
fill_database (const char *path, RuhuNowFunc now, gpointer now_data, RuhuFillFunc fill, gpointer data, GError **error)
{
  g_autoptr (RuhuSession) session = ruhu_session_open (path, TRUE, now, now_data, error);

  return session != NULL && fill (session, data, error) && ruhu_database_checkpoint (ruhu_store_get_database (session->store), error);
}

static gboolean
fill_directory (const char *directory, RuhuConfig *config, RuhuNowFunc now, gpointer now_data, RuhuFillFunc fill, gpointer data, GError **error)
{
  g_autofree char *config_path = dup_path (directory, RUHU_FILE_CONFIG);
  g_autofree char *key_path = dup_path (directory, RUHU_FILE_KEY);
  g_autofree char *certificate_path = dup_path (directory, RUHU_FILE_CERTIFICATE);
  g_autofree char *database_path = dup_path (directory, RUHU_FILE_DATABASE);
  g_autoptr (RuhuKey) key = ruhu_key_generate (error);

  return key != NULL && ruhu_key_save (key, key_path, certificate_path, error) && ruhu_config_write (config, config_path, error) && fill_database (database_path, now, now_data, fill, data, error);
}

/* Only what was made here a moment ago: the directory's name was invented by mkdtemp. */
static void
remove_directory (const char *directory)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (directory, name, NULL);

      g_unlink (path);
    }
  g_rmdir (directory);
}

static gboolean
set_create_error (const char *directory, int code, GError **error)
{
  if (code == EEXIST || code == ENOTEMPTY)
    g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("%s exists already; it was not touched."), directory);
  else
    g_set_error (error, RUHU_ERROR, code == ENOSPC ? RUHU_ERROR_NO_SPACE : RUHU_ERROR_FAILED, _ ("%s cannot be made: %s."), directory, g_strerror (code));
  return FALSE;
}

gboolean
ruhu_township_create (const char *directory, RuhuConfig *config, RuhuNowFunc now, gpointer now_data, RuhuFillFunc fill, gpointer data, GError **error)
{
  g_autoptr (GFile) target = g_file_new_for_path (directory);
  g_autofree char *path = g_file_get_path (target);
  g_autofree char *building = g_strconcat (path, ".XXXXXX", NULL);

  if (g_file_test (path, G_FILE_TEST_EXISTS) || g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    return set_create_error (directory, EEXIST, error);
  if (g_mkdtemp_full (building, 0700) == NULL)
    return set_create_error (directory, errno, error);
  if (!fill_directory (building, config, now, now_data, fill, data, error))
    {
      remove_directory (building);
      return FALSE;
    }
  if (renameat2 (AT_FDCWD, building, AT_FDCWD, path, RENAME_NOREPLACE) != 0)
    {
      int code = errno;

      remove_directory (building);
      return set_create_error (directory, code, error);
    }
  return TRUE;
}

guint
ruhu_township_get_public_port (RuhuTownship *self)
{
  g_autofree char *path = ruhu_township_dup_path (self, RUHU_FILE_PORT);
  g_autofree char *text = NULL;
  guint64 port;

  if (self->config->public_port != 0)
    return self->config->public_port;
  if (g_file_get_contents (path, &text, NULL, NULL) && g_ascii_string_to_unsigned (g_strchomp (text), 10, 1, 65535, &port, NULL))
    return (guint) port;
  return self->config->port;
}

/* The first address of this machine that others may reach; NULL if it has none. */
static char *
dup_own_address (void)
{
  struct ifaddrs *list = NULL;
  char *found = NULL;

  if (getifaddrs (&list) != 0)
    return NULL;
  for (struct ifaddrs *i = list; i != NULL && found == NULL; i = i->ifa_next)
    {
      g_autoptr (GSocketAddress) address = NULL;

      if (i->ifa_addr == NULL || i->ifa_addr->sa_family != AF_INET || (i->ifa_flags & IFF_LOOPBACK) != 0 || (i->ifa_flags & IFF_UP) == 0)
        continue;
      address = g_socket_address_new_from_native (i->ifa_addr, sizeof (struct sockaddr_in));
      if (address != NULL)
        found = g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
    }
  freeifaddrs (list);
  return found;
}

char *
ruhu_township_dup_public_address (RuhuTownship *self, gboolean *guessed)
{
  char *own;

  *guessed = FALSE;
  if (self->config->public_address != NULL)
    return g_strdup (self->config->public_address);
  for (guint i = 0; self->config->listen[i] != NULL; i++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (self->config->listen[i]);

      if (address != NULL && !g_inet_address_get_is_any (address))
        return g_strdup (self->config->listen[i]);
    }
  *guessed = TRUE;
  own = dup_own_address ();
  return own != NULL ? own : g_strdup ("127.0.0.1");
}

static char *
issue_link (RuhuTownship *self, RuhuSession *session, const char *helper, const char *device, guint hours, gboolean *guessed, GError **error)
{
  g_autoptr (RuhuKey) key = ruhu_township_load_key (self, error);
  g_autofree char *pin = key != NULL ? ruhu_key_dup_pin (key, error) : NULL;
  guint port = ruhu_township_get_public_port (self);
  g_autofree char *host = NULL;
  g_autofree char *code = NULL;

  if (pin == NULL)
    return NULL;
  if (port == 0)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_FAILED, _ ("The server's port is not known while it takes any free one and is not running."));
      return NULL;
    }
  code = device != NULL ? ruhu_enrol_issue_replacement (session, device, hours, error) : ruhu_enrol_issue (session, helper, hours, error);
  if (code == NULL)
    return NULL;
  host = ruhu_township_dup_public_address (self, guessed);
  return ruhu_link_format (host, (guint16) port, code, pin);
}

char *
ruhu_township_issue_link (RuhuTownship *self, RuhuSession *session, const char *helper, guint hours, gboolean *guessed, GError **error)
{
  return issue_link (self, session, helper, NULL, hours, guessed, error);
}

char *
ruhu_township_issue_replacement (RuhuTownship *self, RuhuSession *session, const char *device, guint hours, gboolean *guessed, GError **error)
{
  return issue_link (self, session, NULL, device, hours, guessed, error);
}
