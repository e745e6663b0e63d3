/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An extension of the catalogue is tried before it is recorded: laptops that are out of reach cannot be told afterwards that what they were sent does not work. */
#define G_LOG_DOMAIN "ruhu-schema"

#include "config.h"

#include "ruhu-validate-private.h"

#include "ruhu-error.h"
#include "ruhu-rules.h"
#include "ruhu-tables.h"

#include <string.h>

#define EXTENSION "catalogue_extension"

gboolean
ruhu_validate_extension (RuhuValidator *self, RuhuRecordType *type, json_object *written, GError **error)
{
  json_object *name = NULL, *body = NULL;

  if (strcmp (type->name, EXTENSION) != 0 || !json_object_object_get_ex (written, "body", &body) || !json_object_is_type (body, json_type_string))
    return TRUE;
  json_object_object_get_ex (written, "name", &name);
  g_autoptr (RuhuCatalogue) extended =
      ruhu_catalogue_extend (ruhu_validator_get_catalogue (self),
                             json_object_is_type (name, json_type_string) ? json_object_get_string (name) : EXTENSION,
                             json_object_get_string (body),
                             error);
  if (extended == NULL)
    return FALSE;

  /* Expressions may read tables that the extension itself brings, so they are compiled where making them leaves no trace. */
  g_autoptr (RuhuDatabase) database = ruhu_database_open (":memory:", RUHU_DATABASE_CREATE, error);
  return database != NULL && ruhu_database_migrate (database, error) && ruhu_tables_follow (database, extended, NULL, error) &&
         ruhu_expression_check_catalogue (database, extended, error) && ruhu_rules_check_catalogue (extended, error);
}
