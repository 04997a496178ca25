from django.conf import settings
from django.db import migrations

ZONE = settings.TIME_ZONE
# From which state to which; states.TRANSITIONS in the code, compared by a test.
MOVES = """
('draft','submitted'), ('submitted','draft'), ('checked','draft'), ('submitted','checked'),
('draft','cancelled'), ('submitted','cancelled'), ('checked','cancelled'),
('checked','posted'), ('posted','withdrawn'), ('posted','closed')
"""

# The only clock of this app. Only the owner of the database can put another in its place,
# as a demonstration or a test does; the role that serves requests cannot.
CLOCK = [
    "CREATE FUNCTION publicity_now() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT now()'",
    f"""CREATE FUNCTION publicity_today() RETURNS date LANGUAGE sql STABLE AS
    $$ SELECT (publicity_now() AT TIME ZONE '{ZONE}')::date $$""",
    """CREATE FUNCTION publicity_stamp() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN NEW.recorded_at := publicity_now(); RETURN NEW; END $$""",
    *[
        f"""CREATE TRIGGER a_stamp BEFORE INSERT ON publicity_{table}
        FOR EACH ROW EXECUTE FUNCTION publicity_stamp()"""
        for table in ("notice", "posting", "outcome", "objection", "complaint")
    ],
]

NOTICE = [
    (
        "ALTER TABLE publicity_notice ADD CONSTRAINT publicity_notice_second_person"
        " CHECK (checked_by_id IS NULL OR checked_by_id <> ALL (author_ids))"
    ),
    (
        "ALTER TABLE publicity_notice ADD CONSTRAINT publicity_notice_has_author"
        " CHECK (cardinality(author_ids) > 0)"
    ),
    (
        "ALTER TABLE publicity_notice ADD CONSTRAINT publicity_notice_place_ok"
        " CHECK (length(division_code) >= level)"
    ),
    f"""CREATE FUNCTION publicity_notice_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a notice is never deleted' USING ERRCODE = 'restrict_violation';
      END IF;
      IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
          RAISE EXCEPTION 'a notice begins as a draft' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
      END IF;
      IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN ({MOVES}) THEN
        RAISE EXCEPTION 'a notice does not go from % to %', OLD.state, NEW.state
        USING ERRCODE = 'check_violation';
      END IF;
      IF NEW.state = 'posted' AND OLD.state <> 'posted' AND NOT EXISTS
          (SELECT FROM publicity_posting WHERE notice_id = NEW.id) THEN
        RAISE EXCEPTION 'a notice is posted with evidence' USING ERRCODE = 'check_violation';
      END IF;
      IF NEW.recorded_at <> OLD.recorded_at OR NOT NEW.author_ids @> OLD.author_ids THEN
        RAISE EXCEPTION 'time and authors of a notice stay' USING ERRCODE = 'check_violation';
      END IF;
      IF OLD.state <> 'draft' AND
          (NEW.division_code, NEW.level, NEW.kind, NEW.title, NEW.place, NEW.audience,
           NEW.content, NEW.columns, NEW.corrects_id, NEW.author_ids)
          IS DISTINCT FROM
          (OLD.division_code, OLD.level, OLD.kind, OLD.title, OLD.place, OLD.audience,
           OLD.content, OLD.columns, OLD.corrects_id, OLD.author_ids) THEN
        RAISE EXCEPTION 'what a notice says changes in a draft only'
        USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$""",  # noqa: S608 - constants
    """CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON publicity_notice
    FOR EACH ROW EXECUTE FUNCTION publicity_notice_guard()""",
]

POSTING = [
    f"""CREATE FUNCTION publicity_posting_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE today date := (NEW.recorded_at AT TIME ZONE '{ZONE}')::date;
    BEGIN
      IF NEW.first_date <> today + 1 THEN
        RAISE EXCEPTION 'a window begins on the day after recording, %', today + 1
        USING ERRCODE = 'check_violation';
      END IF;
      IF NEW.last_date < today + NEW.days::int
          OR NEW.unit = 'days' AND NEW.last_date <> today + NEW.days::int THEN
        RAISE EXCEPTION 'a window of % % does not end on %', NEW.days, NEW.unit, NEW.last_date
        USING ERRCODE = 'check_violation';
      END IF;
      IF NEW.happened_on > today THEN
        RAISE EXCEPTION 'nothing was put up in future' USING ERRCODE = 'check_violation';
      END IF;
      IF NOT EXISTS (SELECT FROM publicity_notice
                     WHERE id = NEW.notice_id AND state = 'checked') THEN
        RAISE EXCEPTION 'only a checked notice is posted' USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$""",
    """CREATE TRIGGER guard BEFORE INSERT ON publicity_posting
    FOR EACH ROW EXECUTE FUNCTION publicity_posting_guard()""",
]

ENTRY = [
    """CREATE FUNCTION publicity_entry_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE notice record;
    BEGIN
      IF TG_OP = 'UPDATE' THEN
        IF to_jsonb(NEW) - 'is_final' = to_jsonb(OLD) - 'is_final' AND NEW.is_final
            AND EXISTS (SELECT FROM publicity_outcome WHERE entry_id = NEW.id) THEN
          RETURN NEW;
        END IF;
        RAISE EXCEPTION 'an entry never changes' USING ERRCODE = 'restrict_violation';
      END IF;
      SELECT n.state, n.division_code INTO notice FROM publicity_notice n
      WHERE n.id = CASE WHEN TG_OP = 'INSERT' THEN NEW.notice_id ELSE OLD.notice_id END;
      IF notice.state IS DISTINCT FROM 'draft' THEN
        RAISE EXCEPTION 'entries come and go in a draft only'
        USING ERRCODE = 'restrict_violation';
      END IF;
      IF TG_OP = 'DELETE' THEN
        RETURN OLD;
      END IF;
      IF NEW.is_final OR NOT starts_with(NEW.division_code, notice.division_code) THEN
        RAISE EXCEPTION 'an entry lies within its notice and begins open'
        USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$""",
    """CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON publicity_entry
    FOR EACH ROW EXECUTE FUNCTION publicity_entry_guard()""",
]

OUTCOME = [
    """CREATE FUNCTION publicity_outcome_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.kind = 'passed' AND NOT EXISTS (
          SELECT FROM publicity_posting p JOIN publicity_entry e USING (notice_id)
          WHERE e.id = NEW.entry_id AND (p.days = 0 OR p.last_date < publicity_today()))
      THEN
        RAISE EXCEPTION 'an entry passes after its last day' USING ERRCODE = 'check_violation';
      END IF;
      IF NEW.kind = 'passed' AND EXISTS (
          SELECT FROM publicity_objection o WHERE o.entry_id = NEW.entry_id
          AND (o.state = 'upheld' OR o.state = 'open' AND o.stops))
      THEN
        RAISE EXCEPTION 'an objection stops the entry' USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$""",
    """CREATE TRIGGER guard BEFORE INSERT ON publicity_outcome
    FOR EACH ROW EXECUTE FUNCTION publicity_outcome_guard()""",
    """CREATE FUNCTION publicity_outcome_ends() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE publicity_entry SET is_final = true WHERE id = NEW.entry_id;
      RETURN NULL;
    END $$""",
    """CREATE TRIGGER ends AFTER INSERT ON publicity_outcome
    FOR EACH ROW EXECUTE FUNCTION publicity_outcome_ends()""",
]

OBJECTION = [
    """CREATE FUNCTION publicity_objection_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an objection is never deleted' USING ERRCODE = 'restrict_violation';
      END IF;
      IF (NEW.notice_id, NEW.entry_id, NEW.division_code, NEW.stops, NEW.recorded_at)
          IS DISTINCT FROM
          (OLD.notice_id, OLD.entry_id, OLD.division_code, OLD.stops, OLD.recorded_at)
          OR OLD.state <> 'open' AND
          to_jsonb(NEW) - 'told_on' <> to_jsonb(OLD) - 'told_on'
          OR OLD.told_on IS NOT NULL AND NEW.told_on IS DISTINCT FROM OLD.told_on
          OR NEW.handler_level > OLD.handler_level THEN
        RAISE EXCEPTION 'a decided objection stays as it is'
        USING ERRCODE = 'restrict_violation';
      END IF;
      RETURN NEW;
    END $$""",
    """CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON publicity_objection
    FOR EACH ROW EXECUTE FUNCTION publicity_objection_guard()""",
    """CREATE FUNCTION publicity_complaint_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' OR
          to_jsonb(NEW) - 'handler_level' <> to_jsonb(OLD) - 'handler_level' THEN
        RAISE EXCEPTION 'a complaint never changes' USING ERRCODE = 'restrict_violation';
      END IF;
      RETURN NEW;
    END $$""",
    """CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON publicity_complaint
    FOR EACH ROW EXECUTE FUNCTION publicity_complaint_guard()""",
]

_UNDO = [
    "DROP TRIGGER guard ON publicity_complaint",
    "DROP FUNCTION publicity_complaint_guard()",
    "DROP TRIGGER guard ON publicity_objection",
    "DROP FUNCTION publicity_objection_guard()",
    "DROP TRIGGER ends ON publicity_outcome",
    "DROP FUNCTION publicity_outcome_ends()",
    "DROP TRIGGER guard ON publicity_outcome",
    "DROP FUNCTION publicity_outcome_guard()",
    "DROP TRIGGER guard ON publicity_entry",
    "DROP FUNCTION publicity_entry_guard()",
    "DROP TRIGGER guard ON publicity_posting",
    "DROP FUNCTION publicity_posting_guard()",
    "DROP TRIGGER guard ON publicity_notice",
    "DROP FUNCTION publicity_notice_guard()",
    "ALTER TABLE publicity_notice DROP CONSTRAINT publicity_notice_place_ok",
    "ALTER TABLE publicity_notice DROP CONSTRAINT publicity_notice_has_author",
    "ALTER TABLE publicity_notice DROP CONSTRAINT publicity_notice_second_person",
    *[
        f"DROP TRIGGER a_stamp ON publicity_{table}"
        for table in ("notice", "posting", "outcome", "objection", "complaint")
    ],
    "DROP FUNCTION publicity_stamp()",
    "DROP FUNCTION publicity_today()",
    "DROP FUNCTION publicity_now()",
]


class Migration(migrations.Migration):
    dependencies = [("publicity", "0002_row_security")]

    operations = [
        migrations.RunSQL(
            [*CLOCK, *NOTICE, *POSTING, *ENTRY, *OUTCOME, *OBJECTION], _UNDO
        ),
    ]
