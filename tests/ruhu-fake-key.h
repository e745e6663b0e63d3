/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the way to the township share: a server's key, made for the occasion, with a certificate that it signs itself; and a folder's end. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *key;         /* PEM */
  char *certificate; /* PEM */
  char *pin;         /* as in an enrolment link */
} FakeKey;

FakeKey *fake_key_new (void);
void fake_key_free (FakeKey *self);

/* Removes a folder and the files in it. */
void fake_remove_folder (const char *path);

G_END_DECLS
