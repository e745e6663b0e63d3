/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuRules: the rules of the catalogue, run over one household (as stored, or with a draft on top) or over the whole township. Reads only: what a draft holds is laid over
 * temporary copies in memory, never written to the file. Belongs to one thread; a worker's store has its own: ruhu_store_get_rules(). */
#pragma once

#include "ruhu-validate.h"

G_BEGIN_DECLS

typedef struct _RuhuRules RuhuRules;

/* Opens the file at @path once more, for reading. Transfer full. */
RuhuRules *ruhu_rules_new (const char *path, RuhuCatalogue *catalogue, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ruhu_rules_free (RuhuRules *self);

/* What is to be checked. What is NULL or 0 is left open. */
typedef struct
{
  const char *scope;  /* the household's id; never NULL */
  const char *today;  /* "YYYY-MM-DD"; never NULL */
  json_object *draft; /* type → record id → field → value, on top of what is stored: what RuhuEdit.set would hold; borrowed */
  const char *visit;  /* id of the visit that is being recorded */
  const char *user;   /* helper id of who records it */
  RuhuRole role;      /* of the same; 0: everything may be written */
  const char *step;   /* "exit": the rules for leaving poverty too; NULL: "seal" */
  const char *type;   /* with @field: only the rules that concern this field, while somebody types; NULL: all */
  const char *field;
} RuhuRulesQuestion;

/**
 * ruhu_rules_check_household:
 *
 * RuhuFinding, errors first, then in the rules' order. Of a finding @rule is the rule's id, @type and @record where it belongs, @field the field at whose row it is shown.
 *
 *   @blocks        the visit cannot be sealed (or the step taken) until it is put right, or, where @may_pend, noted as 待核实 with a reason
 *   @needs_reason  it can be sealed when somebody ticks it and gives a reason: a note made by ruhu_rules_add_note() in the same change
 *   @reason        the reason noted earlier, for values that have not changed since; such a finding neither blocks nor asks again
 *
 * A visit that was declined, met nobody or was put off is sealed whatever the household's file says: only what the draft itself writes can block it.
 * Where the role may write none of the rule's fields, the finding neither blocks nor asks: it is the office's.
 *
 * A rule that cannot run is passed over with a warning in the log. NULL when the file could not be read. Transfer full.
 */
GPtrArray *ruhu_rules_check_household (RuhuRules *self, const RuhuRulesQuestion *question, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ruhu_rules_propose:
 * @added: type → record → field → value: new records of the draft, by whatever names they go under
 *
 * What their fields start with that look at other records (catalogue: "initial"), with the draft laid over what is stored: as @added, those fields only that have something to start with.
 * Transfer full.
 */
json_object *ruhu_rules_propose (RuhuRules *self, const RuhuRulesQuestion *question, json_object *added, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The rules over the township as a whole (village sums, projects, helpers): RuhuFinding, whose records are the township's. Transfer full. */
GPtrArray *ruhu_rules_check_township (RuhuRules *self, const char *today, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Adds to @set the record that remembers why @finding was let pass at @visit (or NULL). */
void ruhu_rules_add_note (json_object *set, const RuhuFinding *finding, const char *visit, const char *reason);

/* Every query of @catalogue's rules compiles; INVALID names rule and reason. */
gboolean ruhu_rules_check_catalogue (RuhuCatalogue *catalogue, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuRules, ruhu_rules_free)

G_END_DECLS
