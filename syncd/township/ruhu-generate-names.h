/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names, ID numbers and telephone numbers that belong to nobody. */
#pragma once

#include "ruhu-generate-random.h"

G_BEGIN_DECLS

/* One of the ten heavenly stems (甲 … 癸), which serve as surnames. Static. */
const char *ruhu_generate_surname (RuhuStream *stream);

/* @surname with one or two characters of the Thousand Character Classic; three in a hundred are longer, of two parts joined by "·". Transfer full. */
char *ruhu_generate_name (RuhuStream *stream, const char *surname);

/**
 * ruhu_generate_id_number:
 * @village: from 1 on
 * @birth: "YYYY-MM-DD"
 * @sex: 1 or 2
 * @order: from 0 on, to tell people of the same village, birth and sex apart
 *
 * An ID number with a valid check character (GB 11643-1999) and an area (990001 …) that is given to no place. Transfer full.
 */
char *ruhu_generate_id_number (guint village, const char *birth, guint sex, guint order);

/* Eleven digits that begin with 10, as no mobile number does. Transfer full. */
char *ruhu_generate_phone (RuhuStream *stream);

G_END_DECLS
