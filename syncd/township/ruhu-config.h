/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuConfig: township.conf, a key file (its keys: the text that ruhu_config_write() writes). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  /* Owned. */
  char *name;
  char **listen;        /* addresses */
  char *public_address; /* what laptops connect to; NULL: to be guessed */
  /* Values. */
  guint port;        /* 0: any that is free */
  guint public_port; /* 0: the one that is listened on */
  guint threads;
  guint connections;
  guint connections_per_address;
  guint idle_seconds;
  guint page_kilobytes;
  guint enrol_hours;
  guint enrol_failures;
  guint enrol_failures_all;
  guint right_days;
  gboolean log_requests;
} RuhuConfig;

/* What a new township starts with. Transfer full. */
RuhuConfig *ruhu_config_new (const char *name);
/* Makes the file, mode 0600, every key with a comment. FAILED if it exists. */
gboolean ruhu_config_write (RuhuConfig *self, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Keys that are missing have their defaults. NOT_FOUND; INVALID names group, key and reason, unknown ones included. Transfer full. */
RuhuConfig *ruhu_config_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Sets the key @name as the file would. INVALID, as above, and nothing is set. */
gboolean ruhu_config_set (RuhuConfig *self, const char *name, const char *value, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ruhu_config_free (RuhuConfig *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuConfig, ruhu_config_free)

G_END_DECLS
