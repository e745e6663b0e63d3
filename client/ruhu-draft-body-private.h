/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of RuhuDraftBody share. */
#pragma once

#include "ruhu-draft-body.h"

G_BEGIN_DECLS

struct _RuhuDraftBody
{
  /* Owned. */
  json_object *root;
};

/* A member of @object (may be NULL, or no object); borrowed, NULL where there is none. */
json_object *ruhu_draft_body_get_member (json_object *object, const char *name);
/* The object of that name, made where it is missing; borrowed. */
json_object *ruhu_draft_body_ensure_object (json_object *object, const char *name);
/* What a table ("base", "typed", …) holds of a record; borrowed, NULL where there is none. */
json_object *ruhu_draft_body_get_record (RuhuDraftBody *self, const char *table, const char *type, const char *record);

G_END_DECLS
