-- Whatever is owed by a day becomes a row of rectification_matter, in the transaction that brings it about,
-- whichever door it came through. One function for each table reads a row of it; its trigger calls it, and so does
-- whoever wrote rows past the triggers: SELECT chase_follow_clock(r) FROM hazards_clock r.

-- The mark of a matter that the chase has not looked at yet: due in any run.
CREATE FUNCTION chase_unseen() RETURNS date LANGUAGE sql IMMUTABLE AS $$ SELECT date '2000-01-01' $$;

CREATE FUNCTION chase_watch(
    p_watched text, p_subject bigint, p_open boolean, p_case bigint, p_unit bigint, p_region text, p_title text,
    p_due_on date, p_due_at timestamptz DEFAULT NULL, p_hours boolean DEFAULT false, p_code text DEFAULT '',
    p_person bigint DEFAULT NULL, p_asker bigint DEFAULT NULL, p_round integer DEFAULT NULL,
    p_version integer DEFAULT NULL, p_from date DEFAULT chase_unseen()
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    -- A day means its end in Shanghai.
    instant timestamptz := coalesce(
        p_due_at, (p_due_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' - interval '1 microsecond'
    );
BEGIN
    IF p_open IS NOT TRUE OR p_due_on IS NULL THEN
        UPDATE rectification_matter SET ended_at = now(), next_on = NULL, next_at = NULL
        WHERE watched = p_watched AND subject = p_subject AND ended_at IS NULL;
        RETURN;
    END IF;
    INSERT INTO rectification_matter AS m (
        watched, subject, version, case_id, unit_id, region_id, title, due_on, due_at, code, person_id, asker_id,
        round, next_on, next_at
    ) VALUES (
        p_watched, p_subject, coalesce(p_version, 1), p_case, p_unit, p_region, left(p_title, 200), p_due_on, instant, left(p_code, 40),
        p_person, p_asker, p_round, p_from, CASE WHEN p_hours THEN chase_unseen() END
    )
    ON CONFLICT (watched, subject) DO UPDATE SET
        version = coalesce(p_version, m.version + (m.due_at <> EXCLUDED.due_at OR m.ended_at IS NOT NULL)::int),
        title = EXCLUDED.title, due_on = EXCLUDED.due_on, due_at = EXCLUDED.due_at, code = EXCLUDED.code,
        person_id = EXCLUDED.person_id, asker_id = EXCLUDED.asker_id, round = EXCLUDED.round,
        region_id = EXCLUDED.region_id, next_on = EXCLUDED.next_on, next_at = EXCLUDED.next_at, ended_at = NULL
    WHERE m.ended_at IS NOT NULL OR m.version <> p_version
       OR (m.due_at, m.title, m.code, m.region_id) <> (EXCLUDED.due_at, EXCLUDED.title, EXCLUDED.code, EXCLUDED.region_id)
       OR (m.person_id, m.asker_id, m.round) IS DISTINCT FROM (EXCLUDED.person_id, EXCLUDED.asker_id, EXCLUDED.round);
END $$;

-- The owner's deadline carries the version of the deadline ledger: the same deadline again is no new ladder.
CREATE FUNCTION chase_follow_case(r hazards_hazardcase) RETURNS void LANGUAGE sql AS $$
    SELECT chase_watch(
        'deadline', r.id, r.state IN ('registered', 'ordered', 'submitted'), r.id, r.unit_id, r.region_id, '整改期限',
        r.due_on, p_version => r.deadline_version::integer, p_from => greatest(r.opened_on, chase_unseen())
    )
$$;

CREATE FUNCTION chase_follow_clock(r hazards_clock) RETURNS void LANGUAGE plpgsql AS $$
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

CREATE FUNCTION chase_follow_milestone(r rectification_milestone) RETURNS void LANGUAGE sql AS $$
    SELECT chase_watch(
        'milestone', r.id, r.done_on IS NULL AND r.dropped_at IS NULL AND l.delisted_on IS NULL, c.id, c.unit_id,
        c.region_id, concat('整改方案节点“', r.title, '”'), r.due_on
    )
    FROM rectification_listing l JOIN hazards_hazardcase c ON c.id = l.case_id WHERE l.id = r.listing_id
$$;

CREATE FUNCTION chase_follow_listing(r rectification_listing) RETURNS void LANGUAGE sql AS $$
    SELECT chase_watch(
        'report', r.id, r.delisted_on IS NULL AND r.report_due_on IS NOT NULL, c.id, c.unit_id, c.region_id,
        concat('挂牌督办进展报告（', r.paper_number, '）'), r.report_due_on
    )
    FROM hazards_hazardcase c WHERE c.id = r.case_id
$$;

CREATE FUNCTION chase_follow_extension(r rectification_extension) RETURNS void LANGUAGE sql AS $$
    SELECT chase_watch(
        'extension', r.id, r.decision = '', c.id, c.unit_id, c.region_id,
        concat('延期申请（申请延至', to_char(r.until, 'FMYYYY年FMMM月FMDD日'), '）'),
        (r.asked_at AT TIME ZONE 'Asia/Shanghai')::date, p_asker => r.asked_by_id
    )
    FROM hazards_hazardcase c WHERE c.id = r.case_id
$$;

CREATE FUNCTION chase_follow_lookback(r rectification_lookback) RETURNS void LANGUAGE sql AS $$
    SELECT chase_watch(
        'look_back', r.id, r.outcome = '', c.id, c.unit_id, c.region_id, '回头看', r.due_on, p_round => r.round
    )
    FROM hazards_hazardcase c WHERE c.id = r.case_id
$$;

CREATE FUNCTION chase_follow_watch(r rectification_watch) RETURNS void LANGUAGE sql AS $$
    SELECT chase_watch(
        'patrol', r.id, r.ended_on IS NULL AND (r.until IS NULL OR r.until >= r.next_on), NULL, u.id, u.region_id,
        CASE WHEN r.why = 'suspended' THEN '停产停业单位巡查' ELSE '关停单位巡查' END, r.next_on
    )
    FROM units_unit u WHERE u.id = r.unit_id
$$;

CREATE FUNCTION chase_follow_instruction(r rectification_instruction) RETURNS void LANGUAGE sql AS $$
    SELECT chase_watch(
        'instruction', r.id, r.replied_at IS NULL, c.id, c.unit_id, c.region_id,
        concat('督办：', left(r.words, 60)), r.due_on, p_person => r.addressee_id, p_asker => r.given_by_id
    )
    FROM hazards_hazardcase c WHERE c.id = r.case_id
$$;

CREATE FUNCTION chase_follow_transfer(r rectification_transfer) RETURNS void LANGUAGE sql AS $$
    SELECT chase_watch(
        'referral', r.id, r.returned_at IS NULL AND r.settled_at IS NULL AND r.answered_on IS NULL, c.id, c.unit_id,
        c.region_id, concat('移送', r.department, '的回复'), r.reply_due_on, p_code => r.department,
        p_asker => r.sent_by_id
    )
    FROM hazards_hazardcase c WHERE c.id = r.case_id
$$;

CREATE FUNCTION chase_clock_changed() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM chase_follow_clock(NEW); RETURN NULL; END $$;
CREATE TRIGGER chase_follows AFTER INSERT OR UPDATE OF due_at, met_at, stopped_at ON hazards_clock
FOR EACH ROW EXECUTE FUNCTION chase_clock_changed();

CREATE FUNCTION chase_milestone_changed() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM chase_follow_milestone(NEW); RETURN NULL; END $$;
CREATE TRIGGER chase_follows AFTER INSERT OR UPDATE ON rectification_milestone
FOR EACH ROW EXECUTE FUNCTION chase_milestone_changed();

CREATE FUNCTION chase_listing_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM chase_follow_listing(NEW);
    PERFORM chase_follow_milestone(m) FROM rectification_milestone m WHERE m.listing_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER chase_follows AFTER INSERT OR UPDATE OF delisted_on, report_due_on ON rectification_listing
FOR EACH ROW EXECUTE FUNCTION chase_listing_changed();

CREATE FUNCTION chase_extension_changed() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM chase_follow_extension(NEW); RETURN NULL; END $$;
CREATE TRIGGER chase_follows AFTER INSERT OR UPDATE ON rectification_extension
FOR EACH ROW EXECUTE FUNCTION chase_extension_changed();

CREATE FUNCTION chase_lookback_changed() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM chase_follow_lookback(NEW); RETURN NULL; END $$;
CREATE TRIGGER chase_follows AFTER INSERT OR UPDATE ON rectification_lookback
FOR EACH ROW EXECUTE FUNCTION chase_lookback_changed();

CREATE FUNCTION chase_watch_changed() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM chase_follow_watch(NEW); RETURN NULL; END $$;
CREATE TRIGGER chase_follows AFTER INSERT OR UPDATE ON rectification_watch
FOR EACH ROW EXECUTE FUNCTION chase_watch_changed();

CREATE FUNCTION chase_instruction_changed() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM chase_follow_instruction(NEW); RETURN NULL; END $$;
CREATE TRIGGER chase_follows AFTER INSERT OR UPDATE ON rectification_instruction
FOR EACH ROW EXECUTE FUNCTION chase_instruction_changed();

CREATE FUNCTION chase_transfer_changed() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM chase_follow_transfer(NEW); RETURN NULL; END $$;
CREATE TRIGGER chase_follows AFTER INSERT OR UPDATE ON rectification_transfer
FOR EACH ROW EXECUTE FUNCTION chase_transfer_changed();

-- A case that is closed, comes back, or is graded or listed anew changes what its matters owe: look again.
CREATE FUNCTION chase_case_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM chase_follow_case(NEW);
    IF TG_OP = 'UPDATE' THEN
        UPDATE rectification_matter SET next_on = least(next_on, NEW.opened_on)
        WHERE case_id = NEW.id AND ended_at IS NULL;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER chase_follows_new AFTER INSERT ON hazards_hazardcase
FOR EACH ROW WHEN (NEW.due_on IS NOT NULL AND NEW.state IN ('registered', 'ordered', 'submitted'))
EXECUTE FUNCTION chase_case_changed();
CREATE TRIGGER chase_follows AFTER UPDATE OF state, due_on, deadline_version, round, grade, main_level
ON hazards_hazardcase
FOR EACH ROW WHEN ((OLD.state, OLD.due_on, OLD.deadline_version, OLD.round, OLD.grade, OLD.main_level)
                   IS DISTINCT FROM
                   (NEW.state, NEW.due_on, NEW.deadline_version, NEW.round, NEW.grade, NEW.main_level))
EXECUTE FUNCTION chase_case_changed();

SELECT chase_follow_case(r) FROM hazards_hazardcase r
WHERE due_on IS NOT NULL AND state IN ('registered', 'ordered', 'submitted');
SELECT chase_follow_clock(r) FROM hazards_clock r WHERE met_at IS NULL AND stopped_at IS NULL;
SELECT chase_follow_milestone(r) FROM rectification_milestone r WHERE done_on IS NULL AND dropped_at IS NULL;
SELECT chase_follow_listing(r) FROM rectification_listing r WHERE delisted_on IS NULL;
SELECT chase_follow_extension(r) FROM rectification_extension r WHERE decision = '';
SELECT chase_follow_lookback(r) FROM rectification_lookback r WHERE outcome = '';
SELECT chase_follow_watch(r) FROM rectification_watch r WHERE ended_on IS NULL;
SELECT chase_follow_instruction(r) FROM rectification_instruction r WHERE replied_at IS NULL;
SELECT chase_follow_transfer(r) FROM rectification_transfer r WHERE returned_at IS NULL AND settled_at IS NULL;
