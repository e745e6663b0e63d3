/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers of citizens (GB 11643-1999) and of disability certificates, the codes of counties (GB/T 2260) they begin with, and ages. Pure functions over text. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether the last of the first 18 characters is the check digit of the others (GB 11643, after ISO 7064 MOD 11-2). Shorter text: FALSE. A small x counts as X. */
gboolean ruhu_identity_has_check_digit (const char *number);

/* The date of birth in characters 7 to 14, "YYYY-MM-DD", if it is a real date from 1900 on; else NULL. Transfer full. */
char *ruhu_identity_dup_birth (const char *number);

/* "1" for a man, "2" for a woman (GB/T 2261.1), from the parity of the 17th digit; NULL if there is none. Static. */
const char *ruhu_identity_get_sex (const char *number);

/* Whether the six digits that @number begins with are, or were once, the code of a county, district or county-level city; regions.txt says from which list. */
gboolean ruhu_region_is_known (const char *number);

/* Full years from @birth to @day, both "YYYY-MM-DD"; -1 if either is none, or @birth is later. */
int ruhu_age_at (const char *birth, const char *day);

/* Full years on the last 31 August at or before @day: the age by which children are sent to school. -1 as above. */
int ruhu_school_age_at (const char *birth, const char *day);

/* Whether @text holds something that looks like a citizen's number or a mobile telephone number: 18 (17 and X) or 11 digits with the right beginnings, standing alone. */
gboolean ruhu_text_has_number (const char *text);

G_END_DECLS
