/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuCatalogue: what is recorded. Loaded from JSON (format: the comment at the top of ruhu-catalogue.c), checked, immutable afterwards. */
#pragma once

#include "ruhu-types.h"

G_BEGIN_DECLS

typedef enum
{
  RUHU_TYPE_TEXT,
  RUHU_TYPE_INTEGER,
  RUHU_TYPE_DECIMAL, /* stored as a number with at most @places decimals */
  RUHU_TYPE_MONEY,   /* 分, an integer; shown in 元 */
  RUHU_TYPE_BOOLEAN,
  RUHU_TYPE_DATE,  /* "YYYY-MM-DD", a civil date in UTC+8 */
  RUHU_TYPE_MONTH, /* "YYYY-MM" */
  RUHU_TYPE_CHOICE,
  RUHU_TYPE_CHOICES, /* a JSON array of codes, ascending, without repeats */
  RUHU_TYPE_REFERENCE,
  RUHU_TYPE_PHOTO, /* SHA-256 in lower-case hexadecimal */
} RuhuFieldType;

typedef enum
{
  RUHU_MERGE_REVIEW, /* H: differing concurrent edits are a conflict */
  RUHU_MERGE_LATEST, /* L: the highest (time, device) stands */
} RuhuMerge;

typedef enum
{
  RUHU_BELONGS_HOUSEHOLD,
  RUHU_BELONGS_VILLAGE,
  RUHU_BELONGS_TOWNSHIP,
  RUHU_BELONGS_ANY, /* to whichever scope its change is of */
} RuhuBelongs;

typedef enum
{
  RUHU_ROLE_HELPER = 1 << 0,
  RUHU_ROLE_CADRE = 1 << 1,
  RUHU_ROLE_OFFICE = 1 << 2,
  RUHU_ROLE_INSPECTOR = 1 << 3,
} RuhuRole;

/* The scope of what belongs to the whole township; a village's scope is its village id; a household's its household id. */
#define RUHU_SCOPE_TOWNSHIP "township"
/* A grant of everything. */
#define RUHU_SCOPE_ALL "*"
/* What the office alone may have besides: the changes that wait for its decision. No id of a household or village looks like it. */
#define RUHU_SCOPE_QUARANTINE "*quarantine"

/* A text in each language. */
typedef struct
{
  const char *en;
  const char *zh_CN;
} RuhuLabel;

/* What a choice says of the record that has it. */
typedef enum
{
  RUHU_PAST_NOT,
  RUHU_PAST_OVER, /* finished: it stands behind the others, and can still be referred to */
  RUHU_PAST_GONE, /* no longer there: not asked about, not offered */
} RuhuPast;

struct _RuhuChoice
{
  const char *code;
  RuhuLabel label;
  gboolean retired; /* shown where it stands, not offered */
  RuhuPast past;
};

struct _RuhuChoiceList
{
  const char *name;
  RuhuLabel label;
  GPtrArray *choices; /* RuhuChoice */
  gboolean has_past;  /* some say that a record is past */
};

struct _RuhuField
{
  const char *name;
  RuhuRecordType *record; /* borrowed: the record type it is of */
  RuhuFieldType type;
  RuhuLabel label;
  RuhuLabel hint;          /* texts may be NULL */
  const char *unit;        /* a unit's name ("mu", "person", "km") or NULL */
  RuhuLabel unit_label;    /* texts NULL when there is no unit */
  RuhuChoiceList *choices; /* borrowed, for CHOICE and CHOICES */
  const char *reference;   /* the record type's name, for REFERENCE */
  const char *section;     /* name of a section of the record type, or NULL */
  gboolean required;
  gboolean retired;
  gboolean long_text; /* wants several lines */
  gboolean indexed;   /* of REFERENCE: records are looked up by it */
  gboolean has_min, has_max;
  double min, max;        /* value bounds; for TEXT: characters */
  guint places;           /* decimals of a DECIMAL */
  guint max_choices;      /* of CHOICES; 0: any */
  const char *pattern;    /* PCRE that the whole TEXT must match, or NULL */
  const char *relevant;   /* SQL expression or NULL */
  const char *constraint; /* SQL expression or NULL */
  RuhuLabel message;      /* said when @constraint fails */
  const char *calculate;  /* SQL expression: a derived field, never stored nor synchronised */
  const char *initial;    /* SQL expression: what a form starts a new record with, for the person to change; or NULL */
  RuhuMerge merge;
  guint writers;      /* set of RuhuRole; who may write it */
  guint makers;       /* set of RuhuRole, @writers among them; who may write it in the change that makes the record */
  guint privacy;      /* 0 … 3 */
  const char *search; /* NULL, "name" (whole, parts, pinyin), "tail" (last characters), "exact" */
};

typedef struct
{
  const char *name;
  RuhuLabel label;
} RuhuSection;

struct _RuhuRecordType
{
  const char *name;
  RuhuLabel label;
  RuhuLabel plural;
  RuhuBelongs belongs;
  gboolean append_only; /* written once, then only corrected by other records */
  gboolean permanent;   /* is not taken out of a file again, whoever wrote it */
  gboolean by_hand;     /* a person may add one by itself */
  gboolean has_makers;  /* some field may be written by more people while the record is made */
  GPtrArray *fields;    /* RuhuField, in order of display; "deleted" is not among them */
  GPtrArray *sections;  /* RuhuSection */
  GPtrArray *key;       /* names of fields that with the scope determine the id, or NULL: the id is random */
  /* SQL over the fields, for SELECT … FROM r_NAME AS self: in sub-queries self.FIELD is a field of the record itself. */
  const char *title;   /* what a row is called, or NULL; a bare field name means that field's value as ruhu_value_format() (a reference: its title) shows it */
  const char *summary; /* a second line in the same way, or NULL */
  GPtrArray *facts;    /* RuhuField, borrowed: what tells such a record from others of the same title; or NULL */
  const char *order;   /* ORDER BY terms, or NULL */
  const char *icon;    /* symbolic icon name, or NULL */
  GHashTable *by_name; /* name -> RuhuField */
};

typedef enum
{
  RUHU_PART_SELF,   /* the record the form is about (the visit; the household) */
  RUHU_PART_SINGLE, /* the one record of this type that the household has, made when first filled in */
  RUHU_PART_EACH,   /* every record of this type, with "add" */
  RUHU_PART_ADD,    /* new records of this type only */
} RuhuPartMode;

struct _RuhuFormPart
{
  RuhuRecordType *record; /* borrowed */
  RuhuPartMode mode;
  GPtrArray *fields;  /* RuhuField, borrowed; all fields when the catalogue names none */
  RuhuField *about;   /* borrowed: a choice; the part is about records that have one of @choices there; NULL: about all */
  GPtrArray *choices; /* RuhuChoice, borrowed; the first is what a new one is expected to have */
};

struct _RuhuFormStep
{
  const char *name;
  RuhuLabel label;
  RuhuLabel hint;
  gboolean compulsory;
  GPtrArray *parts; /* RuhuFormPart */
};

struct _RuhuForm
{
  const char *name;
  RuhuLabel label;
  RuhuRecordType *record; /* borrowed: the record that the form makes */
  GPtrArray *steps;       /* RuhuFormStep */
};

typedef enum
{
  RUHU_SEVERITY_ERROR,       /* blocks */
  RUHU_SEVERITY_WARNING,     /* wants a look, and at sealing a reason */
  RUHU_SEVERITY_INFORMATION, /* is said, no more */
  RUHU_SEVERITY_OFF,         /* of a rule: not run */
} RuhuSeverity;

typedef enum
{
  RUHU_RULE_HOUSEHOLD, /* over one household; on the laptop and at the township */
  RUHU_RULE_TOWNSHIP,  /* over the township's records and all households at once */
} RuhuRuleLevel;

/* A number that a rule's query uses as :name; the office may set another (rule_setting). */
typedef struct
{
  const char *name;
  RuhuLabel label;
  gint64 value;
} RuhuRuleParameter;

/* A rule across fields and records. */
typedef struct
{
  const char *id; /* "R63" */
  RuhuLabel label;
  RuhuLabel message; /* what is wrong and what to do; {1} … {4} stand for what the query returns */
  RuhuRuleLevel level;
  RuhuSeverity severity;
  RuhuSeverity exit;  /* when the household is to leave poverty */
  gboolean exit_only; /* looked at then only */
  gboolean pending;   /* may be sealed as 待核实 with a reason */
  gboolean retired;
  const char *problem;    /* code of problem_kind: the township raises a problem; or NULL */
  RuhuRecordType *record; /* borrowed: what its findings are about */
  GPtrArray *fields;      /* RuhuField, borrowed, of @record: the first is where it is shown */
  GPtrArray *also;        /* RuhuField, borrowed, of other record types that it looks at */
  GPtrArray *parameters;  /* RuhuRuleParameter */
  const char *query;      /* SQL */
} RuhuRule;

/**
 * ruhu_catalogue_load_builtin:
 *
 * The catalogue that the program was built with (GResource /org/ruhu/catalogue/). Transfer full.
 */
RuhuCatalogue *ruhu_catalogue_load_builtin (GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ruhu_catalogue_load:
 * @names: file names, for messages
 * @texts: the files' JSON
 *
 * Loads and checks several files as one catalogue. INVALID names the file, the JSON path and the reason. Transfer full.
 */
RuhuCatalogue *ruhu_catalogue_load (const char *const *names, const char *const *texts, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @self with one more file on top: it may add record types, fields, choices, steps, and retire or relabel; it may not remove, rename, or change a type. Transfer full. */
RuhuCatalogue *ruhu_catalogue_extend (RuhuCatalogue *self, const char *name, const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

RuhuCatalogue *ruhu_catalogue_ref (RuhuCatalogue *self);
void ruhu_catalogue_unref (RuhuCatalogue *self);

/* Borrowed, for the life of the catalogue; NULL where there is none. */
GPtrArray *ruhu_catalogue_get_records (RuhuCatalogue *self); /* RuhuRecordType, in order */
RuhuRecordType *ruhu_catalogue_get_record (RuhuCatalogue *self, const char *name);
RuhuChoiceList *ruhu_catalogue_get_choices (RuhuCatalogue *self, const char *name);
RuhuForm *ruhu_catalogue_get_form (RuhuCatalogue *self, const char *name);
GPtrArray *ruhu_catalogue_get_rules (RuhuCatalogue *self); /* RuhuRule, in order */
RuhuRule *ruhu_catalogue_get_rule (RuhuCatalogue *self, const char *id);
RuhuField *ruhu_record_type_get_field (RuhuRecordType *self, const char *name);
/* The field that says whether a record is past: the first choice of which some are; NULL: none does. */
RuhuField *ruhu_record_type_get_past_field (RuhuRecordType *self);
/* Whether a record is past, by its value (NULL: none) in that field. */
RuhuPast ruhu_record_type_get_past (RuhuRecordType *self, json_object *value);
/* The field of its key that is a year: there is one such record a year. NULL: none is. */
RuhuField *ruhu_record_type_get_year_field (RuhuRecordType *self);
RuhuChoice *ruhu_choice_list_get (RuhuChoiceList *self, const char *code);

/* Whether a part is about records with this value (NULL: none) in its field @about. */
gboolean ruhu_form_part_is_about (RuhuFormPart *self, json_object *value);

/* The name of a record type's table, "r_household". Transfer full. */
char *ruhu_record_type_dup_table (RuhuRecordType *self);

/* The id of a record of a type with a key: a name-based UUID (RFC 9562 version 5) of scope, type and the key fields' values in @fields. NULL if the type has no key or a key field is missing. Transfer full. */
char *ruhu_record_type_make_id (RuhuRecordType *self, const char *scope, json_object *fields);

/* A new UUID (RFC 9562 version 7): the milliseconds of now, then 74 random bits. What was recorded together lies together in the tables' keys. Transfer full. */
char *ruhu_random_id (void);

/* Whether guard-rail G1 excludes a field of this name (ethnicity, religion, location tracks, …: DOMAIN.md section 0). */
gboolean ruhu_catalogue_excludes (const char *field_name);

/* The text in the user's language (zh* or English; English in the C locale, as gettext has it). Borrowed; "" when there is none. */
const char *ruhu_label_get (const RuhuLabel *label);
/* … in a given language, "zh_CN" or "en". */
const char *ruhu_label_get_for (const RuhuLabel *label, const char *language);

/* "helper" … and back; 0 when unknown. */
const char *ruhu_role_get_name (RuhuRole role);
RuhuRole ruhu_role_from_name (const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuCatalogue, ruhu_catalogue_unref)

G_END_DECLS
