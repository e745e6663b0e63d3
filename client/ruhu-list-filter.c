/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-list-filter"

#include "config.h"

#include "ruhu-list-filter.h"

#include <stdlib.h>

RuhuListFilter *
ruhu_list_filter_new (void)
{
  RuhuListFilter *self = g_new0 (RuhuListFilter, 1);

  self->text = g_strdup ("");
  self->months = 1;
  return self;
}

RuhuListFilter *
ruhu_list_filter_copy (const RuhuListFilter *self)
{
  RuhuListFilter *copy = g_memdup2 (self, sizeof *self);

  copy->text = g_strdup (self->text);
  copy->village = g_strdup (self->village);
  copy->status = g_strdup (self->status);
  copy->helper = g_strdup (self->helper);
  return copy;
}

void
ruhu_list_filter_free (RuhuListFilter *self)
{
  if (self == NULL)
    return;
  g_free (self->text);
  g_free (self->village);
  g_free (self->status);
  g_free (self->helper);
  g_free (self);
}

gboolean
ruhu_list_filter_equal (const RuhuListFilter *a, const RuhuListFilter *b)
{
  return g_strcmp0 (a->text, b->text) == 0 && g_strcmp0 (a->village, b->village) == 0 && g_strcmp0 (a->status, b->status) == 0 &&
         g_strcmp0 (a->helper, b->helper) == 0 && a->due == b->due && a->problem == b->problem && a->sort == b->sort && a->months == b->months;
}

gboolean
ruhu_list_filter_is_narrow (const RuhuListFilter *self)
{
  return self->village != NULL || self->status != NULL || self->helper != NULL || self->due || self->problem;
}

static void
add_text (GVariantBuilder *builder, const char *key, const char *value)
{
  if (value != NULL)
    g_variant_builder_add (builder, "{ss}", key, value);
}

GVariant *
ruhu_list_filter_to_variant (const RuhuListFilter *self)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  g_autofree char *sort = g_strdup_printf ("%d", (int) self->sort);

  add_text (&builder, "village", self->village);
  add_text (&builder, "status", self->status);
  add_text (&builder, "helper", self->helper);
  add_text (&builder, "due", self->due ? "1" : NULL);
  add_text (&builder, "problem", self->problem ? "1" : NULL);
  add_text (&builder, "sort", sort);
  return g_variant_builder_end (&builder);
}

static char *
dup_text (GVariant *variant, const char *key)
{
  char *value = NULL;

  return g_variant_lookup (variant, key, "s", &value) ? value : NULL;
}

void
ruhu_list_filter_take_variant (RuhuListFilter *self, GVariant *variant)
{
  g_autofree char *due = dup_text (variant, "due");
  g_autofree char *problem = dup_text (variant, "problem");
  g_autofree char *sort = dup_text (variant, "sort");

  g_free (self->village);
  g_free (self->status);
  g_free (self->helper);
  self->village = dup_text (variant, "village");
  self->status = dup_text (variant, "status");
  self->helper = dup_text (variant, "helper");
  self->due = due != NULL;
  self->problem = problem != NULL;
  self->sort = (RuhuHouseholdSort) CLAMP (sort != NULL ? atoi (sort) : 0, RUHU_SORT_PLACE, RUHU_SORT_VISIT);
}

char *
ruhu_list_filter_dup_cutoff (const char *today, guint months)
{
  g_autofree char *noon = g_strconcat (today, "T12:00:00Z", NULL);
  g_autoptr (GDateTime) now = g_date_time_new_from_iso8601 (noon, NULL);
  g_autoptr (GDateTime) then = now != NULL ? g_date_time_add_months (now, -(int) MAX (months, 1)) : NULL;

  return then != NULL ? g_date_time_format (then, "%Y-%m-%d") : g_strdup (today);
}

GArray *
ruhu_list_filter_select (const RuhuListFilter *self, RuhuStore *store, guint first, GError **error)
{
  g_autofree char *today = ruhu_clock_today (ruhu_store_get_clock (store));
  g_autofree char *cutoff = ruhu_list_filter_dup_cutoff (today, self->months);
  RuhuHouseholdFilter filter = {
    .text = self->text,
    .village = self->village,
    .status = self->status,
    .helper = self->helper,
    .today = today,
    .visited_before = self->due ? cutoff : NULL,
    .wants_problem = self->problem,
    .sort = self->sort,
    .first = first,
  };

  return ruhu_store_select_households (store, &filter, error);
}
