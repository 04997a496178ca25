"""Units and officials from their workbooks: checked, compared, written."""

from __future__ import annotations

import csv
import io

import pytest

from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.identity import make_identity_number

UNIT_HEADS = [
    "单位所属区划代码",
    "单位编号",
    "单位名称",
    "单位层级",
    "帮扶范围区划代码",
    "东向坐标（公里）",
    "北向坐标（公里）",
]
OFFICIAL_HEADS = [
    "单位所属区划代码",
    "单位编号",
    "干部编号",
    "姓名",
    "职级",
    "是否中共党员",
    "是否在职",
    "是否“三送”干部",
    "帮扶档次",
    "亲属1关系",
    "亲属1身份号码",
    "亲属1所在村代码",
    "亲属1户编号",
]


@pytest.fixture
def tree(db):
    """The county of the tests, on file."""
    from datetime import date

    from bangfu.divisions.models import Division

    codes = ("99", "9901", "990101", "990101101", "990101101001", "990102")
    for code in codes:
        parent = {2: "", 4: code[:2], 6: code[:4], 9: code[:6], 12: code[:9]}
        Division.objects.create(
            code=code,
            name=f"区{code}",
            level=len(code),
            parent_code=parent[len(code)],
            valid_from_date=date(1949, 10, 1),
        )


@pytest.fixture
def office(tree, act_as):
    return act_as("county", "990101")


def read(workbook, heads, *rows, number=0):
    from bangfu.exchange.reading import read_workbook
    from bangfu.registry.imports.intake import FileReading

    stream = io.StringIO()
    csv.writer(stream).writerows([heads, *rows])
    content = stream.getvalue().encode()
    return FileReading(number, f"{number}.csv", read_workbook(content, workbook))


def check(intake, by, at, *files, overwrite_empty=False):
    from bangfu.registry.imports.intake import Options, no_progress

    options = Options(overwrite_empty=overwrite_empty)
    return intake.check(files, by=by, at=at, options=options, progress=no_progress)


def take(intake, by, at, *files, **options):
    from bangfu.registry.imports.intake import no_progress

    plan = check(intake, by, at, *files, **options)
    intake.apply(plan, by=by, at=at, import_id=7, progress=no_progress)
    return plan


def units(*rows, number=0):
    from bangfu.pairing.sheets import UNITS

    return read(UNITS, UNIT_HEADS, *rows, number=number)


def officials(*rows, number=0):
    from bangfu.pairing.sheets import OFFICIALS

    return read(OFFICIALS, OFFICIAL_HEADS, *rows, number=number)


BUREAU = ["990101", "U1", "农业局", "县（市、区）直单位", "", "12.5", "3"]
STATION = ["990101101", "T1", "乡政府", "乡（镇）", "", "", ""]


def words(plan):
    return [(found.finding.code, found.finding.row) for found in plan.findings]


def test_units_are_new_then_same_then_changed(office, now):
    from bangfu.pairing.intake import UNITS
    from bangfu.pairing.models import Unit

    first = take(UNITS, office, now, units(BUREAU, STATION))
    again = check(UNITS, office, now, units(BUREAU, STATION))
    renamed = check(UNITS, office, now, units([*BUREAU[:2], "农业农村局", *BUREAU[3:]]))

    assert first.counts.as_json() == {"new": 2, "changed": 0, "same": 0, "wrong": 0}
    assert again.counts.as_json() == {"new": 0, "changed": 0, "same": 2, "wrong": 0}
    assert renamed.counts.as_json() == {"new": 0, "changed": 1, "same": 0, "wrong": 0}
    assert [one.as_json() for one in renamed.differences] == [
        {
            "record": "990101/U1",
            "column": {"zh": "单位名称", "en": "Unit name"},
            "before": "农业局",
            "after": "农业农村局",
        }
    ]
    bureau = Unit.objects.get(unit_no="U1")
    assert (bureau.serves_code, bureau.x_km, bureau.y_km, bureau.import_id) == (
        "990101",
        12.5,
        3.0,
        7,
    )


def test_it_refuses_units_outside_the_scope_and_unknown_places(office, now):
    from bangfu.pairing.intake import UNITS

    plan = check(
        UNITS,
        office,
        now,
        units(
            ["990102", "U9", "外县局", "县（市、区）直单位", "", "", ""],
            ["990101999", "U8", "无此乡", "乡（镇）", "", "", ""],
            ["990101101001", "U7", "村委会", "乡（镇）", "", "", ""],
            ["990101", "U6", "管得宽", "县（市、区）直单位", "9901", "1", ""],
        ),
    )

    assert words(plan) == [
        ("not_a_unit_level", 4),
        ("out_of_scope", 2),
        ("unknown_division", 3),
        ("serves_beyond", 5),
        ("half_a_place", 5),
    ]
    assert plan.counts.as_json() == {"new": 0, "changed": 0, "same": 0, "wrong": 4}


def test_it_refuses_a_unit_that_stands_in_two_files(office, now):
    from bangfu.pairing.intake import UNITS

    plan = check(UNITS, office, now, units(BUREAU), units(BUREAU, number=1))

    assert [
        (f.file, f.finding.code, str(f.finding.message)) for f in plan.findings
    ] == [(1, "repeated_key", "it repeats row 2 of file “0.csv”")]
    assert plan.counts.new == 1


def head(number, *more, rank="一般干部", party="是", post="", sends="", tier=""):
    return ["990101", "U1", number, "李四", rank, party, post, sends, tier, *more]


NO_KIN = ["", "", "", ""]


@pytest.fixture
def bureau(office, now):
    from bangfu.pairing.intake import UNITS

    take(UNITS, office, now, units(BUREAU))


def test_the_tier_follows_from_the_policy_and_a_stated_one_is_only_compared(
    bureau, office, now
):
    from bangfu.pairing.intake import OFFICIALS
    from bangfu.pairing.models import Official

    plan = take(
        OFFICIALS,
        office,
        now,
        officials(
            head("1", *NO_KIN, rank="正科级", tier="A档"),
            head("2", *NO_KIN, tier="C"),
            head("3", *NO_KIN, party="否"),
            head("4", *NO_KIN, party="否", sends="是"),
            head("5", *NO_KIN, post="否"),
        ),
    )

    found = {
        one.official_no: (one.tier, one.quota_min, one.quota_max)
        for one in Official.objects.all()
    }
    assert found == {
        "1": ("B", 2, 2),
        "2": ("C", 1, 1),
        "3": ("", 0, 0),
        "4": ("", 3, 5),
        "5": ("", 0, 0),
    }
    assert words(plan) == [("tier_differs", 2)]
    assert str(plan.findings[0].finding.message) == (
        "the roster says “A档”; by the policy it is B, which holds"
    )
    assert plan.counts.as_json() == {"new": 5, "changed": 0, "same": 0, "wrong": 0}
    one = Official.objects.get(official_no="1")
    assert one.tier_reason["zh"].endswith("应结对 2 户。")
    assert (one.initials, one.policy_hash) == ("LS", plan.policy_hash)


def test_kin_are_kept_as_a_digest_and_replaced_as_a_set(bureau, office, now):
    from datetime import date

    from bangfu.pairing.intake import OFFICIALS
    from bangfu.pairing.models import Kin
    from bangfu.vault import blind_index

    number = make_identity_number("990101", date(1950, 5, 5), 11)
    rows = officials(
        head("1", "父亲", number, "", ""),
        head("2", "配偶", "", "990101101001", "0009"),
    )
    first = take(OFFICIALS, office, now, rows)
    again = check(OFFICIALS, office, now, rows)
    silent = check(OFFICIALS, office, now, officials(head("1", *NO_KIN)))
    emptied = take(
        OFFICIALS, office, now, officials(head("1", *NO_KIN)), overwrite_empty=True
    )

    assert words(first) == [("household_not_registered", 3)]
    assert again.counts.same == 2
    assert silent.counts.same == 1
    assert emptied.counts.changed == 1
    assert [one.as_json()["before"] for one in emptied.differences] == ["1"]
    (kin,) = Kin.objects.all()
    assert (kin.relation, kin.village_code, kin.household_no, kin.identity_index) == (
        "spouse",
        "990101101001",
        "0009",
        None,
    )
    take(OFFICIALS, office, now, rows)
    stored = Kin.objects.get(identity_index__isnull=False)
    assert bytes(stored.identity_index) == blind_index(number, "identity")


def test_one_wrong_kin_keeps_the_whole_official_out(bureau, office, now):
    from bangfu.pairing.intake import OFFICIALS

    plan = check(
        OFFICIALS,
        office,
        now,
        officials(
            head("1", "父亲", "990101195005050010", "", ""),
            head("2", "配偶", "", "990101101001", ""),
            head("3", "配偶", "", "", ""),
            ["990101", "U404", "4", "王五", "一般干部", "是", "", "", "", *NO_KIN],
            head("5", *NO_KIN),
        ),
    )

    assert words(plan) == [
        ("no_unit", 5),
        ("half_a_key", 3),
        ("nobody_named", 4),
        ("identity_number", 2),
    ]
    assert plan.counts.as_json() == {"new": 1, "changed": 0, "same": 0, "wrong": 4}
    assert "1950" not in str([str(f.finding.message) for f in plan.findings])


def test_an_empty_cell_does_not_overwrite(bureau, office, now):
    from bangfu.pairing.intake import OFFICIALS
    from bangfu.pairing.models import Official

    take(OFFICIALS, office, now, officials(head("1", *NO_KIN, sends="是")))
    plan = take(OFFICIALS, office, now, officials(head("1", *NO_KIN)))

    assert plan.counts.same == 1
    assert Official.objects.get(official_no="1").quota_max == 5


def test_a_new_level_of_the_unit_gives_its_officials_new_tiers(bureau, office, now):
    from bangfu.pairing.intake import OFFICIALS, UNITS
    from bangfu.pairing.models import Official

    take(OFFICIALS, office, now, officials(head("1", *NO_KIN, rank="副县（处）级")))
    assert Official.objects.get().tier == "A"

    take(UNITS, office, now, units([*BUREAU[:3], "乡（镇）", *BUREAU[4:]]))

    assert Official.objects.get().tier == "B"


def test_a_reader_may_not_import(tree, make_actor):
    from bangfu.pairing.intake import OFFICIALS, UNITS

    for intake in (UNITS, OFFICIALS):
        with pytest.raises(NotAllowed):
            intake.check_may(by=make_actor("leadership", "990101"))
        intake.check_may(by=make_actor("township", "990101101"))


def test_the_same_files_give_the_same_digest_and_others_another(office, now):
    from bangfu.pairing.intake import UNITS

    one = check(UNITS, office, now, units(BUREAU, STATION))
    two = check(UNITS, office, now, units(STATION, BUREAU))
    other = check(UNITS, office, now, units(BUREAU))

    assert one.digest == two.digest
    assert one.digest != other.digest
