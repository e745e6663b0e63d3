/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Forward declarations of every type that schema/ shares. */
#pragma once

#include <glib.h>
#include <json-c/json.h>

G_BEGIN_DECLS

typedef struct _RuhuCatalogue RuhuCatalogue;
typedef struct _RuhuRecordType RuhuRecordType;
typedef struct _RuhuField RuhuField;
typedef struct _RuhuChoice RuhuChoice;
typedef struct _RuhuChoiceList RuhuChoiceList;
typedef struct _RuhuForm RuhuForm;
typedef struct _RuhuFormStep RuhuFormStep;
typedef struct _RuhuFormPart RuhuFormPart;
typedef struct _RuhuClock RuhuClock;
typedef struct _RuhuDatabase RuhuDatabase;
typedef struct _RuhuStatement RuhuStatement;
typedef struct _RuhuExpression RuhuExpression;
typedef struct _RuhuChange RuhuChange;
typedef struct _RuhuHead RuhuHead;
typedef struct _RuhuStore RuhuStore;
typedef struct _RuhuReplica RuhuReplica;

G_END_DECLS
