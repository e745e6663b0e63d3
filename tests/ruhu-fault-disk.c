/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The model of a disk. A file has two contents: `live`, which programs see, and `durable`, which is on the platters; between them lie the operations since the last sync, in
 * order. A sync applies them to `durable`. A power cut applies an arbitrary part of them, each write sector by sector, and `live` becomes what came out. A name is a pointer to
 * a file: that one was made or deleted is durable after a sync of the file or of the directory, and open to chance before.
 *
 * A sync that fails does what kernels do: some of the operations are applied, the others are forgotten, though `live` goes on showing them, and the next sync says nothing of it. */
#define G_LOG_DOMAIN "ruhu-fault"

#include "config.h"

#include "ruhu-fault-private.h"

#include <errno.h>
#include <string.h>

static int last_errno;

FaultNode *
fault_node_new (void)
{
  FaultNode *self = g_new0 (FaultNode, 1);

  self->live = g_byte_array_new ();
  self->durable = g_byte_array_new ();
  self->pending = g_array_new (FALSE, FALSE, sizeof (FaultOperation));
  self->bytes = g_byte_array_new ();
  self->regions = g_ptr_array_new_with_free_func (g_free);
  self->marks = g_byte_array_new ();
  self->users = 1;
  self->touched = TRUE;
  return self;
}

void
fault_node_unref (gpointer data)
{
  FaultNode *self = data;

  if (--self->users > 0)
    return;
  g_byte_array_unref (self->live);
  g_byte_array_unref (self->durable);
  g_array_unref (self->pending);
  g_byte_array_unref (self->bytes);
  g_ptr_array_unref (self->regions);
  g_byte_array_unref (self->marks);
  g_clear_pointer (&self->origin, g_bytes_unref);
  g_free (self);
}

FaultNode *
fault_node_ref (FaultNode *self)
{
  self->users++;
  return self;
}

static void
set_size (GByteArray *content, gsize size)
{
  gsize before = content->len;

  g_byte_array_set_size (content, (guint) size);
  if (size > before)
    memset (content->data + before, 0, size - before);
}

static void
put (GByteArray *content, gint64 offset, const void *bytes, gsize length)
{
  if (length == 0)
    return;
  if ((gsize) offset > content->len)
    set_size (content, (gsize) offset);
  if ((gsize) offset + length > content->len)
    g_byte_array_set_size (content, (guint) ((gsize) offset + length));
  memcpy (content->data + offset, bytes, length);
}

static void
apply (GByteArray *content, const FaultNode *node, const FaultOperation *operation)
{
  if (operation->truncates)
    set_size (content, (gsize) operation->offset);
  else
    put (content, operation->offset, node->bytes->data + operation->start, operation->length);
}

/* Each sector that the write touches arrives or does not. */
static void
apply_torn (FaultDisk *disk, FaultNode *node, const FaultOperation *operation)
{
  gsize done = 0;

  while (done < operation->length)
    {
      gsize here = MIN (operation->length - done, FAULT_SECTOR - ((gsize) operation->offset + done) % FAULT_SECTOR);

      if (fault_disk_chance (disk, 2) == 0)
        put (node->durable, operation->offset + (gint64) done, node->bytes->data + operation->start + done, here);
      done += here;
    }
}

/* All, none, all but a torn last one, or each by chance. */
static void
apply_some (FaultDisk *disk, FaultNode *node)
{
  guint mood = fault_disk_chance (disk, 5);

  for (guint i = 0; mood > 0 && i < node->pending->len; i++)
    {
      const FaultOperation *operation = &g_array_index (node->pending, FaultOperation, i);
      gboolean last = i + 1 == node->pending->len;
      guint fate = mood == 1 ? (last ? 1 : 2) : mood == 2 ? 2
                                                          : fault_disk_chance (disk, 3);

      if (fate == 2)
        apply (node->durable, node, operation);
      else if (fate == 1 && !operation->truncates)
        apply_torn (disk, node, operation);
    }
}

void
fault_node_forget_pending (FaultNode *node)
{
  g_array_set_size (node->pending, 0);
  g_byte_array_set_size (node->bytes, 0);
}

void
fault_node_keep (FaultNode *node)
{
  for (guint i = 0; i < node->pending->len; i++)
    apply (node->durable, node, &g_array_index (node->pending, FaultOperation, i));
  fault_node_forget_pending (node);
}

void
fault_node_keep_some (FaultDisk *disk, FaultNode *node)
{
  apply_some (disk, node);
  fault_node_forget_pending (node);
}

void
fault_node_mark (FaultNode *node, gsize from, gsize to)
{
  gsize first = from / FAULT_BLOCK, n = (to + FAULT_BLOCK - 1) / FAULT_BLOCK;

  if (from >= to)
    return;
  if (n > node->marks->len)
    set_size (node->marks, n);
  memset (node->marks->data + first, 1, n - first);
}

void
fault_node_note (FaultNode *node, gint64 offset, const void *bytes, gsize length)
{
  FaultOperation operation = { offset, node->bytes->len, (guint) length, bytes == NULL };

  if (bytes != NULL)
    g_byte_array_append (node->bytes, bytes, (guint) length);
  node->touched = TRUE;
  /* What lies between an end and a write behind it, or a new end, is altered too. */
  fault_node_mark (node, MIN ((gsize) offset, node->live->len), bytes == NULL ? node->live->len : (gsize) offset + length);
  apply (node->live, node, &operation);
  g_array_append_val (node->pending, operation);
}

/* Disks */

int
fault_refuse (int result, int error)
{
  last_errno = error;
  return result;
}

int
fault_get_errno (void)
{
  return last_errno;
}

FaultDisk *
fault_disk_get (const char *name)
{
  static GHashTable *disks;
  FaultDisk *self;

  if (disks == NULL)
    disks = g_hash_table_new (g_str_hash, g_str_equal);
  self = g_hash_table_lookup (disks, name);
  if (self != NULL)
    return self;
  self = g_new0 (FaultDisk, 1);
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, fault_node_unref);
  self->ghosts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, fault_node_unref);
  self->random = 1;
  g_hash_table_insert (disks, g_strdup (name), self);
  return self;
}

/* SplitMix64 (Steele, Lea, Flood, 2014). */
guint
fault_disk_chance (FaultDisk *self, guint n)
{
  guint64 z = (self->random += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return (guint) (((z ^ (z >> 31)) >> 32) * n >> 32);
}

gboolean
fault_disk_is_dark (FaultDisk *self, const char *program)
{
  return self->dark || (self->dead != NULL && self->dead == program);
}

static gboolean
is_counted (FaultDisk *self, const char *program)
{
  return self->kind != FAULT_READ && self->kind != FAULT_MEMORY && (self->kind != FAULT_KILL || self->program == program);
}

int
fault_disk_operate (FaultDisk *self, const char *program, gboolean needs_space, gboolean *strikes, int failure)
{
  *strikes = FALSE;
  if (fault_disk_is_dark (self, program))
    return fault_refuse (failure, EIO);
  if (!is_counted (self, program))
    return SQLITE_OK;
  self->count++;
  if (self->kind == FAULT_NONE || self->count < self->at || (self->kind == FAULT_ERROR && self->struck) || (self->kind == FAULT_FULL && !needs_space))
    return SQLITE_OK;
  if (self->kind == FAULT_FULL && self->struck)
    return fault_refuse (SQLITE_FULL, ENOSPC);
  self->struck = TRUE;
  self->dark = self->kind == FAULT_POWER;
  self->dead = self->kind == FAULT_KILL ? program : NULL;
  *strikes = TRUE;
  last_errno = self->kind == FAULT_FULL ? ENOSPC : EIO;
  return SQLITE_OK;
}

void
fault_disk_keep_names (FaultDisk *self)
{
  GHashTableIter iter;
  gpointer node;

  g_hash_table_iter_init (&iter, self->names);
  while (g_hash_table_iter_next (&iter, NULL, &node))
    ((FaultNode *) node)->named = TRUE;
  g_hash_table_remove_all (self->ghosts);
}

void
fault_disk_remove_name (FaultDisk *self, const char *name, FaultNode *node)
{
  if (node->named && !g_hash_table_contains (self->ghosts, name))
    g_hash_table_insert (self->ghosts, g_strdup (name), fault_node_ref (node));
  g_hash_table_remove (self->names, name);
}

void
fault_disk_disarm (FaultDisk *self)
{
  self->kind = FAULT_NONE;
  self->at = 0;
}

void
fault_disk_arm (FaultDisk *self, FaultKind kind, const char *program, guint64 n)
{
  self->kind = kind;
  self->program = g_intern_string (program);
  self->at = n;
  self->count = 0;
  self->struck = FALSE;
}

guint64
fault_disk_get_count (FaultDisk *self)
{
  return self->count;
}

gboolean
fault_disk_has_struck (FaultDisk *self)
{
  return self->struck;
}

FaultKind
fault_disk_get_kind (FaultDisk *self)
{
  return self->kind;
}

void
fault_disk_pause (FaultDisk *self, gboolean paused)
{
  self->paused = paused;
}

void
fault_disk_count_memory (FaultDisk *self, guint64 n, gboolean struck)
{
  self->count += n;
  self->struck |= struck;
}

guint64
fault_disk_get_left (FaultDisk *self)
{
  return self->at > self->count ? self->at - self->count : 0;
}

guint64
fault_disk_get_syncs (FaultDisk *self)
{
  return self->syncs;
}

void
fault_disk_power_off (FaultDisk *self)
{
  self->dark = TRUE;
}

void
fault_disk_begin_anew (FaultDisk *self, guint64 seed)
{
  self->random = seed;
  self->dark = FALSE;
  self->dead = NULL;
  fault_disk_arm (self, FAULT_NONE, NULL, 0);
}

void
fault_disk_reset (FaultDisk *self, guint64 seed)
{
  g_assert_cmpuint (self->open, ==, 0);
  g_hash_table_remove_all (self->names);
  g_hash_table_remove_all (self->ghosts);
  fault_disk_begin_anew (self, seed);
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

/* Chance goes through them in an order of their own. */
static GList *
sorted_names (GHashTable *table)
{
  return g_list_sort (g_hash_table_get_keys (table), compare_names);
}

/* A deletion that was not durable may not have happened. */
static void
bring_back_ghosts (FaultDisk *self)
{
  g_autoptr (GList) names = sorted_names (self->ghosts);

  for (GList *l = names; l != NULL; l = l->next)
    {
      FaultNode *ghost = g_hash_table_lookup (self->ghosts, l->data);
      FaultNode *successor = g_hash_table_lookup (self->names, l->data);

      if ((successor == NULL || !successor->named) && fault_disk_chance (self, 2) == 0)
        {
          g_hash_table_replace (self->names, g_strdup (l->data), fault_node_ref (ghost));
          ghost->named = TRUE;
        }
    }
  g_hash_table_remove_all (self->ghosts);
}

/* Whether anything was lost. */
static gboolean
find_as_it_is (FaultDisk *self, FaultNode *node)
{
  gboolean lost;

  if (node->pending->len == 0 && !node->touched)
    return FALSE;
  if (node->pending->len > 0)
    fault_node_keep_some (self, node);
  /* An array that never held anything has no data. */
  lost = node->live->len != node->durable->len || (node->live->len > 0 && memcmp (node->live->data, node->durable->data, node->live->len) != 0);
  g_byte_array_set_size (node->live, 0);
  if (node->durable->len > 0)
    g_byte_array_append (node->live, node->durable->data, node->durable->len);
  return lost;
}

gboolean
fault_disk_is_settled (FaultDisk *self)
{
  GHashTableIter iter;
  gpointer node;

  g_hash_table_iter_init (&iter, self->names);
  while (g_hash_table_iter_next (&iter, NULL, &node))
    if (!((FaultNode *) node)->named)
      return FALSE;
  return g_hash_table_size (self->ghosts) == 0;
}

void
fault_disk_forget_index (FaultDisk *self)
{
  GHashTableIter iter;
  gpointer data;

  g_hash_table_iter_init (&iter, self->names);
  while (g_hash_table_iter_next (&iter, NULL, &data))
    for (guint i = 0; i < ((FaultNode *) data)->regions->len; i++)
      memset (((FaultNode *) data)->regions->pdata[i], 0, FAULT_REGION);
}

gboolean
fault_disk_power_on (FaultDisk *self)
{
  g_autoptr (GList) names = NULL;
  gboolean lost = FALSE;

  g_assert_true (self->open == 0 || fault_disk_is_settled (self));
  fault_disk_forget_index (self);
  bring_back_ghosts (self);
  names = sorted_names (self->names);
  for (GList *l = names; l != NULL; l = l->next)
    {
      FaultNode *node = g_hash_table_lookup (self->names, l->data);

      if (!node->named && fault_disk_chance (self, 2) == 0)
        g_hash_table_remove (self->names, l->data);
      else
        lost |= find_as_it_is (self, node);
    }
  fault_disk_keep_names (self);
  self->dark = FALSE;
  fault_disk_disarm (self);
  return lost;
}

void
fault_disk_revive (FaultDisk *self)
{
  self->dead = NULL;
  fault_disk_disarm (self);
}

gboolean
fault_disk_contains (FaultDisk *self, const char *prefix, const char *text)
{
  GHashTableIter iter;
  gpointer name;
  gpointer node;

  g_hash_table_iter_init (&iter, self->names);
  while (g_hash_table_iter_next (&iter, &name, &node))
    {
      GByteArray *content = ((FaultNode *) node)->live;

      if (g_str_has_prefix (name, prefix) && content->len > 0 && memmem (content->data, content->len, text, strlen (text)) != NULL)
        return TRUE;
    }
  return FALSE;
}
