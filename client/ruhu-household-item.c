/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-household-item"

#include "config.h"

#include "ruhu-household-item.h"

struct _RuhuHouseholdItem
{
  GObject parent_instance;

  RuhuHouseholdRow *row; /* owned */
  guint position;
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RuhuHouseholdItem, ruhu_household_item, G_TYPE_OBJECT)

static void
ruhu_household_item_finalize (GObject *object)
{
  RuhuHouseholdItem *self = RUHU_HOUSEHOLD_ITEM (object);

  g_clear_pointer (&self->row, ruhu_household_row_free);
  G_OBJECT_CLASS (ruhu_household_item_parent_class)->finalize (object);
}

static void
ruhu_household_item_class_init (RuhuHouseholdItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ruhu_household_item_finalize;

  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
ruhu_household_item_init (RuhuHouseholdItem *self)
{
}

RuhuHouseholdItem *
ruhu_household_item_new (guint position)
{
  RuhuHouseholdItem *self = g_object_new (RUHU_TYPE_HOUSEHOLD_ITEM, NULL);

  self->position = position;
  return self;
}

guint
ruhu_household_item_get_position (RuhuHouseholdItem *self)
{
  return self->position;
}

static gboolean
reads_the_same (const RuhuHouseholdRow *a, const RuhuHouseholdRow *b)
{
  return g_strcmp0 (a->id, b->id) == 0 && g_strcmp0 (a->hh_no, b->hh_no) == 0 && g_strcmp0 (a->head_name, b->head_name) == 0 && g_strcmp0 (a->village, b->village) == 0 &&
         g_strcmp0 (a->group, b->group) == 0 && g_strcmp0 (a->status, b->status) == 0 && g_strcmp0 (a->last_visit, b->last_visit) == 0 && a->size == b->size &&
         a->n_conflicts == b->n_conflicts && a->n_problems == b->n_problems && a->has_draft == b->has_draft;
}

void
ruhu_household_item_take_row (RuhuHouseholdItem *self, RuhuHouseholdRow *row)
{
  g_return_if_fail (RUHU_IS_HOUSEHOLD_ITEM (self));

  if (self->row != NULL && reads_the_same (self->row, row))
    {
      ruhu_household_row_free (row);
      return;
    }
  g_clear_pointer (&self->row, ruhu_household_row_free);
  self->row = row;
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

RuhuHouseholdRow *
ruhu_household_item_get_row (RuhuHouseholdItem *self)
{
  g_return_val_if_fail (RUHU_IS_HOUSEHOLD_ITEM (self), NULL);

  return self->row;
}
