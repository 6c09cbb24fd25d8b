-- A relapse is owed an order from the instant at which it was recorded until the case leaves "registered".
CREATE FUNCTION chase_follow_relapse(r rectification_lookback) RETURNS void LANGUAGE sql AS $$
    SELECT chase_watch(
        'relapse', r.id, r.outcome = 'relapse' AND c.state = 'registered' AND c.round = r.round + 1, c.id, c.unit_id,
        c.region_id, concat('隐患反弹：', r.note), (r.recorded_at AT TIME ZONE 'Asia/Shanghai')::date, r.recorded_at,
        true, p_asker => r.recorded_by_id, p_round => r.round
    )
    FROM hazards_hazardcase c WHERE c.id = r.case_id
$$;

-- It is the case that begins and ends it: the look-back is written first, while the case is still closed.
CREATE OR REPLACE FUNCTION chase_case_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM chase_follow_case(NEW);
    IF NEW.round > 1 THEN
        PERFORM chase_follow_relapse(l) FROM rectification_lookback l
        WHERE l.case_id = NEW.id AND l.round = NEW.round - 1 AND l.outcome = 'relapse';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        UPDATE rectification_matter SET next_on = least(next_on, NEW.opened_on)
        WHERE case_id = NEW.id AND ended_at IS NULL;
    END IF;
    RETURN NULL;
END $$;

SELECT chase_follow_relapse(r) FROM rectification_lookback r WHERE r.outcome = 'relapse';

-- Deadlines that were over before matters were kept: the ledger finds what was said about them as about all others.
INSERT INTO rectification_matter (
    watched, subject, version, case_id, unit_id, region_id, title, due_on, due_at, code, ended_at
)
SELECT 'deadline', c.id, greatest(c.deadline_version, 1), c.id, c.unit_id, c.region_id, '整改期限', x.due_on,
       (x.due_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' - interval '1 microsecond', '', now()
FROM (
    SELECT DISTINCT ON (subject) subject, due_on FROM rectification_chaseclaim
    WHERE watched = 'deadline' ORDER BY subject, version DESC
) x
JOIN hazards_hazardcase c ON c.id = x.subject
ON CONFLICT (watched, subject) DO NOTHING;
