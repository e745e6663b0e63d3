/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done while the disk breaks: one scenario for each thing that stores. */
#pragma once

#include "fault-world.h"

G_BEGIN_DECLS

#define FAULT_MAX_STEPS 8

typedef struct
{
  gboolean (*run) (World *world, GError **error);
  gboolean loose; /* several transactions: repeated after a fault, wherever it came */
} FaultStep;

typedef struct
{
  const char *name;
  gboolean third;   /* there is a third laptop */
  gboolean crashed; /* begins with what a power cut left, unread */
  guint pages;      /* see World */
  void (*prepare) (World *world);
  FaultStep steps[FAULT_MAX_STEPS];
  void (*found) (World *world);  /* of what the power cut left, before anything is repeated; or NULL */
  void (*verify) (World *world); /* of what has come of it in the end; or NULL */
} FaultScenario;

/* Until one without a name. */
extern const FaultScenario fault_scenarios[];

G_END_DECLS
