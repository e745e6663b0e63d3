/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "hostile.h"

#include "ruhu-link.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *program;
HostileSite site;

/* The site. */

static char *
command (const char *const *arguments)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *said = NULL;
  char *out = NULL;
  int status;

  g_ptr_array_add (argv, (char *) program);
  for (gsize i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (argv, (char *) arguments[i]);
  g_ptr_array_add (argv, NULL);
  g_spawn_sync (NULL, (char **) argv->pdata, NULL, 0, NULL, NULL, &out, &said, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  return out;
}

static void
configure (const char *key, int value)
{
  g_autofree char *path = g_build_filename (site.town, "township.conf", NULL);
  g_autofree char *text = NULL, *set = NULL, *pattern = g_strdup_printf ("^%s=\\d+", key);
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_MULTILINE, 0, NULL);
  g_autofree char *with = g_strdup_printf ("%s=%d", key, value);

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  set = g_regex_replace_literal (regex, text, -1, 0, with, 0, NULL);
  g_assert_cmpstr (set, !=, text);
  g_assert_true (g_file_set_contents (path, set, -1, NULL));
}

/* A test that is aborted leaves no server behind. */
static void
die_with_parent (gpointer unused)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static void
start_server (void)
{
  const char *argv[] = { program, "serve", "--listen", "127.0.0.1", "--port", "0", site.town, NULL };
  g_autofree char *path = g_build_filename (site.town, "port", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_spawn_async (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, die_with_parent, NULL, &site.pid, &error));
  for (guint i = 0; i < 600 && !g_file_get_contents (path, &text, NULL, NULL); i++)
    g_usleep (50 * 1000);
  g_assert_nonnull (text);
  site.port = (guint) g_ascii_strtoull (text, NULL, 10);
  site.base = g_strdup_printf ("https://127.0.0.1:%u", site.port);
}

/* In KiB; -1 if the server is gone. */
static glong
read_memory (const char *what)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", (int) site.pid);
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return -1;
  line = strstr (text, what);
  return line != NULL ? strtol (line + strlen (what), NULL, 10) : -1;
}

/* The highest memory is measured from here on. */
glong
hostile_begin_measuring (void)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/clear_refs", (int) site.pid);
  int fd = open (path, O_WRONLY | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, "5", 1), ==, 1);
  close (fd);
  return read_memory ("VmRSS:");
}

void
hostile_check_memory (glong before)
{
  glong peak = read_memory ("VmHWM:");

  g_test_message ("memory: %ld KiB before, %ld KiB at the most", before, peak);
  g_assert_cmpint (before, >, 0);
  g_assert_cmpint (peak, >, 0);
  /* What a sanitizer keeps aside is not the server's. */
  if (!HAS_SANITIZER)
    g_assert_cmpint (peak - before, <, MEMORY_BOUND);
}

void
hostile_check_memory_of_each (glong before, guint n)
{
  glong each = (read_memory ("VmHWM:") - before) / (glong) n;

  g_test_message ("%ld KiB for each of %u connections", each, n);
  if (!HAS_SANITIZER)
    g_assert_cmpint (each, <, CONNECTION_BOUND);
}

/* Requests by libcurl. */

static size_t
drop_cb (char *data, size_t size, size_t n, void *user)
{
  return size * n;
}

gpointer
trip_run (gpointer data)
{
  Trip *trip = data;
  CURL *easy = curl_easy_init ();
  g_autofree char *url = g_strconcat (site.base, trip->target, NULL);
  g_autofree char *encoding = g_strdup_printf ("Content-Encoding: %s", trip->encoding);
  struct curl_slist *headers = curl_slist_append (NULL, "Authorization: Bearer " HOSTILE_TOKEN);

  if (trip->encoding != NULL)
    headers = curl_slist_append (headers, encoding);
  curl_easy_setopt (easy, CURLOPT_URL, url);
  curl_easy_setopt (easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt (easy, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt (easy, CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt (easy, CURLOPT_CAINFO, NULL);
  curl_easy_setopt (easy, CURLOPT_CAPATH, NULL);
  curl_easy_setopt (easy, CURLOPT_WRITEFUNCTION, drop_cb);
  curl_easy_setopt (easy, CURLOPT_TIMEOUT_MS, trip->milliseconds > 0 ? trip->milliseconds : 60000L);
  curl_easy_setopt (easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (easy, CURLOPT_INTERFACE, trip->from);
  if (trip->body != NULL)
    {
      curl_easy_setopt (easy, CURLOPT_POST, 1L);
      curl_easy_setopt (easy, CURLOPT_POSTFIELDSIZE, (long) g_bytes_get_size (trip->body));
      curl_easy_setopt (easy, CURLOPT_POSTFIELDS, g_bytes_get_size (trip->body) > 0 ? g_bytes_get_data (trip->body, NULL) : "");
    }
  trip->code = curl_easy_perform (easy);
  curl_easy_getinfo (easy, CURLINFO_RESPONSE_CODE, &trip->status);
  curl_easy_getinfo (easy, CURLINFO_TOTAL_TIME, &trip->seconds);
  curl_easy_cleanup (easy);
  curl_slist_free_all (headers);
  return NULL;
}

/* An honest laptop, on a new connection: who am I, and what have you of mine. */
void
honest_check_from (const char *address)
{
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
  Trip me = { .target = "/v1/me", .milliseconds = SOON * SLOWNESS, .from = address };
  Trip push = { .target = "/v1/push", .body = nothing, .milliseconds = SOON * SLOWNESS, .from = address };

  trip_run (&me);
  trip_run (&push);
  g_test_message ("honest: %.3f s, %.3f s", me.seconds, push.seconds);
  g_assert_cmpint (me.code, ==, CURLE_OK);
  g_assert_cmpint (me.status, ==, 200);
  g_assert_cmpint (push.code, ==, CURLE_OK);
  g_assert_cmpint (push.status, ==, 200);
}

void
honest_check (void)
{
  honest_check_from (NULL);
}

static void
enrol (const char *link)
{
  g_autoptr (RuhuLink) parsed = ruhu_link_parse (link, NULL);
  g_autofree char *text = g_strdup_printf ("{\"code\":\"%s\",\"device\":\"" HOSTILE_DEVICE "\",\"token\":\"" HOSTILE_TOKEN "\",\"name\":\"laptop\"}", parsed->code);
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));
  Trip trip = { .target = "/v1/enrol", .body = body };

  trip_run (&trip);
  g_assert_cmpint (trip.status, ==, 200);
}

/* Connections by hand. */

static gnutls_certificate_credentials_t credentials;

Raw
raw_connect_from (guint32 host)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons ((guint16) site.port), .sin_addr = { htonl (INADDR_LOOPBACK) } };
  struct sockaddr_in own = { .sin_family = AF_INET };
  struct timeval patience = { .tv_sec = 20 };
  Raw raw = { .fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };

  g_assert_cmpint (raw.fd, >=, 0);
  setsockopt (raw.fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt (raw.fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  own.sin_addr.s_addr = htonl (host);
  g_assert_cmpint (bind (raw.fd, (struct sockaddr *) &own, sizeof own), ==, 0);
  g_assert_cmpint (connect (raw.fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return raw;
}

Raw
raw_connect (void)
{
  return raw_connect_from (INADDR_LOOPBACK);
}

Raw
raw_new (void)
{
  Raw raw = raw_connect ();

  gnutls_init (&raw.tls, GNUTLS_CLIENT);
  gnutls_set_default_priority (raw.tls);
  gnutls_credentials_set (raw.tls, GNUTLS_CRD_CERTIFICATE, credentials);
  gnutls_transport_set_int (raw.tls, raw.fd);
  g_assert_cmpint (gnutls_handshake (raw.tls), ==, GNUTLS_E_SUCCESS);
  return raw;
}

void
raw_clear (Raw *raw)
{
  if (raw->tls != NULL)
    gnutls_deinit (raw->tls);
  if (raw->fd >= 0)
    close (raw->fd);
  *raw = (Raw){ .fd = -1 };
}

/* FALSE: the server has ended it. */
gboolean
raw_send (Raw *raw, const char *data, gsize size)
{
  gsize sent = 0;

  while (sent < size)
    {
      gssize n = raw->tls != NULL ? gnutls_record_send (raw->tls, data + sent, size - sent) : send (raw->fd, data + sent, size - sent, MSG_NOSIGNAL);

      if (n <= 0)
        return FALSE;
      sent += (gsize) n;
    }
  return TRUE;
}

/* What comes until the server ends it or falls silent. Transfer full. */
char *
raw_read (Raw *raw, int milliseconds)
{
  GString *text = g_string_new (NULL);
  char buffer[4096];

  for (;;)
    {
      struct pollfd ready = { .fd = raw->fd, .events = POLLIN };
      gssize n;

      if (gnutls_record_check_pending (raw->tls) == 0 && poll (&ready, 1, milliseconds) <= 0)
        break;
      n = gnutls_record_recv (raw->tls, buffer, sizeof buffer);
      if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED)
        continue;
      if (n <= 0)
        break;
      g_string_append_len (text, buffer, n);
    }
  return g_string_free (text, FALSE);
}

/* Whether the server has ended it. */
gboolean
raw_is_over (Raw *raw)
{
  struct pollfd ready = { .fd = raw->fd, .events = POLLIN };
  char buffer[4096];

  while (poll (&ready, 1, 0) > 0)
    if (recv (raw->fd, buffer, sizeof buffer, MSG_DONTWAIT) <= 0)
      return TRUE;
  return FALSE;
}

char *
hostile_push_head (const char *rest)
{
  return g_strconcat ("POST /v1/push HTTP/1.1\r\nHost: t\r\n", site.authorization, rest, "\r\n\r\n", NULL);
}

void
hostile_set_up (const char *township)
{
  struct rlimit files;
  g_autofree char *out = NULL, *link = NULL;
  g_auto (GStrv) parts = NULL;

  program = township;
  getrlimit (RLIMIT_NOFILE, &files);
  files.rlim_cur = MIN (files.rlim_max, 8192);
  setrlimit (RLIMIT_NOFILE, &files);
  site.scratch = g_dir_make_tmp ("ruhu-hostile-XXXXXX", NULL);
  site.town = g_build_filename (site.scratch, "town", NULL);
  site.authorization = g_strdup ("Authorization: Bearer " HOSTILE_TOKEN "\r\n");
  gnutls_certificate_allocate_credentials (&credentials);
  out = command ((const char *const[]){ "init", "--name", "T", "--office", "O", "--listen", "127.0.0.1", "--port", "1", site.town, NULL });
  parts = g_strsplit (out, "ruhu://", 2);
  g_assert_cmpuint (g_strv_length (parts), ==, 2);
  link = g_strconcat ("ruhu://", g_strchomp (parts[1]), NULL);
  configure ("idle-seconds", IDLE);
  configure ("connections", 4000);
  start_server ();
  enrol (link);
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);

      if (g_file_test (inner, G_FILE_TEST_IS_DIR))
        remove_folder (inner);
      else
        g_unlink (inner);
    }
  g_rmdir (path);
}
void
hostile_tear_down (void)
{
  if (site.pid != 0)
    kill (site.pid, SIGKILL);
  remove_folder (site.scratch);
  gnutls_certificate_free_credentials (credentials);
}
