CREATE OR REPLACE FUNCTION chase_case_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM chase_follow_case(NEW);
    IF TG_OP = 'UPDATE' THEN
        UPDATE rectification_matter SET next_on = least(next_on, NEW.opened_on)
        WHERE case_id = NEW.id AND ended_at IS NULL;
    END IF;
    RETURN NULL;
END $$;
DROP FUNCTION chase_follow_relapse;
DELETE FROM rectification_matter WHERE watched = 'relapse';
