/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-household-model"

#include "config.h"

#include "ruhu-household-model.h"

#include "ruhu-household-item.h"

/* Rows read at once. */
#define PAGE_SIZE 64
/* Pages kept; the one that was wanted longest ago goes first. */
#define MAX_PAGES 64
#define NOWHERE   G_MAXUINT
/* Of a new search so many are asked for first, and all of them after that. */
#define N_FIRST 200
/* So far from where it was a household is looked for after a refresh. */
#define N_NEAR 2000
/* GTK makes a widget for each of a list's first 200 items at once: they are given to it little by little, between frames. What comes after them costs nothing. */
#define STEP      24
#define N_WIDGETS 220
/* Behind GDK_PRIORITY_REDRAW. */
#define AFTER_A_FRAME (G_PRIORITY_HIGH_IDLE + 21)
/* After a reading of a second, the next one waits four. */
#define PATIENCE     4
#define MAX_PATIENCE (8 * G_TIME_SPAN_SECOND)

typedef struct
{
  guint number;
  GPtrArray *items; /* RuhuHouseholdItem */
  guint64 wanted;   /* when it was asked for last */
  gboolean reading;
  gboolean stale;
} Page;

/* What was found. */
typedef struct
{
  RuhuListFilter *filter; /* owned */
  guint first;            /* no more than so many were asked for; 0: all */
  GArray *numbers;        /* gint64 */
  GPtrArray *rows;        /* of the first page; NULL where all were asked for */
} Answer;

struct _RuhuHouseholdModel
{
  GObject parent_instance;

  /* Owned. */
  RuhuWorker *worker;
  GCancellable *cancellable; /* of the current search */
  GHashTable *pages;         /* number → Page */
  RuhuListFilter *filter;
  GArray *numbers; /* gint64: the matches, in order; NULL before the first reading */

  guint n_items;
  guint generation; /* of the numbers */
  guint grow_id;
  guint refresh_id;
  gint64 began; /* the last reading of all, and how long it took, in µs */
  gint64 took;
  guint64 ticks;
  gboolean counted;
  gboolean complete; /* the numbers are all there are */
  gboolean reading;
  gboolean stale;
};

enum
{
  SIGNAL_COUNTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void ruhu_household_model_list_model_init (GListModelInterface *iface);
static void page_read (RuhuHouseholdModel *self, Page *page);

G_DEFINE_FINAL_TYPE_WITH_CODE (RuhuHouseholdModel, ruhu_household_model, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, ruhu_household_model_list_model_init))

static void
page_free (gpointer data)
{
  Page *page = data;

  g_ptr_array_unref (page->items);
  g_free (page);
}

static gpointer
read_page (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  GArray *numbers = data;

  return ruhu_store_read_households (store, (const gint64 *) numbers->data, numbers->len, error);
}

static void
answer_free (gpointer data)
{
  Answer *self = data;

  ruhu_list_filter_free (self->filter);
  g_clear_pointer (&self->numbers, g_array_unref);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Answer, answer_free)

/* The first screen comes with its rows, so that the old ones stand until the new ones take their place. */
static gpointer
read_answer (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  const Answer *asked = data;
  g_autoptr (Answer) answer = g_new0 (Answer, 1);

  answer->first = asked->first;
  answer->filter = ruhu_list_filter_copy (asked->filter);
  answer->numbers = ruhu_list_filter_select (asked->filter, store, asked->first, error);
  if (answer->numbers == NULL)
    return NULL;
  if (asked->first > 0)
    answer->rows = ruhu_store_read_households (store, (const gint64 *) answer->numbers->data, MIN (answer->numbers->len, PAGE_SIZE), error);
  return asked->first > 0 && answer->rows == NULL ? NULL : g_steal_pointer (&answer);
}

/* Rows are handed to the items that stand where they belong; the array is left empty. */
static void
page_fill (Page *page, GPtrArray *rows)
{
  g_ptr_array_set_free_func (rows, NULL);
  for (guint i = 0; i < rows->len; i++)
    {
      /* It left meanwhile; the next refresh closes the gap. */
      if (g_ptr_array_index (rows, i) == NULL)
        continue;
      if (i < page->items->len)
        ruhu_household_item_take_row (g_ptr_array_index (page->items, i), g_ptr_array_index (rows, i));
      else
        ruhu_household_row_free (g_ptr_array_index (rows, i));
    }
}

typedef struct
{
  RuhuHouseholdModel *self;
  guint number;
  guint generation;
} PageRead;

static void
page_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree PageRead *read = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  Page *page;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  page = g_hash_table_lookup (read->self->pages, GUINT_TO_POINTER (read->number));
  if (rows == NULL)
    g_warning ("Cannot read the household list: %s", error->message);
  if (page == NULL)
    return;
  page->reading = FALSE;
  if (rows != NULL && read->generation == read->self->generation)
    page_fill (page, rows);
  if (page->stale || read->generation != read->self->generation)
    page_read (read->self, page);
}

static void
page_read (RuhuHouseholdModel *self, Page *page)
{
  PageRead *read;
  guint first = page->number * PAGE_SIZE;
  GArray *slice;

  page->stale = page->reading;
  if (page->reading || self->numbers == NULL || first >= self->numbers->len)
    return;
  page->reading = TRUE;
  read = g_new0 (PageRead, 1);
  read->self = self;
  read->number = page->number;
  read->generation = self->generation;
  slice = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_array_append_vals (slice, &g_array_index (self->numbers, gint64, first), MIN (PAGE_SIZE, self->numbers->len - first));
  ruhu_worker_read_async (self->worker, read_page, slice, (GDestroyNotify) g_array_unref, (GDestroyNotify) g_ptr_array_unref, self->cancellable, page_read_cb, read);
}

static void
drop_oldest_page (RuhuHouseholdModel *self)
{
  GHashTableIter iter;
  Page *page;
  Page *oldest = NULL;

  g_hash_table_iter_init (&iter, self->pages);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &page))
    if (oldest == NULL || page->wanted < oldest->wanted)
      oldest = page;
  if (oldest != NULL)
    g_hash_table_remove (self->pages, GUINT_TO_POINTER (oldest->number));
}

/* As many items as the list has in that page. */
static void
page_resize (RuhuHouseholdModel *self, Page *page)
{
  guint first = page->number * PAGE_SIZE;
  guint wanted = first < self->n_items ? MIN (PAGE_SIZE, self->n_items - first) : 0;

  if (page->items->len > wanted)
    g_ptr_array_set_size (page->items, wanted);
  while (page->items->len < wanted)
    g_ptr_array_add (page->items, ruhu_household_item_new (first + page->items->len));
}

static Page *
ensure_page (RuhuHouseholdModel *self, guint number)
{
  Page *page = g_hash_table_lookup (self->pages, GUINT_TO_POINTER (number));

  if (page == NULL)
    {
      if (g_hash_table_size (self->pages) >= MAX_PAGES)
        drop_oldest_page (self);
      page = g_new0 (Page, 1);
      page->number = number;
      page->items = g_ptr_array_new_with_free_func (g_object_unref);
      g_hash_table_insert (self->pages, GUINT_TO_POINTER (number), page);
      page_resize (self, page);
      page_read (self, page);
    }
  page->wanted = ++self->ticks;
  return page;
}

static GType
get_item_type (GListModel *model)
{
  return RUHU_TYPE_HOUSEHOLD_ITEM;
}

static guint
get_n_items (GListModel *model)
{
  return RUHU_HOUSEHOLD_MODEL (model)->n_items;
}

static gpointer
get_item (GListModel *model, guint position)
{
  RuhuHouseholdModel *self = RUHU_HOUSEHOLD_MODEL (model);
  Page *page;

  if (position >= self->n_items)
    return NULL;
  page = ensure_page (self, position / PAGE_SIZE);
  return g_object_ref (g_ptr_array_index (page->items, position % PAGE_SIZE));
}

static void
ruhu_household_model_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

/* The length changes at the end only: items that stay keep their places. */
static void
set_length (RuhuHouseholdModel *self, guint n_items)
{
  guint old = self->n_items;
  GHashTableIter iter;
  Page *page;

  if (n_items == old)
    return;
  self->n_items = n_items;
  g_hash_table_iter_init (&iter, self->pages);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &page))
    {
      page_resize (self, page);
      if (page->items->len == 0)
        g_hash_table_iter_remove (&iter);
    }
  g_list_model_items_changed (G_LIST_MODEL (self), MIN (old, n_items), old > n_items ? old - n_items : 0, n_items > old ? n_items - old : 0);
}

/* The next few; FALSE when all are there. */
static gboolean
grow (RuhuHouseholdModel *self)
{
  guint wanted = MIN (self->numbers->len, G_MAXINT);

  if (wanted > self->n_items && self->n_items < N_WIDGETS)
    wanted = MIN (wanted, self->n_items + STEP);
  set_length (self, wanted);
  return self->n_items < MIN (self->numbers->len, G_MAXINT);
}

static gboolean
grow_cb (gpointer data)
{
  RuhuHouseholdModel *self = data;

  if (grow (self))
    return G_SOURCE_CONTINUE;
  self->grow_id = 0;
  return G_SOURCE_REMOVE;
}

/* Pages that nobody looks at are read when somebody does; of the others each row stands until the new one takes its place. */
static void
renew_pages (RuhuHouseholdModel *self, guint from)
{
  GHashTableIter iter;
  Page *page;

  g_hash_table_iter_init (&iter, self->pages);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &page))
    {
      gboolean held = FALSE;

      for (guint i = 0; i < page->items->len && !held; i++)
        held = G_OBJECT (g_ptr_array_index (page->items, i))->ref_count > 1;
      if (!held)
        g_hash_table_iter_remove (&iter);
      else if (page->number >= from)
        page_read (self, page);
    }
}

static void read_matches (RuhuHouseholdModel *self, guint first);

static void
take_answer (RuhuHouseholdModel *self, Answer *answer)
{
  g_clear_pointer (&self->numbers, g_array_unref);
  self->numbers = g_steal_pointer (&answer->numbers);
  self->generation++;
  self->complete = answer->first == 0 || self->numbers->len < answer->first;
  self->counted = TRUE;
  g_clear_handle_id (&self->grow_id, g_source_remove);
  if (grow (self))
    self->grow_id = g_idle_add_full (AFTER_A_FRAME, grow_cb, self, NULL);
  if (answer->rows != NULL && self->n_items > 0)
    page_fill (ensure_page (self, 0), answer->rows);
  renew_pages (self, answer->rows != NULL ? 1 : 0);
  g_signal_emit (self, signals[SIGNAL_COUNTED], 0);
}

static gboolean
refresh_cb (gpointer data)
{
  RuhuHouseholdModel *self = data;

  self->refresh_id = 0;
  ruhu_household_model_refresh (self);
  return G_SOURCE_REMOVE;
}

static void
answer_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Answer) answer = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  g_autoptr (RuhuHouseholdModel) self = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self = g_object_ref (RUHU_HOUSEHOLD_MODEL (user_data));
  self->reading = FALSE;
  self->took = g_get_monotonic_time () - self->began;
  if (answer == NULL)
    {
      g_warning ("Cannot read the household list: %s", error->message);
      return;
    }
  take_answer (self, answer);
  /* Whoever listened may have asked for something else meanwhile. */
  if (self->reading)
    return;
  if (!self->complete)
    read_matches (self, 0);
  else if (self->stale && self->refresh_id == 0)
    self->refresh_id = g_timeout_add ((guint) (MIN (PATIENCE * self->took, MAX_PATIENCE) / 1000), refresh_cb, self);
}

static void
read_matches (RuhuHouseholdModel *self, guint first)
{
  Answer *asked = g_new0 (Answer, 1);

  asked->filter = ruhu_list_filter_copy (self->filter);
  asked->first = first;
  self->reading = TRUE;
  self->stale = FALSE;
  self->began = g_get_monotonic_time ();
  ruhu_worker_read_async (self->worker, read_answer, asked, answer_free, answer_free, self->cancellable, answer_cb, self);
}

static void
ruhu_household_model_dispose (GObject *object)
{
  RuhuHouseholdModel *self = RUHU_HOUSEHOLD_MODEL (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->grow_id, g_source_remove);
  g_clear_handle_id (&self->refresh_id, g_source_remove);
  g_clear_object (&self->worker);
  G_OBJECT_CLASS (ruhu_household_model_parent_class)->dispose (object);
}

static void
ruhu_household_model_finalize (GObject *object)
{
  RuhuHouseholdModel *self = RUHU_HOUSEHOLD_MODEL (object);

  g_clear_object (&self->cancellable);
  g_hash_table_unref (self->pages);
  ruhu_list_filter_free (self->filter);
  g_clear_pointer (&self->numbers, g_array_unref);
  G_OBJECT_CLASS (ruhu_household_model_parent_class)->finalize (object);
}

static void
ruhu_household_model_class_init (RuhuHouseholdModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = ruhu_household_model_dispose;
  object_class->finalize = ruhu_household_model_finalize;

  signals[SIGNAL_COUNTED] = g_signal_new ("counted", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
ruhu_household_model_init (RuhuHouseholdModel *self)
{
  self->cancellable = g_cancellable_new ();
  self->pages = g_hash_table_new_full (NULL, NULL, NULL, page_free);
  self->filter = ruhu_list_filter_new ();
}

RuhuHouseholdModel *
ruhu_household_model_new (RuhuWorker *worker)
{
  RuhuHouseholdModel *self = g_object_new (RUHU_TYPE_HOUSEHOLD_MODEL, NULL);

  self->worker = g_object_ref (worker);
  return self;
}

void
ruhu_household_model_refresh (RuhuHouseholdModel *self)
{
  g_return_if_fail (RUHU_IS_HOUSEHOLD_MODEL (self));

  /* One reading at a time; what changes during it is read after it, with a pause in between that is longer the more there is to read. */
  self->stale = self->reading || self->refresh_id != 0;
  if (!self->stale)
    read_matches (self, self->counted ? 0 : N_FIRST);
}

void
ruhu_household_model_set_filter (RuhuHouseholdModel *self, const RuhuListFilter *filter)
{
  GHashTableIter iter;
  Page *page;

  g_return_if_fail (RUHU_IS_HOUSEHOLD_MODEL (self) && filter != NULL);

  if (ruhu_list_filter_equal (filter, self->filter) && (self->counted || self->reading))
    return;
  /* What the last key asked for is not wanted any more: its query ends at once. */
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  g_clear_handle_id (&self->refresh_id, g_source_remove);
  ruhu_list_filter_free (self->filter);
  self->filter = ruhu_list_filter_copy (filter);
  self->counted = FALSE;
  g_hash_table_iter_init (&iter, self->pages);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &page))
    page->reading = FALSE;
  read_matches (self, N_FIRST);
}

void
ruhu_household_model_search (RuhuHouseholdModel *self, const char *text)
{
  g_autoptr (RuhuListFilter) filter = NULL;

  g_return_if_fail (RUHU_IS_HOUSEHOLD_MODEL (self));

  filter = ruhu_list_filter_copy (self->filter);
  g_free (filter->text);
  filter->text = g_strdup (text != NULL ? text : "");
  ruhu_household_model_set_filter (self, filter);
}

const RuhuListFilter *
ruhu_household_model_get_filter (RuhuHouseholdModel *self)
{
  return self->filter;
}

guint
ruhu_household_model_find (RuhuHouseholdModel *self, const char *household)
{
  GHashTableIter iter;
  Page *page;

  g_hash_table_iter_init (&iter, self->pages);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &page))
    for (guint i = 0; i < page->items->len; i++)
      {
        RuhuHouseholdRow *row = ruhu_household_item_get_row (g_ptr_array_index (page->items, i));

        if (row != NULL && !page->reading && g_strcmp0 (row->id, household) == 0)
          return page->number * PAGE_SIZE + i;
      }
  return NOWHERE;
}

gint64
ruhu_household_model_get_number (RuhuHouseholdModel *self, guint position)
{
  g_return_val_if_fail (RUHU_IS_HOUSEHOLD_MODEL (self), 0);

  return self->numbers != NULL && position < self->numbers->len ? g_array_index (self->numbers, gint64, position) : 0;
}

guint
ruhu_household_model_find_number (RuhuHouseholdModel *self, gint64 number, guint near)
{
  g_return_val_if_fail (RUHU_IS_HOUSEHOLD_MODEL (self) && number != 0, NOWHERE);

  for (guint i = 0; i <= N_NEAR; i++)
    {
      if (ruhu_household_model_get_number (self, near + i) == number)
        return near + i;
      if (i <= near && ruhu_household_model_get_number (self, near - i) == number)
        return near - i;
    }
  return NOWHERE;
}

guint
ruhu_household_model_get_n_matches (RuhuHouseholdModel *self, gboolean *all)
{
  if (all != NULL)
    *all = self->complete;
  return self->numbers != NULL ? self->numbers->len : 0;
}

gboolean
ruhu_household_model_is_counted (RuhuHouseholdModel *self)
{
  return self->counted;
}
