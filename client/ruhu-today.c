/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-today"

#include "config.h"

#include "ruhu-today.h"

#include "ruhu-describe.h"
#include "ruhu-list-filter.h"
#include "ruhu-notice-group.h"
#include "ruhu-store-review.h"

#include <glib/gi18n.h>

/* Lines of one kind; the rest is a figure. */
#define MAX_LINES 8
/* Problems are shown so long before their deadline; facts are old after so many months. */
#define NEAR_DAYS  7
#define OLD_MONTHS 12

static void
line_free (gpointer data)
{
  RuhuTodayLine *line = data;

  g_free (line->title);
  g_free (line->subtitle);
  g_free (line->household);
  g_free (line->draft);
  g_free (line->action);
  g_free (line);
}

void
ruhu_today_free (RuhuToday *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->lines);
  g_free (self->fingerprint);
  g_free (self);
}

/* Takes @title and @subtitle. */
static RuhuTodayLine *
add_line (RuhuToday *self, RuhuTodayKind kind, char *title, char *subtitle)
{
  RuhuTodayLine *line = g_new0 (RuhuTodayLine, 1);

  line->kind = kind;
  line->title = title;
  line->subtitle = subtitle;
  g_ptr_array_add (self->lines, line);
  return line;
}

static const char *
name_or_unknown (const char *name)
{
  return name != NULL && *name != '\0' ? name : _ ("Household without a name");
}

static gboolean
read_drafts (RuhuToday *self, RuhuStore *store, GError **error)
{
  g_autoptr (GPtrArray) drafts = ruhu_store_list_drafts (store, NULL, error);

  if (drafts == NULL)
    return FALSE;
  self->counts[RUHU_TODAY_DRAFT] = drafts->len;
  for (guint i = 0; i < MIN (drafts->len, MAX_LINES); i++)
    {
      RuhuDraft *draft = g_ptr_array_index (drafts, i);
      g_autoptr (RuhuHouseholdRow) row = ruhu_store_get_household_row (store, draft->scope, NULL);
      g_autofree char *when = ruhu_describe_stamp (draft->updated);
      RuhuTodayLine *line = add_line (self, RUHU_TODAY_DRAFT, g_strdup_printf (_ ("Unfinished visit: %s"), name_or_unknown (row != NULL ? row->head_name : NULL)),
                                      g_strdup_printf (_ ("Last written: %s"), when));

      line->household = g_strdup (draft->scope);
      line->draft = g_strdup (draft->id);
    }
  return TRUE;
}

static void
add_attention (RuhuToday *self, char *title, const char *what_to_do, const char *action)
{
  RuhuTodayLine *line = add_line (self, RUHU_TODAY_ATTENTION, title, g_strdup (what_to_do));

  line->action = g_strdup (action);
  line->urgent = TRUE;
  self->counts[RUHU_TODAY_ATTENTION]++;
}

/* Changes that somebody has to decide on, here or at the office. */
static gboolean
read_held (RuhuToday *self, RuhuStore *store, GError **error)
{
  gint64 refused = 0, held = 0, accepted = 0, decide = 0;

  if (!ruhu_store_count_reviews (store, &refused, &held, &accepted, error))
    return FALSE;
  if (ruhu_store_get_role (store) == RUHU_ROLE_OFFICE && !ruhu_store_count_quarantine (store, &decide, error))
    return FALSE;
  if (refused > 0)
    add_attention (self, g_strdup_printf (ngettext ("%u change was refused", "%u changes were refused", (gulong) refused), (guint) refused),
                   _ ("The township did not take it. Correct it and send it again, or discard it on purpose."), "win.show-sync");
  if (decide > 0)
    add_attention (self, g_strdup_printf (ngettext ("%u held-back change to decide", "%u held-back changes to decide", (gulong) decide), (guint) decide),
                   _ ("Recorded by somebody who had no right to it. Nothing of it counts until you decide."), "win.show-held");
  if (held > 0)
    add_attention (self, g_strdup_printf (ngettext ("%u change of yours is at the office", "%u changes of yours are at the office", (gulong) held), (guint) held),
                   _ ("It is kept, and counts if the office accepts it. Nothing needs doing."), "win.show-sync");
  if (accepted > 0)
    add_attention (self, g_strdup_printf (ngettext ("%u change of yours was accepted by the office", "%u changes of yours were accepted by the office", (gulong) accepted), (guint) accepted),
                   _ ("It counts now. Nothing needs doing."), "win.show-sync");
  return TRUE;
}

static gboolean
read_notices (RuhuToday *self, RuhuStore *store, GError **error)
{
  g_autoptr (GPtrArray) notices = ruhu_store_list_notices (store, error);

  if (notices == NULL)
    return FALSE;
  for (guint i = 0; i < MIN (notices->len, MAX_LINES); i++)
    {
      const RuhuNotice *notice = g_ptr_array_index (notices, i);

      add_attention (self, g_strdup (ruhu_notice_describe_kind (notice->kind)), notice->text, "win.show-sync");
    }
  return TRUE;
}

static gboolean
read_attention (RuhuToday *self, RuhuStore *store, GError **error)
{
  gint64 conflicts = 0;

  if (!ruhu_store_count_conflicts (store, &conflicts, error))
    return FALSE;
  if (conflicts > 0)
    add_attention (self, g_strdup_printf (ngettext ("%u conflict to review", "%u conflicts to review", (gulong) conflicts), (guint) conflicts),
                   _ ("Two people recorded different things. Both are kept until you choose."), "win.show-conflicts");
  return read_held (self, store, error) && read_notices (self, store, error);
}

static gboolean
read_due (RuhuToday *self, RuhuStore *store, const char *cutoff, GError **error)
{
  RuhuHouseholdFilter filter = { .visited_before = cutoff, .sort = RUHU_SORT_DUE };
  g_autoptr (GArray) numbers = ruhu_store_select_households (store, &filter, error);
  g_autoptr (GPtrArray) rows = NULL;

  if (numbers == NULL)
    return FALSE;
  rows = ruhu_store_read_households (store, (const gint64 *) numbers->data, MIN (numbers->len, MAX_LINES), error);
  if (rows == NULL)
    return FALSE;
  self->counts[RUHU_TODAY_DUE] = numbers->len;
  for (guint i = 0; i < rows->len; i++)
    {
      RuhuHouseholdRow *row = g_ptr_array_index (rows, i);
      g_autofree char *visit = NULL;
      RuhuTodayLine *line;

      if (row == NULL)
        continue;
      visit = row->last_visit != NULL ? g_strdup_printf (_ ("Last visit: %s"), row->last_visit) : g_strdup (_ ("No visit yet"));
      line = add_line (self, RUHU_TODAY_DUE, g_strdup (name_or_unknown (row->head_name)), g_strdup_printf ("%s · %s", row->village, visit));
      line->household = g_strdup (row->id);
    }
  return TRUE;
}

static char *
describe_kind (RuhuStore *store, const char *list, const RuhuReminder *reminder)
{
  RuhuChoiceList *kinds = ruhu_catalogue_get_choices (ruhu_store_get_catalogue (store), list);
  RuhuChoice *kind = kinds != NULL && reminder->kind != NULL ? ruhu_choice_list_get (kinds, reminder->kind) : NULL;
  gboolean has_text = reminder->text != NULL && *reminder->text != '\0';

  if (kind == NULL)
    return g_strdup (has_text ? reminder->text : "");
  return has_text ? g_strdup_printf (_ ("%s: %s"), ruhu_label_get (&kind->label), reminder->text) : g_strdup (ruhu_label_get (&kind->label));
}

static void
add_with_date (RuhuToday *self, RuhuStore *store, RuhuTodayKind kind, const char *list, GPtrArray *reminders, const char *today)
{
  for (guint i = 0; i < reminders->len; i++)
    {
      RuhuReminder *reminder = g_ptr_array_index (reminders, i);
      gboolean overdue = g_strcmp0 (reminder->date, today) < 0;
      g_autofree char *when = g_strdup_printf (overdue ? _ ("Overdue since %s") : _ ("Due by %s"), reminder->date);
      RuhuTodayLine *line = add_line (self, kind, describe_kind (store, list, reminder), g_strdup_printf ("%s · %s · %s", name_or_unknown (reminder->head_name), reminder->village, when));

      line->household = g_strdup (reminder->household);
      line->urgent = overdue;
    }
}

static gboolean
read_problems (RuhuToday *self, RuhuStore *store, const char *today, const char *until, GError **error)
{
  g_autoptr (GPtrArray) problems = ruhu_store_list_due_problems (store, today, until, MAX_LINES, &self->counts[RUHU_TODAY_PROBLEM], &self->overdue, error);

  if (problems == NULL)
    return FALSE;
  add_with_date (self, store, RUHU_TODAY_PROBLEM, "problem_kind", problems, today);
  return TRUE;
}

static gboolean
read_measures (RuhuToday *self, RuhuStore *store, const char *today, const char *until, GError **error)
{
  g_autoptr (GPtrArray) measures = ruhu_store_list_due_measures (store, until, MAX_LINES, &self->counts[RUHU_TODAY_MEASURE], error);

  if (measures == NULL)
    return FALSE;
  add_with_date (self, store, RUHU_TODAY_MEASURE, "measure_kind", measures, today);
  return TRUE;
}

static gboolean
read_unconfirmed (RuhuToday *self, RuhuStore *store, const char *before, GError **error)
{
  g_autoptr (GPtrArray) reminders = ruhu_store_list_unconfirmed (store, before, MAX_LINES, error);

  if (reminders == NULL)
    return FALSE;
  self->counts[RUHU_TODAY_CONFIRM] = reminders->len;
  for (guint i = 0; i < reminders->len; i++)
    {
      RuhuReminder *reminder = g_ptr_array_index (reminders, i);
      RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (store), reminder->type);
      gboolean is_problem = reminder->text != NULL || reminder->kind != NULL;
      char *title = is_problem ? describe_kind (store, "problem_kind", reminder) : g_strdup_printf (_ ("Ask again: %s"), type != NULL ? ruhu_label_get (&type->label) : reminder->type);
      g_autofree char *when = g_strdup_printf (is_problem ? _ ("Found on %s") : _ ("Recorded on %s"), reminder->date);
      RuhuTodayLine *line = add_line (self, RUHU_TODAY_CONFIRM, title, g_strdup_printf ("%s · %s · %s", name_or_unknown (reminder->head_name), reminder->village, when));

      line->household = g_strdup (reminder->household);
    }
  return TRUE;
}

static char *
add_days (const char *day, int days)
{
  g_autofree char *noon = g_strconcat (day, "T12:00:00Z", NULL);
  g_autoptr (GDateTime) then = g_date_time_new_from_iso8601 (noon, NULL);
  g_autoptr (GDateTime) other = then != NULL ? g_date_time_add_days (then, days) : NULL;

  return other != NULL ? g_date_time_format (other, "%Y-%m-%d") : g_strdup (day);
}

static void
make_fingerprint (RuhuToday *self)
{
  g_autoptr (GString) all = g_string_new (NULL);

  for (guint i = 0; i < self->lines->len; i++)
    {
      RuhuTodayLine *line = g_ptr_array_index (self->lines, i);

      g_string_append_printf (all, "%d %s %s %s %s\n", (int) line->kind, line->title, line->subtitle, line->household != NULL ? line->household : "", line->draft != NULL ? line->draft : "");
    }
  for (guint i = 0; i < RUHU_TODAY_N_KINDS; i++)
    g_string_append_printf (all, "%" G_GINT64_FORMAT " ", self->counts[i]);
  self->fingerprint = g_strdup (all->str);
}

RuhuToday *
ruhu_today_read (RuhuStore *store, guint months, GError **error)
{
  g_autoptr (RuhuToday) self = g_new0 (RuhuToday, 1);
  g_autofree char *today = ruhu_clock_today (ruhu_store_get_clock (store));
  g_autofree char *cutoff = ruhu_list_filter_dup_cutoff (today, months);
  g_autofree char *old = ruhu_list_filter_dup_cutoff (today, OLD_MONTHS);
  g_autofree char *until = add_days (today, NEAR_DAYS);

  self->lines = g_ptr_array_new_with_free_func (line_free);
  if (!read_drafts (self, store, error) || !read_attention (self, store, error) || !read_due (self, store, cutoff, error) ||
      !read_problems (self, store, today, until, error) || !read_measures (self, store, today, until, error) || !read_unconfirmed (self, store, old, error))
    return NULL;
  make_fingerprint (self);
  return g_steal_pointer (&self);
}

static char *
describe_due (gint64 due)
{
  if (due == 0)
    return g_strdup (_ ("Every household has been visited in time."));
  return g_strdup_printf (ngettext ("%u household is due for a visit.", "%u households are due for a visit.", (gulong) due), (guint) due);
}

static char *
describe_problems (gint64 problems, gint64 overdue)
{
  if (overdue > 0)
    return g_strdup_printf (ngettext ("%u problem is overdue.", "%u problems are overdue.", (gulong) overdue), (guint) overdue);
  if (problems > 0)
    return g_strdup_printf (ngettext ("%u problem is due within a week.", "%u problems are due within a week.", (gulong) problems), (guint) problems);
  return g_strdup (_ ("No problem is overdue."));
}

char *
ruhu_today_describe (const RuhuToday *self)
{
  g_autofree char *due = describe_due (self->counts[RUHU_TODAY_DUE]);
  g_autofree char *problems = describe_problems (self->counts[RUHU_TODAY_PROBLEM], self->overdue);

  return g_strdup_printf (C_ ("two sentences", "%s %s"), due, problems);
}
