"""The statements of devtools.scale: cases with their headline, events, deadlines and listings, as a county has them."""

# A number from 0 to 1 that depends on the row, on what it is for, and on the seed, and on nothing else.
CHANCE = (
    "((hashint8extended({row}, {purpose} + 1000 * %(seed)s::bigint) & 2147483647) / 2147483648.0::float8)"
)


def chance(purpose: int, row: str = "n") -> str:
    return CHANCE.format(row=row, purpose=purpose)


UNITS = """
CREATE TEMP TABLE scale_units ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY id) - 1 AS at, id, region_id FROM units_unit
WHERE region_id LIKE %(county)s || '%%' AND retired_on IS NULL
"""
CATEGORIES = """
CREATE TEMP TABLE scale_categories ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY code) - 1 AS at, code, name, phrases, parts FROM reference_hazardcategory
"""
KEYS = "CREATE INDEX ON scale_units (at)", "CREATE INDEX ON scale_categories (at)"

# One in five is corrected on the spot, three in five have been closed, the rest are live; the live ones are young.
CASES = f"""
CREATE TEMP TABLE scale_cases ON COMMIT DROP AS
WITH dice AS (
    SELECT n, {chance(1)} AS s, {chance(2)} AS age, {chance(3)} AS term, {chance(4)} AS pace, {chance(5)} AS place,
           {chance(6)} AS kind, {chance(7)} AS who, {chance(8)} AS hour, {chance(9)} AS grave, {chance(10)} AS words
    FROM generate_series(1, %(cases)s) AS n
), states AS (
    SELECT *, CASE WHEN s < .20 THEN 'on_site' WHEN s < .80 THEN 'closed' WHEN s < .93 THEN 'ordered'
                   WHEN s < .97 THEN 'submitted' WHEN s < .98 THEN 'registered' WHEN s < .99 THEN 'transferred'
                   WHEN s < .995 THEN 'suspended' ELSE 'void' END AS fate
    FROM dice
), dated AS (
    SELECT *, %(on)s::date - CASE WHEN fate IN ('ordered', 'submitted', 'registered')
                                  THEN (CASE WHEN age < .9 THEN 45 * age * age ELSE 45 + 1500 * (age - .9) END)::int
                                  ELSE (%(history)s * age)::int END AS opened_on,
           5 + (25 * term)::int AS days
    FROM states
), ended AS (
    SELECT *, CASE WHEN fate IN ('on_site', 'registered') THEN NULL ELSE opened_on + days END AS due_on,
           CASE WHEN fate = 'on_site' THEN opened_on
                WHEN fate = 'closed' THEN least(%(on)s::date, opened_on + 2 + (days * (.4 + .8 * pace * pace))::int)
           END AS closed_on
    FROM dated
)
SELECT nextval(pg_get_serial_sequence('hazards_hazardcase', 'id')) AS id, n, e.opened_on, e.due_on, e.closed_on,
       CASE WHEN fate = 'on_site' THEN 'closed' ELSE fate END AS state, fate = 'on_site' AS on_site,
       (e.opened_on + interval '8 hours' + 9 * e.hour * interval '1 hour') AT TIME ZONE 'Asia/Shanghai' AS opened_at,
       u.id AS unit_id, u.region_id, g.code AS category_id,
       coalesce(g.phrases[1 + floor(e.words * cardinality(g.phrases))::int], g.name) AS description,
       coalesce(g.parts[1 + floor(e.words * cardinality(g.parts))::int], '') AS part,
       (%(inspectors)s::bigint[])[1 + floor(e.who * cardinality(%(inspectors)s::bigint[]))::int] AS inspector_id,
       e.grave < .01 AS is_major,
       CASE WHEN e.grave < .0005 THEN 'province' WHEN e.grave < .002 THEN 'city' WHEN e.grave < .006 THEN 'county'
       END AS level
FROM ended e
JOIN scale_units u ON u.at = floor(e.place ^ 1.7 * (SELECT count(*) FROM scale_units))::int
JOIN scale_categories g ON g.at = floor(e.kind ^ 1.5 * (SELECT count(*) FROM scale_categories))::int
ORDER BY e.opened_on, n
"""

NUMBERED = """
WITH years AS (
    SELECT extract(year FROM opened_on)::int AS year, count(*) AS many FROM scale_cases GROUP BY 1
), serials AS (
    INSERT INTO documents_serial (body, form, year, last)
    SELECT %(county)s, 'case', year, many FROM years
    ON CONFLICT (body, form, year) DO UPDATE SET last = documents_serial.last + excluded.last
    RETURNING year, last
)
INSERT INTO hazards_hazardcase
    (id, number, unit_id, region_id, category_id, description, part, source, round, inspector_id, opened_by_id,
     opened_at, opened_on, state, state_on, grade, due_on, original_due_on, deadline_version, listed_levels, main_level,
     closed_at, closed_on, on_site, version, updated_at)
SELECT s.id,
       %(county)s || '-' || years.year || '-' ||
           lpad((serials.last - years.many
                 + row_number() OVER (PARTITION BY years.year ORDER BY s.opened_on, s.n))::text, 6, '0'),
       s.unit_id, s.region_id, s.category_id, s.description, s.part, 'inspection', 1, s.inspector_id, s.inspector_id,
       s.opened_at, s.opened_on, s.state, coalesce(s.closed_on, s.opened_on),
       CASE WHEN s.is_major THEN 'major' ELSE 'general' END, s.due_on, s.due_on,
       (s.due_on IS NOT NULL)::int, CASE WHEN s.level IS NULL THEN '{}' ELSE ARRAY[s.level] END, coalesce(s.level, ''),
       CASE WHEN s.on_site THEN s.opened_at ELSE (s.closed_on + interval '16 hours') AT TIME ZONE 'Asia/Shanghai' END,
       s.closed_on, s.on_site, 1, s.opened_at
FROM scale_cases s
JOIN years ON years.year = extract(year FROM s.opened_on)
JOIN serials ON serials.year = years.year
"""

EVENTS = """
INSERT INTO hazards_caseevent (case_id, act, from_state, to_state, by_id, at, "on", reason, data)
SELECT e.* FROM (
    SELECT id, 'open', '', 'registered', inspector_id, opened_at, opened_on, '', '{}'::jsonb FROM scale_cases
    UNION ALL
    SELECT id, CASE WHEN on_site THEN 'correct_on_site' ELSE 'order' END, 'registered',
           CASE WHEN on_site THEN 'closed' ELSE 'ordered' END, inspector_id,
           opened_at + interval '5 minutes', opened_on, '', '{}'
    FROM scale_cases WHERE on_site OR due_on IS NOT NULL
    UNION ALL
    SELECT id, 'submit', 'ordered', 'submitted', inspector_id,
           (coalesce(closed_on, %(on)s) + interval '9 hours') AT TIME ZONE 'Asia/Shanghai',
           coalesce(closed_on, %(on)s), '', '{}'
    FROM scale_cases WHERE state = 'submitted' OR (state = 'closed' AND NOT on_site)
    UNION ALL
    SELECT id, 'pass', 'submitted', 'closed', inspector_id,
           (closed_on + interval '16 hours') AT TIME ZONE 'Asia/Shanghai', closed_on, '', '{}'
    FROM scale_cases WHERE state = 'closed' AND NOT on_site
    UNION ALL
    SELECT id, CASE state WHEN 'transferred' THEN 'transfer' WHEN 'suspended' THEN 'suspend' ELSE 'void' END, 'ordered',
           state, %(office)s, opened_at + interval '2 hours', opened_on, '规模测试', '{}'
    FROM scale_cases WHERE state IN ('transferred', 'suspended', 'void')
) e
ORDER BY 1, 6
"""

DEADLINES = """
INSERT INTO hazards_deadlineentry (case_id, version, due_on, previous, act, reason, by_id, at)
SELECT id, 1, due_on, NULL, 'order', '', inspector_id, opened_at + interval '5 minutes'
FROM scale_cases WHERE due_on IS NOT NULL ORDER BY id
"""

# The cases bring their matters themselves; the chase is to find what it would find had it run yesterday.
LOOKS = """
UPDATE rectification_matter m SET next_on = looks.next_on
FROM scale_cases s
JOIN unnest(%(deadlines)s::date[], %(looks)s::date[]) looks(due_on, next_on) ON looks.due_on = s.due_on
WHERE m.watched = 'deadline' AND m.subject = s.id
"""

PLANNED = (UNITS, CATEGORIES, *KEYS, CASES, "ANALYZE scale_cases")
WRITTEN = (NUMBERED, EVENTS, DEADLINES, LOOKS)

# What is laid aside while many rows are written, with the statements that take it away and bring it back.
PLAIN_INDEXES = """
SELECT 'DROP INDEX ' || i.indexrelid::regclass, pg_get_indexdef(i.indexrelid)
FROM pg_index i
WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisprimary AND NOT i.indisunique
  AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)
"""
FOREIGN_KEYS = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', k.conrelid::regclass, k.conname),
       format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid))
FROM pg_constraint k
WHERE k.conrelid = ANY(%s::regclass[]) AND k.contype = 'f'
"""
