/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A laptop's courier in a folder of its own, and the server that it talks to, which can misbehave. */
#pragma once

#include "ruhu-courier.h"
#include "ruhu-fake-server.h"

typedef struct
{
  Township *township;
  FakeServer *server;
  char *directory;
  RuhuCourier *courier;
  guint n_saved;
} CourierFixture;

char *courier_path_of (CourierFixture *self, const char *name);
void courier_restart (CourierFixture *self);
void courier_set_up (CourierFixture *self, gconstpointer unused);
void courier_tear_down (CourierFixture *self, gconstpointer unused);
void courier_enrol (CourierFixture *self);
void courier_sync_well (CourierFixture *self);
RuhuStore *courier_open_store (CourierFixture *self);
void courier_save (CourierFixture *self, const char *phone);
gint64 courier_count_waiting (CourierFixture *self);
void courier_assert_in_step (CourierFixture *self);
void courier_execute (CourierFixture *self, const char *sql);
char *courier_dup_device (CourierFixture *self);
gboolean courier_is_in_file (CourierFixture *self, const char *name, const char *text);
