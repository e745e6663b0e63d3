/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-correction"

#include "config.h"

#include "ruhu-correction.h"

#include "ruhu-cleanups.h"
#include "ruhu-draft-body.h"
#include "ruhu-error.h"
#include "ruhu-store-query.h"

#include <glib/gi18n.h>

#define VISIT "visit"
#define NOTES "finding_note"

void
ruhu_correction_free (RuhuCorrection *self)
{
  if (self == NULL)
    return;
  g_free (self->scope);
  g_free (self->draft);
  g_free (self->type);
  g_free (self->record);
  g_clear_pointer (&self->fields, json_object_put);
  g_free (self);
}

/* Why findings were let pass is asked anew: the values may not be the same. */
static RuhuResend *
prepare (RuhuStore *store, gint64 seq, GError **error)
{
  RuhuResend *content = ruhu_store_prepare_resend (store, seq, error);

  if (content != NULL)
    json_object_object_del (content->set, NOTES);
  return content;
}

static gboolean
is_visit (const RuhuResend *content)
{
  json_object *visits = json_object_object_get (content->set, VISIT);

  return content->visit != NULL && !content->of_village && visits != NULL && json_object_object_length (visits) == 1 && json_object_object_get_ex (visits, content->visit, NULL);
}

/* The only record that the change writes; FALSE: there are more, or it is taken away, which no window asks for. */
static gboolean
find_only (RuhuStore *store, const RuhuResend *content, const char **type, const char **record, json_object **fields)
{
  guint n = 0;

  json_object_object_foreach (content->set, name, records)
  {
    json_object_object_foreach (records, id, values)
    {
      *type = name;
      *record = id;
      *fields = values;
      n++;
    }
  }
  return n == 1 && ruhu_catalogue_get_record (ruhu_store_get_catalogue (store), *type) != NULL && !json_object_object_get_ex (*fields, "deleted", NULL);
}

gboolean
ruhu_correction_is_possible (RuhuStore *store, gint64 seq)
{
  g_autoptr (RuhuResend) content = prepare (store, seq, NULL);
  const char *type, *record;
  json_object *fields;

  return content != NULL && content->here && (is_visit (content) || find_only (store, content, &type, &record, &fields));
}

static gboolean
is_stored (const char *type, const char *record, gpointer data)
{
  g_autoptr (RuhuRecord) found = ruhu_store_get_record (data, type, record, NULL);

  return found != NULL;
}

static gboolean
begin_visit (RuhuStore *store, RuhuCorrection *self, const RuhuResend *content, GError **error)
{
  g_autoptr (RuhuDraftBody) body = ruhu_draft_body_new_of_set (content->set, is_stored, store);
  g_autoptr (RuhuJson) json = NULL;

  ruhu_draft_body_set_self (body, content->visit);
  json = ruhu_draft_body_to_json (body);
  self->draft = ruhu_random_id ();
  return ruhu_store_resend_as_draft (store, self->seq, self->draft, VISIT, json, error);
}

gpointer
ruhu_correction_begin (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (RuhuCorrection) self = g_new0 (RuhuCorrection, 1);
  g_autoptr (RuhuResend) content = NULL;
  const char *type, *record;
  json_object *fields;

  self->seq = *(gint64 *) data;
  content = prepare (store, self->seq, error);
  if (content == NULL)
    return NULL;
  self->scope = g_strdup (content->scope);
  self->seen = content->seen;
  if (content->here && is_visit (content))
    return begin_visit (store, self, content, error) ? g_steal_pointer (&self) : NULL;
  if (!content->here || !find_only (store, content, &type, &record, &fields))
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("This change can only be recorded anew, in its household."));
      return NULL;
    }
  self->type = g_strdup (type);
  self->record = is_stored (type, record, store) ? g_strdup (record) : NULL;
  self->fields = json_object_get (fields);
  return g_steal_pointer (&self);
}
