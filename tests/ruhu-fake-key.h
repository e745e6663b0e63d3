/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A server's key, made for the occasion, with a certificate that it signs itself. */
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

G_END_DECLS
