-- What the tables looked like when, by the real clock: for the verdict of a fault run, and for nothing else.
CREATE TABLE faults_audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    real double precision NOT NULL DEFAULT extract(epoch FROM clock_timestamp()),
    what text NOT NULL,
    row jsonb NOT NULL
);
CREATE FUNCTION faults_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO faults_audit (what, row) VALUES (TG_TABLE_NAME, to_jsonb(NEW));
    RETURN NULL;
END $$;
CREATE FUNCTION faults_note_claims() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO faults_audit (what, row)
    SELECT 'claims', jsonb_build_object('ids', jsonb_agg(id)) FROM fresh HAVING count(*) > 0;
    RETURN NULL;
END $$;
CREATE TRIGGER faults_notes AFTER INSERT OR UPDATE OF state, due_on, deadline_version, grade, main_level, round
ON hazards_hazardcase FOR EACH ROW EXECUTE FUNCTION faults_note();
CREATE TRIGGER faults_notes AFTER INSERT OR UPDATE OF version, due_on, due_at, ended_at, person_id, asker_id
ON rectification_matter FOR EACH ROW EXECUTE FUNCTION faults_note();
CREATE TRIGGER faults_notes AFTER INSERT OR UPDATE OF "on", finished_at
ON rectification_chaserun FOR EACH ROW EXECUTE FUNCTION faults_note();
CREATE TRIGGER faults_notes AFTER INSERT ON rectification_chaseclaim
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION faults_note_claims();
