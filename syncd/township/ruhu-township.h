/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuTownship: a township's directory.
 *
 *   township.conf     configuration (ruhu-config.h)
 *   township.db       the database; only what laptops and commands recorded, so that the same plan and seed give the same bytes
 *   key.pem           the server's private key, mode 0600
 *   certificate.pem   its self-signed certificate
 *   port              the TCP port of the running server
 *   photos/           the photos, and what is on its way in (schema/ruhu-photo-store.c) */
#pragma once

#include "ruhu-config.h"
#include "ruhu-key.h"
#include "ruhu-session.h"

G_BEGIN_DECLS

typedef enum
{
  RUHU_FILE_CONFIG,
  RUHU_FILE_DATABASE,
  RUHU_FILE_KEY,
  RUHU_FILE_CERTIFICATE,
  RUHU_FILE_PORT,
} RuhuTownshipFile;

typedef struct
{
  /* Owned. */
  char *directory;
  RuhuConfig *config;
} RuhuTownship;

/* NOT_FOUND if @directory is none of a township; errors of ruhu_config_load(). Transfer full. */
RuhuTownship *ruhu_township_open (const char *directory, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ruhu_township_free (RuhuTownship *self);

/* Transfer full. */
char *ruhu_township_dup_path (RuhuTownship *self, RuhuTownshipFile file);
/* Errors: those of ruhu_session_open(). Transfer full. */
RuhuSession *ruhu_township_open_session (RuhuTownship *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Errors: those of ruhu_key_load(). Transfer full. */
RuhuKey *ruhu_township_load_key (RuhuTownship *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef gboolean (*RuhuFillFunc) (RuhuSession *session, gpointer data, GError **error);

/**
 * ruhu_township_create:
 * @now: the clock by which @fill's changes are stamped, or NULL for the system's
 * @fill: writes what the new database starts with
 *
 * Makes @directory (mode 0700) with configuration, key, certificate and database: whole or not at all. INVALID if it exists, which is not touched then.
 */
gboolean ruhu_township_create (const char *directory, RuhuConfig *config, RuhuNowFunc now, gpointer now_data, RuhuFillFunc fill, gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The port that laptops connect to: the configured public one, else that of the running server, else the configured one. */
guint ruhu_township_get_public_port (RuhuTownship *self);
/* The address that laptops connect to; *@guessed: it is not in the configuration. Transfer full. */
char *ruhu_township_dup_public_address (RuhuTownship *self, gboolean *guessed);
/* An enrolment link for the helper with this id. *@guessed: the address in it is a guess. Transfer full. */
char *ruhu_township_issue_link (RuhuTownship *self, RuhuSession *session, const char *helper, guint hours, gboolean *guessed, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same for the laptop that comes in the place of @device. */
char *ruhu_township_issue_replacement (RuhuTownship *self, RuhuSession *session, const char *device, guint hours, gboolean *guessed, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuTownship, ruhu_township_free)

G_END_DECLS
