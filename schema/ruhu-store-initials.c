/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a new record starts with, by the catalogue. */
#define G_LOG_DOMAIN "ruhu-store"

#include "config.h"

#include "ruhu-initials.h"

#include "ruhu-cleanups.h"
#include "ruhu-expression.h"
#include "ruhu-store-query.h"
#include "ruhu-value.h"

/* An expression's result as the field's type has it: a code that looks like a number is still a code. NULL when there is none. */
static json_object *
make_initial (RuhuField *field, json_object *result)
{
  g_autoptr (RuhuJson) value = NULL;

  if (result == NULL)
    return NULL;
  switch (field->type)
    {
    case RUHU_TYPE_INTEGER:
    case RUHU_TYPE_DECIMAL:
    case RUHU_TYPE_MONEY:
      value = json_object_get (result);
      break;
    case RUHU_TYPE_BOOLEAN:
      value = json_object_new_boolean (json_object_get_int (result) != 0);
      break;
    default:
      value = json_object_new_string (json_object_get_string (result));
    }
  return ruhu_value_check (field, value, NULL) ? g_steal_pointer (&value) : NULL;
}

static gboolean
is_wanted (RuhuExpression *expression, RuhuInitials which)
{
  switch (which)
    {
    case RUHU_INITIALS_FOLLOWING:
      return ruhu_expression_uses_any (expression);
    case RUHU_INITIALS_LOOKING:
      return ruhu_expression_has_query (expression);
    default:
      return TRUE;
    }
}

gboolean
ruhu_initials_read (RuhuDatabase *database, RuhuRecordType *type, RuhuRole role, const char *scope, const char *today, json_object *fields, RuhuInitials which, json_object *values, GError **error)
{
  g_return_val_if_fail (database != NULL && type != NULL && values != NULL, FALSE);

  for (guint i = 0; i < type->fields->len; i++)
    {
      RuhuField *field = type->fields->pdata[i];
      g_autoptr (RuhuExpression) expression = NULL;
      g_autoptr (RuhuJson) result = NULL;
      json_object *value;

      if (field->initial == NULL || field->retired || (field->makers & role) == 0 || json_object_object_get (values, field->name) != NULL)
        continue;
      expression = ruhu_expression_new (database, type, field->initial, error);
      if (expression == NULL)
        return FALSE;
      if (!is_wanted (expression, which))
        continue;
      if (!ruhu_expression_evaluate (expression, "", scope, fields, today, &result, error))
        return FALSE;
      value = make_initial (field, result);
      if (value != NULL)
        json_object_object_add (values, field->name, value);
    }
  return TRUE;
}

gboolean
ruhu_store_read_initials (RuhuStore *self, RuhuRecordType *type, RuhuRole role, const char *scope, const char *today, json_object *fields, gboolean following, json_object *values, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return ruhu_initials_read (ruhu_store_get_database (self), type, role, scope, today, fields, following ? RUHU_INITIALS_FOLLOWING : RUHU_INITIALS_ALL, values, error);
}
