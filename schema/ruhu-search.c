/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Terms are folded texts that a query's word is matched against by prefix. For a "name" (曾小明):
 *
 *   曾小明 小明 明          the whole, and from each character on
 *   zengxiaoming zxm       pinyin and initials, with every reading: cengxiaoming cxm too
 *   xiaoming xm            the same after the surname, and after each separator of a name of several parts
 *
 * Folding makes both sides alike: compatibility forms (full width) as plain ones, lower case, ü as v; spaces, the dots between a name's parts and
 * apostrophes go. A term is at most MAX_TERM characters and a text has at most MAX_TERMS terms, whatever is typed into a name. */
#define G_LOG_DOMAIN "ruhu-search"
#include "config.h"

#include "ruhu-search.h"
#include "ruhu-search-readings.h"

#include <string.h>

#define MAX_CHARACTERS 50
#define MAX_TERM       64
#define MAX_TERMS      128
/* Combinations of readings that one name is given. */
#define MAX_READINGS 12

typedef struct
{
  GPtrArray *syllables; /* char **: readings, the likeliest first; owned */
  GArray *starts;       /* guint: syllables from which on somebody may type, the first one being 0 */
} RuhuSpelling;

static gboolean
is_part_separator (gunichar c)
{
  switch (c)
    {
    case '.':
    case 0xb7:   /* · as the rules for names want it */
    case 0x2022: /* • */
    case 0x2027: /* ‧ */
    case 0x2219: /* ∙ */
    case 0x22c5: /* ⋅ */
    case 0x30fb: /* ・ */
    case 0x3002: /* 。, which a Chinese keyboard gives for a dot */
      return TRUE;
    default:
      return g_unichar_isspace (c);
    }
}

static gboolean
is_passed_over (gunichar c)
{
  return is_part_separator (c) || c == '\'' || c == 0x2018 || c == 0x2019 || c == 0x2bc || g_unichar_iszerowidth (c) || g_unichar_iscntrl (c);
}

/* Compatibility forms, case and ü, with everything still in its place. Never NULL. */
static char *
normalise (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *plain = g_utf8_normalize (valid, -1, G_NORMALIZE_NFKC);
  g_autofree char *lower = g_utf8_casefold (plain, -1);
  g_autofree char *composed = g_utf8_normalize (lower, -1, G_NORMALIZE_NFKC);
  GString *folded = g_string_new (NULL);
  for (const char *at = composed; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      g_string_append_unichar (folded, c == 0xfc ? 'v' : c);
    }
  return g_string_free (folded, FALSE);
}

static char *
remove_passed_over (const char *text, glong max)
{
  GString *kept = g_string_new (NULL);
  glong n = 0;
  for (const char *at = text; *at != '\0' && n < max; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      if (is_passed_over (c))
        continue;
      g_string_append_unichar (kept, c);
      n++;
    }
  return g_string_free (kept, FALSE);
}

char *
ruhu_search_fold (const char *word)
{
  g_return_val_if_fail (word != NULL, NULL);
  g_autofree char *normal = normalise (word);
  return remove_passed_over (normal, G_MAXLONG);
}

static void
add_term (GHashTable *terms, const char *term)
{
  if (*term == '\0' || g_hash_table_size (terms) >= MAX_TERMS)
    return;
  if (g_utf8_strlen (term, -1) <= MAX_TERM)
    g_hash_table_add (terms, g_strdup (term));
  else
    g_hash_table_add (terms, g_utf8_substring (term, 0, MAX_TERM));
}

static RuhuSpelling *
spelling_new (void)
{
  RuhuSpelling *self = g_new0 (RuhuSpelling, 1);
  self->syllables = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  self->starts = g_array_new (FALSE, FALSE, sizeof (guint));
  return self;
}

static void
spelling_free (RuhuSpelling *self)
{
  g_ptr_array_unref (self->syllables);
  g_array_unref (self->starts);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuSpelling, spelling_free)

static void
spelling_start (RuhuSpelling *self, guint syllable)
{
  if (self->starts->len == 0 || g_array_index (self->starts, guint, self->starts->len - 1) < syllable)
    g_array_append_val (self->starts, syllable);
}

/* The readings of one character, @first before the others. */
static char **
order_readings (gunichar c, const char *first)
{
  const char *const *readings = ruhu_search_get_readings (c);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_strv_builder_add (builder, first);
  for (gsize i = 0; readings[i] != NULL; i++)
    if (g_strcmp0 (readings[i], first) != 0)
      g_strv_builder_add (builder, readings[i]);
  return g_strv_builder_end (builder);
}

/* Adds a run of letters that are not Han as one syllable, read as it is written. Returns its end. */
static const char *
spell_word (RuhuSpelling *self, const char *at)
{
  g_autoptr (GString) word = g_string_new (NULL);
  for (; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      if (is_part_separator (c) || g_unichar_get_script (c) == G_UNICODE_SCRIPT_HAN)
        break;
      if (!is_passed_over (c))
        g_string_append_unichar (word, c);
    }
  if (word->len > 0)
    g_ptr_array_add (self->syllables, g_strsplit (word->str, " ", 1));
  return at;
}

static RuhuSpelling *
spell (const char *normal)
{
  g_autoptr (RuhuSpelling) self = spelling_new ();
  const char *surname = ruhu_search_get_compound_surname (normal);
  g_auto (GStrv) compound = surname != NULL ? g_strsplit (surname, " ", 2) : NULL;
  guint given = compound != NULL ? 2 : 1;
  const char *at = normal;
  while (*at != '\0' && self->syllables->len < MAX_CHARACTERS)
    {
      guint n = self->syllables->len;
      gunichar c = g_utf8_get_char (at);
      if (is_passed_over (c))
        {
          if (is_part_separator (c) && n > 0)
            spelling_start (self, n);
          at = g_utf8_next_char (at);
          continue;
        }
      if (n == 0 || n == given)
        spelling_start (self, n);
      if (g_unichar_get_script (c) != G_UNICODE_SCRIPT_HAN)
        {
          at = spell_word (self, at);
          continue;
        }
      const char *first = ruhu_search_get_common_reading (c);
      if (compound != NULL && n < 2)
        first = compound[n];
      else if (n == 0)
        first = ruhu_search_get_readings (c)[0];
      g_ptr_array_add (self->syllables, order_readings (c, first));
      at = g_utf8_next_char (at);
    }
  return g_steal_pointer (&self);
}

/* Full pinyin and initials from syllable @start on, in every combination of readings up to MAX_READINGS. The first syllable's readings turn fastest, so that none of them is left out. */
static void
add_spellings (GHashTable *terms, RuhuSpelling *spelling, guint start)
{
  guint chosen[MAX_CHARACTERS] = { 0 };
  guint n = spelling->syllables->len;
  for (guint round = 0; round < MAX_READINGS; round++)
    {
      g_autoptr (GString) full = g_string_new (NULL), initials = g_string_new (NULL);
      for (guint i = start; i < n; i++)
        {
          const char *reading = ((char **) spelling->syllables->pdata[i])[chosen[i]];
          g_string_append (full, reading);
          g_string_append_unichar (initials, g_utf8_get_char (reading));
        }
      add_term (terms, full->str);
      add_term (terms, initials->str);
      guint i = start;
      for (; i < n; i++)
        {
          chosen[i]++;
          if (((char **) spelling->syllables->pdata[i])[chosen[i]] != NULL)
            break;
          chosen[i] = 0;
        }
      if (i == n)
        return;
    }
}

static void
add_name (GHashTable *terms, const char *text)
{
  g_autofree char *normal = normalise (text);
  g_autofree char *folded = remove_passed_over (normal, MAX_CHARACTERS);
  for (const char *at = folded; *at != '\0'; at = g_utf8_next_char (at))
    add_term (terms, at);
  g_autoptr (RuhuSpelling) spelling = spell (normal);
  for (guint i = 0; i < spelling->starts->len; i++)
    if (g_array_index (spelling->starts, guint, i) < spelling->syllables->len)
      add_spellings (terms, spelling, g_array_index (spelling->starts, guint, i));
}

static void
add_tail (GHashTable *terms, const char *folded, glong length)
{
  glong n = g_utf8_strlen (folded, -1);
  add_term (terms, n > length ? g_utf8_offset_to_pointer (folded, n - length) : folded);
}

static void
add_terms (GHashTable *terms, const char *kind, const char *text)
{
  if (g_str_equal (kind, "name"))
    {
      add_name (terms, text);
      return;
    }
  g_autofree char *folded = ruhu_search_fold (text);
  if (g_str_equal (kind, "exact"))
    add_term (terms, folded);
  if (g_str_equal (kind, "exact") || g_str_equal (kind, "tail"))
    {
      add_tail (terms, folded, 4);
      add_tail (terms, folded, 6);
    }
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The keys of @terms, sorted by their bytes. Takes them out of the table. */
static GPtrArray *
take_sorted (GHashTable *terms)
{
  GPtrArray *sorted = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer term;
  g_hash_table_iter_init (&iter, terms);
  while (g_hash_table_iter_next (&iter, &term, NULL))
    {
      g_hash_table_iter_steal (&iter);
      g_ptr_array_add (sorted, term);
    }
  g_ptr_array_sort (sorted, compare_texts);
  return sorted;
}

char **
ruhu_search_make_terms (const char *kind, const char *text)
{
  g_return_val_if_fail (kind != NULL && text != NULL, NULL);
  g_autoptr (GHashTable) terms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  add_terms (terms, kind, text);
  g_autoptr (GPtrArray) sorted = take_sorted (terms);
  g_ptr_array_add (sorted, NULL);
  g_ptr_array_set_free_func (sorted, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&sorted), FALSE);
}

static gboolean
is_searched (RuhuRecordType *type)
{
  for (guint i = 0; i < type->fields->len; i++)
    if (((RuhuField *) type->fields->pdata[i])->search != NULL)
      return TRUE;
  return FALSE;
}

static GPtrArray *
make_record_terms (RuhuRecordType *type, json_object *fields)
{
  g_autoptr (GHashTable) terms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  json_object *deleted = NULL;
  if (fields == NULL || (json_object_object_get_ex (fields, "deleted", &deleted) && json_object_get_boolean (deleted)))
    return take_sorted (terms);
  for (guint i = 0; i < type->fields->len; i++)
    {
      RuhuField *field = type->fields->pdata[i];
      json_object *value = NULL;
      if (field->search != NULL && json_object_object_get_ex (fields, field->name, &value) && json_object_is_type (value, json_type_string))
        add_terms (terms, field->search, json_object_get_string (value));
    }
  return take_sorted (terms);
}

/* Whether @terms are what is stored already: most saves leave names alone. */
static gboolean
is_indexed (RuhuDatabase *database, const char *id, const char *scope, GPtrArray *terms, gboolean *same, GError **error)
{
  g_autoptr (RuhuStatement) statement = ruhu_database_query (database, "SELECT term, scope FROM term WHERE record = ?1", error, "s", id);
  if (statement == NULL)
    return FALSE;
  g_autoptr (GPtrArray) stored = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) failure = NULL;
  *same = TRUE;
  while (ruhu_statement_next (statement, &failure))
    {
      g_ptr_array_add (stored, g_strdup (ruhu_statement_get_text (statement, 0)));
      *same = *same && g_strcmp0 (ruhu_statement_get_text (statement, 1), scope) == 0;
    }
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  g_ptr_array_sort (stored, compare_texts);
  *same = *same && stored->len == terms->len;
  for (guint i = 0; *same && i < terms->len; i++)
    *same = g_str_equal (stored->pdata[i], terms->pdata[i]);
  return TRUE;
}

gboolean
ruhu_search_index (RuhuDatabase *database, RuhuRecordType *type, const char *id, const char *scope, json_object *fields, GError **error)
{
  g_return_val_if_fail (database != NULL && type != NULL && id != NULL && scope != NULL, FALSE);
  if (!is_searched (type))
    return TRUE;
  g_autoptr (GPtrArray) terms = make_record_terms (type, fields);
  gboolean same = FALSE;
  if (!is_indexed (database, id, scope, terms, &same, error))
    return FALSE;
  if (same)
    return TRUE;
  if (!ruhu_database_run (database, "DELETE FROM term WHERE record = ?1", error, "s", id))
    return FALSE;
  for (guint i = 0; i < terms->len; i++)
    if (!ruhu_database_run (database, "INSERT INTO term (term, record, scope) VALUES (?1, ?2, ?3)", error, "sss", (const char *) terms->pdata[i], id, scope))
      return FALSE;
  return TRUE;
}

char *
ruhu_search_sort_key (const char *text)
{
  g_return_val_if_fail (text != NULL, NULL);
  g_autofree char *normal = normalise (text);
  g_autoptr (RuhuSpelling) spelling = spell (normal);
  GString *key = g_string_new (NULL);
  /* A space sorts before every letter: "li ming" before "lian". */
  for (guint i = 0; i < spelling->syllables->len; i++)
    g_string_append_printf (key, "%s ", ((char **) spelling->syllables->pdata[i])[0]);
  g_string_append (key, normal);
  return g_string_free (key, FALSE);
}
