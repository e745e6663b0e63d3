/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a laptop that the township has withdrawn comes to its end: what only it has goes to the township, then all of it goes from here. A crash anywhere is taken up again: before the store
 * was erased nothing has gone that the township lacks, and after it the store's own mark says that the credentials are to go as well. */
#define G_LOG_DOMAIN "ruhu-syncd"

#include "config.h"

#include "ruhu-courier-private.h"

#include "ruhu-error.h"
#include "ruhu-replacement.h"
#include "ruhu-replica-private.h"
#include "ruhu-salvage.h"
#include "ruhu-store-private.h"

/* What does not get through in so many steps waits for the next contact. */
#define MAX_LAST_STEPS 4096
/* How often what the township lacks is sent and looked for again. */
#define MAX_LOOKS 4

/* Sends what photos wait, and those that drafts mention. Given up without an error when there is something better to do. */
static gboolean
hand_over_photos (RuhuCourier *self, GError **error)
{
  gboolean more = TRUE;

  /* Drafts that were handed over a moment ago may mention some. */
  ruhu_photo_courier_look (self->photo_courier);
  ruhu_photo_courier_retry (self->photo_courier);
  for (guint i = 0; i < MAX_LAST_STEPS && more; i++)
    {
      g_autoptr (GError) local = NULL;

      if (ruhu_photo_courier_hand_over (self->photo_courier, &more, &local))
        continue;
      if (!g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      more = FALSE;
    }
  return TRUE;
}

gboolean
ruhu_courier_finish_withdrawal (RuhuCourier *self, GError **error)
{
  g_autofree char *mark = ruhu_store_get_meta (self->store, RUHU_META_WITHDRAWN, NULL);
  g_autofree char *path = NULL;

  if (mark == NULL)
    return TRUE;
  path = ruhu_courier_dup_path (self);
  if (!ruhu_replacement_erase_aside (path, error))
    return FALSE;
  /* Those that wait to be confirmed are of the device that comes after. */
  if (self->credentials != NULL && self->credentials->code == NULL)
    {
      if (!ruhu_credentials_clear (self->directory, error))
        return FALSE;
      g_clear_pointer (&self->credentials, ruhu_credentials_free);
      self->token_store = RUHU_TOKEN_STORE_NONE;
    }
  self->last_success = self->remembered = 0;
  self->news = TRUE;
  return ruhu_database_run (ruhu_store_get_database (self->store), "DELETE FROM meta WHERE key = ?1", error, "s", RUHU_META_WITHDRAWN);
}

/* What could not be read of a damaged database when it was set aside may be readable now, and goes with it otherwise. @n: changes that the township lacks. */
static gboolean
salvage_once_more (RuhuCourier *self, guint *n, GError **error)
{
  g_autofree char *path = ruhu_courier_dup_path (self);
  g_autoptr (GPtrArray) asides = ruhu_replacement_list_aside (path);
  gint64 pushed;

  *n = 0;
  if (!ruhu_replica_get_pushed (self->replica, &pushed, error))
    return FALSE;
  for (guint i = 0; i < asides->len; i++)
    {
      g_autoptr (RuhuSalvage) salvage = ruhu_salvage_read (asides->pdata[i], self->credentials->device);
      guint more;

      if (!ruhu_salvage_put_more (salvage, self->store, pushed, &more, error))
        return FALSE;
      *n += more;
    }
  return TRUE;
}

/* What this laptop holds against what the township has. *@lacking: something is to be sent, and may have to be looked at again after that. */
static gboolean
take_stock (RuhuCourier *self, gboolean *lacking, GError **error)
{
  guint salvaged = 0, photos = 0;

  if (!ruhu_exchange_take_stock (self->exchange, lacking, error) || (!*lacking && !salvage_once_more (self, &salvaged, error)) ||
      !ruhu_photo_courier_take_stock (self->photo_courier, &photos, error))
    return FALSE;
  *lacking = *lacking || salvaged > 0;
  return TRUE;
}

/* Into quarantine. The township ends it with the word that the laptop is withdrawn, as soon as it is asked for anything. */
static gboolean
send_again (RuhuCourier *self, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (ruhu_exchange_run (self->exchange, &local) || g_error_matches (local, RUHU_ERROR, RUHU_ERROR_REVOKED))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

gboolean
ruhu_courier_withdraw (RuhuCourier *self, gboolean *erased, GError **error)
{
  gboolean gone = FALSE, lacking = TRUE, told = FALSE;

  g_return_val_if_fail (self != NULL && erased != NULL, FALSE);
  *erased = FALSE;
  if (!ruhu_courier_open (self, error))
    return FALSE;
  if (self->store == NULL)
    return TRUE;
  for (guint i = 0; i < MAX_LOOKS && lacking; i++)
    {
      g_autoptr (GError) local = NULL;

      if (take_stock (self, &lacking, &local) && (!lacking || send_again (self, &local)))
        continue;
      /* An older township does not answer one that it has withdrawn: then nothing is known of what it has, and everything stays. */
      if (g_error_matches (local, RUHU_ERROR, RUHU_ERROR_REVOKED))
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (lacking)
    return TRUE;
  if (!ruhu_exchange_tell_witness (self->exchange, TRUE, error) || !hand_over_photos (self, error) || !ruhu_photo_courier_tell_lost (self->photo_courier, &told, error))
    return FALSE;
  if (!told)
    return TRUE;
  if (!ruhu_replica_erase_sent (self->replica, self->photos, &gone, error) || (gone && !ruhu_courier_finish_withdrawal (self, error)))
    return FALSE;
  *erased = gone;
  return TRUE;
}

gboolean
ruhu_courier_scrub (RuhuCourier *self)
{
  g_autofree char *path = ruhu_courier_dup_path (self), *mark = NULL;
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (self != NULL, TRUE);
  if (self->credentials != NULL || !g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  /* One that does not open is nothing that time mends. */
  if (!ruhu_courier_open_store (self, &local) || !ruhu_replica_settle (self->replica, &local))
    {
      g_message ("What was forgotten may still be in the database's files: %s", local->message);
      ruhu_courier_close (self);
      return TRUE;
    }
  mark = ruhu_store_get_meta (self->store, "scrub", NULL);
  ruhu_courier_close (self);
  return mark == NULL;
}
