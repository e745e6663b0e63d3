/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a laptop that the township has withdrawn comes to its end: what only it has goes to the township, then all of it goes from here. A crash anywhere is taken up again: before the store
 * was erased nothing has gone that the township lacks, and after it the store's own mark says that the credentials are to go as well. */
#define G_LOG_DOMAIN "ruhu-syncd"

#include "config.h"

#include "ruhu-courier-private.h"

#include "ruhu-error.h"

/* What does not get through in so many steps waits for the next contact. */
#define MAX_LAST_STEPS 4096

gboolean
ruhu_courier_hand_over_photos (RuhuCourier *self, GError **error)
{
  gboolean more = TRUE;

  g_return_val_if_fail (self != NULL, FALSE);

  if (self->photo_courier == NULL)
    return TRUE;
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

  if (mark == NULL)
    return TRUE;
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

gboolean
ruhu_courier_withdraw (RuhuCourier *self, gboolean *erased, GError **error)
{
  gboolean gone = FALSE;

  g_return_val_if_fail (self != NULL && erased != NULL, FALSE);
  *erased = FALSE;
  if (!ruhu_courier_open (self, error))
    return FALSE;
  if (self->store != NULL && (!ruhu_replica_erase_sent (self->replica, self->photos, &gone, error) || (gone && !ruhu_courier_finish_withdrawal (self, error))))
    return FALSE;
  *erased = gone;
  return TRUE;
}
