/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ruhu-wal.h"

#include <string.h>

#define MAGIC        0x377f0682 /* the last bit: checksums are of big-endian words */
#define HEADER       32
#define FRAME_HEADER 24
#define PAGE_SIZE    4096 /* of every database of ours */
#define MAX_PAGE     65536

typedef struct
{
  guint32 a;
  guint32 b;
} Sum;

typedef struct
{
  gboolean big_endian;
  gsize page_size;
  guint8 salts[8];
  Sum sum; /* stored in the header */
  gboolean sound;
} Header;

/* What a walk over the frames has found so far. */
typedef struct
{
  Sum before;    /* stored in the frame before */
  gint64 broken; /* the first frame that SQLite ends at, from 0 (also when it does not know the header); -1: none so far */
  guint commits; /* since the last frame that does not continue the one before; what that one says of itself may be torn */
  gint64 whole;  /* the last commit of two or more that follow on each other behind that frame; -1: none */
} Finding;

static guint32
get_32 (const guint8 *bytes)
{
  guint32 value;

  memcpy (&value, bytes, sizeof value);
  return GUINT32_FROM_BE (value);
}

static void
put_32 (guint8 *bytes, guint32 value)
{
  guint32 swapped = GUINT32_TO_BE (value);

  memcpy (bytes, &swapped, sizeof swapped);
}

/* Section 4.2: "Checksum Algorithm". @size: a multiple of 8 */
static Sum
add_up (Sum sum, gboolean big_endian, const guint8 *bytes, gsize size)
{
  for (gsize i = 0; i < size; i += 8)
    {
      guint32 words[2];

      memcpy (words, bytes + i, sizeof words);
      sum.a += (big_endian ? GUINT32_FROM_BE (words[0]) : GUINT32_FROM_LE (words[0])) + sum.b;
      sum.b += (big_endian ? GUINT32_FROM_BE (words[1]) : GUINT32_FROM_LE (words[1])) + sum.a;
    }
  return sum;
}

static Sum
add_up_frame (Sum before, const Header *header, const guint8 *frame)
{
  return add_up (add_up (before, header->big_endian, frame, 8), header->big_endian, frame + FRAME_HEADER, header->page_size);
}

static Sum
get_sum (const guint8 *bytes)
{
  return (Sum){ get_32 (bytes), get_32 (bytes + 4) };
}

static gboolean
is_same (Sum one, Sum other)
{
  return one.a == other.a && one.b == other.b;
}

static gboolean
is_page_size (guint32 size)
{
  return size >= 512 && size <= MAX_PAGE && (size & (size - 1)) == 0;
}

/* A header that went bad is made up from what is known: the salts are those of the first frame. FALSE: there is no log. */
static gboolean
read_header (RuhuWalRead read, gpointer data, Header *header)
{
  guint8 bytes[HEADER + FRAME_HEADER];
  guint32 size;

  if (!read (data, bytes, sizeof bytes, 0))
    return FALSE;
  size = get_32 (bytes + 8);
  header->big_endian = (get_32 (bytes) & 1) != 0;
  header->sum = get_sum (bytes + 24);
  header->sound = (get_32 (bytes) & ~1u) == MAGIC && is_page_size (size) && is_same (add_up ((Sum){ 0, 0 }, header->big_endian, bytes, 24), header->sum);
  header->page_size = header->sound ? size : PAGE_SIZE;
  memcpy (header->salts, header->sound ? bytes + 16 : bytes + HEADER + 8, sizeof header->salts);
  if (!header->sound)
    header->big_endian = FALSE;
  return TRUE;
}

static void
look_at (Finding *finding, const Header *header, const guint8 *frame, gint64 n)
{
  gboolean ours = memcmp (frame + 8, header->salts, sizeof header->salts) == 0;
  gboolean commits = get_32 (frame + 4) != 0;
  Sum stored = get_sum (frame + 16);

  if (ours && is_same (add_up_frame (finding->before, header, frame), stored))
    {
      finding->commits += commits;
      if (finding->broken >= 0 && commits && finding->commits > 1)
        finding->whole = n;
    }
  else
    {
      if (finding->broken < 0)
        finding->broken = n;
      finding->commits = 0;
    }
  finding->before = stored;
}

static gint64
get_offset (const Header *header, gint64 n)
{
  return HEADER + n * (gint64) (FRAME_HEADER + header->page_size);
}

static Finding
walk (RuhuWalRead read, gpointer data, const Header *header)
{
  g_autofree guint8 *frame = g_malloc (FRAME_HEADER + header->page_size);
  Finding finding = { .before = header->sum, .broken = header->sound ? -1 : 0, .whole = -1 };

  for (gint64 n = 0; read (data, frame, FRAME_HEADER + header->page_size, get_offset (header, n)); n++)
    look_at (&finding, header, frame, n);
  return finding;
}

gboolean
ruhu_wal_is_damaged (RuhuWalRead read, gpointer data)
{
  Header header, again;
  Finding finding, second;

  g_return_val_if_fail (read != NULL, FALSE);
  if (!read_header (read, data, &header))
    return FALSE;
  finding = walk (read, data, &header);
  if (finding.whole < 0)
    return FALSE;
  /* Somebody may have been writing where it was read, or have begun the log anew. */
  if (!read_header (read, data, &again) || memcmp (again.salts, header.salts, sizeof header.salts) != 0)
    return FALSE;
  second = walk (read, data, &again);
  return second.whole >= 0 && second.broken == finding.broken;
}

typedef struct
{
  const guint8 *bytes;
  gsize size;
} Memory;

static gboolean
read_memory (gpointer data, void *buffer, gsize size, gint64 offset)
{
  const Memory *memory = data;

  if ((gsize) offset > memory->size || memory->size - (gsize) offset < size)
    return FALSE;
  memcpy (buffer, memory->bytes + offset, size);
  return TRUE;
}

static Sum
write_header (guint8 *bytes, const Header *header)
{
  Sum sum;

  put_32 (bytes, MAGIC | header->big_endian);
  put_32 (bytes + 4, 3007000);
  put_32 (bytes + 8, (guint32) header->page_size);
  memcpy (bytes + 16, header->salts, sizeof header->salts);
  sum = add_up ((Sum){ 0, 0 }, header->big_endian, bytes, 24);
  put_32 (bytes + 24, sum.a);
  put_32 (bytes + 28, sum.b);
  return sum;
}

gboolean
ruhu_wal_mend (guint8 *bytes, gsize size)
{
  Memory memory = { bytes, size };
  Header header;
  Finding finding;
  Sum sum;

  g_return_val_if_fail (bytes != NULL || size == 0, FALSE);
  if (!read_header (read_memory, &memory, &header))
    return FALSE;
  finding = walk (read_memory, &memory, &header);
  if (finding.whole < 0)
    return FALSE;
  sum = write_header (bytes, &header);
  for (gint64 n = 0; n <= finding.whole; n++)
    {
      guint8 *frame = bytes + get_offset (&header, n);

      memcpy (frame + 8, header.salts, sizeof header.salts);
      sum = add_up_frame (sum, &header, frame);
      put_32 (frame + 16, sum.a);
      put_32 (frame + 20, sum.b);
    }
  return TRUE;
}
