/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the catalogue share: its body, and how the loader says where something is wrong. */
#pragma once

#include "ruhu-catalogue.h"

G_BEGIN_DECLS

/* Bounds on what is read: far above any real catalogue, far below what would hurt. */
#define RUHU_CATALOGUE_MAX_BYTES   (1024 * 1024)
#define RUHU_CATALOGUE_MAX_DEPTH   16
#define RUHU_CATALOGUE_MAX_RECORDS 500
#define RUHU_CATALOGUE_MAX_FIELDS  500
#define RUHU_CATALOGUE_MAX_CHOICES 5000
#define RUHU_CATALOGUE_MAX_STEPS   200
#define RUHU_CATALOGUE_MAX_RULES   500
#define RUHU_CATALOGUE_MAX_NAME    40
#define RUHU_CATALOGUE_MAX_LABEL   400
#define RUHU_CATALOGUE_MAX_SQL     4000

/* One file of a catalogue. */
typedef struct
{
  char *name;
  char *text;
  guint layer; /* 0: the files that were loaded together; 1 … the extensions on top, in order */
} RuhuCatalogueSource;

/* The public structures, with what only the library needs. */
typedef struct
{
  RuhuField field;
  GRegex *regex; /* the compiled pattern, or NULL */
} RuhuFieldBody;

typedef struct
{
  RuhuRecordType type;
  /* What its fields have when they say nothing. */
  gboolean has_merge, has_privacy;
  RuhuMerge merge;
  guint privacy;
  guint writers;
} RuhuRecordTypeBody;

typedef struct
{
  RuhuFormPart part;
  gboolean all; /* every field of the record type, those of later extensions too */
} RuhuFormPartBody;

struct _RuhuCatalogue
{
  gatomicrefcount references;
  GPtrArray *sources;    /* RuhuCatalogueSource */
  GStringChunk *strings; /* every text that the structures point to */
  GPtrArray *records;    /* RuhuRecordType */
  GHashTable *record_by_name;
  GHashTable *choices_by_name; /* name → RuhuChoiceList, owned */
  GHashTable *form_by_name;    /* name → RuhuForm, owned */
  GHashTable *unit_by_name;    /* name → RuhuLabel, owned */
  GPtrArray *rules;            /* RuhuRule */
};

/* Takes @sources (RuhuCatalogueSource). */
RuhuCatalogue *ruhu_catalogue_new_empty (GPtrArray *sources);

/* Where in a file something stands: a list of segments on the stack, from the innermost to the file. */
typedef struct _RuhuPlace RuhuPlace;
struct _RuhuPlace
{
  const RuhuPlace *parent; /* NULL: the file */
  const char *name;        /* a member, an element's name, or the file's name; NULL: @index */
  guint index;
};

/* Sets INVALID "file: /path/in/it: reason"; always FALSE. */
gboolean ruhu_place_fail (const RuhuPlace *at, GError **error, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* Members of a JSON object. An absent member leaves *@value as it is; a wrong one fails at its place. */
gboolean ruhu_reader_allow (const RuhuPlace *at, json_object *object, const char *const *allowed, GError **error);
gboolean ruhu_reader_string (RuhuCatalogue *self, const RuhuPlace *at, json_object *object, const char *member, gsize max, const char **value, GError **error);
gboolean ruhu_reader_boolean (const RuhuPlace *at, json_object *object, const char *member, gboolean *value, GError **error);
gboolean ruhu_reader_number (const RuhuPlace *at, json_object *object, const char *member, gboolean *given, double *value, GError **error);
gboolean ruhu_reader_count (const RuhuPlace *at, json_object *object, const char *member, guint max, gboolean *given, guint *value, GError **error);
gboolean ruhu_reader_label (RuhuCatalogue *self, const RuhuPlace *at, json_object *object, const char *member, gboolean required, RuhuLabel *value, GError **error);
gboolean ruhu_reader_array (const RuhuPlace *at, json_object *object, const char *member, guint max, json_object **value, GError **error);
/* A member that is one of @names (NULL-terminated): its index. */
gboolean ruhu_reader_enum (const RuhuPlace *at, json_object *object, const char *member, const char *const *names, gboolean *given, guint *value, GError **error);
/* The element's "name": [a-z][a-z0-9_]*, required. */
gboolean ruhu_reader_name (RuhuCatalogue *self, const RuhuPlace *at, json_object *object, const char **value, GError **error);
/* The place of element @index of the array at @array, by its name when it has one. */
RuhuPlace ruhu_reader_element (const RuhuPlace *array, json_object *element, guint index);

/* Parses one file, bounded. Transfer full. */
json_object *ruhu_reader_parse (const RuhuPlace *file, const char *text, GError **error);

/* Whether a field's name would be taken for a word of SQL, or is one that every table or expression has. */
gboolean ruhu_catalogue_is_reserved (const char *name);

/* Reads "fields" of a record type. */
gboolean ruhu_catalogue_load_fields (RuhuCatalogue *self, RuhuRecordTypeBody *type, const RuhuPlace *at, json_object *object, gboolean extending, GError **error);
/* Reads "forms" of a file, and settles which fields their parts have. */
gboolean ruhu_catalogue_load_forms (RuhuCatalogue *self, const RuhuPlace *file, json_object *document, guint layer, GError **error);
void ruhu_catalogue_settle_forms (RuhuCatalogue *self);

/* Reads "rules" of a file. Record types and fields are there by then. */
gboolean ruhu_catalogue_load_rules (RuhuCatalogue *self, const RuhuPlace *file, json_object *document, guint layer, GError **error);
void ruhu_rule_free (RuhuRule *self);

/* Reads a set of roles; the office may always write. */
gboolean ruhu_catalogue_load_writers (const RuhuPlace *at, json_object *object, const char *name, guint *writers, GError **error);

/* Fills an empty catalogue from its sources. */
gboolean ruhu_catalogue_fill (RuhuCatalogue *self, GError **error);

void ruhu_field_free (RuhuField *self);
void ruhu_record_type_free (RuhuRecordType *self);
void ruhu_form_part_free (RuhuFormPart *self);
void ruhu_form_step_free (RuhuFormStep *self);
void ruhu_form_free (RuhuForm *self);

/* The compiled pattern, or NULL. */
GRegex *ruhu_field_get_regex (RuhuField *self);

extern const char *const ruhu_merge_names[];

G_END_DECLS
