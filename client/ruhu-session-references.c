/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-session-references"

#include "config.h"

#include "ruhu-session-references.h"

#include "ruhu-field-editor.h"

static void
add_item (GListStore *items, const char *id, const char *title)
{
  g_autoptr (RuhuReferenceItem) item = ruhu_reference_item_new (id, title);

  g_list_store_append (items, item);
}

/* Who has another name in this visit is offered under that. */
static void
add_known (RuhuEditSession *session, RuhuRecordType *type, const RuhuTitle *title, GListStore *items)
{
  gboolean changed = type != NULL && ruhu_draft_body_is_changed (ruhu_edit_session_get_body (session), type->name, title->id, NULL);
  g_autofree char *now = changed ? ruhu_edit_session_dup_title (session, type, title->id) : NULL;

  add_item (items, title->id, now != NULL ? now : title->title);
}

static void
add_new (RuhuEditSession *session, RuhuRecordType *type, GListStore *items)
{
  RuhuDraftBody *body = ruhu_edit_session_get_body (session);
  g_autoptr (GPtrArray) ids = ruhu_draft_body_list_records (body, type->name);

  for (guint i = 0; i < ids->len; i++)
    if (ruhu_draft_body_is_added (body, type->name, ids->pdata[i]) && ruhu_draft_body_is_changed (body, type->name, ids->pdata[i], NULL))
      {
        g_autofree char *title = ruhu_edit_session_dup_title (session, type, ids->pdata[i]);

        add_item (items, ids->pdata[i], title);
      }
}

GListModel *
ruhu_session_list_references (RuhuEditSession *session, RuhuField *field, const char *record)
{
  GListStore *items = g_list_store_new (RUHU_TYPE_REFERENCE_ITEM);
  g_autoptr (GPtrArray) titles = ruhu_edit_session_list_offered (session, field, record);
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_edit_session_get_catalogue (session), field->reference);

  for (guint i = 0; i < titles->len; i++)
    add_known (session, type, titles->pdata[i], items);
  if (type != NULL)
    add_new (session, type, items);
  return G_LIST_MODEL (items);
}
