/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Enrolment: one-time codes that the office hands out, and the devices that come of them. */
#pragma once

#include "ruhu-session.h"

G_BEGIN_DECLS

/* The stored form of a code that was typed or pasted: capitals, no dashes or blanks. NULL if it cannot be one. Transfer full. */
char *ruhu_enrol_normalise_code (const char *code);

/* A new code for the helper @owner, good once and for @hours: "K7QM-2XHB-9RTC", 60 random bits. Kept only as a hash. NOT_FOUND if there is no such helper; FORBIDDEN if they have no role (any more). Transfer full. */
char *ruhu_enrol_issue (RuhuSession *session, const char *owner, guint hours, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same for the user of @device, which is withdrawn when the code is used. NOT_FOUND. */
char *ruhu_enrol_issue_replacement (RuhuSession *session, const char *device, guint hours, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Codes that are still good: what they are called (the start of their hash), owner, created, expires, the device they replace. */
RuhuStatement *ruhu_enrol_query_unused (RuhuSession *session, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Takes one of them back. NOT_FOUND. */
gboolean ruhu_enrol_withdraw (RuhuSession *session, const char *id, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What a laptop brings along. */
typedef struct
{
  const char *code;
  const char *device; /* 16 lower-case hexadecimal digits, chosen by the laptop */
  const char *token;  /* 43 characters: base64url of 32 random bytes, chosen by the laptop */
  const char *name;
  const char *user; /* whose code it has to be, where the laptop comes again under a name that it had; or NULL */
} RuhuEnrolment;

/* INVALID names the member and the reason. */
gboolean ruhu_enrolment_check (const RuhuEnrolment *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ruhu_enrol_redeem:
 * @user: (out): the helper's id; transfer full
 * @position: (out): where the device's stream starts
 *
 * Uses up the code and registers the device, in one transaction. With the same code, device and token it may be repeated as often as answers get lost; anything else with a
 * code that is unknown, expired or used is EXPIRED, and the three look alike. FORBIDDEN where the code is somebody else's than the laptop expects; it is not used up. Outputs are untouched on failure.
 */
gboolean ruhu_enrol_redeem (RuhuSession *session, const RuhuEnrolment *enrolment, char **user, gint64 *position, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
