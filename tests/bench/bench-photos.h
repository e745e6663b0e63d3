/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photos of the size that the app makes: pictures of nothing, encoded once, and varied in a few bytes so that each is another file. */
#pragma once

#include "bench-world.h"

#include "ruhu-photo.h"

G_BEGIN_DECLS

/* To be called once, before any thread asks for a photo. */
void bench_photos_prepare (void);
/* One of 100 to 200 KB; another @number, another photo. Transfer full. */
GBytes *bench_make_photo (guint64 number);
/* Takes @n photos on the laptop, as the app does it before it saves, and mentions them in what @visit saves. Their hashes go to @hashes, their sizes are added to *@bytes. */
void bench_take_photos (RuhuStore *store, BenchVisit *visit, guint64 number, guint n, GPtrArray *hashes, guint64 *bytes);

G_END_DECLS
