/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SQLite's memory, which runs out when it is told to. Blocks of a size are kept for the next one of that size: SQLite asks thousands of times a transaction. One thread alone. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Before anything else is asked of SQLite; the same call again is harmless. */
void fault_memory_register (void);

/* Counts anew. The n-th time from now on that memory is asked for there is none, and none after that if @stays. 0: there is always some. */
void fault_memory_arm (guint64 n, gboolean stays);
void fault_memory_disarm (void);

/* How often memory was asked for since it was last armed, and whether there was none. */
guint64 fault_memory_get_count (void);
gboolean fault_memory_has_struck (void);

G_END_DECLS
