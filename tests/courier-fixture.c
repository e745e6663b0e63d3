/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "courier-fixture.h"

#include "ruhu-cleanups.h"
#include "ruhu-fake-key.h"

#include <string.h>

char *
courier_path_of (CourierFixture *self, const char *name)
{
  return g_build_filename (self->directory, name, NULL);
}

void
courier_restart (CourierFixture *self)
{
  g_clear_pointer (&self->courier, ruhu_courier_free);
  self->courier = ruhu_courier_new (self->directory, -1, NULL, NULL, NULL);
  ruhu_courier_set_patience (self->courier, 1, 2);
}

void
courier_set_up (CourierFixture *self, gconstpointer unused)
{
  self->township = township_new ();
  self->server = fake_server_new (self->township);
  self->directory = g_dir_make_tmp ("ruhu-courier-XXXXXX", NULL);
  courier_restart (self);
}

void
courier_tear_down (CourierFixture *self, gconstpointer unused)
{
  ruhu_courier_free (self->courier);
  fake_server_free (self->server);
  township_free (self->township);
  fake_remove_folder (self->directory);
  g_free (self->directory);
}

void
courier_enrol (CourierFixture *self)
{
  g_autofree char *link = fake_server_dup_link (self->server, "helper-a");
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_courier_enrol (self->courier, link, &error));
  g_assert_no_error (error);
}

void
courier_sync_well (CourierFixture *self)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = ruhu_courier_sync (self->courier, &error);

  g_assert_no_error (error);
  g_assert_true (ok);
}

RuhuStore *
courier_open_store (CourierFixture *self)
{
  g_autofree char *path = courier_path_of (self, "ruhu.db");
  RuhuStoreOptions options = { .path = path };
  g_autoptr (GError) error = NULL;
  RuhuStore *store = ruhu_store_open (&options, &error);

  g_assert_no_error (error);
  return store;
}

/* What the app does. */
void
courier_save (CourierFixture *self, const char *phone)
{
  g_autoptr (RuhuStore) store = courier_open_store (self);
  g_autofree char *text = g_strdup_printf ("{\"household\":{\"h1\":{\"phone\":\"%s\"}}}", phone);
  g_autoptr (RuhuJson) set = json_tokener_parse (text);
  RuhuEdit edit = { .scope = "h1", .set = set };
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_store_get_seen (store, &edit.seen, &error));
  g_assert_true (ruhu_store_save (store, &edit, NULL, &error));
  g_assert_no_error (error);
  self->n_saved++;
}

gint64
courier_count_waiting (CourierFixture *self)
{
  g_autoptr (RuhuStore) store = courier_open_store (self);
  gint64 waiting = -1, refused;

  g_assert_true (ruhu_store_count_outbox (store, &waiting, &refused, NULL));
  return waiting;
}

/* Everything saved is at the township, once, and both sides hold the same. */
void
courier_assert_in_step (CourierFixture *self)
{
  g_autoptr (RuhuStore) store = courier_open_store (self);
  g_autofree char *here = NULL, *there = NULL;

  g_assert_cmpint (courier_count_waiting (self), ==, 0);
  g_assert_cmpint (fake_server_count_changes (self->server, NULL), ==, self->n_saved);
  here = store_dump (store, "h1");
  fake_server_lock (self->server);
  there = store_dump (self->township->store, "h1");
  fake_server_unlock (self->server);
  g_assert_cmpstr (here, ==, there);
}

void
courier_execute (CourierFixture *self, const char *sql)
{
  g_autoptr (RuhuStore) store = courier_open_store (self);

  g_assert_true (ruhu_database_execute (ruhu_store_get_database (store), sql, NULL));
}

char *
courier_dup_device (CourierFixture *self)
{
  g_autoptr (RuhuStore) store = courier_open_store (self);

  return ruhu_store_get_meta (store, "device", NULL);
}

gboolean
courier_is_in_file (CourierFixture *self, const char *name, const char *text)
{
  g_autofree char *path = courier_path_of (self, name);
  g_autofree char *content = NULL;
  gsize size = 0;

  return g_file_get_contents (path, &content, &size, NULL) && memmem (content, size, text, strlen (text)) != NULL;
}
