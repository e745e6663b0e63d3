/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is on a disk, kept aside, and put back under the connections that have its files open. */
#define G_LOG_DOMAIN "ruhu-fault"

#include "config.h"

#include "ruhu-fault-private.h"

#include <string.h>

struct _FaultImage
{
  GHashTable *files; /* name → GBytes */
};

FaultImage *
fault_image_new (FaultDisk *disk)
{
  FaultImage *self = g_new0 (FaultImage, 1);
  GHashTableIter iter;
  gpointer name;
  gpointer data;

  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  g_hash_table_iter_init (&iter, disk->names);
  while (g_hash_table_iter_next (&iter, &name, &data))
    g_hash_table_insert (self->files, g_strdup (name), g_bytes_new (((FaultNode *) data)->live->data, ((FaultNode *) data)->live->len));
  return self;
}

void
fault_image_free (FaultImage *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->files);
  g_free (self);
}

/* The head of a write-ahead log's index, which is there twice: see https://www.sqlite.org/walformat.html. */
typedef struct
{
  guint32 version, unused, change;
  guint8 is_valid, big_endian;
  guint16 page_size;
  guint32 last_frame, pages, frame_sum[2], salt[2], sum[2];
} IndexHead;

/* As if another program had written, and then emptied its log into the file: who has read the file reads it anew. */
static void
empty_index (FaultNode *node)
{
  IndexHead *heads = node->regions->len > 0 ? node->regions->pdata[0] : NULL;
  guint32 *backfilled = (guint32 *) (heads + 2);
  guint32 sum[2] = { 0, 0 }, words[10];

  G_STATIC_ASSERT (sizeof (IndexHead) == 48);
  if (heads == NULL || !heads[0].is_valid)
    return;
  heads[0].change++;
  heads[0].last_frame = 0;
  heads[0].pages = 0; /* ask the file */
  memcpy (words, heads, sizeof words);
  for (guint i = 0; i < G_N_ELEMENTS (words); i += 2)
    {
      sum[0] += words[i] + sum[1];
      sum[1] += words[i + 1] + sum[0];
    }
  memcpy (heads[0].sum, sum, sizeof sum);
  heads[1] = heads[0];
  *backfilled = 0;
}

/* @to becomes as @data is, of which it differs in blocks that are marked alone. */
static void
put_back (FaultNode *node, GByteArray *to, const guint8 *data, gsize length)
{
  g_byte_array_set_size (to, (guint) length);
  for (gsize i = 0; i < node->marks->len && i * FAULT_BLOCK < length; i++)
    if (node->marks->data[i])
      memcpy (to->data + i * FAULT_BLOCK, data + i * FAULT_BLOCK, MIN (FAULT_BLOCK, length - i * FAULT_BLOCK));
}

static void
set_content (FaultNode *node, GBytes *bytes)
{
  gsize length = 0;
  const void *data = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;

  node->named = TRUE;
  if (bytes != NULL && node->origin == bytes && !node->touched)
    {
      empty_index (node);
      return;
    }
  fault_node_mark (node, node->origin == bytes ? MIN (node->live->len, node->durable->len) : 0, length);
  put_back (node, node->live, data, length);
  put_back (node, node->durable, data, length);
  g_byte_array_set_size (node->marks, 0);
  fault_node_forget_pending (node);
  if (node->origin != bytes)
    {
      g_clear_pointer (&node->origin, g_bytes_unref);
      node->origin = bytes != NULL ? g_bytes_ref (bytes) : NULL;
    }
  node->touched = bytes == NULL;
  empty_index (node);
}

void
fault_image_restore (FaultImage *self, FaultDisk *disk, guint64 seed)
{
  GHashTableIter iter;
  gpointer name;
  gpointer data;

  fault_disk_begin_anew (disk, seed);
  g_hash_table_remove_all (disk->ghosts);
  g_hash_table_iter_init (&iter, disk->names);
  while (g_hash_table_iter_next (&iter, &name, &data))
    if (g_hash_table_contains (self->files, name))
      continue;
    else if (((FaultNode *) data)->users > 1)
      set_content (data, NULL);
    else
      g_hash_table_iter_remove (&iter);
  g_hash_table_iter_init (&iter, self->files);
  while (g_hash_table_iter_next (&iter, &name, &data))
    {
      FaultNode *node = g_hash_table_lookup (disk->names, name);

      if (node == NULL)
        {
          node = fault_node_new ();
          g_hash_table_insert (disk->names, g_strdup (name), node);
        }
      set_content (node, data);
    }
}
