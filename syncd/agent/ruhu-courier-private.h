/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of RuhuCourier share. */
#pragma once

#include "ruhu-courier.h"
#include "ruhu-store-query.h"

G_BEGIN_DECLS

struct _RuhuCourier
{
  /* Borrowed. */
  RuhuStageFunc stage;
  gpointer data;
  /* Owned. */
  char *directory;
  RuhuHttp *http;
  RuhuCredentials *credentials;
  RuhuStore *store;
  RuhuReplica *replica;
  RuhuExchange *exchange;
  RuhuPhotoStore *photos;
  RuhuPhotoCourier *photo_courier;
  char *confirmed; /* the code of the link by which this laptop was enrolled in this run, or NULL */
  /* Values. */
  RuhuTokenStore token_store;
  RuhuFigures before; /* of exchanges that are closed */
  gint64 last_success;
  gint64 remembered;
  gboolean news;
  gboolean withdrawn; /* the township took this laptop's rights away */
  gboolean unknown;   /* the township does not know the token */
};

/* Of the database's file. Transfer full. */
char *ruhu_courier_dup_path (RuhuCourier *self);
/* Opens the store alone, making it where there is none. */
gboolean ruhu_courier_open_store (RuhuCourier *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The connection is made with what the credentials are now. */
void ruhu_courier_use_credentials (RuhuCourier *self);
/* Whose store this is: its device, or NULL while it is nobody's. */
gboolean ruhu_courier_get_device (RuhuCourier *self, char **device, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Keeps the key that bundles are sealed for when there is no network. Without it everything else goes on, so a failure is only told. */
void ruhu_courier_keep_server_key (RuhuCourier *self);
/* Makes the store fit for the credentials that wait to be confirmed, and asks the township to confirm them. */
gboolean ruhu_courier_go_on_enrolling (RuhuCourier *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* What belongs to a device whose store was erased goes, too. Does nothing where none was. */
gboolean ruhu_courier_finish_withdrawal (RuhuCourier *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
