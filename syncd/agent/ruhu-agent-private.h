/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What RuhuAgent's thread asks of it. Every function may be called from the thread. */
#pragma once

#include "ruhu-agent.h"

G_BEGIN_DECLS

/* What the main thread wants of the thread; bits. */
typedef enum
{
  RUHU_WISH_QUIT = 1 << 0,
  RUHU_WISH_SYNC = 1 << 1,  /* now, whatever the back-off says */
  RUHU_WISH_LOOK = 1 << 2,  /* something may have been saved */
  RUHU_WISH_JOB = 1 << 3,   /* an enrolment or a bundle waits */
  RUHU_WISH_RENEW = 1 << 4, /* the network is another one */
} RuhuWish;

typedef enum
{
  RUHU_JOB_ENROL,
  RUHU_JOB_EXPORT,
  RUHU_JOB_IMPORT,
} RuhuAgentJobKind;

/* The data of a task that waits. */
typedef struct
{
  RuhuAgentJobKind kind;
  char *text; /* a link, or a path */
} RuhuAgentJob;

const char *ruhu_agent_get_directory (RuhuAgent *self);
/* An eventfd, readable after each wish. */
int ruhu_agent_get_wake_fd (RuhuAgent *self);
guint ruhu_agent_get_still (RuhuAgent *self);
guint ruhu_agent_get_connect (RuhuAgent *self);

/* Whether one of @wishes is there, and the same with taking them away. */
gboolean ruhu_agent_has_wish (RuhuAgent *self, guint wishes);
gboolean ruhu_agent_take_wish (RuhuAgent *self, guint wishes);

/* The job that waits, whose task data is a RuhuAgentJob; NULL: none. Transfer full. Returning its task is safe from the thread. */
GTask *ruhu_agent_take_job (RuhuAgent *self);

/* Copies @status; tells the main thread if it is new. */
void ruhu_agent_publish (RuhuAgent *self, const RuhuAgentStatus *status);
void ruhu_agent_tell_data_changed (RuhuAgent *self);

/* The thread's function. @data: the agent, borrowed. */
gpointer ruhu_agent_thread (gpointer data);

G_END_DECLS
