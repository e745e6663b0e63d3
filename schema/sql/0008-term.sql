-- SPDX-License-Identifier: GPL-3.0-or-later
-- Whether a household, or a village, has a term is answered by the index alone: a frequent word is looked for in each household of the list, in the list's order.
DROP INDEX term_scope;
DROP INDEX term_record;
CREATE INDEX term_scope ON term (scope, term);
CREATE INDEX term_record ON term (record, term);
