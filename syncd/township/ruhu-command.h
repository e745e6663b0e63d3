/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of ruhu-township. Each gets the arguments after its own name, with argv[0] the name, and returns the exit status. */
#pragma once

#include "ruhu-township.h"

G_BEGIN_DECLS

enum
{
  RUHU_EXIT_DONE = 0,
  RUHU_EXIT_FAILED = 1, /* said on standard error: what happened, what was kept, what to do */
  RUHU_EXIT_USAGE = 2,
};

typedef int (*RuhuCommandFunc) (int argc, char **argv);

int ruhu_command_init (int argc, char **argv);
int ruhu_command_generate (int argc, char **argv);
int ruhu_command_serve (int argc, char **argv);
int ruhu_command_enrol (int argc, char **argv);
int ruhu_command_device (int argc, char **argv);
int ruhu_command_check (int argc, char **argv);
int ruhu_command_quarantine (int argc, char **argv);
int ruhu_command_verify (int argc, char **argv);
int ruhu_command_witness (int argc, char **argv);
int ruhu_command_backup (int argc, char **argv);
int ruhu_command_restore (int argc, char **argv);
int ruhu_command_import_bundle (int argc, char **argv);

/**
 * ruhu_command_parse:
 * @parameters: what follows the options, for the help
 * @n: how many arguments must remain
 *
 * Parses options; the remaining arguments start at argv[1]. On failure says why and how the command is used.
 */
gboolean ruhu_command_parse (int *argc, char ***argv, const char *parameters, const char *summary, const GOptionEntry *entries, int n_min, int n_max) G_GNUC_WARN_UNUSED_RESULT;

/* Prints @error as a sentence with what was kept and what to do; returns RUHU_EXIT_FAILED. */
int ruhu_command_fail (const GError *error);

/* The township in a directory and a session on it; says what is wrong otherwise. Both are transfer full. */
gboolean ruhu_command_open (const char *directory, RuhuTownship **township, RuhuSession **session) G_GNUC_WARN_UNUSED_RESULT;

/* The milliseconds of a stamp as "2018-06-30 16:12" in local time; "–" for NULL. Transfer full. */
char *ruhu_command_dup_time (const char *stamp);

G_END_DECLS
