/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must be true of everything at the end, when all has been sent and fetched. */
#include "config.h"

#include "sim-world.h"

#include "ruhu-store-query.h"
#include "ruhu-store-review.h"

#include <json-c/json.h>
#include <string.h>

/* Rows */

/* One database at the end, and whose it is. */
typedef struct
{
  SimWorld *world;
  SimLaptop *laptop; /* NULL: the township's */
  RuhuStore *store;
  RuhuCatalogue *catalogue;
  const char *where;
} Place;

static gboolean
place_holds (Place *self, const char *scope)
{
  return self->laptop == NULL || sim_laptop_holds (self->laptop, scope);
}

static json_object *
parse_value (const char *text)
{
  return text != NULL ? json_tokener_parse (text) : NULL;
}

static gboolean
same_value (const char *a, const char *b)
{
  json_object *left, *right;
  gboolean same;

  if (g_strcmp0 (a, b) == 0)
    return TRUE;
  left = parse_value (a);
  right = parse_value (b);
  same = json_object_equal (left, right);

  if (json_object_is_type (left, json_type_int) || json_object_is_type (left, json_type_double))
    same = right != NULL && json_object_get_double (left) == json_object_get_double (right);
  json_object_put (left);
  json_object_put (right);
  return same;
}

static gboolean
heads_differ (SimOracle *oracle, guint key, GArray *heads)
{
  for (guint i = 1; i < heads->len; i++)
    if (!same_value (sim_change_get_value (sim_oracle_change (oracle, g_array_index (heads, guint, 0)), key),
                     sim_change_get_value (sim_oracle_change (oracle, g_array_index (heads, guint, i)), key)))
      return TRUE;
  return FALSE;
}

/* Whether somebody edited the record who did not know of @deletion, nor it of the edit. */
static gboolean
is_contested (SimOracle *oracle, SimRecord *record, guint key, SimChange *deletion)
{
  for (guint i = 0; i < record->keys->len; i++)
    {
      guint other = g_array_index (record->keys, guint, i);
      g_autoptr (GArray) heads = sim_oracle_heads (oracle, other);

      for (guint j = 0; other != key && j < heads->len; j++)
        {
          SimChange *edit = sim_oracle_change (oracle, g_array_index (heads, guint, j));

          if (edit != deletion && !sim_oracle_knew (oracle, deletion, other, edit) && !sim_oracle_knew (oracle, edit, key, deletion))
            return TRUE;
        }
    }
  return FALSE;
}

/* What stands in a field (JSON, borrowed; NULL: nothing), and whether it is in conflict. */
static const char *
judge (SimOracle *oracle, SimRecord *record, const char *field, gboolean review, gboolean *conflict)
{
  SimKey *key = sim_oracle_find_field (oracle, record, field);
  g_autoptr (GArray) heads = key != NULL ? sim_oracle_heads (oracle, key->number) : NULL;
  SimChange *winner = heads != NULL ? sim_oracle_winner (oracle, heads) : NULL;
  const char *value = winner != NULL ? sim_change_get_value (winner, key->number) : NULL;
  gboolean differ = winner != NULL && heads_differ (oracle, key->number, heads);

  *conflict = differ && review;
  if (!g_str_equal (field, "deleted"))
    return value;
  *conflict = differ || (g_strcmp0 (value, "true") == 0 && is_contested (oracle, record, key->number, winner));
  return g_strcmp0 (value, "true") == 0 && !*conflict ? "true" : "false";
}

gboolean
sim_record_is_deleted (SimOracle *oracle, SimRecord *record)
{
  gboolean conflict;

  return g_str_equal (judge (oracle, record, "deleted", FALSE, &conflict), "true");
}

/* A text without escapes: whether @value is that, between quotation marks. */
static gboolean
is_plain_text (const char *value, const char *text)
{
  gsize length = strlen (text);

  return strncmp (value + 1, text, length) == 0 && value[length + 1] == '"' && value[length + 2] == '\0' && strchr (text, '"') == NULL && strchr (text, '\\') == NULL;
}

/* Whether a column shows what a JSON value says. */
static gboolean
column_shows (RuhuStatement *row, int column, const char *value)
{
  json_object *expected;
  gboolean same;

  /* Most are simple enough to see without parsing. */
  if (ruhu_statement_is_null (row, column))
    return value == NULL || g_str_equal (value, "null");
  if (value != NULL && value[0] == '"' && is_plain_text (value, ruhu_statement_get_text (row, column)))
    return TRUE;
  if (g_strcmp0 (value, "true") == 0 || g_strcmp0 (value, "false") == 0)
    return ruhu_statement_get_integer (row, column) == (value[0] == 't');
  expected = parse_value (value);

  switch (json_object_get_type (expected))
    {
    case json_type_null:
      same = ruhu_statement_is_null (row, column);
      break;
    case json_type_boolean:
      same = !ruhu_statement_is_null (row, column) && ruhu_statement_get_integer (row, column) == json_object_get_boolean (expected);
      break;
    case json_type_int:
    case json_type_double:
      same = !ruhu_statement_is_null (row, column) && ruhu_statement_get_double (row, column) == json_object_get_double (expected);
      break;
    case json_type_string:
      same = g_strcmp0 (ruhu_statement_get_text (row, column), json_object_get_string (expected)) == 0;
      break;
    default:
      same = g_strcmp0 (ruhu_statement_get_text (row, column), value) == 0;
      break;
    }
  json_object_put (expected);
  return same;
}

static void
check_row (Place *self, RuhuRecordType *type, RuhuStatement *row)
{
  SimRecord *record = sim_oracle_find_record (self->world->oracle, type->name, ruhu_statement_get_text (row, 0));
  int n = ruhu_statement_get_n_columns (row);

  if (record == NULL || g_strcmp0 (record->scope, ruhu_statement_get_text (row, 1)) != 0)
    {
      sim_fail (self->world, "%s has a row of type %s that nobody made", self->where, type->name);
      return;
    }
  for (int i = 2; i < n; i++)
    {
      const char *name = ruhu_statement_get_column_name (row, i);
      gboolean conflict;
      const char *value = judge (self->world->oracle, record, name, FALSE, &conflict);

      if (!column_shows (row, i, value))
        sim_fail (self->world, "%s shows %s for %s %s .%s, not %s", self->where, ruhu_statement_get_text (row, i), type->name, record->id, name, value);
    }
}

/* Whether anything of a record came into force. */
static gboolean
record_exists (SimOracle *oracle, SimRecord *record)
{
  for (guint i = 0; i < record->keys->len; i++)
    {
      SimKey *key = sim_oracle_key (oracle, g_array_index (record->keys, guint, i));

      for (guint j = 0; j < key->writers->len; j++)
        if (sim_oracle_change (oracle, g_array_index (key->writers, guint, j))->state == SIM_ACCEPTED)
          return TRUE;
    }
  return FALSE;
}

static guint
count_records (Place *self, RuhuRecordType *type)
{
  SimOracle *oracle = self->world->oracle;
  guint n = 0;

  for (guint i = 0; i < oracle->records->len; i++)
    {
      SimRecord *record = sim_oracle_record (oracle, i);

      n += g_str_equal (record->type, type->name) && place_holds (self, record->scope) && record_exists (oracle, record);
    }
  return n;
}

static void
check_rows (Place *self, RuhuRecordType *type)
{
  g_autoptr (GString) sql = g_string_new ("SELECT id, scope, deleted");
  g_autofree char *table = ruhu_record_type_dup_table (type);
  g_autoptr (RuhuStatement) rows = NULL;
  g_autoptr (GError) error = NULL;
  guint n = 0;

  for (guint i = 0; i < type->fields->len; i++)
    {
      g_string_append (sql, ", \"");
      g_string_append (sql, ((RuhuField *) type->fields->pdata[i])->name);
      g_string_append_c (sql, '"');
    }
  g_string_append (sql, " FROM ");
  g_string_append (sql, table);
  rows = ruhu_database_query (ruhu_store_get_database (self->store), sql->str, &error, "");
  while (self->world->failure == NULL && rows != NULL && ruhu_statement_next (rows, &error))
    {
      check_row (self, type, rows);
      n++;
    }
  sim_expect (self->world, error == NULL, g_steal_pointer (&error), "reading rows");
  if (self->world->failure == NULL && n != count_records (self, type))
    sim_fail (self->world, "%s has %u rows of type %s instead of %u", self->where, n, type->name, count_records (self, type));
}

/* Conflicts */

static void
collect_conflicts_of (Place *self, SimRecord *record, RuhuRecordType *type, GHashTable *expected)
{
  SimOracle *oracle = self->world->oracle;

  for (guint i = 0; i < record->keys->len; i++)
    {
      SimKey *key = sim_oracle_key (oracle, g_array_index (record->keys, guint, i));
      RuhuField *field = ruhu_record_type_get_field (type, key->field);
      gboolean conflict;

      judge (oracle, record, key->field, field != NULL && field->merge == RUHU_MERGE_REVIEW && !type->append_only, &conflict);
      self->world->counts->conflicts += conflict && self->laptop == NULL;
      self->world->counts->contested += conflict && self->laptop == NULL && g_str_equal (key->field, "deleted");
      if (conflict)
        g_hash_table_add (expected, key);
    }
}

static void
collect_conflicts (Place *self, GHashTable *expected)
{
  SimOracle *oracle = self->world->oracle;

  for (guint i = 0; i < oracle->records->len; i++)
    {
      SimRecord *record = sim_oracle_record (oracle, i);
      RuhuRecordType *type = ruhu_catalogue_get_record (self->catalogue, record->type);

      if (type != NULL && place_holds (self, record->scope))
        collect_conflicts_of (self, record, type, expected);
    }
}

static void
check_conflicts (Place *self)
{
  SimOracle *oracle = self->world->oracle;
  g_autoptr (GHashTable) expected = g_hash_table_new (NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuStatement) rows = ruhu_database_query (ruhu_store_get_database (self->store), "SELECT type, record, field FROM conflict", &error, "");
  GHashTableIter iter;
  gpointer left;

  collect_conflicts (self, expected);
  while (rows != NULL && ruhu_statement_next (rows, &error))
    {
      const char *type = ruhu_statement_get_text (rows, 0), *record = ruhu_statement_get_text (rows, 1), *field = ruhu_statement_get_text (rows, 2);
      SimKey *key = sim_oracle_find_key (oracle, type, record, field);

      if (key == NULL || !g_hash_table_remove (expected, key))
        sim_fail (self->world, "%s has a conflict that is none: %s %s.%s", self->where, type, record, field);
    }
  sim_expect (self->world, error == NULL, g_steal_pointer (&error), "reading conflicts");
  g_hash_table_iter_init (&iter, expected);
  while (g_hash_table_iter_next (&iter, &left, NULL))
    {
      SimKey *key = left;
      SimRecord *record = sim_oracle_record (oracle, key->record);

      sim_fail (self->world, "%s misses the conflict %s %s.%s", self->where, record->type, record->id, key->field);
    }
}

static gint64
count (Place *self, const char *sql)
{
  g_autoptr (GError) error = NULL;
  gint64 n = -1;

  if (!ruhu_database_get_integer (ruhu_store_get_database (self->store), sql, -1, &n, &error, ""))
    sim_expect (self->world, FALSE, g_steal_pointer (&error), sql);
  return n;
}

static void
expect_none (Place *self, const char *sql, const char *what)
{
  gint64 n = count (self, sql);

  if (n != 0)
    sim_fail (self->world, "%s has %" G_GINT64_FORMAT " %s", self->where, n, what);
}

/* Rows follow from heads everywhere by the same means: those of the township and of one laptop are read. */
static gboolean
checks_rows (Place *self)
{
  return self->laptop == NULL || self->laptop->index == self->world->seed % self->world->laptops->len;
}

static void
check_place (Place *self)
{
  SimOracle *oracle = self->world->oracle;
  SimView *expected = sim_view_new (), *found = sim_read_heads (self->world, self->store, NULL);
  GPtrArray *types = ruhu_catalogue_get_records (self->catalogue);
  SimRecord *last = NULL;
  gboolean holds = FALSE;

  for (guint i = 0; i < oracle->keys->len; i++)
    {
      SimRecord *record = sim_oracle_record_of (oracle, i);
      g_autoptr (GArray) heads = NULL;

      holds = record == last ? holds : place_holds (self, record->scope);
      last = record;
      if (!holds)
        continue;
      heads = sim_oracle_heads (oracle, i);
      sim_view_add_heads (expected, i, heads);
    }
  sim_compare_heads (self->world, self->where, expected, found);
  sim_view_unref (expected);
  sim_view_unref (found);
  for (guint i = 0; i < types->len && self->world->failure == NULL && checks_rows (self); i++)
    check_rows (self, types->pdata[i]);
  if (self->world->failure == NULL)
    check_conflicts (self);
}

/* The ends of things */

static int
compare_strings (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static char *
join_sorted (GPtrArray *strings)
{
  g_ptr_array_sort (strings, compare_strings);
  g_ptr_array_add (strings, NULL);
  return g_strjoinv (" ", (char **) strings->pdata);
}

/* The scopes: by the records, by the grants, and as the laptop has them. */
static void
check_scopes (Place *self)
{
  SimLaptop *laptop = self->laptop;
  g_autoptr (GPtrArray) rights = sim_township_list_rights (self->world, laptop->user);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) held = ruhu_replica_list_scopes (laptop->replica, &error);
  g_autofree char *expected = join_sorted (rights);
  g_autofree char *found = held != NULL ? join_sorted (held) : NULL;

  if (g_strcmp0 (expected, found) != 0)
    sim_fail (self->world, "%s holds “%s”, not “%s”", self->where, found, expected);
}

/* The office sees all that waits for it, and nobody else sees any of it. */
static void
check_waiting (Place *self)
{
  SimOracle *oracle = self->world->oracle;
  gboolean office = sim_oracle_holds_exactly (oracle, self->laptop->device, RUHU_SCOPE_QUARANTINE, G_MAXINT64);
  g_autoptr (GError) error = NULL;
  gint64 expected = 0, found = 0;

  for (guint i = 0; office && i < oracle->changes->len; i++)
    expected += sim_oracle_change (oracle, i)->state == SIM_QUARANTINED && sim_oracle_change (oracle, i)->device != self->laptop->device;
  if (!ruhu_store_count_quarantine (self->store, &found, &error))
    return (void) sim_expect (self->world, FALSE, g_steal_pointer (&error), "counting what waits for the office");
  if (found != expected)
    sim_fail (self->world, "%s shows %" G_GINT64_FORMAT " changes that wait for the office, not %" G_GINT64_FORMAT, self->where, found, expected);
  if (!office)
    expect_none (self, "SELECT count(*) FROM log WHERE kind = 'quarantined' AND device <> (SELECT value FROM meta WHERE key = 'device')",
                 "changes that wait for the office");
}

/* In one statement: each by itself would cost as much again. */
#define MINE "device = (SELECT value FROM meta WHERE key = 'device')"
#define ALL  "EXISTS (SELECT 1 FROM scope WHERE scope = '*')"
#define COUNTS                                                                                                                                                 \
  "SELECT (SELECT count(*) FROM log WHERE position IS NULL), (SELECT count(*) FROM log WHERE kind = 'refused'),"                                               \
  " (SELECT count(*) FROM log WHERE kind = 'quarantined' AND " MINE "),"                                                                                       \
  " (SELECT count(*) FROM log WHERE kind NOT IN ('refused', 'quarantined') AND NOT " ALL " AND NOT EXISTS (SELECT 1 FROM scope s WHERE s.scope = log.scope))," \
  " (SELECT count(*) FROM term WHERE NOT " ALL " AND NOT EXISTS (SELECT 1 FROM scope s WHERE s.scope = term.scope))"

static gint64
count_own (SimLaptop *laptop, SimState state)
{
  GPtrArray *changes = ((SimDevice *) laptop->world->oracle->devices->pdata[laptop->device])->changes;
  gint64 n = 0;

  for (guint i = 0; i < changes->len; i++)
    n += ((SimChange *) changes->pdata[i])->state == state;
  return n;
}

static void
check_counts (Place *self)
{
  static const char *const names[] = { "changes that still wait", "refused changes", "quarantined changes of its own", "changes of what it does not hold",
                                       "search terms of what it does not hold" };
  const gint64 expected[] = { 0, count_own (self->laptop, SIM_REFUSED), count_own (self->laptop, SIM_QUARANTINED), 0, 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuStatement) row = ruhu_database_query (ruhu_store_get_database (self->store), COUNTS, &error, "");

  if (row == NULL || !ruhu_statement_next (row, &error))
    return (void) sim_expect (self->world, FALSE, g_steal_pointer (&error), "counting");
  for (int i = 0; i < (int) G_N_ELEMENTS (expected); i++)
    if (ruhu_statement_get_integer (row, i) != expected[i])
      sim_fail (self->world, "%s has %" G_GINT64_FORMAT " %s, not %" G_GINT64_FORMAT, self->where, ruhu_statement_get_integer (row, i), names[i], expected[i]);
}

static void
check_laptop (SimLaptop *laptop)
{
  g_autofree char *where = g_strdup_printf ("laptop %u", laptop->index);
  Place place = { laptop->world, laptop, laptop->store, laptop->place->catalogue, where };

  if (sim_laptop_was_revoked (laptop) != laptop->revoked)
    sim_fail (laptop->world, "%s is withdrawn, or is not, and the township says otherwise", where);
  if (laptop->gone)
    {
      expect_none (&place, "SELECT (SELECT count(*) FROM log) + (SELECT count(*) FROM head) + (SELECT count(*) FROM r_person) + (SELECT count(*) FROM draft)",
                   "rows left after it was erased");
      return;
    }
  check_scopes (&place);
  if (laptop->world->failure == NULL)
    check_place (&place);
  check_counts (&place);
  check_waiting (&place);
}

/* Each device's numbers begin at 1 and have no gap. */
static void
check_numbers (Place *self)
{
  static const char *const sql = "SELECT total (n), total (n <> last OR first <> 1) FROM"
                                 " (SELECT count (DISTINCT seq) AS n, max (seq) AS last, min (seq) AS first FROM log WHERE kind <> 'scope' GROUP BY device)";
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuStatement) row = ruhu_database_query (ruhu_store_get_database (self->store), sql, &error, "");

  if (row == NULL || !ruhu_statement_next (row, &error))
    return (void) sim_expect (self->world, FALSE, g_steal_pointer (&error), "counting the township's log");
  if (ruhu_statement_get_integer (row, 0) != self->world->oracle->changes->len)
    sim_fail (self->world, "the township's log has %" G_GINT64_FORMAT " changes, not the %u that were made", ruhu_statement_get_integer (row, 0), self->world->oracle->changes->len);
  if (ruhu_statement_get_integer (row, 1) != 0)
    sim_fail (self->world, "%s has %" G_GINT64_FORMAT " devices with a gap", self->where, ruhu_statement_get_integer (row, 1));
}

/* Whatever was saved is in the township's log, in order, or refused there; nothing is missing, nothing is twice. */
static void
check_log (Place *self)
{
  SimOracle *oracle = self->world->oracle;

  for (guint i = 0; i < oracle->changes->len; i++)
    {
      SimChange *change = sim_oracle_change (oracle, i);

      if (change->state == SIM_QUARANTINED && change->decision != 0)
        sim_fail (self->world, "a decision on change %" G_GINT64_FORMAT " of %s was not carried out", change->seq, sim_oracle_device_id (oracle, change->device));
      if (change->state == SIM_PENDING)
        sim_fail (self->world, "change %" G_GINT64_FORMAT " of %s never reached the township", change->seq, sim_oracle_device_id (oracle, change->device));
    }
  check_numbers (self);
}

void
sim_check_end (SimWorld *self)
{
  Place place = { self, NULL, self->store, self->catalogue, "the township" };
  g_autoptr (GError) error = NULL;
  gint64 n = 0;

  sim_oracle_settle (self->oracle);
  check_log (&place);
  if (self->failure == NULL)
    check_place (&place);
  /* The product's own check replays the whole log: not every time. */
  if (self->failure == NULL && self->seed % 1000 == 0 && sim_expect (self, ruhu_ledger_verify (self->ledger, &n, &error), g_steal_pointer (&error), "verifying") && n != self->observed)
    sim_fail (self, "verify read %" G_GINT64_FORMAT " entries of %" G_GINT64_FORMAT, n, self->observed);
  self->counts->changes += self->oracle->changes->len;
  for (guint i = 0; i < self->laptops->len && self->failure == NULL; i++)
    check_laptop (self->laptops->pdata[i]);
}
