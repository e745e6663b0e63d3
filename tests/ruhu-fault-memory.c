/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-fault"

#include "config.h"

#include "ruhu-fault-memory.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

/* Up to SMALL bytes there is a size for every 16 of them, up to LARGE four between one power of two and the next. */
#define SMALL       1024
#define LARGE       (256 * 1024)
#define N_SMALL     (SMALL / 16 + 1)
#define N_SIZES     (N_SMALL + 4 * 8)
#define CHUNK       (1024 * 1024)
#define NO_MEMORY() G_UNLIKELY (fault.at != 0 && strikes ())

/* A sanitizer wants to see each block by itself. */
#ifdef __SANITIZE_ADDRESS__
#define KEEPS_BLOCKS FALSE
#else
#define KEEPS_BLOCKS TRUE
#endif

/* What stands before each block. While the block is free, the next free one stands in it. */
typedef struct
{
  guint32 size;
  guint32 kind; /* N_SIZES: not kept */
} Head;

G_STATIC_ASSERT (sizeof (Head) == 8);

static struct
{
  void *free[N_SIZES];
  char *chunk;
  gsize left;
} store;

static struct
{
  guint64 at, count;
  gboolean stays, struck;
} fault;

static gboolean
strikes (void)
{
  fault.count++;
  if (fault.count < fault.at || (fault.count > fault.at && !fault.stays))
    return FALSE;
  fault.struck = TRUE;
  return TRUE;
}

static Head *
head_of (void *block)
{
  return (Head *) block - 1;
}

/* The number of the size that @size bytes are kept in, and *@rounded what that is. */
static guint
kind_of (guint32 size, guint32 *rounded)
{
  guint power, step;

  if (size <= SMALL)
    {
      *rounded = (size + 15) & ~15U;
      return *rounded / 16;
    }
  if (size > LARGE || !KEEPS_BLOCKS)
    {
      *rounded = size;
      return N_SIZES;
    }
  power = (guint) g_bit_storage (size - 1) - 1; /* 2^power < size ≤ 2^(power + 1) */
  step = 1U << (power - 2);
  *rounded = (size + step - 1) & ~(step - 1);
  return N_SMALL + 4 * (power - 10) + (*rounded - (1U << power)) / step - 1;
}

static void *
carve (gsize size)
{
  if (store.left < size)
    {
      store.chunk = malloc (CHUNK);
      store.left = store.chunk != NULL ? CHUNK : 0;
    }
  if (store.left < size)
    return NULL;
  store.left -= size;
  return store.chunk + store.left;
}

static void *
memory_get (int size)
{
  guint32 rounded;
  guint kind = kind_of ((guint32) size, &rounded);
  Head *head;

  if (NO_MEMORY ())
    return NULL;
  if (KEEPS_BLOCKS && kind < N_SIZES && store.free[kind] != NULL)
    {
      void *block = store.free[kind];

      store.free[kind] = *(void **) block;
      return block;
    }
  head = KEEPS_BLOCKS && kind < N_SIZES ? carve (rounded + sizeof (Head)) : malloc (rounded + sizeof (Head));
  if (head == NULL)
    return NULL;
  head->size = rounded;
  head->kind = kind;
  return head + 1;
}

static void
memory_free (void *block)
{
  Head *head = head_of (block);

  if (!KEEPS_BLOCKS || head->kind == N_SIZES)
    {
      free (head);
      return;
    }
  *(void **) block = store.free[head->kind];
  store.free[head->kind] = block;
}

static void *
memory_resize (void *block, int size)
{
  guint32 before = head_of (block)->size, rounded;
  void *moved;

  if (kind_of ((guint32) size, &rounded) == head_of (block)->kind && rounded == before)
    return NO_MEMORY () ? NULL : block;
  moved = memory_get (size);
  if (moved == NULL)
    return NULL;
  memcpy (moved, block, MIN (before, (guint32) size));
  memory_free (block);
  return moved;
}

static int
memory_size (void *block)
{
  return block != NULL ? (int) head_of (block)->size : 0;
}

static int
memory_round (int size)
{
  guint32 rounded;

  kind_of ((guint32) size, &rounded);
  return (int) rounded;
}

static int
memory_begin (void *unused)
{
  return SQLITE_OK;
}

static void
memory_end (void *unused)
{
}

void
fault_memory_register (void)
{
  static const sqlite3_mem_methods methods = { memory_get, memory_free, memory_resize, memory_size, memory_round, memory_begin, memory_end, NULL };
  static gboolean done;

  if (done)
    return;
  g_assert_cmpint (sqlite3_config (SQLITE_CONFIG_MALLOC, &methods), ==, SQLITE_OK);
  done = TRUE;
}

void
fault_memory_arm (guint64 n, gboolean stays)
{
  fault.at = n;
  fault.count = 0;
  fault.stays = stays;
  fault.struck = FALSE;
}

void
fault_memory_disarm (void)
{
  fault.at = 0;
}

guint64
fault_memory_get_count (void)
{
  return fault.count;
}

gboolean
fault_memory_has_struck (void)
{
  return fault.struck;
}
