/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verify notices whatever is done to the log: every byte of every column, every entry that is missing, added or moved. */
#include "config.h"

#include "ruhu-error.h"
#include "ruhu-fixture.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Under a sanitizer, which makes each look ten times as long, one byte of so many. */
#ifdef __SANITIZE_ADDRESS__
#define STRIDE 3
#else
#define STRIDE 1
#endif

/* Bits that are turned over, one pattern a try. */
static const guint8 patterns[] = { 0x01, 0x20, 0x80 };

static void
run (Township *township, const char *sql)
{
  g_autoptr (GError) error = NULL;

  if (!ruhu_database_execute (ruhu_store_get_database (township->store), sql, &error))
    g_error ("%s: %s", sql, error->message);
}

/* With one entry of each kind. */
static Township *
make (void)
{
  Township *township = township_new ();
  Laptop *a = laptop_new (township, "0a", "helper-a");
  gboolean marked;
  gint64 seen;

  laptop_pull (a, township);
  laptop_save (a, "h1",
               "{\"visit\":{\"w1\":{\"date\":\"2018-06-30\",\"outcome\":\"1\",\"minutes\":30,\"summary\":\"屋顶漏雨\"}},"
               "\"household\":{\"h1\":{\"land_arable\":2.5}}}",
               -1);
  laptop_sync (a, township);
  g_assert_true (ruhu_ledger_mark_restored (township->ledger, TRUE, 0, &marked, NULL));
  /* One that is refused: the log has a reason and a sentence. */
  township_write (township, "h1", "{\"assignment\":{\"a1\":{\"deleted\":true}}}");
  laptop_save (a, "h1", "{\"household\":{\"h1\":{\"land_forest\":1}}}", -1);
  g_assert_true (ruhu_database_execute (ruhu_store_get_database (a->store), "UPDATE log SET body = replace (body, 'helper-a', 'helper-b'), hash = NULL WHERE position IS NULL", NULL));
  laptop_push (a, township);
  /* One that its author has no right to any more: the office is to look at it. */
  g_assert_true (ruhu_ledger_get_head (township->ledger, &seen, NULL, NULL));
  laptop_save (a, "h1", "{\"household\":{\"h1\":{\"land_forest\":2}}}", seen);
  laptop_push (a, township);
  g_assert_cmpint (store_count (township->store, "SELECT count (DISTINCT kind) FROM log"), ==, 5);
  laptop_free (a);
  /* Whoever tampers is not held up by it, nor by the disk. */
  run (township, "PRAGMA synchronous = OFF");
  g_assert_true (ruhu_database_execute (ruhu_store_get_database (township->store), "DROP INDEX log_identity", NULL));
  return township;
}

static gboolean
is_noticed (Township *township)
{
  g_autoptr (GError) error = NULL;
  gint64 n;

  return !ruhu_ledger_verify (township->ledger, &n, &error);
}

/* Does something, looks, and takes it back. */
static void
assert_noticed (Township *township, const char *sql, const char *undo)
{
  run (township, sql);
  if (!is_noticed (township))
    g_error ("not noticed: %s", sql);
  run (township, undo);
}

/* The column's bytes in each row, one after the other turned over. */
static void
flip_column (Township *township, const char *column)
{
  gint64 rows = store_count (township->store, "SELECT count (*) FROM log");

  for (gint64 row = 0; row < rows; row++)
    {
      g_autofree char *find = g_strdup_printf ("SELECT n FROM log ORDER BY n LIMIT 1 OFFSET %" G_GINT64_FORMAT, row);
      gint64 n = store_count (township->store, find);
      g_autofree char *measure = g_strdup_printf ("SELECT length (CAST (%s AS BLOB)) FROM log WHERE n = %" G_GINT64_FORMAT, column, n);
      gint64 length = store_count (township->store, measure);
      g_autofree char *save = g_strdup_printf ("CREATE TEMP TABLE kept AS SELECT %s AS was FROM log WHERE n = %" G_GINT64_FORMAT, column, n);
      g_autofree char *undo = g_strdup_printf ("UPDATE log SET %s = (SELECT was FROM kept) WHERE n = %" G_GINT64_FORMAT, column, n);

      run (township, save);
      for (gint64 i = 0; i < length; i += STRIDE)
        {
          g_autofree char *sql = g_strdup_printf ("SELECT hex (substr (CAST (%s AS BLOB), %" G_GINT64_FORMAT ", 1)) FROM log WHERE n = %" G_GINT64_FORMAT, column, i + 1, n);
          g_autofree char *hex = NULL;
          guint8 byte, pattern = patterns[i % G_N_ELEMENTS (patterns)];
          g_autofree char *change = NULL;

          g_assert_true (ruhu_database_get_text (ruhu_store_get_database (township->store), sql, &hex, NULL, ""));
          byte = (guint8) g_ascii_strtoull (hex, NULL, 16) ^ pattern;
          change = g_strdup_printf ("UPDATE log SET %s = CAST (substr (CAST (%s AS BLOB), 1, %" G_GINT64_FORMAT ") || x'%02x' || substr (CAST (%s AS BLOB), %" G_GINT64_FORMAT
                                    ") AS %s) WHERE n = %" G_GINT64_FORMAT,
                                    column, column, i, byte, column, i + 2, strcmp (column, "hash") == 0 ? "BLOB" : "TEXT", n);
          assert_noticed (township, change, undo);
        }
      run (township, "DROP TABLE kept");
    }
}

static void
test_every_byte_counts (void)
{
  static const char *const columns[] = { "kind", "device", "seq", "seen", "time", "author", "scope", "visit", "reason", "position", "hash", "body", "detail" };
  Township *township = make ();

  g_assert_false (is_noticed (township));
  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    flip_column (township, columns[i]);
  g_assert_false (is_noticed (township));
  township_free (township);
}

/* The file's pages. */

/* All that SQLite reads of the log, with its types. NULL: it reads nothing. Transfer full. */
static char *
dup_log (Township *township)
{
  char *text = NULL;

  return ruhu_database_get_text (ruhu_store_get_database (township->store),
                                 "SELECT group_concat (row, char (10)) FROM (SELECT quote (n) || quote (position) || quote (kind) || quote (device) || quote (seq) || quote (seen) || "
                                 "quote (time) || quote (author) || quote (scope) || quote (visit) || quote (CAST (body AS BLOB)) || typeof (body) || quote (reason) || quote (detail) || quote (sent) || "
                                 "quote (settled) || quote (hash) AS row FROM log NOT INDEXED ORDER BY n)",
                                 &text, NULL, "")
             ? text
             : NULL;
}

/* Between its cells' addresses and its cells a page of a table or index has nothing: zeros, for deleting is secure. */
static void
find_gap (const guint8 *page, gsize *from, gsize *to)
{
  gsize header = page[0] == 2 || page[0] == 5 ? 12 : 8;

  *from = *to = 0;
  if (page[0] != 2 && page[0] != 5 && page[0] != 10 && page[0] != 13)
    return;
  *from = header + 2 * (gsize) (page[3] << 8 | page[4]);
  *to = (gsize) (page[5] << 8 | page[6]);
  for (gsize i = *from; i < *to; i++)
    g_assert_cmpuint (page[i], ==, 0);
}

/* Every byte of the page is turned over, in the file and under an open database that has forgotten what it read: it is noticed, or SQLite reads the same as before. */
static void
flip_page (Township *township, int fd, gint64 number, gsize page_size, const char *log, guint *flips, guint *harmless)
{
  g_autofree guint8 *page = g_malloc (page_size);
  off_t at = (off_t) ((gsize) (number - 1) * page_size);
  gsize from, to;

  g_assert_cmpint (pread (fd, page, page_size, at), ==, page_size);
  find_gap (page, &from, &to);
  for (gsize i = 0; i < page_size; i += i >= from && i < to ? to - i : STRIDE)
    for (guint bit = i % 8; bit < 8; bit += g_test_thorough () ? 1 : 8)
      {
        guint8 byte = page[i] ^ (guint8) (1 << bit);

        g_assert_cmpint (pwrite (fd, &byte, 1, at + (off_t) i), ==, 1);
        run (township, "PRAGMA shrink_memory");
        (*flips)++;
        if (!is_noticed (township))
          {
            g_autofree char *now = dup_log (township);

            if (g_strcmp0 (now, log) != 0)
              g_error ("not noticed: bit %u of byte %zu of page %d", bit, i, (int) number);
            (*harmless)++;
          }
        g_assert_cmpint (pwrite (fd, page + i, 1, at + (off_t) i), ==, 1);
      }
  run (township, "PRAGMA shrink_memory");
}

static void
test_every_byte_of_its_pages_counts (void)
{
  Township *township = make ();
  RuhuDatabase *database = ruhu_store_get_database (township->store);
  g_autoptr (GArray) pages = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (RuhuStatement) query = NULL;
  g_autofree char *log = NULL;
  guint flips = 0, harmless = 0;
  gsize page_size;
  int fd;

  g_assert_true (ruhu_database_checkpoint (database, NULL));
  page_size = (gsize) store_count (township->store, "PRAGMA page_size");
  log = dup_log (township);
  query = ruhu_database_query (database, "SELECT pageno FROM dbstat WHERE name = 'log' OR name LIKE 'log!_%' ESCAPE '!'", NULL, "");
  while (ruhu_statement_next (query, NULL))
    {
      gint64 number = ruhu_statement_get_integer (query, 0);

      g_array_append_val (pages, number);
    }
  g_clear_pointer (&query, ruhu_statement_done);
  g_assert_cmpuint (pages->len, >=, 4);
  fd = open (ruhu_database_get_path (database), O_RDWR | O_CLOEXEC);
  for (guint i = 0; i < pages->len; i++)
    flip_page (township, fd, g_array_index (pages, gint64, i), page_size, log, &flips, &harmless);
  g_test_message ("%u pages, %u bits turned over, %u of them in bytes that mean nothing", pages->len, flips, harmless);
  g_assert_cmpuint (harmless * 20, <, flips);
  g_assert_false (is_noticed (township));
  close (fd);
  township_free (township);
}

static void
test_what_is_empty_stays_empty (void)
{
  static const char *const columns[] = { "seq", "seen", "time", "author", "visit", "reason", "detail" };
  Township *township = make ();

  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      gint64 n;
      g_autofree char *find = g_strdup_printf ("SELECT n FROM log WHERE %s IS NULL LIMIT 1", columns[i]);
      g_autofree char *change = NULL;
      g_autofree char *undo = NULL;

      n = store_count (township->store, find);
      g_assert_cmpint (n, >, 0);
      change = g_strdup_printf ("UPDATE log SET %s = '7' WHERE n = %" G_GINT64_FORMAT, columns[i], n);
      undo = g_strdup_printf ("UPDATE log SET %s = NULL WHERE n = %" G_GINT64_FORMAT, columns[i], n);
      assert_noticed (township, change, undo);
    }
  assert_noticed (township, "UPDATE log SET sent = 1 WHERE n = 3", "UPDATE log SET sent = 0 WHERE n = 3");
  assert_noticed (township, "UPDATE log SET body = body || char (0) || 'x' WHERE n = 3", "UPDATE log SET body = substr (body, 1, instr (body, char (0)) - 1) WHERE n = 3");
  township_free (township);
}

/* Each entry in turn, the last one too, of which the chain alone knows nothing. */
static void
test_no_entry_can_be_taken_away_doubled_or_moved (void)
{
  Township *township = make ();
  gint64 rows = store_count (township->store, "SELECT count (*) FROM log");

  for (gint64 row = 0; row < rows; row++)
    {
      g_autofree char *find = g_strdup_printf ("SELECT n FROM log ORDER BY n LIMIT 1 OFFSET %" G_GINT64_FORMAT, row);
      gint64 n = store_count (township->store, find);
      g_autofree char *keep = g_strdup_printf ("CREATE TEMP TABLE kept AS SELECT * FROM log WHERE n = %" G_GINT64_FORMAT, n);
      g_autofree char *remove = g_strdup_printf ("DELETE FROM log WHERE n = %" G_GINT64_FORMAT, n);
      g_autofree char *move = g_strdup_printf ("UPDATE log SET n = 500, position = 500 WHERE n = %" G_GINT64_FORMAT, n);
      g_autofree char *back = g_strdup_printf ("UPDATE log SET n = %" G_GINT64_FORMAT ", position = %" G_GINT64_FORMAT " WHERE n = 500", n, n);

      run (township, keep);
      assert_noticed (township, remove, "INSERT INTO log SELECT * FROM kept");
      assert_noticed (township, move, back);
      run (township, "DROP TABLE kept");
    }
  for (gint64 n = 1; n < 8; n++)
    {
      g_autofree char *swap = g_strdup_printf ("UPDATE log SET n = -1, position = -1 WHERE n = %" G_GINT64_FORMAT "; UPDATE log SET n = n - 1, position = n - 1 WHERE n = %" G_GINT64_FORMAT
                                               "; UPDATE log SET n = %" G_GINT64_FORMAT ", position = %" G_GINT64_FORMAT " WHERE n = -1",
                                               n, n + 1, n + 1, n + 1);

      assert_noticed (township, swap, swap);
    }
  assert_noticed (township, "INSERT INTO log (n, position, kind, device, scope, body, hash) SELECT n + 99, n + 99, kind, 'x', scope, body, hash FROM log WHERE kind = 'restored'",
                  "DELETE FROM log WHERE device = 'x'");
  g_assert_false (is_noticed (township));
  township_free (township);
}

static void
test_rights_are_what_the_log_says (void)
{
  Township *township = make ();

  assert_noticed (township, "UPDATE granted SET since = since - 1 WHERE scope = 'h1'", "UPDATE granted SET since = since + 1 WHERE scope = 'h1'");
  assert_noticed (township, "INSERT INTO granted (device, scope, since) VALUES ('0a', '*', 1)", "DELETE FROM granted WHERE scope = '*'");
  township_free (township);
}

static void
test_the_first_place_is_named (void)
{
  Township *township = make ();
  g_autoptr (GError) error = NULL;
  gint64 n;

  run (township, "UPDATE log SET body = replace (body, '1', '2') WHERE n IN (5, 9)");
  g_assert_false (ruhu_ledger_verify (township->ledger, &n, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, " 5:"));
  township_free (township);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/verify/every_byte_counts", test_every_byte_counts);
  g_test_add_func ("/verify/every_byte_of_its_pages_counts", test_every_byte_of_its_pages_counts);
  g_test_add_func ("/verify/what_is_empty_stays_empty", test_what_is_empty_stays_empty);
  g_test_add_func ("/verify/no_entry_can_be_taken_away_doubled_or_moved", test_no_entry_can_be_taken_away_doubled_or_moved);
  g_test_add_func ("/verify/rights_are_what_the_log_says", test_rights_are_what_the_log_says);
  g_test_add_func ("/verify/the_first_place_is_named", test_the_first_place_is_named);
  return g_test_run ();
}
