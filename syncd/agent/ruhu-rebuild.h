/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A damaged database is replaced by one made anew from the township. */
#pragma once

#include "ruhu-credentials.h"
#include "ruhu-database.h"
#include "ruhu-http.h"

G_BEGIN_DECLS

/**
 * ruhu_rebuild:
 * @path: the damaged database; nobody in this process may have it open
 * @http: has the server and the token
 *
 * Only when the township answers: a laptop that half works is left as it is until then. A new database gets this laptop's identity, what can still be read of the own changes and the
 * drafts, and stands at the township's head with everything to be backfilled; then the damaged files are set aside under names with the time, never deleted, and it takes their
 * place (ruhu-replacement.h). From the reading on nobody else can save into the old one, as far as it can be locked. Whatever fails before that leaves everything as it was. Errors: what will pass by itself, else @failure, which was found.
 */
gboolean ruhu_rebuild (const char *path, const RuhuCredentials *credentials, RuhuHttp *http, const GError *failure, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether an empty file, or none, is in the place of the database of an enrolled laptop: SQLite would take it for a new one, and throw away what its log has. Sets CORRUPT then. */
gboolean ruhu_rebuild_is_lost (const char *directory, const char *name, const RuhuCredentials *credentials, GError **error);

/* Reads all of @database; CORRUPT where a page, or the text of a change that did not begin here, is not what was written. */
gboolean ruhu_rebuild_check (RuhuDatabase *database, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the database at @path itself is damaged; opens it. */
gboolean ruhu_rebuild_is_needed (const char *path);

G_END_DECLS
