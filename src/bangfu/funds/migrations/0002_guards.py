from django.db import migrations

from bangfu.calc.ledger.codes import EARMARKS
from bangfu.calc.ledger.edges import EDGES
from bangfu.scope.row_security import append_only, row_security

SCOPED = (
    "account",
    "voucher",
    "entry",
    "commitment",
    "release",
    "standing",
    "day",
    "book",
    "counter",
    "close",
)
ADDED_ONLY = ("account", "voucher", "entry", "release", "close", "edge", "earmark")
KEPT = ("standing", "day", "book", "counter")

# Functions that keep what nobody may write by hand run as the owner of the tables, whom
# row security binds like anybody else.
DEFINER = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp"

EARMARK = """
ALTER TABLE funds_earmark ADD CONSTRAINT funds_earmark_once UNIQUE (fund_class, purpose);
ALTER TABLE funds_account ADD CONSTRAINT funds_account_earmark
FOREIGN KEY (fund_class, purpose) REFERENCES funds_earmark (fund_class, purpose)
"""

KEEP = """
CREATE FUNCTION funds_kept_by_database() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP IN ('DELETE', 'TRUNCATE') OR pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION '% on % is refused: the database keeps it', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$
"""

ACCOUNT = f"""
CREATE FUNCTION funds_account_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.recorded_at := publicity_now(); RETURN NEW; END $$;
CREATE TRIGGER stamp BEFORE INSERT ON funds_account
FOR EACH ROW EXECUTE FUNCTION funds_account_stamp();
CREATE TRIGGER stamp BEFORE INSERT ON funds_release
FOR EACH ROW EXECUTE FUNCTION funds_account_stamp();

CREATE FUNCTION funds_account_opened() RETURNS trigger {DEFINER} AS $$
BEGIN
    INSERT INTO funds_book (division_code) VALUES (NEW.division_code)
    ON CONFLICT DO NOTHING;
    INSERT INTO funds_standing (account_id, division_code, sign, balance_fen, committed_fen)
    VALUES (NEW.id, NEW.division_code,
            CASE WHEN NEW.kind IN ('appropriation', 'opening', 'interest') THEN -1 ELSE 1 END,
            0, 0);
    RETURN NULL;
END $$;
CREATE TRIGGER opened AFTER INSERT ON funds_account
FOR EACH ROW EXECUTE FUNCTION funds_account_opened();
"""  # noqa: S608 - constants

# Number and time are the database's. A reversal names a voucher that is none itself.
VOUCHER = f"""
CREATE FUNCTION funds_voucher_number() RETURNS trigger {DEFINER} AS $$
BEGIN
    NEW.recorded_at := publicity_now();
    NEW.year := extract(year FROM NEW.posted_on);
    IF NEW.posted_on > publicity_today() THEN
        RAISE EXCEPTION 'nothing is posted into the future: % is after %',
            NEW.posted_on, publicity_today()
        USING ERRCODE = 'check_violation', CONSTRAINT = 'funds_voucher_not_in_future';
    END IF;
    IF NEW.reverses_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM funds_voucher v WHERE v.id = NEW.reverses_id AND v.reverses_id IS NULL
        AND v.division_code = NEW.division_code AND v.entry_count = NEW.entry_count
        AND v.total_fen = NEW.total_fen AND v.posted_on <= NEW.posted_on)
    THEN
        RAISE EXCEPTION 'voucher % cannot be reversed like this', NEW.reverses_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'funds_voucher_reversal_ok';
    END IF;
    INSERT INTO funds_counter AS c (division_code, year, last_number)
    VALUES (NEW.division_code, NEW.year, 1)
    ON CONFLICT (division_code, year) DO UPDATE SET last_number = c.last_number + 1
    RETURNING last_number INTO NEW.number;
    RETURN NEW;
END $$;
CREATE TRIGGER number BEFORE INSERT ON funds_voucher
FOR EACH ROW EXECUTE FUNCTION funds_voucher_number();

CREATE FUNCTION funds_voucher_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found record;
BEGIN
    SELECT count(*) AS entries, coalesce(sum(e.amount_fen), 0) AS rest,
           coalesce(sum(greatest(e.amount_fen, 0)), 0) AS total,
           count(*) FILTER (WHERE e.amount_fen > 0) AS pluses,
           count(DISTINCT e.line) AS lines,
           coalesce(bool_or(e.division_code = NEW.division_code), false) AS is_here
    INTO found FROM funds_entry e WHERE e.voucher_id = NEW.id;
    IF found.rest <> 0 OR found.entries <> NEW.entry_count
       OR found.total <> NEW.total_fen OR found.pluses * 2 <> found.entries
       OR found.lines * 2 <> found.entries OR NOT found.is_here
       OR EXISTS (SELECT FROM funds_entry e WHERE e.voucher_id = NEW.id AND NOT EXISTS (
              SELECT FROM funds_entry m WHERE m.voucher_id = e.voucher_id
              AND m.line = e.line AND m.account_id = e.counter_id
              AND m.counter_id = e.account_id AND m.edge = e.edge
              AND m.amount_fen = -e.amount_fen))
    THEN
        RAISE EXCEPTION 'voucher % does not balance: % of % entries, % left over',
            NEW.id, found.entries, NEW.entry_count, found.rest
        USING ERRCODE = 'check_violation', CONSTRAINT = 'funds_voucher_balances';
    END IF;
    IF NEW.reverses_id IS NOT NULL AND EXISTS (
        SELECT FROM funds_entry e WHERE e.voucher_id = NEW.reverses_id AND NOT EXISTS (
            SELECT FROM funds_entry m WHERE m.voucher_id = NEW.id AND m.line = e.line
            AND m.account_id = e.account_id AND m.counter_id = e.counter_id
            AND m.edge = e.edge AND m.amount_fen = -e.amount_fen
            AND m.commitment_id IS NOT DISTINCT FROM e.commitment_id))
    THEN
        RAISE EXCEPTION 'voucher % does not undo voucher %', NEW.id, NEW.reverses_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'funds_voucher_reversal_ok';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER funds_voucher_whole AFTER INSERT ON funds_voucher
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION funds_voucher_whole();
"""  # noqa: S608 - constants

# What is wrong with an entry, as the name of the rule that it breaks; NULL when nothing is.
ENTRY = f"""
CREATE FUNCTION funds_entry_post() RETURNS trigger {DEFINER} AS $$
DECLARE
    wrong text;
    moved record;
    last_day date;
BEGIN
    PERFORM FROM funds_book b
    WHERE b.division_code IN (SELECT n.division_code FROM added n)
    ORDER BY b.division_code FOR SHARE;

    SELECT CASE
        WHEN v.id IS NULL OR a.id IS NULL OR c.id IS NULL OR b.division_code IS NULL
            OR n.division_code <> a.division_code OR n.posted_on <> v.posted_on
            OR NOT starts_with(v.division_code, a.division_code)
            THEN 'funds_entry_same_as_parents'
        WHEN n.posted_on <= b.closed_through THEN 'funds_entry_month_open'
        WHEN e.code IS NULL THEN 'funds_entry_edge_listed'
        WHEN e.way = 'same' AND a.division_code <> c.division_code
            OR e.way = 'down' AND (s.division_code = t.division_code
                OR NOT starts_with(t.division_code, s.division_code))
            THEN 'funds_entry_way_ok'
        WHEN s.source <> t.source OR s.year <> t.year
            OR s.fund_class <> t.fund_class AND e.change <> 'class'
            THEN 'funds_entry_same_funds'
        WHEN e.is_earmarked AND (s.purpose = '' OR t.purpose = '')
            OR e.change = 'nothing' AND s.purpose <> t.purpose
            OR e.change = 'purpose_set' AND (s.purpose <> '' OR t.purpose = '')
            OR e.change = 'purpose' AND s.purpose = t.purpose
            OR e.change = 'class' AND s.fund_class = t.fund_class
            THEN 'funds_entry_earmark_kept'
        WHEN e.needs_document AND v.document_id IS NULL AND v.document_no = ''
            THEN 'funds_entry_has_document'
        WHEN n.commitment_id IS NOT NULL AND n.account_id = s.id
            AND NOT EXISTS (SELECT FROM funds_commitment m
                            WHERE m.id = n.commitment_id AND m.account_id = n.account_id)
            OR n.commitment_id IS NOT NULL AND n.account_id <> s.id
            THEN 'funds_entry_commitment_of_account'
        END INTO wrong
    FROM added n
    LEFT JOIN funds_voucher v ON v.id = n.voucher_id
    LEFT JOIN funds_account a ON a.id = n.account_id
    LEFT JOIN funds_account c ON c.id = n.counter_id
    LEFT JOIN funds_book b ON b.division_code = a.division_code
    CROSS JOIN LATERAL (SELECT (n.amount_fen < 0) = (v.reverses_id IS NULL) AS out) d
    LEFT JOIN LATERAL (SELECT CASE WHEN d.out THEN a.id ELSE c.id END AS id,
        CASE WHEN d.out THEN a.kind ELSE c.kind END AS kind,
        CASE WHEN d.out THEN a.division_code ELSE c.division_code END AS division_code,
        CASE WHEN d.out THEN a.purpose ELSE c.purpose END AS purpose,
        CASE WHEN d.out THEN a.fund_class ELSE c.fund_class END AS fund_class,
        CASE WHEN d.out THEN a.source ELSE c.source END AS source,
        CASE WHEN d.out THEN a.year ELSE c.year END AS year) s ON true
    LEFT JOIN LATERAL (SELECT
        CASE WHEN d.out THEN c.kind ELSE a.kind END AS kind,
        CASE WHEN d.out THEN c.division_code ELSE a.division_code END AS division_code,
        CASE WHEN d.out THEN c.purpose ELSE a.purpose END AS purpose,
        CASE WHEN d.out THEN c.fund_class ELSE a.fund_class END AS fund_class,
        CASE WHEN d.out THEN c.source ELSE a.source END AS source,
        CASE WHEN d.out THEN c.year ELSE a.year END AS year) t ON true
    LEFT JOIN funds_edge e ON e.code = n.edge AND e.source_kind = s.kind
        AND e.target_kind = t.kind
    ORDER BY 1 LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'the entry breaks the rule %', wrong
        USING ERRCODE = 'check_violation', CONSTRAINT = wrong;
    END IF;

    IF EXISTS (SELECT FROM (SELECT DISTINCT n.voucher_id FROM added n) n
               JOIN funds_voucher v ON v.id = n.voucher_id
               WHERE v.entry_count <
                   (SELECT count(*) FROM funds_entry e WHERE e.voucher_id = v.id)) THEN
        RAISE EXCEPTION 'a voucher takes no entries beyond those it says'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'funds_voucher_balances';
    END IF;

    FOR moved IN
        SELECT n.account_id, n.posted_on, n.division_code, count(*) AS entries,
               sum(greatest(n.amount_fen, 0))::bigint AS debit,
               sum(greatest(-n.amount_fen, 0))::bigint AS credit,
               sum(n.amount_fen)::bigint AS net,
               coalesce(sum(n.amount_fen) FILTER (WHERE n.commitment_id IS NOT NULL),
                        0)::bigint AS committed
        FROM added n GROUP BY 1, 2, 3 ORDER BY 1, 2
    LOOP
        UPDATE funds_standing s SET balance_fen = s.balance_fen + moved.net,
            committed_fen = s.committed_fen + moved.committed,
            last_on = greatest(s.last_on, moved.posted_on)
        WHERE s.account_id = moved.account_id RETURNING s.last_on INTO last_day;
        UPDATE funds_day d SET debit_fen = d.debit_fen + moved.debit,
            credit_fen = d.credit_fen + moved.credit,
            entry_count = d.entry_count + moved.entries,
            balance_fen = d.balance_fen + moved.net
        WHERE d.account_id = moved.account_id AND d.day = moved.posted_on;
        IF NOT FOUND THEN
            INSERT INTO funds_day (account_id, day, division_code, sign, entry_count,
                                   debit_fen, credit_fen, balance_fen)
            SELECT s.account_id, moved.posted_on, s.division_code, s.sign, moved.entries,
                   moved.debit, moved.credit, moved.net + coalesce(
                       (SELECT d.balance_fen FROM funds_day d
                        WHERE d.account_id = s.account_id AND d.day < moved.posted_on
                        ORDER BY d.day DESC LIMIT 1), 0)
            FROM funds_standing s WHERE s.account_id = moved.account_id;
        END IF;
        IF last_day > moved.posted_on THEN
            UPDATE funds_day d SET balance_fen = d.balance_fen + moved.net
            WHERE d.account_id = moved.account_id AND d.day > moved.posted_on;
        END IF;
    END LOOP;

    UPDATE funds_commitment m SET open_fen = m.open_fen + n.net
    FROM (SELECT n.commitment_id, sum(n.amount_fen) AS net FROM added n
          WHERE n.commitment_id IS NOT NULL GROUP BY 1 ORDER BY 1) n
    WHERE m.id = n.commitment_id;
    RETURN NULL;
END $$;
CREATE TRIGGER post AFTER INSERT ON funds_entry
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION funds_entry_post();
"""  # noqa: S608 - constants

COMMITMENT = f"""
CREATE FUNCTION funds_commitment_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.recorded_at := publicity_now();
        NEW.open_fen := NEW.amount_fen;
        IF NOT EXISTS (SELECT FROM funds_account a WHERE a.id = NEW.account_id
                       AND a.kind = 'special' AND a.purpose <> ''
                       AND a.division_code = NEW.division_code) THEN
            RAISE EXCEPTION 'only a line of a special account is committed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'funds_commitment_of_line';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1
        AND to_jsonb(NEW) - 'open_fen' = to_jsonb(OLD) - 'open_fen'
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% on funds_commitment is refused: the database keeps it', TG_OP
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON funds_commitment
FOR EACH ROW EXECUTE FUNCTION funds_commitment_guard();

CREATE FUNCTION funds_commitment_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'TRUNCATE on funds_commitment is refused: rows are only added'
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON funds_commitment
FOR EACH STATEMENT EXECUTE FUNCTION funds_commitment_no_truncate();

CREATE FUNCTION funds_commitment_made() RETURNS trigger {DEFINER} AS $$
BEGIN
    UPDATE funds_standing s SET committed_fen = s.committed_fen + NEW.amount_fen
    WHERE s.account_id = NEW.account_id;
    RETURN NULL;
END $$;
CREATE TRIGGER made AFTER INSERT ON funds_commitment
FOR EACH ROW EXECUTE FUNCTION funds_commitment_made();

CREATE FUNCTION funds_release_done() RETURNS trigger {DEFINER} AS $$
DECLARE
    account bigint;
BEGIN
    SELECT m.account_id INTO account FROM funds_commitment m
    WHERE m.id = NEW.commitment_id AND m.division_code = NEW.division_code;
    IF account IS NULL THEN
        RAISE EXCEPTION 'a release lies where its commitment does'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'funds_release_same_division';
    END IF;
    UPDATE funds_standing s SET committed_fen = s.committed_fen - NEW.amount_fen
    WHERE s.account_id = account;
    UPDATE funds_commitment m SET open_fen = m.open_fen - NEW.amount_fen
    WHERE m.id = NEW.commitment_id;
    RETURN NULL;
END $$;
CREATE TRIGGER done AFTER INSERT ON funds_release
FOR EACH ROW EXECUTE FUNCTION funds_release_done();
"""  # noqa: S608 - constants

# Months close one after the other, when they are over, and never open again.
CLOSE = f"""
CREATE FUNCTION funds_close_check() RETURNS trigger {DEFINER} AS $$
DECLARE
    before date;
BEGIN
    NEW.recorded_at := publicity_now();
    NEW.last_on := make_date(NEW.year, NEW.month, 1) + interval '1 month' - interval '1 day';
    INSERT INTO funds_book (division_code) VALUES (NEW.division_code)
    ON CONFLICT DO NOTHING;
    SELECT b.closed_through INTO before FROM funds_book b
    WHERE b.division_code = NEW.division_code FOR UPDATE;
    IF NEW.last_on >= publicity_today() THEN
        RAISE EXCEPTION 'a month is closed when it is over'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'funds_close_month_over';
    END IF;
    IF before IS NOT NULL AND make_date(NEW.year, NEW.month, 1) <> before + 1 THEN
        RAISE EXCEPTION 'months are closed one after the other'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'funds_close_in_order';
    END IF;
    UPDATE funds_book SET closed_through = NEW.last_on
    WHERE division_code = NEW.division_code;
    SELECT encode(sha256(convert_to(coalesce(string_agg(t.line, ';' ORDER BY t.account_id),
                                             ''), 'UTF8')), 'hex')
    INTO NEW.digest
    FROM (SELECT d.account_id,
                 d.account_id || ':' || sum(d.debit_fen) || ':' || sum(d.credit_fen) || ':'
                 || (array_agg(d.balance_fen ORDER BY d.day DESC))[1] AS line
          FROM funds_day d
          WHERE d.division_code = NEW.division_code AND d.day <= NEW.last_on
          GROUP BY d.account_id) t;
    RETURN NEW;
END $$;
CREATE TRIGGER check_close BEFORE INSERT ON funds_close
FOR EACH ROW EXECUTE FUNCTION funds_close_check();
"""  # noqa: S608 - constants

UNDO = """
DROP TRIGGER check_close ON funds_close;
DROP FUNCTION funds_close_check();
DROP TRIGGER done ON funds_release;
DROP FUNCTION funds_release_done();
DROP TRIGGER made ON funds_commitment;
DROP FUNCTION funds_commitment_made();
DROP TRIGGER no_truncate ON funds_commitment;
DROP FUNCTION funds_commitment_no_truncate();
DROP TRIGGER guard ON funds_commitment;
DROP FUNCTION funds_commitment_guard();
DROP TRIGGER post ON funds_entry;
DROP FUNCTION funds_entry_post();
DROP TRIGGER funds_voucher_whole ON funds_voucher;
DROP FUNCTION funds_voucher_whole();
DROP TRIGGER number ON funds_voucher;
DROP FUNCTION funds_voucher_number();
DROP TRIGGER opened ON funds_account;
DROP FUNCTION funds_account_opened();
DROP TRIGGER stamp ON funds_release;
DROP TRIGGER stamp ON funds_account;
DROP FUNCTION funds_account_stamp();
"""


def keep(table: str) -> migrations.RunSQL:
    """Let a table be written by the ledger's own triggers alone."""
    return migrations.RunSQL(
        f"""CREATE TRIGGER kept BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE
        ON funds_{table} FOR EACH STATEMENT EXECUTE FUNCTION funds_kept_by_database()""",
        f"DROP TRIGGER kept ON funds_{table}",
    )


def fill(apps, schema_editor) -> None:
    """Write down the edges and earmarks."""
    alias = schema_editor.connection.alias
    row = apps.get_model("funds", "EdgeRow")
    row.objects.using(alias).bulk_create(
        row(
            code=edge.code,
            source_kind=edge.source,
            target_kind=edge.target,
            way=edge.way,
            change=edge.change,
            is_earmarked=edge.is_earmarked,
            needs_document=edge.needs_document,
        )
        for edge in EDGES
    )
    earmark = apps.get_model("funds", "Earmark")
    earmark.objects.using(alias).bulk_create(
        earmark(key=f"{fund}:{purpose}", fund_class=fund, purpose=purpose)
        for fund, purposes in EARMARKS.items()
        for purpose in ["", *sorted(purposes)]
    )


class Migration(migrations.Migration):
    dependencies = [
        ("funds", "0001_ledger"),
        ("publicity", "0003_invariants"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunSQL(
            EARMARK,
            "ALTER TABLE funds_account DROP CONSTRAINT funds_account_earmark;"
            "ALTER TABLE funds_earmark DROP CONSTRAINT funds_earmark_once",
        ),
        *[row_security(f"funds_{name}") for name in SCOPED],
        *[append_only(f"funds_{name}") for name in ADDED_ONLY],
        migrations.RunSQL(KEEP, "DROP FUNCTION funds_kept_by_database()"),
        *[keep(name) for name in KEPT],
        migrations.RunSQL(
            [ACCOUNT, VOUCHER, ENTRY, COMMITMENT, CLOSE],
            UNDO,
        ),
    ]
