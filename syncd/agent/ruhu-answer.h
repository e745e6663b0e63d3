/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The township's short JSON answers, parsed: to a push, and to an enrolment. */
#pragma once

#include "ruhu-replica.h"

G_BEGIN_DECLS

typedef struct
{
  gint64 accepted; /* the highest seq of this device that the township has, on disk */
  guint n_refused;
  GError *stop;      /* why the rest was not taken, or NULL; owned */
  gint64 stopped_at; /* seq of the change that it is about; 0: not said */
} RuhuPushAnswer;

/* PROTOCOL with the member that does not fit. Transfer full. */
RuhuPushAnswer *ruhu_push_answer_parse (const char *body, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ruhu_push_answer_free (RuhuPushAnswer *self);

typedef struct
{
  char *device;
  char *user;
  char *role;
  char *township;
  gint64 position;
} RuhuEnrolAnswer;

/* As ruhu_push_answer_parse(). */
RuhuEnrolAnswer *ruhu_enrol_answer_parse (const char *body, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ruhu_enrol_answer_free (RuhuEnrolAnswer *self);

/* Where this laptop and the township agree. */
typedef struct
{
  gint64 position;
  char *hash;
  gboolean rewritten; /* the township's log contradicts what it told */
  gint64 accepted;
  char **scopes;
  GArray *refused; /* RuhuEntry, pointing into @owned */
  GPtrArray *owned;
} RuhuStandingAnswer;

/* As ruhu_push_answer_parse(). */
RuhuStandingAnswer *ruhu_standing_answer_parse (const char *body, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ruhu_standing_answer_free (RuhuStandingAnswer *self);

/* Whom the township takes this laptop for. */
typedef struct
{
  char *device;
  char *user;
  char *role;
  char *township;
} RuhuMeAnswer;

/* As ruhu_push_answer_parse(). */
RuhuMeAnswer *ruhu_me_answer_parse (const char *body, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ruhu_me_answer_free (RuhuMeAnswer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuMeAnswer, ruhu_me_answer_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuStandingAnswer, ruhu_standing_answer_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuPushAnswer, ruhu_push_answer_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuEnrolAnswer, ruhu_enrol_answer_free)

G_END_DECLS
