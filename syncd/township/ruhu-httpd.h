/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuHttpd: HTTPS in front of a RuhuServer. Keeps the limits, collects bodies, and holds no thread while a request is worked on or waits. */
#pragma once

#include "ruhu-key.h"
#include "ruhu-server.h"

G_BEGIN_DECLS

typedef struct _RuhuHttpd RuhuHttpd;

typedef struct
{
  const char *const *listen; /* IP addresses */
  guint port;                /* 0: any free one, the same on each address */
  guint connections;
  guint connections_per_address;
  guint idle_seconds;
} RuhuHttpdOptions;

/* Listens when it returns. An address family that this machine has not is passed over while another address works. @server is borrowed. Errors: BUSY if the port is taken, FAILED with address and reason. Transfer full. */
RuhuHttpd *ruhu_httpd_new (RuhuServer *server, RuhuKey *key, const RuhuHttpdOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;

guint ruhu_httpd_get_port (RuhuHttpd *self);
/* "https://ADDRESS:PORT" of each, separated by blanks. Transfer full. */
char *ruhu_httpd_dup_addresses (RuhuHttpd *self);

/* Takes no more connections, stops the server (ruhu_server_stop()), and gives its last answers a few seconds to leave. */
void ruhu_httpd_stop (RuhuHttpd *self);
void ruhu_httpd_free (RuhuHttpd *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuHttpd, ruhu_httpd_free)

G_END_DECLS
