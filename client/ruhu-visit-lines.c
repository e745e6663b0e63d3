/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-visit-lines"

#include "config.h"

#include "ruhu-visit-lines.h"

#include "ruhu-describe.h"
#include "ruhu-store-query.h"

typedef struct
{
  char *household;
  char *visit;
} Place;

static void
place_free (gpointer data)
{
  Place *place = data;

  g_free (place->household);
  g_free (place->visit);
  g_free (place);
}

static void
line_free (gpointer data)
{
  RuhuVisitLine *line = data;

  g_free (line->path);
  g_free (line->record);
  g_free (line->label);
  g_free (line->now);
  g_free (line->before);
  g_free (line);
}

/* What a household has one of is called by its kind. */
static char *
dup_record (RuhuStore *store, RuhuRecordType *type, const RuhuVisitEdit *edit)
{
  const char *kind = type != NULL ? ruhu_label_get (&type->label) : edit->type;
  g_autofree char *title = ruhu_describe_title (store, edit->type, edit->record);

  return g_str_equal (title, kind) ? g_steal_pointer (&title) : g_strdup_printf ("%s · %s", kind, title);
}

static RuhuVisitLine *
make_line (RuhuStore *store, const RuhuVisitEdit *edit)
{
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (store), edit->type);
  RuhuField *field = type != NULL ? ruhu_record_type_get_field (type, edit->field) : NULL;
  RuhuVisitLine *line = g_new0 (RuhuVisitLine, 1);

  line->path = g_strjoin ("/", edit->type, edit->record, edit->field, NULL);
  line->record = dup_record (store, type, edit);
  line->label = g_strdup (ruhu_describe_field (type, edit->field));
  line->now = ruhu_describe_masked (store, field, edit->after);
  line->before = ruhu_describe_masked (store, field, edit->before);
  /* Not a photo, nor the reason given to a rule. */
  line->in_words = field != NULL && field->type != RUHU_TYPE_PHOTO && !g_str_equal (edit->type, "finding_note");
  return line;
}

static gpointer
read_lines (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  Place *place = data;
  g_autoptr (GPtrArray) edits = ruhu_store_list_visit_edits (store, place->household, place->visit, error);
  GPtrArray *lines;

  if (edits == NULL)
    return NULL;
  lines = g_ptr_array_new_with_free_func (line_free);
  for (guint i = 0; i < edits->len; i++)
    g_ptr_array_add (lines, make_line (store, g_ptr_array_index (edits, i)));
  return lines;
}

void
ruhu_visit_lines_read_async (RuhuWorker *worker, const char *household, const char *visit, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  Place *place = g_new0 (Place, 1);

  place->household = g_strdup (household);
  place->visit = g_strdup (visit);
  ruhu_worker_run_async (worker, read_lines, place, place_free, (GDestroyNotify) g_ptr_array_unref, cancellable, callback, user_data);
}
