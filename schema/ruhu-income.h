/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a household's income book comes to, year by year, and how it compares with the line (DOMAIN.md, section 2):
 *
 *   net = wages + business + property + transfers − costs of business;  what does not count is shown, and left out
 *   above the line  ⇔  net ≥ line × persons, in whole 分: no quotient is rounded on the way */
#pragma once

#include "ruhu-database.h"

G_BEGIN_DECLS

typedef enum
{
  RUHU_INCOME_WAGES,       /* 1 工资性 */
  RUHU_INCOME_BUSINESS,    /* 2 生产经营性 */
  RUHU_INCOME_PROPERTY,    /* 3 财产性 */
  RUHU_INCOME_TRANSFERS,   /* 4 转移性 */
  RUHU_INCOME_COSTS,       /* 5 生产经营性支出, subtracted */
  RUHU_INCOME_NOT_COUNTED, /* 9 不计入 */
  RUHU_N_INCOME_CLASSES
} RuhuIncomeClass;

typedef enum
{
  RUHU_INCOME_UNKNOWN, /* no lines, no persons or no line for that year */
  RUHU_INCOME_BELOW,
  RUHU_INCOME_ABOVE,
} RuhuIncomeStanding;

typedef struct
{
  int year;
  gint64 sums[RUHU_N_INCOME_CLASSES]; /* 分 */
  guint n_lines;
  gint64 net;     /* 分 */
  gint64 persons; /* of the book (年度家庭人口数), or, where it has none, the members on file; 0: not known */
  gboolean persons_from_members;
  gint64 line;       /* 分 a person and year; 0: not known */
  char *line_source; /* on what paper the line stands, or NULL */
  gint64 needed;     /* line × persons */
  RuhuIncomeStanding standing;
  gint64 per_person; /* net ÷ persons rounded down, to be shown only */
} RuhuIncomeYear;

void ruhu_income_year_free (RuhuIncomeYear *self);

/* RuhuIncomeYear of every year of which the household @scope has a book or lines, newest first. Transfer full. */
GPtrArray *ruhu_income_summary (RuhuDatabase *database, const char *scope, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What is above it, as a formula for people: "2018年纯收入 = 工资性 12,000.00 + … = … 元", in the user's language. Transfer full. */
char *ruhu_income_year_explain (const RuhuIncomeYear *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuIncomeYear, ruhu_income_year_free)

G_END_DECLS
