/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small township for tests: two villages, three households, one user of each role, and a server without sockets.
 *
 *   h-one, h-two in v-sun; h-three in v-moon. u-helper is assigned h-one, u-cadre has v-sun, u-office and u-inspector have everything. */
#pragma once

#include "ruhu-server.h"

G_BEGIN_DECLS

typedef struct
{
  char *directory;
  char *database;
  RuhuSession *session; /* another connection, as the administration commands have one */
  RuhuServer *server;
} Town;

/* What a laptop is, as far as the township can tell. */
typedef struct
{
  char *id;
  char *user;
  char *token;
  gint64 position; /* where its stream starts */
  gint64 seq;      /* last change made */
} Laptop;

/* The clock of everything in a Town, ms: 2018-06-30, noon in the township. */
extern gint64 town_now;

void town_set_up (Town *self, gconstpointer data);
void town_tear_down (Town *self, gconstpointer data);
/* Ends the server and starts it again. @page_bytes: 0 for the usual. */
void town_restart (Town *self, gsize page_bytes);
/* The log's last position. */
gint64 town_head (Town *self);
void town_write (Town *self, const char *scope, const char *json);

/* A code, and the body of an enrolment with it. Transfer full. */
char *town_issue (Town *self, const char *user, guint hours);
char *town_enrolment (const char *code, const Laptop *laptop);
Laptop *laptop_new (const char *user);
/* laptop_new(), enrolled. */
Laptop *town_enrol (Town *self, const char *user);
void laptop_free (Laptop *self);

/* The next change of @laptop as a line with its newline. @fields: JSON. Transfer full. */
char *laptop_change (Laptop *self, gint64 seen, const char *household, const char *type, const char *record, const char *fields);

/* @target: path and query. @token may be NULL. Takes nothing. Transfer full. */
RuhuRequest *town_request (const char *method, const char *target, const char *token, const char *body);
/* Takes @request and waits for the answer. Transfer full. */
RuhuResponse *town_send (Town *self, RuhuRequest *request);
RuhuResponse *town_ask (Town *self, const char *method, const char *target, const Laptop *laptop, const char *body);
/* Push of @line, which must be answered 200. *@accepted of it. */
gint64 town_push (Town *self, const Laptop *laptop, const char *line);

/* Body as text, and as JSON. Transfer full. */
char *town_text (RuhuResponse *response);
json_object *town_json (RuhuResponse *response);
/* A member of a JSON body; "" if it is not there. Transfer full. */
char *town_member (RuhuResponse *response, const char *name);
#define town_assert_problem(response, status_, name) town_check_problem (response, status_, name, G_STRLOC)
void town_check_problem (RuhuResponse *response, guint status, const char *name, const char *where);

/* An answer that comes later. */
typedef struct
{
  GMutex mutex;
  GCond cond;
  RuhuResponse *response;
} Later;

Later *town_send_later (Town *self, RuhuRequest *request);
/* NULL if it did not come within @ms. Transfer full; @later is freed when it did. */
RuhuResponse *later_wait (Later *later, guint ms);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Laptop, laptop_free)

G_END_DECLS
