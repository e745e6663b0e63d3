/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The made-up township has every figure of the 2018 plan, each asserted here by its name, is plausible, and is the same for the same seed. */
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-generate.h"

#include <glib/gstdio.h>
#include <string.h>

#define SEED 1

typedef struct
{
  const char *name;
  const char *sql;
  gint64 expected;
} RuhuFigure;

#define REGISTERED               "(SELECT id FROM r_household WHERE reg_class = '1')"
#define PERSONS                  "r_person AS p JOIN r_household AS h ON h.id = p.scope WHERE p.member_state NOT IN ('02', '03', '04', '05') AND h.reg_class = '1'"
#define EXIT_OF(village)         "SELECT count(*) FROM r_household AS h JOIN r_village AS v ON v.id = h.village_id WHERE h.plan_exit_year = 2018 AND h.status = '0' AND v.name = '" village "'"
#define EXIT_PERSONS_OF(village) "SELECT count(*) FROM r_person AS p JOIN r_household AS h ON h.id = p.scope JOIN r_village AS v ON v.id = h.village_id WHERE h.plan_exit_year = 2018 AND h.status = '0' AND v.name = '" village "'"
#define UNSAFE_OF(village)       "SELECT count(*) FROM r_housing AS g JOIN r_household AS h ON h.id = g.scope JOIN r_village AS v ON v.id = h.village_id WHERE g.grade IN ('C', 'D') AND h.reg_class = '1' AND v.name = '" village "'"
#define STUDENTS(codes)          "SELECT count(*) FROM " PERSONS " AND p.school IN (" codes ")"
#define PUPIL                    "p.school BETWEEN '03' AND '16'"
#define AGREED(kind)             "SELECT count(DISTINCT m.person_id) FROM r_measure AS m JOIN r_consent AS c ON c.measure_id = m.id AND c.person_id = m.person_id WHERE m.kind = '" kind "' AND c.decision = '1' AND m.state IN ('2', '3', '4')"
#define LOAD(post, n)            "SELECT count(*) FROM (SELECT helper_id FROM r_assignment WHERE post = '" post "' GROUP BY helper_id HAVING count(*) = " n ")"
#define TARGET(kpi)              "SELECT CAST(goal AS INTEGER) FROM r_target WHERE year = 2018 AND village_id IS NULL AND kpi = '" kpi "'"
#define PROJECT_SUM(no)          "SELECT sum(b.amount) FROM r_beneficiary AS b JOIN r_project AS j ON j.id = b.project_id WHERE j.project_no = '" no "'"

static const RuhuFigure figures[] = {
  /* Basic situation. */
  { "registered-households-218", "SELECT count(*) FROM r_household WHERE reg_class = '1'", 218 },
  { "registered-persons-845", "SELECT count(*) FROM " PERSONS, 845 },
  { "exited-households-187", "SELECT count(*) FROM r_household WHERE status = '1' AND exit_year BETWEEN 2014 AND 2017", 187 },
  { "exited-persons-713", "SELECT count(*) FROM " PERSONS " AND h.status = '1'", 713 },
  { "unexited-households-31", "SELECT count(*) FROM r_household WHERE status = '0'", 31 },
  { "unexited-persons-132", "SELECT count(*) FROM " PERSONS " AND h.status = '0'", 132 },
  { "stable-households-10", "SELECT count(*) FROM r_household WHERE status = '1' AND stable_exit = 1", 10 },
  { "stable-persons-53", "SELECT count(*) FROM " PERSONS " AND h.status = '1' AND h.stable_exit = 1", 53 },
  { "edge-households-57", "SELECT count(*) FROM r_household WHERE reg_class = '2'", 57 },
  { "stored-households-275", "SELECT count(*) FROM r_household", 275 },
  { "villages-13", "SELECT count(*) FROM r_village WHERE name IN ('月亮村', '花儿村', '星星村', '太阳村', '火村', '水村', '泥土村', '东巴扎村', '铁厂沟村', '新村', '苏阿拉木图村', '三段村', '干沟村')", 13 },
  { "no-other-village", "SELECT count(*) FROM r_village", 13 },
  /* Whom to lift out of poverty in 2018. */
  { "exit-月亮村-5-households", EXIT_OF ("月亮村"), 5 },
  { "exit-月亮村-22-persons", EXIT_PERSONS_OF ("月亮村"), 22 },
  { "exit-花儿村-4-households", EXIT_OF ("花儿村"), 4 },
  { "exit-花儿村-14-persons", EXIT_PERSONS_OF ("花儿村"), 14 },
  { "exit-星星村-1-household", EXIT_OF ("星星村"), 1 },
  { "exit-星星村-3-persons", EXIT_PERSONS_OF ("星星村"), 3 },
  { "exit-太阳村-2-households", EXIT_OF ("太阳村"), 2 },
  { "exit-太阳村-6-persons", EXIT_PERSONS_OF ("太阳村"), 6 },
  { "exit-火村-1-household", EXIT_OF ("火村"), 1 },
  { "exit-火村-4-persons", EXIT_PERSONS_OF ("火村"), 4 },
  { "exit-水村-9-households", EXIT_OF ("水村"), 9 },
  { "exit-水村-42-persons", EXIT_PERSONS_OF ("水村"), 42 },
  { "exit-泥土村-9-households", EXIT_OF ("泥土村"), 9 },
  { "exit-泥土村-41-persons", EXIT_PERSONS_OF ("泥土村"), 41 },
  { "exit-targets-of-villages-31", "SELECT CAST(sum(goal) AS INTEGER) FROM r_target WHERE kpi = 'exit_households' AND village_id IS NOT NULL", 31 },
  { "exit-targets-of-villages-132", "SELECT CAST(sum(goal) AS INTEGER) FROM r_target WHERE kpi = 'exit_persons' AND village_id IS NOT NULL", 132 },
  /* Courtyard grants: 208 households, 899,000 yuan. */
  { "grant-households-208", "SELECT count(DISTINCT b.scope) FROM r_beneficiary AS b JOIN r_project AS j ON j.id = b.project_id WHERE j.project_no = 'XX-2018-01'", 208 },
  { "grants-of-4000-141", "SELECT count(*) FROM r_measure WHERE kind IN ('201', '202', '203') AND planned = 400000", 141 },
  { "grants-of-5000-67", "SELECT count(*) FROM r_measure WHERE kind IN ('201', '202', '203') AND planned = 500000", 67 },
  { "grant-money-899000", PROJECT_SUM ("XX-2018-01"), 89900000 },
  { "grant-money-of-measures-899000", "SELECT sum(planned) FROM r_measure WHERE kind IN ('201', '202', '203')", 89900000 },
  { "grant-project-899000", "SELECT approved FROM r_project WHERE project_no = 'XX-2018-01'", 89900000 },
  { "no-grant-to-stable-households", "SELECT count(*) FROM r_measure AS m JOIN r_household AS h ON h.id = m.scope WHERE h.stable_exit = 1", 0 },
  /* Housing. */
  { "unsafe-houses-37", "SELECT count(*) FROM r_housing AS g JOIN r_household AS h ON h.id = g.scope WHERE g.grade IN ('C', 'D') AND h.reg_class = '1'", 37 },
  { "unsafe-星星村-4", UNSAFE_OF ("星星村"), 4 },
  { "unsafe-东巴扎村-4", UNSAFE_OF ("东巴扎村"), 4 },
  { "unsafe-铁厂沟村-4", UNSAFE_OF ("铁厂沟村"), 4 },
  { "unsafe-新村-4", UNSAFE_OF ("新村"), 4 },
  { "unsafe-苏阿拉木图村-2", UNSAFE_OF ("苏阿拉木图村"), 2 },
  { "unsafe-三段村-7", UNSAFE_OF ("三段村"), 7 },
  { "unsafe-干沟村-12", UNSAFE_OF ("干沟村"), 12 },
  { "repairs-37", "SELECT count(*) FROM r_repair AS c JOIN r_housing AS g ON g.scope = c.scope WHERE g.grade IN ('C', 'D') AND c.stage < '5'", 37 },
  { "repairs-by-new-or-for-those-unable", "SELECT count(*) FROM r_repair WHERE method IN ('1', '2')", 37 },
  { "relocated-households-4", "SELECT count(*) FROM r_household WHERE relocated = 1", 4 },
  { "relocated-with-support-4", "SELECT count(DISTINCT m.scope) FROM r_measure AS m JOIN r_household AS h ON h.id = m.scope WHERE m.kind = '703' AND h.relocated = 1", 4 },
  { "relocated-not-unsafe", "SELECT count(*) FROM r_household AS h JOIN r_housing AS g ON g.scope = h.id WHERE h.relocated = 1 AND g.grade NOT IN ('A', 'B')", 0 },
  /* Allowance, school. */
  { "dibao-households-35", "SELECT count(DISTINCT p.scope) FROM " PERSONS " AND p.dibao = 1", 35 },
  { "dibao-persons-63", "SELECT count(*) FROM " PERSONS " AND p.dibao = 1", 63 },
  { "dibao-line-is-poverty-line", "SELECT count(*) FROM r_poverty_line WHERE year = 2018 AND dibao_std >= line", 1 },
  { "students-141", "SELECT count(*) FROM " PERSONS " AND " PUPIL, 141 },
  { "students-primary-62", STUDENTS ("'03'"), 62 },
  { "students-junior-31", STUDENTS ("'04', '05', '06'"), 31 },
  { "students-senior-16", STUDENTS ("'07', '08', '09'"), 16 },
  { "students-vocational-12", STUDENTS ("'10', '11', '12'"), 12 },
  { "students-college-20", STUDENTS ("'13', '14', '15', '16'"), 20 },
  { "students-with-materials-141", "SELECT count(DISTINCT m.person_id) FROM r_measure AS m JOIN r_person AS p ON p.id = m.person_id WHERE m.kind = '601' AND " PUPIL, 141 },
  { "students-with-uniforms-141", "SELECT count(DISTINCT m.person_id) FROM r_measure AS m JOIN r_person AS p ON p.id = m.person_id WHERE m.kind = '602' AND " PUPIL, 141 },
  { "lunch-for-primary-and-secondary-109", "SELECT count(DISTINCT m.person_id) FROM r_measure AS m JOIN r_person AS p ON p.id = m.person_id WHERE m.kind = '603' AND p.school BETWEEN '03' AND '09'", 109 },
  { "lunch-for-nobody-else", "SELECT count(*) FROM r_measure AS m JOIN r_person AS p ON p.id = m.person_id WHERE m.kind = '603' AND p.school NOT BETWEEN '03' AND '09'", 0 },
  /* Work. */
  { "rangers-5", AGREED ("424"), 5 },
  { "rangers-5000-yuan-each", "SELECT count(*) FROM r_measure WHERE kind = '424' AND planned >= 500000", 5 },
  { "ranger-households-5", "SELECT count(DISTINCT scope) FROM r_measure WHERE kind = '424'", 5 },
  { "ranger-persons-20", "SELECT count(*) FROM r_person WHERE scope IN (SELECT scope FROM r_measure WHERE kind = '424')", 20 },
  { "transfer-employment-30", AGREED ("401"), 30 },
  { "transfer-employment-at-work", "SELECT count(*) FROM r_measure AS m JOIN r_person AS p ON p.id = m.person_id WHERE m.kind = '401' AND p.work_months >= 1", 30 },
  { "start-ups-40", AGREED ("402"), 40 },
  { "nobody-in-both", "SELECT count(*) FROM r_measure AS a JOIN r_measure AS b ON a.person_id = b.person_id WHERE a.kind = '401' AND b.kind = '402'", 0 },
  { "led-out-at-least-100", "SELECT count(*) >= 100 FROM r_person WHERE scope IN (SELECT scope FROM r_measure WHERE kind IN ('401', '402'))", 1 },
  /* Shops: 17 and 57 households, 6,400,000 yuan. */
  { "shops-of-registered-17", "SELECT count(*) FROM r_measure AS m JOIN r_household AS h ON h.id = m.scope WHERE m.kind = '431' AND h.reg_class = '1'", 17 },
  { "shops-of-edge-57", "SELECT count(*) FROM r_measure AS m JOIN r_household AS h ON h.id = m.scope WHERE m.kind = '431' AND h.reg_class = '2'", 57 },
  { "shops-of-86000-40", "SELECT count(*) FROM r_measure WHERE kind = '431' AND planned = 8600000", 40 },
  { "shops-of-87059-33", "SELECT count(*) FROM r_measure WHERE kind = '431' AND planned = 8705900", 33 },
  { "last-shop-of-87053", "SELECT count(*) FROM r_measure WHERE kind = '431' AND planned = 8705300", 1 },
  { "shop-money-6400000", PROJECT_SUM ("XX-2018-02"), 640000000 },
  { "shop-project-6400000", "SELECT approved FROM r_project WHERE project_no = 'XX-2018-02'", 640000000 },
  /* Tourism in 苏阿拉木图村. */
  { "tourism-sites-2", "SELECT count(DISTINCT m.project_id) FROM r_measure AS m JOIN r_household AS h ON h.id = m.scope JOIN r_village AS v ON v.id = h.village_id WHERE m.kind = '301' AND v.name = '苏阿拉木图村'", 2 },
  { "tourism-households-8", "SELECT count(DISTINCT scope) FROM r_measure WHERE kind = '301'", 8 },
  { "tourism-4-households-a-site", "SELECT count(*) FROM (SELECT project_id FROM r_measure WHERE kind = '301' GROUP BY project_id HAVING count(*) = 4)", 2 },
  { "tourism-persons-32", "SELECT count(*) FROM r_person WHERE scope IN (SELECT scope FROM r_measure WHERE kind = '301')", 32 },
  { "tourism-20000-yuan-a-site", "SELECT count(*) FROM (SELECT project_id FROM r_measure WHERE kind = '301' GROUP BY project_id HAVING sum(planned) = 2000000)", 2 },
  { "tourism-1250-yuan-a-person", "SELECT (SELECT sum(planned) FROM r_measure WHERE kind = '301') / (SELECT count(*) FROM r_person WHERE scope IN (SELECT scope FROM r_measure WHERE kind = '301'))", 125000 },
  /* Insurance of the whole town. */
  { "medical-insurance-100-percent", "SELECT count(*) FROM r_aggregate WHERE kind = '1' AND year = 2018 AND numerator = denominator", 1 },
  { "pension-at-least-98-percent", "SELECT count(*) FROM r_aggregate WHERE kind = '2' AND year = 2018 AND numerator * 100 >= denominator * 98", 1 },
  { "registered-all-insured", "SELECT count(*) FROM " PERSONS " AND p.med_ins = '1'", 845 },
  /* Who helps. */
  { "lead-units-7", "SELECT count(*) FROM r_unit", 7 },
  { "villages-with-a-unit-13", "SELECT count(DISTINCT village_id) FROM r_unit_village", 13 },
  { "units-with-a-village-7", "SELECT count(DISTINCT unit_id) FROM r_unit_village", 7 },
  { "a-helpers-92", "SELECT count(*) FROM r_helper WHERE post = 'A' AND role = 'helper'", 92 },
  { "a-helpers-of-three-34", LOAD ("A", "3"), 34 },
  { "a-helpers-of-two-58", LOAD ("A", "2"), 58 },
  { "b-helpers-204", "SELECT count(*) FROM r_helper WHERE post = 'B' AND role = 'helper'", 204 },
  { "b-helpers-of-one-190", LOAD ("B", "1"), 190 },
  { "b-helpers-of-two-14", LOAD ("B", "2"), 14 },
  { "registered-with-an-a-218", "SELECT count(DISTINCT scope) FROM r_assignment WHERE post = 'A' AND scope IN " REGISTERED, 218 },
  { "registered-with-a-b-218", "SELECT count(DISTINCT scope) FROM r_assignment WHERE post = 'B' AND scope IN " REGISTERED, 218 },
  { "helpers-stay-in-their-units-villages", "SELECT count(*) FROM r_assignment AS a JOIN r_helper AS e ON e.id = a.helper_id JOIN r_household AS h ON h.id = a.scope LEFT JOIN r_unit_village AS u ON u.unit_id = e.unit_id AND u.village_id = h.village_id WHERE u.id IS NULL", 0 },
  { "town-staff-at-least-3", "SELECT count(*) >= 3 FROM r_staff_post WHERE village_id IS NULL", 1 },
  { "village-staff-at-least-1", "SELECT count(DISTINCT village_id) FROM r_staff_post WHERE village_id IS NOT NULL", 13 },
  { "office-there", "SELECT count(*) >= 1 FROM r_helper WHERE role = 'office'", 1 },
  { "cadre-in-each-village-13", "SELECT count(DISTINCT village_id) FROM r_helper WHERE role = 'cadre'", 13 },
  { "inspector-1", "SELECT count(*) FROM r_helper WHERE role = 'inspector'", 1 },
  /* What comes round. */
  { "town-meetings-12", "SELECT count(DISTINCT substr(date, 1, 7)) FROM r_meeting WHERE kind = '1' AND date LIKE '2018-%'", 12 },
  { "unit-meetings-84", "SELECT count(*) FROM (SELECT DISTINCT unit_id, substr(date, 1, 7) FROM r_meeting WHERE kind = '2' AND date LIKE '2018-%')", 84 },
  { "unit-meetings-in-their-village", "SELECT count(*) FROM r_meeting AS m JOIN r_unit_village AS u ON u.unit_id = m.unit_id AND u.village_id = m.village_id WHERE m.kind = '2'", 84 },
  { "weekly-inspections-52", "SELECT count(DISTINCT week) FROM r_inspection WHERE kind = '1' AND date LIKE '2018-%'", 52 },
  { "exchanges-4", "SELECT count(*) FROM r_inspection WHERE kind = '3' AND date LIKE '2018-%'", 4 },
  { "cadre-trainings-12", "SELECT count(DISTINCT substr(date, 1, 7)) FROM r_training WHERE kind = '1' AND date LIKE '2018-%'", 12 },
  { "plan-for-every-registered-household-218", "SELECT count(DISTINCT scope) FROM r_plan WHERE year = 2018 AND agreed = 1 AND scope IN " REGISTERED, 218 },
  /* Targets, as the plan gives them. */
  { "target-exit-31", TARGET ("exit_households"), 31 },
  { "target-exit-132", TARGET ("exit_persons"), 132 },
  { "target-register-218", TARGET ("register_households"), 218 },
  { "target-register-845", TARGET ("register_persons"), 845 },
  { "target-grants-208", TARGET ("grant_households"), 208 },
  { "target-grant-money-899000", TARGET ("grant_money"), 899000 },
  { "target-tourism-sites-2", TARGET ("tourism_sites"), 2 },
  { "target-tourism-income-1250", TARGET ("tourism_income"), 1250 },
  { "target-transfer-30", TARGET ("transfer_jobs"), 30 },
  { "target-start-ups-40", TARGET ("start_ups"), 40 },
  { "target-led-out-100", TARGET ("led_out"), 100 },
  { "target-rangers-5", TARGET ("rangers"), 5 },
  { "target-ranger-pay-5000", TARGET ("ranger_pay"), 5000 },
  { "target-ranger-households-5", TARGET ("ranger_households"), 5 },
  { "target-ranger-persons-20", TARGET ("ranger_persons"), 20 },
  { "target-shops-17", TARGET ("shops_registered"), 17 },
  { "target-shops-57", TARGET ("shops_edge"), 57 },
  { "target-shop-money-6400000", TARGET ("shop_money"), 6400000 },
  { "target-dibao-35", TARGET ("dibao_households"), 35 },
  { "target-dibao-63", TARGET ("dibao_persons"), 63 },
  { "target-medical-100", TARGET ("medical_rate"), 100 },
  { "target-pension-98", TARGET ("pension_rate"), 98 },
  { "target-materials-141", TARGET ("student_materials"), 141 },
  { "target-uniforms-141", TARGET ("student_uniforms"), 141 },
  { "target-repairs-37", TARGET ("repairs"), 37 },
  { "target-repairs-of-villages-37", "SELECT CAST(sum(goal) AS INTEGER) FROM r_target WHERE kpi = 'repairs' AND village_id IS NOT NULL", 37 },
  { "target-relocated-4", TARGET ("relocated"), 4 },
  { "target-units-7", TARGET ("units"), 7 },
  { "target-posts-92", TARGET ("posts_a"), 92 },
  { "target-posts-204", TARGET ("posts_b"), 204 },
  { "target-town-meetings-12", TARGET ("town_meetings"), 12 },
  { "target-unit-meetings-84", TARGET ("unit_meetings"), 84 },
  { "target-inspections-52", TARGET ("inspections"), 52 },
  { "target-bulletins-12", TARGET ("bulletins"), 12 },
  { "target-trainings-12", TARGET ("cadre_trainings"), 12 },
  { "target-exchanges-4", TARGET ("exchanges"), 4 },
  { "target-town-staff-3", TARGET ("town_staff"), 3 },
  { "target-village-staff-1", TARGET ("village_staff"), 1 },
};

/* Years of age on the day the register is of. */
#define AGE "(2018 - CAST(substr(p.birth, 1, 4) AS INTEGER) - (substr(p.birth, 6) > '06-30'))"
/* … and on the day by which schools count. */
#define SCHOOL_AGE    "(2017 - CAST(substr(p.birth, 1, 4) AS INTEGER) - (substr(p.birth, 6) > '08-31'))"
#define YEARS_YOUNGER "(CAST(substr(p.birth, 1, 4) AS INTEGER) - CAST(substr(q.birth, 1, 4) AS INTEGER))"
#define HEADED        "r_person AS p JOIN r_person AS q ON q.scope = p.scope AND q.relation = '01'"

/* What must not be found; the numbers of rules are those of DOMAIN.md section 3. */
static const RuhuFigure oddities[] = {
  { "r06-id-numbers-of-two", "SELECT count(*) FROM (SELECT id_no FROM r_person GROUP BY id_no HAVING count(*) > 1)", 0 },
  { "r07-persons-entered-twice", "SELECT count(*) FROM (SELECT p.name FROM r_person AS p JOIN r_household AS h ON h.id = p.scope GROUP BY p.name, p.birth, h.village_id HAVING count(*) > 1)", 0 },
  { "r08-households-without-one-head", "SELECT count(*) FROM r_household AS h WHERE (SELECT count(*) FROM r_person AS p WHERE p.scope = h.id AND p.relation = '01') <> 1", 0 },
  { "r08-heads-who-are-not-the-head", "SELECT count(*) FROM r_household AS h JOIN r_person AS p ON p.id = h.head WHERE p.relation <> '01' OR p.scope <> h.id", 0 },
  { "r09-relations-of-the-other-sex", "SELECT count(*) FROM r_person WHERE (relation IN ('03', '06', '07', '09', '11', '13', '15') AND sex <> '1') OR (relation IN ('04', '05', '08', '10', '12', '14', '16') AND sex <> '2')", 0 },
  { "r09-spouses-of-the-same-sex", "SELECT count(*) FROM " HEADED " WHERE p.relation = '02' AND p.sex = q.sex", 0 },
  { "r10-children-too-near", "SELECT count(*) FROM " HEADED " WHERE p.relation IN ('03', '04') AND " YEARS_YOUNGER " < 17", 0 },
  { "r10-parents-too-near", "SELECT count(*) FROM " HEADED " WHERE p.relation IN ('11', '12', '15', '16') AND " YEARS_YOUNGER " > -17", 0 },
  { "grandchildren-too-near", "SELECT count(*) FROM " HEADED " WHERE p.relation IN ('07', '08', '09', '10') AND " YEARS_YOUNGER " < 34", 0 },
  { "mothers-over-46", "SELECT count(*) FROM r_person AS p JOIN r_person AS q ON q.scope = p.scope WHERE p.relation IN ('03', '04') AND q.relation IN ('01', '02') AND q.sex = '2' AND " YEARS_YOUNGER " > 46 AND NOT EXISTS (SELECT 1 FROM r_person AS e WHERE e.scope = p.scope AND e.relation IN ('05', '06', '07', '08', '09', '10'))", 0 },
  { "siblings-of-one-year", "SELECT count(*) FROM r_person AS p JOIN r_person AS q ON q.scope = p.scope AND q.id < p.id WHERE p.relation IN ('03', '04') AND q.relation IN ('03', '04') AND abs(julianday(p.birth) - julianday(q.birth)) < 300", 0 },
  { "born-in-the-future-or-over-100", "SELECT count(*) FROM r_person AS p WHERE p.birth > '2018-06-30' OR " AGE " > 100", 0 },
  { "heads-under-age", "SELECT count(*) FROM r_person AS p WHERE p.relation = '01' AND " AGE " < 18", 0 },
  { "r20-out-of-compulsory-school", "SELECT count(*) FROM r_person AS p WHERE " SCHOOL_AGE " BETWEEN 6 AND 14 AND coalesce(p.school, '01') < '03' AND p.school_gap IS NULL", 0 },
  { "r21-schools-for-another-age", "SELECT count(*) FROM r_person AS p WHERE (" AGE " <= 14 AND p.school >= '07') OR (" AGE " >= 20 AND p.school IN ('02', '03')) OR ((" AGE " < 15 OR " AGE " > 20) AND p.school BETWEEN '07' AND '12')", 0 },
  { "r22-no-education", "SELECT count(*) FROM r_person AS p WHERE edu IS NULL", 0 },
  { "r30-healthy-and-not", "SELECT count(*) FROM r_person WHERE health LIKE '%01%' AND length(health) > 6", 0 },
  { "r31-able-but-no-labour", "SELECT count(*) FROM r_person AS p WHERE " AGE " BETWEEN 16 AND 59 AND health = '[\"01\"]' AND coalesce(school, '01') = '01' AND labour IN ('03', '04')", 0 },
  { "r32-children-at-work", "SELECT count(*) FROM r_person AS p WHERE " AGE " < 16 AND (labour IN ('01', '02') OR work_months > 0)", 0 },
  { "r32-jobs-for-minors-or-pupils", "SELECT count(*) FROM r_measure AS m JOIN r_person AS p ON p.id = m.person_id WHERE m.kind IN ('401', '402', '421', '422', '423', '424', '425', '801', '802') AND (" AGE " < 18 OR " PUPIL ")", 0 },
  { "r33-work-without-labour", "SELECT count(*) FROM r_person WHERE work_months > 0 AND (labour IN ('03', '04') OR work_area IS NULL)", 0 },
  { "r35-wages-without-work", "SELECT count(*) FROM r_income_line AS l LEFT JOIN r_person AS p ON p.id = l.person_id WHERE l.cat = '1' AND coalesce(p.work_months, 0) = 0", 0 },
  { "r36-jobs-without-consent", "SELECT count(*) FROM r_measure AS m WHERE m.kind IN ('401', '402', '424', '703', '801') AND m.state IN ('2', '3', '4') AND NOT EXISTS (SELECT 1 FROM r_consent AS c WHERE c.measure_id = m.id AND c.decision = '1' AND c.understood = 1)", 0 },
  { "r40-types-and-allowance-differ", "SELECT count(*) FROM r_household AS h WHERE h.reg_class = '1' AND (h.hh_type = '2') <> EXISTS (SELECT 1 FROM r_person AS p WHERE p.scope = h.id AND p.dibao = 1)", 0 },
  { "r41-special-support-and-able", "SELECT count(*) FROM r_household AS h JOIN r_person AS p ON p.scope = h.id WHERE h.hh_type = '3' AND " AGE " BETWEEN 16 AND 59 AND p.labour IN ('01', '02')", 0 },
  { "r42-two-allowances", "SELECT count(*) FROM r_person WHERE dibao = 1 AND tekun = 1", 0 },
  { "r43-allowance-without-income", "SELECT count(*) FROM r_person AS p WHERE p.dibao = 1 AND NOT EXISTS (SELECT 1 FROM r_income_line AS l WHERE l.scope = p.scope AND l.item = '08' AND l.amount > 0)", 0 },
  { "r50-ill-but-nobody-is", "SELECT count(*) FROM r_household AS h WHERE h.cause_main = '01' AND NOT EXISTS (SELECT 1 FROM r_person AS p WHERE p.scope = h.id AND (p.health LIKE '%02%' OR p.health LIKE '%03%'))", 0 },
  { "r50-disabled-but-nobody-is", "SELECT count(*) FROM r_household AS h WHERE h.cause_main = '02' AND NOT EXISTS (SELECT 1 FROM r_person AS p WHERE p.scope = h.id AND p.health LIKE '%04%')", 0 },
  { "r50-school-but-no-student", "SELECT count(*) FROM r_household AS h WHERE h.cause_main = '03' AND NOT EXISTS (SELECT 1 FROM r_person AS p WHERE p.scope = h.id AND " PUPIL ")", 0 },
  { "r61-cost-over-income", "SELECT count(*) FROM (SELECT scope FROM r_income_line GROUP BY scope HAVING sum(CASE cat WHEN '2' THEN amount WHEN '5' THEN -amount ELSE 0 END) < 0)", 0 },
  { "r65-exited-below-the-line", "SELECT count(*) FROM r_household AS h WHERE h.status = '1' AND (SELECT sum(CASE l.cat WHEN '5' THEN -l.amount ELSE l.amount END) FROM r_income_line AS l WHERE l.scope = h.id AND l.year = 2017) < (SELECT line FROM r_poverty_line WHERE year = 2017) * (SELECT count(*) FROM r_person AS p WHERE p.scope = h.id)", 0 },
  { "unexited-above-the-line", "SELECT count(*) FROM r_household AS h WHERE h.status = '0' AND (SELECT sum(CASE l.cat WHEN '5' THEN -l.amount ELSE l.amount END) FROM r_income_line AS l WHERE l.scope = h.id AND l.year = 2017) >= (SELECT line FROM r_poverty_line WHERE year = 2017) * (SELECT count(*) FROM r_person AS p WHERE p.scope = h.id)", 0 },
  { "r70-unsafe-house-judged-safe", "SELECT count(*) FROM r_assessment AS a JOIN r_housing AS g ON g.scope = a.scope WHERE (g.grade IN ('C', 'D')) = (a.i5 = '1')", 0 },
  { "r71-unsafe-house-without-repair-or-problem", "SELECT count(*) FROM r_housing AS g WHERE g.grade IN ('C', 'D') AND NOT (EXISTS (SELECT 1 FROM r_repair AS c WHERE c.scope = g.scope) AND EXISTS (SELECT 1 FROM r_problem AS b WHERE b.scope = g.scope AND b.kind = '04' AND b.state <> '4'))", 0 },
  { "r75-safe-water-that-lacks", "SELECT count(*) FROM r_living WHERE water_safe = 1 AND '0' IN (water_qty, water_qual, water_conv, water_rel)", 0 },
  { "exited-lacking-anything-but-the-house", "SELECT count(*) FROM r_assessment AS a JOIN r_household AS h ON h.id = a.scope WHERE h.status = '1' AND '0' IN (i1, i2, i3, i4, i6, j1, j2, j3, j4, j5, j6, j7, j8)", 0 },
  { "r93-paid-before-the-notice-ended", "SELECT count(*) FROM r_fund AS f JOIN r_publicity AS n ON n.project_id = f.project_id WHERE f.kind = '2' AND f.date <= n.to_date", 0 },
  { "r100-visits-of-odd-length", "SELECT count(*) FROM r_visit WHERE minutes NOT BETWEEN 10 AND 180 OR date > '2018-06-30'", 0 },
  { "phones-that-could-be-real", "SELECT (SELECT count(*) FROM r_household WHERE phone NOT LIKE '10_________') + (SELECT count(*) FROM r_helper WHERE phone NOT LIKE '10_________')", 0 },
  { "areas-that-could-be-real", "SELECT count(*) FROM r_person WHERE substr(id_no, 1, 6) NOT BETWEEN '990001' AND '990013'", 0 },
  { "area-and-village-differ", "SELECT count(*) FROM r_person AS p JOIN r_household AS h ON h.id = p.scope JOIN r_village AS v ON v.id = h.village_id WHERE substr(p.id_no, 5, 2) <> substr(v.code, 11, 2)", 0 },
  { "conflicts", "SELECT count(*) FROM conflict", 0 },
  { "refused-changes", "SELECT count(*) FROM log WHERE kind <> 'change'", 0 },
};

typedef struct
{
  guint64 calls;
  RuhuStore *store;
  RuhuLedger *ledger;
} RuhuMade;

static RuhuMade *first;
static char *directory;

static void
made_free (RuhuMade *made)
{
  ruhu_ledger_free (made->ledger);
  ruhu_store_close (made->store);
  g_free (made);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuMade, made_free)

static char *
make_path (const char *name)
{
  return g_build_filename (directory, name, NULL);
}

static RuhuMade *
make (const char *name, guint64 seed)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = make_path (name);
  RuhuMade *made = g_new0 (RuhuMade, 1);
  RuhuStoreOptions options = { .path = path, .flags = RUHU_DATABASE_CREATE, .now = ruhu_generate_now, .now_data = &made->calls };
  made->store = ruhu_store_open (&options, &error);
  g_assert_no_error (error);
  made->ledger = ruhu_ledger_new (made->store);
  gboolean generated = ruhu_generate (made->ledger, seed, &error);
  g_assert_no_error (error);
  g_assert_true (generated);
  return made;
}

static gint64
measure (RuhuMade *made, const RuhuFigure *figure)
{
  gint64 value = -1;
  g_autoptr (GError) error = NULL;
  g_assert_true (ruhu_database_get_integer (ruhu_store_get_database (made->store), figure->sql, 0, &value, &error, ""));
  g_assert_no_error (error);
  return value;
}

static void
test_figure (gconstpointer data)
{
  const RuhuFigure *figure = data;
  g_assert_cmpint (measure (first, figure), ==, figure->expected);
}

static void
test_id_numbers (void)
{
  static const int weights[] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuStatement) people = ruhu_database_query (ruhu_store_get_database (first->store), "SELECT id_no, birth, sex FROM r_person", &error, "");
  guint n = 0;
  while (ruhu_statement_next (people, &error))
    {
      const char *number = ruhu_statement_get_text (people, 0);
      g_autofree char *birth = g_strdup_printf ("%.4s-%.2s-%.2s", number + 6, number + 10, number + 12);
      int sum = 0;
      g_assert_cmpuint (strlen (number), ==, 18);
      for (gsize i = 0; i < G_N_ELEMENTS (weights); i++)
        sum += (number[i] - '0') * weights[i];
      g_assert_cmpint ("10X98765432"[sum % 11], ==, number[17]);
      g_assert_cmpstr (birth, ==, ruhu_statement_get_text (people, 1));
      g_assert_cmpint (number[16] % 2, ==, ruhu_statement_get_text (people, 2)[0] % 2);
      n++;
    }
  g_assert_no_error (error);
  g_assert_cmpuint (n, >, 845);
}

static void
test_long_names (void)
{
  static const RuhuFigure some = { "", "SELECT count(*) FROM r_person WHERE name LIKE '%·%'", 0 };
  gint64 n = measure (first, &some);
  g_assert_cmpint (n, >, 10);
  g_assert_cmpint (n, <, 80);
}

/* Values that the validator accepts from anybody else are accepted here too: the ledger checked every change. Here the whole chain is read again. */
static void
test_chain (void)
{
  g_autoptr (GError) error = NULL;
  gint64 n = 0;
  g_assert_true (ruhu_ledger_verify (first->ledger, &n, &error));
  g_assert_no_error (error);
  g_assert_cmpint (n, >, 275);
}

/* Every change once more, judged as an office page would judge it, over whole records and with what is relevant and required: by a store that holds none of it yet. */
static void
test_nothing_to_object_to (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuStatement) log = ruhu_database_query (ruhu_store_get_database (first->store), "SELECT body FROM log ORDER BY n", &error, "");
  g_autoptr (GPtrArray) findings = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_finding_free);
  g_autofree char *path = make_path ("judge.db");
  RuhuStoreOptions options = { .path = path, .flags = RUHU_DATABASE_CREATE };
  g_autoptr (RuhuStore) judge = ruhu_store_open (&options, &error);
  g_assert_no_error (error);
  guint n = 0;
  while (ruhu_statement_next (log, &error))
    {
      const char *body = ruhu_statement_get_text (log, 0);
      g_autoptr (RuhuChange) change = ruhu_change_parse (body, strlen (body), &error);
      g_assert_no_error (error);
      g_assert_true (ruhu_validator_check_local (ruhu_store_get_validator (judge), change, RUHU_ROLE_OFFICE, "2018-06-30", findings, &error));
      n++;
    }
  g_assert_no_error (error);
  g_assert_cmpuint (n, >, 500);
  for (guint i = 0; i < MIN (findings->len, 10); i++)
    {
      RuhuFinding *finding = findings->pdata[i];
      g_test_message ("%s.%s: %s", finding->type, finding->field, finding->message);
    }
  g_assert_cmpuint (findings->len, ==, 0);
}

static void
test_second_time_is_refused (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_false (ruhu_generate (first->ledger, SEED, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
}

static void
assert_figure (RuhuMade *made, guint64 seed, const RuhuFigure *figure)
{
  gint64 value = measure (made, figure);
  if (value != figure->expected)
    g_test_message ("seed %" G_GUINT64_FORMAT ", %s: %" G_GINT64_FORMAT, seed, figure->name, value);
  g_assert_cmpint (value, ==, figure->expected);
}

static void
test_other_seeds (void)
{
  static const guint64 seeds[] = { 0, 2, 3, 4, 5, 6, 7, 8, 9, 2018, G_MAXUINT64 };
  for (gsize i = 0; i < G_N_ELEMENTS (seeds); i++)
    {
      g_autofree char *name = g_strdup_printf ("seed-%" G_GSIZE_FORMAT ".db", i);
      g_autoptr (RuhuMade) made = make (name, seeds[i]);
      for (gsize k = 0; k < G_N_ELEMENTS (figures); k++)
        assert_figure (made, seeds[i], &figures[k]);
      for (gsize k = 0; k < G_N_ELEMENTS (oddities); k++)
        assert_figure (made, seeds[i], &oddities[k]);
    }
}

static void
make_and_close (const char *name, guint64 seed)
{
  g_autoptr (RuhuMade) made = make (name, seed);
  g_autoptr (GError) error = NULL;
  g_assert_true (ruhu_database_checkpoint (ruhu_store_get_database (made->store), &error));
  g_assert_no_error (error);
}

static void
assert_same_bytes (const char *a, const char *b, gboolean expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path_a = make_path (a), *path_b = make_path (b), *bytes_a = NULL, *bytes_b = NULL;
  gsize length_a = 0, length_b = 0;
  g_assert_true (g_file_get_contents (path_a, &bytes_a, &length_a, &error));
  g_assert_true (g_file_get_contents (path_b, &bytes_b, &length_b, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (length_a, >, 100000);
  gboolean same = length_a == length_b && memcmp (bytes_a, bytes_b, length_a) == 0;
  g_assert_cmpint (same, ==, expected);
}

static void
test_same_seed_same_bytes (void)
{
  make_and_close ("same-1.db", 7);
  /* Nothing of the surroundings may matter. */
  g_setenv ("TZ", "America/Lima", TRUE);
  g_setenv ("LANG", "tr_TR.UTF-8", TRUE);
  g_random_set_seed (99);
  make_and_close ("same-2.db", 7);
  g_unsetenv ("TZ");
  g_unsetenv ("LANG");
  assert_same_bytes ("same-1.db", "same-2.db", TRUE);
}

static void
test_other_seed_other_bytes (void)
{
  make_and_close ("other-1.db", 7);
  make_and_close ("other-2.db", 8);
  assert_same_bytes ("other-1.db", "other-2.db", FALSE);
}

static void
add_figures (const char *group, const RuhuFigure *list, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("/%s/%s", group, list[i].name);
      g_test_add_data_func (path, &list[i], test_figure);
    }
}

static void
remove_directory (void)
{
  g_autoptr (GDir) files = g_dir_open (directory, 0, NULL);
  const char *name;
  while (files != NULL && (name = g_dir_read_name (files)) != NULL)
    {
      g_autofree char *path = make_path (name);
      g_unlink (path);
    }
  g_rmdir (directory);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* One wrong figure should not hide the next. */
  g_test_set_nonfatal_assertions ();
  directory = g_dir_make_tmp ("ruhu-plan-XXXXXX", NULL);
  g_assert_nonnull (directory);
  first = make ("plan.db", SEED);
  add_figures ("plan", figures, G_N_ELEMENTS (figures));
  add_figures ("plausible", oddities, G_N_ELEMENTS (oddities));
  g_test_add_func ("/plausible/id-numbers", test_id_numbers);
  g_test_add_func ("/plausible/long-names", test_long_names);
  g_test_add_func ("/plausible/nothing-to-object-to", test_nothing_to_object_to);
  g_test_add_func ("/generate/chain", test_chain);
  g_test_add_func ("/generate/second-time-is-refused", test_second_time_is_refused);
  g_test_add_func ("/generate/other-seeds", test_other_seeds);
  g_test_add_func ("/generate/same-seed-same-bytes", test_same_seed_same_bytes);
  g_test_add_func ("/generate/other-seed-other-bytes", test_other_seed_other_bytes);
  int status = g_test_run ();
  made_free (first);
  remove_directory ();
  g_free (directory);
  return status;
}
