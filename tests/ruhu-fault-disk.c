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

#define SECTOR 512

struct _FaultImage
{
  GHashTable *files; /* name → GBytes */
};

FaultDisk fault_disk;

static void
operation_free (gpointer data)
{
  FaultOperation *self = data;

  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self);
}

FaultNode *
fault_node_new (void)
{
  FaultNode *self = g_new0 (FaultNode, 1);

  self->live = g_byte_array_new ();
  self->durable = g_byte_array_new ();
  self->pending = g_ptr_array_new_with_free_func (operation_free);
  self->regions = g_ptr_array_new_with_free_func (g_free);
  self->users = 1;
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
  g_ptr_array_unref (self->pending);
  g_ptr_array_unref (self->regions);
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
  if ((gsize) offset + length > content->len)
    set_size (content, (gsize) offset + length);
  memcpy (content->data + offset, bytes, length);
}

static void
apply (GByteArray *content, const FaultOperation *operation)
{
  gsize length;
  const void *bytes;

  if (operation->bytes == NULL)
    {
      set_size (content, (gsize) operation->offset);
      return;
    }
  bytes = g_bytes_get_data (operation->bytes, &length);
  put (content, operation->offset, bytes, length);
}

/* Each sector that the write touches arrives or does not. */
static void
apply_torn (GByteArray *content, const FaultOperation *operation)
{
  gsize length;
  const guint8 *bytes = g_bytes_get_data (operation->bytes, &length);
  gsize done = 0;

  while (done < length)
    {
      gsize here = MIN (length - done, SECTOR - ((gsize) operation->offset + done) % SECTOR);

      if (g_rand_boolean (fault_disk.random))
        put (content, operation->offset + (gint64) done, bytes + done, here);
      done += here;
    }
}

void
fault_apply_some (GByteArray *content, GPtrArray *operations)
{
  int mood = g_rand_int_range (fault_disk.random, 0, 5);

  for (guint i = 0; mood > 0 && i < operations->len; i++)
    {
      const FaultOperation *operation = g_ptr_array_index (operations, i);
      gboolean last = i + 1 == operations->len;
      int fate = mood == 1 ? (last ? 1 : 2) : mood == 2 ? 2
                                                        : g_rand_int_range (fault_disk.random, 0, 3);

      if (fate == 2)
        apply (content, operation);
      else if (fate == 1 && operation->bytes != NULL)
        apply_torn (content, operation);
    }
}

void
fault_node_keep (FaultNode *node)
{
  for (guint i = 0; i < node->pending->len; i++)
    apply (node->durable, g_ptr_array_index (node->pending, i));
  g_ptr_array_set_size (node->pending, 0);
}

int
fault_refuse (int result, int error)
{
  fault_disk.last_errno = error;
  return result;
}

int
fault_count (gboolean needs_space, gboolean *strikes, int failure)
{
  *strikes = FALSE;
  if (fault_disk.dark)
    return fault_refuse (failure, EIO);
  if (fault_disk.kind == FAULT_READ)
    return SQLITE_OK;
  fault_disk.count++;
  if (fault_disk.kind == FAULT_NONE || fault_disk.count < fault_disk.at || (fault_disk.kind == FAULT_ERROR && fault_disk.struck) || (fault_disk.kind == FAULT_FULL && !needs_space))
    return SQLITE_OK;
  if (fault_disk.kind == FAULT_FULL && fault_disk.struck)
    return fault_refuse (SQLITE_FULL, ENOSPC);
  fault_disk.struck = TRUE;
  fault_disk.dark = fault_disk.kind == FAULT_POWER;
  *strikes = TRUE;
  fault_disk.last_errno = fault_disk.kind == FAULT_FULL ? ENOSPC : EIO;
  return SQLITE_OK;
}

void
fault_node_note (FaultNode *node, gint64 offset, const void *bytes, gsize length)
{
  FaultOperation *operation = g_new0 (FaultOperation, 1);

  operation->offset = offset;
  operation->bytes = bytes != NULL ? g_bytes_new (bytes, length) : NULL;
  apply (node->live, operation);
  g_ptr_array_add (node->pending, operation);
}

void
fault_keep_names (void)
{
  GHashTableIter iter;
  gpointer node;

  g_hash_table_iter_init (&iter, fault_disk.names);
  while (g_hash_table_iter_next (&iter, NULL, &node))
    ((FaultNode *) node)->named = TRUE;
  g_hash_table_remove_all (fault_disk.ghosts);
}

void
fault_remove_name (const char *name, FaultNode *node)
{
  if (node->named && !g_hash_table_contains (fault_disk.ghosts, name))
    g_hash_table_insert (fault_disk.ghosts, g_strdup (name), fault_node_ref (node));
  g_hash_table_remove (fault_disk.names, name);
}

void
fault_vfs_disarm (void)
{
  fault_disk.kind = FAULT_NONE;
  fault_disk.at = 0;
}

void
fault_vfs_arm (FaultKind kind, guint64 n)
{
  fault_disk.kind = kind;
  fault_disk.at = n;
  fault_disk.count = 0;
  fault_disk.struck = FALSE;
}

guint64
fault_vfs_get_count (void)
{
  return fault_disk.count;
}

gboolean
fault_vfs_has_struck (void)
{
  return fault_disk.struck;
}

void
fault_vfs_power_off (void)
{
  fault_disk.dark = TRUE;
}

void
fault_vfs_reset (guint64 seed)
{
  const guint32 seeds[] = { (guint32) seed, (guint32) (seed >> 32) };

  g_assert_cmpuint (fault_disk.open, ==, 0);
  g_hash_table_remove_all (fault_disk.names);
  g_hash_table_remove_all (fault_disk.ghosts);
  g_rand_set_seed_array (fault_disk.random, seeds, G_N_ELEMENTS (seeds));
  fault_disk.dark = FALSE;
  fault_vfs_arm (FAULT_NONE, 0);
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
bring_back_ghosts (void)
{
  g_autoptr (GList) names = sorted_names (fault_disk.ghosts);

  for (GList *l = names; l != NULL; l = l->next)
    {
      FaultNode *ghost = g_hash_table_lookup (fault_disk.ghosts, l->data);
      FaultNode *successor = g_hash_table_lookup (fault_disk.names, l->data);

      if ((successor == NULL || !successor->named) && g_rand_boolean (fault_disk.random))
        {
          g_hash_table_replace (fault_disk.names, g_strdup (l->data), fault_node_ref (ghost));
          ghost->named = TRUE;
        }
    }
  g_hash_table_remove_all (fault_disk.ghosts);
}

static void
find_as_it_is (FaultNode *node)
{
  fault_apply_some (node->durable, node->pending);
  g_ptr_array_set_size (node->pending, 0);
  g_byte_array_set_size (node->live, 0);
  g_byte_array_append (node->live, node->durable->data, node->durable->len);
}

void
fault_vfs_power_on (void)
{
  g_autoptr (GList) names = NULL;

  g_assert_cmpuint (fault_disk.open, ==, 0);
  bring_back_ghosts ();
  names = sorted_names (fault_disk.names);
  for (GList *l = names; l != NULL; l = l->next)
    {
      FaultNode *node = g_hash_table_lookup (fault_disk.names, l->data);

      if (!node->named && g_rand_boolean (fault_disk.random))
        g_hash_table_remove (fault_disk.names, l->data);
      else
        find_as_it_is (node);
    }
  fault_keep_names ();
  fault_disk.dark = FALSE;
  fault_vfs_disarm ();
}

FaultImage *
fault_image_new (void)
{
  FaultImage *self = g_new0 (FaultImage, 1);
  GHashTableIter iter;
  gpointer name;
  gpointer node;

  g_assert_cmpuint (fault_disk.open, ==, 0);
  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  g_hash_table_iter_init (&iter, fault_disk.names);
  while (g_hash_table_iter_next (&iter, &name, &node))
    g_hash_table_insert (self->files, g_strdup (name), g_bytes_new (((FaultNode *) node)->live->data, ((FaultNode *) node)->live->len));
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

void
fault_image_restore (FaultImage *self, guint64 seed)
{
  GHashTableIter iter;
  gpointer name;
  gpointer bytes;

  fault_vfs_reset (seed);
  g_hash_table_iter_init (&iter, self->files);
  while (g_hash_table_iter_next (&iter, &name, &bytes))
    {
      FaultNode *node = fault_node_new ();
      gsize length;
      const void *data = g_bytes_get_data (bytes, &length);

      put (node->live, 0, data, length);
      put (node->durable, 0, data, length);
      node->named = TRUE;
      g_hash_table_insert (fault_disk.names, g_strdup (name), node);
    }
}

gboolean
fault_vfs_contains (const char *prefix, const char *text)
{
  GHashTableIter iter;
  gpointer name;
  gpointer node;

  g_hash_table_iter_init (&iter, fault_disk.names);
  while (g_hash_table_iter_next (&iter, &name, &node))
    {
      GByteArray *content = ((FaultNode *) node)->live;

      if (g_str_has_prefix (name, prefix) && content->len > 0 && memmem (content->data, content->len, text, strlen (text)) != NULL)
        return TRUE;
    }
  return FALSE;
}
