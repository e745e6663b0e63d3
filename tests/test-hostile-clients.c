/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clients that mean ill, or are broken beyond hope, against a real ruhu-township; the path of the program is the first argument. Whatever they do, an honest laptop is served
 * meanwhile and afterwards, and the server's memory stays within bounds. */
#include "config.h"

#include "hostile.h"
#include "ruhu-wire.h"

#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char client_hello_start[] = { 0x16, 0x03, 0x01, 0x40, 0x00, 0x01, 0x00, 0x3f, (char) 0xfc, 0x03, 0x03 };

typedef enum
{
  SLOW_HANDSHAKE,
  SLOW_HEADERS,
  SLOW_BODY,
  N_SLOW,
} Slowness;

#define EACH 15

typedef struct
{
  Raw raw;
  gint64 ended; /* monotonic; 0: not yet */
} Sloth;

static void
begin_slowly (Sloth *sloth, Slowness kind)
{
  if (kind == SLOW_HANDSHAKE)
    {
      sloth->raw = raw_connect ();
      g_assert_true (raw_send (&sloth->raw, client_hello_start, sizeof client_hello_start));
      return;
    }
  sloth->raw = raw_new ();
  if (kind == SLOW_HEADERS)
    {
      g_assert_true (raw_send (&sloth->raw, "GET /healthz HTTP/1.1\r\nX-Slow: ", 31));
      return;
    }
  {
    g_autofree char *head = hostile_push_head ("Content-Length: 200000");

    g_assert_true (raw_send (&sloth->raw, head, strlen (head)));
  }
}

/* One byte a second. Without an end of its own for each stage, every byte would start the idle time anew and the connection would last for ever. */
static void
test_slow_senders (void)
{
  Sloth sloths[N_SLOW][EACH] = { 0 };
  const guint limits[N_SLOW] = { IDLE, 2 * IDLE, 4 * IDLE };
  gint64 start = g_get_monotonic_time ();
  glong before = hostile_begin_measuring ();
  guint left = N_SLOW * EACH;

  for (guint i = 0; i < N_SLOW * EACH; i++)
    begin_slowly (&sloths[i / EACH][i % EACH], (Slowness) (i / EACH));
  for (guint second = 0; second < (4 * IDLE + 25) * SLOWNESS && left > 0; second++)
    {
      g_usleep (G_USEC_PER_SEC);
      for (guint i = 0; i < N_SLOW * EACH; i++)
        {
          Sloth *sloth = &sloths[i / EACH][i % EACH];

          if (sloth->ended != 0 || (raw_send (&sloth->raw, "a", 1) && !raw_is_over (&sloth->raw)))
            continue;
          sloth->ended = g_get_monotonic_time ();
          left--;
        }
      if (second % 4 == 1)
        honest_check ();
    }
  hostile_check_memory (before);
  for (guint i = 0; i < N_SLOW * EACH; i++)
    {
      Sloth *sloth = &sloths[i / EACH][i % EACH];
      double seconds = (double) (sloth->ended - start) / G_USEC_PER_SEC;

      /* Ended by the server, and not before its time: slow links are honest, too. */
      if (i % EACH == 0)
        g_test_message ("kind %u ended after %.1f s", i / EACH, seconds);
      g_assert_cmpint (sloth->ended, !=, 0);
      g_assert_cmpfloat (seconds, >, limits[i / EACH] - 1);
      raw_clear (&sloth->raw);
    }
  honest_check ();
}

/* Hundreds that say nothing, most of them after a whole handshake; then more than one address may have. */
static void
test_idle_crowd (void)
{
  Raw crowd[560];
  glong before = hostile_begin_measuring ();
  guint n = 0, refused = 0;

  for (; n < 200; n++)
    crowd[n] = raw_new ();
  hostile_check_memory_of_each (before, n);
  honest_check ();
  for (; n < G_N_ELEMENTS (crowd); n++)
    crowd[n] = raw_connect ();
  g_usleep (G_USEC_PER_SEC / 2);
  /* This address has had its share; others have theirs. */
  honest_check_from ("127.0.0.2");
  hostile_check_memory (before);
  for (guint i = 0; i < n; i++)
    refused += raw_is_over (&crowd[i]) ? 1 : 0;
  g_test_message ("%u of %u connections were refused", refused, n);
  g_assert_cmpuint (refused, >=, n - 500);
  for (guint i = 0; i < n; i++)
    raw_clear (&crowd[i]);
  g_usleep (G_USEC_PER_SEC / 2);
  honest_check ();
}

/* Thousands, from many addresses, none of which has more than its share. */
static void
test_idle_thousands (void)
{
  static Raw crowd[2400];
  glong before = hostile_begin_measuring ();
  guint ended = 0;

  for (guint i = 0; i < G_N_ELEMENTS (crowd); i++)
    {
      crowd[i] = raw_connect_from (INADDR_LOOPBACK + 2 + i % 8);
      if (i % 600 == 599)
        honest_check ();
    }
  honest_check ();
  for (guint i = 0; i < G_N_ELEMENTS (crowd); i++)
    ended += raw_is_over (&crowd[i]) ? 1 : 0;
  hostile_check_memory_of_each (before, G_N_ELEMENTS (crowd));
  hostile_check_memory (before);
  g_test_message ("%u of %u have had their idle time by now", ended, (guint) G_N_ELEMENTS (crowd));
  for (guint i = 0; i < G_N_ELEMENTS (crowd); i++)
    raw_clear (&crowd[i]);
  honest_check ();
}

static void
check_answer (const char *request, gsize size, const char *const *statuses)
{
  g_auto (Raw) raw = raw_new ();
  g_autofree char *answer = NULL;
  g_autofree char *status = NULL;

  raw_send (&raw, request, size);
  answer = raw_read (&raw, 3000 * SLOWNESS);
  status = strlen (answer) > 12 ? g_strndup (answer + 9, 3) : g_strdup ("none");
  g_test_message ("%.40s… is answered by %s", request, status);
  g_assert_true (g_strv_contains (statuses, status));
}

static void
test_oversized_bodies (void)
{
  const char *const too_large[] = { "413", NULL }, *const refused[] = { "413", "400", "none", NULL };
  const char *const lengths[] = { "Content-Length: 8388609", "Content-Length: 1000000000000", "Content-Length: 99999999999999999999" };
  const char *const crooked[] = { "Content-Length: -1", "Content-Length: 5x", "Content-Length: 1\r\nContent-Length: 2", "Transfer-Encoding: nonsense", "Transfer-Encoding: chunked\r\nContent-Length: 7" };
  glong before = hostile_begin_measuring ();

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree char *head = hostile_push_head (lengths[i]);

      check_answer (head, strlen (head), i < 2 ? too_large : refused);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (crooked); i++)
    {
      g_autofree char *head = hostile_push_head (crooked[i]);
      g_auto (Raw) raw = raw_new ();

      raw_send (&raw, head, strlen (head));
      raw_send (&raw, "garbage\r\n\r\n", 11);
    }
  honest_check ();
  hostile_check_memory (before);
}

/* Chunks that never end, from several at once: ended by the server. */
static void
test_endless_bodies (void)
{
  Raw raws[6];
  g_autofree char *head = hostile_push_head ("Transfer-Encoding: chunked");
  g_autofree char *chunk = g_strnfill (65536 + 10, '\n');
  glong before = hostile_begin_measuring ();
  guint64 sent = 0;
  guint left = G_N_ELEMENTS (raws);

  memcpy (chunk, "10000\r\n", 7);
  memcpy (chunk + 65536 + 7, "\r\n", 2);
  for (gsize i = 0; i < G_N_ELEMENTS (raws); i++)
    {
      raws[i] = raw_new ();
      g_assert_true (raw_send (&raws[i], head, strlen (head)));
    }
  for (guint round = 0; round < 400 && left > 0; round++)
    {
      for (gsize i = 0; i < G_N_ELEMENTS (raws); i++)
        {
          if (raws[i].fd < 0)
            continue;
          if (raw_send (&raws[i], chunk, 65536 + 9))
            {
              sent += 65536;
              continue;
            }
          raw_clear (&raws[i]);
          left--;
        }
      if (round % 50 == 20)
        honest_check ();
    }
  g_test_message ("%" G_GUINT64_FORMAT " bytes sent", sent);
  g_assert_cmpuint (left, ==, 0);
  hostile_check_memory (before);
  honest_check ();
}

static void
test_header_floods (void)
{
  const char *const statuses[] = { "431", "413", "414", "400", "404", "none", NULL };
  g_autoptr (GString) many = g_string_new ("GET /healthz HTTP/1.1\r\nHost: t\r\n");
  g_autofree char *filler = g_strnfill (300000, 'a');
  g_autofree char *one = g_strconcat ("GET /healthz HTTP/1.1\r\nHost: t\r\nX: ", filler, "\r\n\r\n", NULL);
  g_autofree char *url = g_strconcat ("GET /", filler, " HTTP/1.1\r\nHost: t\r\n\r\n", NULL);
  g_autoptr (GString) query = g_string_new ("GET /v1/pull?after=0");
  glong before = hostile_begin_measuring ();

  for (guint i = 0; i < 20000; i++)
    g_string_append_printf (many, "X-%u: y\r\n", i);
  g_string_append (many, "\r\n");
  for (guint i = 0; i < 20000; i++)
    g_string_append_printf (query, "&%u=%u", i, i);
  g_string_append (query, " HTTP/1.1\r\nHost: t\r\n\r\n");
  for (guint i = 0; i < 10; i++)
    {
      check_answer (many->str, many->len, statuses);
      check_answer (one, strlen (one), statuses);
      check_answer (url, strlen (url), statuses);
      check_answer (query->str, query->len, statuses);
    }
  honest_check ();
  hostile_check_memory (before);
}

static void
test_garbage (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (5);
  g_autoptr (GString) pipeline = g_string_new (NULL);
  glong before = hostile_begin_measuring ();
  char noise[4096];

  for (guint i = 0; i < 500; i++)
    g_string_append_printf (pipeline, "GET /v1/me HTTP/1.1\r\nHost: t\r\n%s\r\n", site.authorization);
  for (guint i = 0; i < 30; i++)
    {
      g_auto (Raw) plain = raw_connect ();
      g_auto (Raw) http = raw_connect ();
      g_auto (Raw) after = raw_new ();
      g_auto (Raw) pipelined = raw_new ();

      for (gsize j = 0; j < sizeof noise; j++)
        noise[j] = (char) g_rand_int (random);
      /* Where TLS should be; where HTTP should be; behind a request that is one; and many of these whose answers nobody reads. */
      raw_send (&plain, noise, sizeof noise);
      raw_send (&http, pipeline->str, 4096);
      raw_send (&after, noise, sizeof noise);
      raw_send (&pipelined, pipeline->str, i % 10 == 0 ? pipeline->len : 200);
      raw_send (&pipelined, noise, sizeof noise);
      if (i % 10 == 5)
        honest_check ();
    }
  honest_check ();
  hostile_check_memory (before);
}

/* Sends @body from several at once, an honest client beside them. */
static void
send_together (GBytes *body, const char *encoding, long least, long most)
{
  Trip trips[12];
  GThread *threads[G_N_ELEMENTS (trips)];
  glong before = hostile_begin_measuring ();

  for (gsize i = 0; i < G_N_ELEMENTS (trips); i++)
    {
      trips[i] = (Trip){ .target = "/v1/push", .encoding = encoding, .body = body };
      threads[i] = g_thread_new ("trip", trip_run, &trips[i]);
    }
  g_usleep (50 * 1000);
  honest_check ();
  for (gsize i = 0; i < G_N_ELEMENTS (trips); i++)
    g_thread_join (threads[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (trips); i++)
    {
      g_assert_cmpint (trips[i].code, ==, CURLE_OK);
      g_test_message ("answered by %ld after %.2f s", trips[i].status, trips[i].seconds);
      g_assert_cmpint (trips[i].status, >=, least);
      g_assert_cmpint (trips[i].status, <=, most);
    }
  hostile_check_memory (before);
  honest_check ();
}

static void
test_bombs (gconstpointer data)
{
  RuhuEncoding encoding = (RuhuEncoding) GPOINTER_TO_INT (data);
  g_autoptr (GBytes) plain = g_bytes_new_take (g_malloc0 (256 * 1024 * 1024), 256 * 1024 * 1024);
  g_autoptr (GBytes) packed = ruhu_wire_compress (encoding, plain, NULL);

  g_test_message ("%zu bytes that unpack to 256 MiB", g_bytes_get_size (packed));
  send_together (packed, ruhu_encoding_get_name (encoding), 413, 413);
}

/* @piece as often as it fits into @size, each with a number where it has a “%u”. Transfer full. */
static char *
repeat (const char *piece, gsize size)
{
  g_auto (GStrv) parts = g_strsplit (piece, "%u", 2);
  GString *text = g_string_sized_new (size + 64);

  for (guint i = 0; text->len + strlen (piece) + 10 < size; i++)
    {
      g_string_append (text, parts[0]);
      if (parts[1] != NULL)
        g_string_append_printf (text, "%x%s", i, parts[1]);
    }
  return g_string_free (text, FALSE);
}

static char *
wide_change (guint seq, const char *members)
{
  return g_strdup_printf ("{\"device\":\"" HOSTILE_DEVICE "\",\"seq\":%u,\"seen\":0,\"time\":\"2026-01-01T00:00:00.000Z.0000\",\"by\":\"x\",\"household\":\"h\",\"set\":{\"t\":{\"r\":{%s}}}}\n",
                          seq, members);
}

typedef struct
{
  const char *piece; /* of what a line is full of, each with a number for “%u” */
  gsize size;        /* of a line */
  long least, most;  /* what it may be answered by */
} Bulk;

static const Bulk deep = { "[", 1000000, 400, 413 };
static const Bulk arrays = { "[],", 1000000, 400, 413 };
static const Bulk numbers = { "1,", 1000000, 400, 413 };
static const Bulk fields = { "\"a%u\":1,", 1000000, 400, 413 };
/* As much as is taken. */
static const Bulk much = { "\"a%u\":1,", 160000, 200, 200 };

/* Small on the wire, and large once it is a tree in memory: nested deep, or a million values wide, in each of eight lines. */
static void
test_json (gconstpointer data)
{
  const Bulk *bulk = data;
  g_autofree char *pieces = repeat (bulk->piece, bulk->size);
  g_autofree char *members = bulk->piece[0] == '"' ? g_strconcat (pieces, "\"z\":0", NULL) : g_strconcat ("\"f\":[", pieces, "0]", NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GBytes) plain = NULL, packed = NULL;

  for (guint i = 1; i <= 8; i++)
    {
      g_autofree char *line = wide_change (i, members);

      g_string_append (text, line);
    }
  g_string_truncate (text, MIN (text->len, RUHU_WIRE_MAX_BODY));
  plain = g_bytes_new (text->str, text->len);
  packed = ruhu_wire_compress (RUHU_ENCODING_ZSTD, plain, NULL);
  g_test_message ("%zu bytes that unpack to %zu", g_bytes_get_size (packed), text->len);
  send_together (packed, "zstd", bulk->least, bulk->most);
}

static void
test_still_there (void)
{
  int status;

  honest_check ();
  g_assert_cmpint (kill (site.pid, SIGTERM), ==, 0);
  g_assert_cmpint (waitpid (site.pid, &status, 0), ==, site.pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  site.pid = 0;
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  signal (SIGPIPE, SIG_IGN);
  curl_global_init (CURL_GLOBAL_DEFAULT);
  hostile_set_up (argv[1]);
  g_test_add_func ("/hostile-clients/slow-senders", test_slow_senders);
  g_test_add_func ("/hostile-clients/idle-crowd", test_idle_crowd);
  g_test_add_func ("/hostile-clients/idle-thousands", test_idle_thousands);
  g_test_add_func ("/hostile-clients/oversized-bodies", test_oversized_bodies);
  g_test_add_func ("/hostile-clients/endless-bodies", test_endless_bodies);
  g_test_add_func ("/hostile-clients/header-floods", test_header_floods);
  g_test_add_func ("/hostile-clients/garbage", test_garbage);
  g_test_add_data_func ("/hostile-clients/bomb-zstd", GINT_TO_POINTER (RUHU_ENCODING_ZSTD), test_bombs);
  g_test_add_data_func ("/hostile-clients/bomb-gzip", GINT_TO_POINTER (RUHU_ENCODING_GZIP), test_bombs);
  g_test_add_data_func ("/hostile-clients/json-deep", &deep, test_json);
  g_test_add_data_func ("/hostile-clients/json-arrays", &arrays, test_json);
  g_test_add_data_func ("/hostile-clients/json-numbers", &numbers, test_json);
  g_test_add_data_func ("/hostile-clients/json-fields", &fields, test_json);
  g_test_add_data_func ("/hostile-clients/json-much", &much, test_json);
  g_test_add_func ("/hostile-clients/still-there", test_still_there);
  result = g_test_run ();
  hostile_tear_down ();
  return result;
}
