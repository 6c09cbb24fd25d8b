CREATE OR REPLACE FUNCTION chase_follow_clock(r hazards_clock) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    term reference_limit;
    kind text := split_part(r.subject, ':', 1);
    person bigint;
BEGIN
    SELECT * INTO term FROM reference_limit WHERE id = r.limit_id;
    IF kind = 'seal' THEN
        SELECT proposed_by_id INTO person FROM rectification_seal WHERE id = split_part(r.subject, ':', 2)::bigint;
    ELSIF kind = 'suspension' THEN
        SELECT proposed_by_id INTO person FROM rectification_suspension
        WHERE id = split_part(r.subject, ':', 2)::bigint;
    END IF;
    PERFORM chase_watch(
        'clock', r.id, r.met_at IS NULL AND r.stopped_at IS NULL, r.case_id, r.unit_id, r.region_id, term.name,
        r.due_on, r.due_at, term.unit = 'hours', r.code, person
    );
END $$;
