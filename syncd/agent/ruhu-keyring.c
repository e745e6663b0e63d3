/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-syncd"

#include "config.h"

#include "ruhu-keyring.h"

#include "ruhu-error.h"

#include <glib/gi18n.h>
#include <libsecret/secret.h>
#include <string.h>

static const SecretSchema schema = {
  "org.ruhu.Laptop",
  SECRET_SCHEMA_NONE,
  { { "directory", SECRET_SCHEMA_ATTRIBUTE_STRING }, { NULL, 0 } },
};

/* A keyring may ask its person to unlock it, and a prompt on a screen that nobody sees waits for ever: this cancels it. */
typedef struct
{
  GMutex mutex;
  GCond cond;
  gboolean over;
  GCancellable *cancellable;
  GThread *thread;
} Watchdog;

static gpointer
watchdog_run (gpointer data)
{
  Watchdog *self = data;
  gint64 end = g_get_monotonic_time () + RUHU_KEYRING_PATIENCE * G_TIME_SPAN_SECOND;
  gboolean in_time = TRUE;

  g_mutex_lock (&self->mutex);
  while (!self->over && in_time)
    in_time = g_cond_wait_until (&self->cond, &self->mutex, end);
  g_mutex_unlock (&self->mutex);
  if (!in_time)
    g_cancellable_cancel (self->cancellable);
  return NULL;
}

static void
watchdog_start (Watchdog *self)
{
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->over = FALSE;
  self->cancellable = g_cancellable_new ();
  self->thread = g_thread_new ("keyring-watchdog", watchdog_run, self);
}

/* @failed: the keyring may have gone; the next call looks for it anew instead of asking the one that was there. */
static void
watchdog_stop (Watchdog *self, gboolean failed)
{
  if (failed)
    secret_service_disconnect ();
  g_mutex_lock (&self->mutex);
  self->over = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->thread);
  g_clear_object (&self->cancellable);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->mutex);
}

void
ruhu_keyring_wipe (char *secret)
{
  if (secret != NULL)
    explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

gboolean
ruhu_keyring_load (const char *directory, char **secret, GError **error)
{
  g_autoptr (GError) local = NULL;
  Watchdog watchdog;
  char *found;

  watchdog_start (&watchdog);
  found = secret_password_lookup_nonpageable_sync (&schema, watchdog.cancellable, &local, "directory", directory, NULL);
  watchdog_stop (&watchdog, local != NULL);
  if (local != NULL)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_BUSY, _ ("The keyring that holds this laptop's key to the township is locked or cannot be reached."));
      return FALSE;
    }
  *secret = g_strdup (found);
  secret_password_free (found);
  return TRUE;
}

gboolean
ruhu_keyring_store (const char *directory, const char *secret, GError **error)
{
  g_autoptr (GError) local = NULL;
  Watchdog watchdog;
  char *back = NULL;
  gboolean stored, same;

  watchdog_start (&watchdog);
  stored = secret_password_store_sync (&schema, SECRET_COLLECTION_DEFAULT, _ ("Ruhu: this laptop's key to the township"), secret, watchdog.cancellable, &local, "directory", directory, NULL);
  watchdog_stop (&watchdog, local != NULL);
  if (!stored || !ruhu_keyring_load (directory, &back, NULL))
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_FAILED, _ ("There is no keyring that works."));
      return FALSE;
    }
  same = g_strcmp0 (back, secret) == 0;
  ruhu_keyring_wipe (back);
  if (!same)
    g_set_error (error, RUHU_ERROR, RUHU_ERROR_FAILED, _ ("The keyring does not keep what it is given."));
  return same;
}

gboolean
ruhu_keyring_clear (const char *directory, GError **error)
{
  g_autoptr (GError) local = NULL;
  Watchdog watchdog;

  watchdog_start (&watchdog);
  secret_password_clear_sync (&schema, watchdog.cancellable, &local, "directory", directory, NULL);
  watchdog_stop (&watchdog, local != NULL);
  if (local == NULL)
    return TRUE;
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_BUSY, _ ("The keyring that holds this laptop's key to the township is locked or cannot be reached."));
  return FALSE;
}
