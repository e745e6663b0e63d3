/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Money: 分 inside, 元 for people. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* 123456789 → "1,234,567.89": two decimals, thousands apart. Transfer full. */
char *ruhu_money_format (gint64 fen);

/* The same without grouping, for an entry: "1234567.89". Transfer full. */
char *ruhu_money_to_entry (gint64 fen);

G_END_DECLS
