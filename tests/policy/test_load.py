from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from tests.policy.conftest import PACK, write_parameter, write_value

from bangfu.calc.values.text import Text
from bangfu.policy.loading import PackRefused, load
from bangfu.policy.values import Grade, Status

GAP = write_parameter("handover.max_gap", write_value("15", "days"))


def zh(finding) -> str:
    return finding.message.in_language("zh-hans")


def test_it_reads_a_value_with_everything_that_is_known_about_it(write_pack):
    value = load(write_pack(GAP)).value("handover.max_gap", at=date(2016, 3, 1))

    assert value.integer == 15
    assert value.unit == "days"
    assert (value.valid_from, value.valid_to) == (date(2014, 1, 1), None)
    assert value.scope == ""
    assert value.source == Text("出处", "a source")
    assert (value.grade, value.status) == (Grade.FOUND, Status.VERIFIED)
    assert (value.file, value.line) == ("values.toml", 7)


def test_it_reads_decimals_without_a_float(write_pack):
    share = write_parameter("carry.full", write_value("8.1", "percent"))

    assert load(write_pack(share)).value(
        "carry.full", at=date(2016, 1, 1)
    ).decimal == Decimal("8.1")


def test_it_keeps_a_tables_rows_in_order(write_pack):
    rows = '[{ tier = "B", households = 2 }, { tier = "A", households = 3 }]'
    quota = write_parameter("pairing.quota", write_value(rows, "households"))

    value = load(write_pack(quota)).value("pairing.quota", at=date(2016, 1, 1))

    assert [dict(row) for row in value.rows] == [
        {"tier": "B", "households": 2},
        {"tier": "A", "households": 3},
    ]
    with pytest.raises(TypeError):
        value.rows[0]["tier"] = "C"


def test_it_says_the_file_the_line_the_key_and_the_reason(findings_of):
    [finding] = findings_of(GAP.replace("15", '"fifteen"'))

    assert finding.code == "bad_type"
    assert finding.subject == "handover.max_gap"
    assert finding.field == "value"
    assert finding.message.as_json() == {
        "zh": "应为整数，现为“fifteen”。",
        "en": "It must be an integer, but it is “fifteen”.",
    }
    assert finding.place.as_json() == {
        "zh": "values.toml 第 8 行",
        "en": "values.toml line 8",
    }


@pytest.mark.parametrize(
    ("spoil", "code", "field", "message"),
    [
        (('unit = "days"\n', ""), "missing_attribute", "unit", "缺少“unit”。"),
        (
            ('unit = "days"', 'unit = "months"'),
            "wrong_unit",
            "unit",
            "单位应为“days”，现为“months”。",
        ),
        (
            ('"handover.max_gap"', '"handover.gap"'),
            "unknown_key",
            "key",
            "不认识参数“handover.gap”。",
        ),
        (('grade = "found"\n', ""), "missing_attribute", "grade", "缺少“grade”。"),
        (
            ('grade = "found"', 'grade = "rumour"'),
            "unknown_choice",
            "grade",
            "“grade”应为 stated, found, recalled, proposed 之一，现为“rumour”。",
        ),
        (
            ('status = "verified"', 'status = "verified"\nremark = "x"'),
            "unknown_attribute",
            "remark",
            "不认识属性“remark”。",
        ),
        (
            ('scope = ""', 'scope = "36072"'),
            "bad_scope",
            "scope",
            "“36072”不是区划代码：应为 2、4、6、9 或 12 位数字。",
        ),
        (
            ("valid_from = 2014-01-01", 'valid_from = "2014-01-01"'),
            "bad_date",
            "valid_from",
            "“valid_from”应为日期，如 2014-01-01，现为“2014-01-01”。",
        ),
        (
            ("valid_from = 2014-01-01", "valid_from = 2014-01-01T00:00:00"),
            "bad_date",
            "valid_from",
            "“valid_from”应为日期，如 2014-01-01，现为“2014-01-01 00:00:00”。",
        ),
        (
            (
                "valid_from = 2014-01-01",
                "valid_from = 2014-01-01\nvalid_to = 2013-12-31",
            ),
            "bad_date",
            "valid_to",
            "有效期的止日 2013-12-31 早于起日 2014-01-01。",
        ),
        (
            ('zh = "出处", ', ""),
            "bad_type",
            "source",
            '“source”应为中英文文字：{ zh = "…", en = "…" }。',
        ),
        (("value = 15", "value = 15.5"), "bad_type", "value", "应为整数，现为“15.5”。"),
        (("value = 15", "value = true"), "bad_type", "value", "应为整数，现为“True”。"),
        (("value = 15", "value = -1"), "out_of_range", "value", "-1 小于下限 0。"),
        (("value = 15", "value = 367"), "out_of_range", "value", "367 大于上限 366。"),
        (
            ('["pairing.solve"]', '["pairing.magic"]'),
            "unknown_place",
            "acts",
            "不认识作用处：pairing.magic。",
        ),
        (
            ('["pairing.solve"]', "[]"),
            "bad_type",
            "acts",
            "acts 应为至少一项的列表。",
        ),
        (
            ('status = "verified"', 'status = "verified"\nscenario = "what-if"'),
            "verified_scenario",
            "status",
            "情景是假设，不能标为已核实。",
        ),
        (
            ('status = "verified"', 'status = "unverified"\nscenario = "What If"'),
            "bad_type",
            "scenario",
            "情景名应由小写字母、数字和连字符组成。",
        ),
    ],
)
def test_it_refuses(findings_of, spoil, code, field, message):
    spoiled = GAP.replace(*spoil)
    assert spoiled != GAP

    [finding] = findings_of(spoiled)

    assert (finding.code, finding.field) == (code, field)
    assert zh(finding) == message


def test_it_refuses_a_parameter_without_values(findings_of):
    [finding] = findings_of(write_parameter("handover.max_gap"))

    assert (finding.code, finding.field) == ("missing_attribute", "value")


def test_it_refuses_a_parameter_that_stands_twice(findings_of):
    [finding] = findings_of(GAP, more=GAP)

    assert finding.code == "declared_twice"
    assert finding.place.in_language("en") == "values.toml line 2"
    assert zh(finding) == "参数已在 more.toml 第 2 行 写过。"


def test_it_refuses_overlapping_periods(findings_of):
    [finding] = findings_of(
        write_parameter(
            "handover.max_gap",
            write_value("15", "days"),
            write_value("10", "days", valid_from="2016-01-01"),
        )
    )

    assert finding.code == "overlap"
    assert finding.message.as_json() == {
        "zh": "自 2016-01-01 起与自 2014-01-01 起（values.toml 第 7 行）的取值有效期重叠，范围：全国。",
        "en": "The values from 2014-01-01 (values.toml line 7) and 2016-01-01 overlap; "
        "scope: the whole country.",
    }


def test_a_long_period_is_compared_with_every_later_one(findings_of):
    findings = findings_of(
        write_parameter(
            "handover.max_gap",
            write_value("15", "days", valid_to="2019-12-31"),
            write_value("10", "days", valid_from="2015-01-01", valid_to="2015-12-31"),
            write_value("5", "days", valid_from="2018-01-01"),
        )
    )

    assert [finding.code for finding in findings] == ["overlap", "overlap"]


def test_the_last_day_itself_overlaps(findings_of):
    [finding] = findings_of(
        write_parameter(
            "handover.max_gap",
            write_value("15", "days", valid_to="2016-01-01"),
            write_value("10", "days", valid_from="2016-01-01"),
        )
    )

    assert finding.code == "overlap"


def test_other_scopes_and_scenarios_do_not_overlap(write_pack):
    pack = load(
        write_pack(
            write_parameter(
                "handover.max_gap",
                write_value("15", "days", valid_to="2015-12-31"),
                write_value("10", "days", valid_from="2016-01-01"),
                write_value("7", "days", scope="9901"),
                write_value("1", "days", status="unverified", scenario="fast"),
            )
        )
    )

    assert len(pack.all_values()) == 4


def test_a_yearly_value_is_for_exactly_one_year(findings_of):
    line = write_value("2800", "yuan/person/year", valid_from="2014-01-01")

    [finding] = findings_of(write_parameter("line.nbs", line, acts="registry.line"))

    assert finding.code == "not_a_year"


@pytest.mark.parametrize("number", ["654.38", "654380000", "65438", "6543.8"])
def test_it_refuses_what_machine_translation_makes_of_a_one(findings_of, number):
    [finding] = findings_of(
        write_parameter("village.fund_alarm", write_value(number, "yuan/village/year"))
    )

    assert finding.code == "translation_artefact"


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
def test_it_refuses_what_is_not_a_number(findings_of, number):
    [finding] = findings_of(
        write_parameter("carry.full", write_value(number, "percent"))
    )

    assert finding.code == "bad_type"


@pytest.mark.parametrize(
    ("row", "code", "message"),
    [
        ('{ tier = "A" }', "missing_column", "第 2 行“households”列：缺少这一列。"),
        (
            '{ tier = "A", households = 3, max = 5 }',
            "unknown_column",
            "第 2 行“max”列：没有这一列。",
        ),
        (
            '{ tier = "a", households = 3 }',
            "bad_text",
            "第 2 行“tier”列：“a”的写法不对，应符合 [A-Z][A-Z0-9_]{0,11}。",
        ),
        (
            '{ tier = "A", households = "3" }',
            "bad_type",
            "第 2 行“households”列：应为整数，现为“3”。",
        ),
    ],
)
def test_it_refuses_a_wrong_row(findings_of, row, code, message):
    rows = f'[{{ tier = "C", households = 1 }}, {row}]'

    [finding] = findings_of(
        write_parameter("pairing.quota", write_value(rows, "households"))
    )

    assert (finding.code, zh(finding)) == (code, message)


def test_it_refuses_an_unknown_code_in_a_row(findings_of):
    row = (
        '[{ tier = "A", who = { zh = "甲", en = "a" }, ranks = ["emperor"], '
        'source = { zh = "甲", en = "a" }, grade = "found", status = "verified" }]'
    )

    [finding] = findings_of(write_parameter("pairing.tiers", write_value(row, "rules")))

    assert finding.code == "unknown_choice"
    assert zh(finding).startswith(
        "第 1 行“ranks”列：不认识代码“emperor”，应为：city_leader"
    )


def test_it_reports_every_fault_at_once(findings_of):
    findings = findings_of(
        GAP.replace('unit = "days"\n', "").replace('scope = ""', 'scope = "x"'),
        write_parameter("no.such_key", write_value("1", "days")),
        write_parameter("visit.alarm", write_value('"many"', "months")),
        broken="[[parameter]\n",
        stray="policy = 1\n",
    )

    assert sorted((f.code, f.subject) for f in findings) == [
        ("bad_scope", "handover.max_gap"),
        ("bad_type", "visit.alarm"),
        ("missing_attribute", "handover.max_gap"),
        ("not_toml", "broken.toml"),
        ("unknown_key", "no.such_key"),
        ("unknown_table", "stray.toml"),
    ]


def test_the_refusal_counts_the_faults(write_pack):
    with pytest.raises(PackRefused) as refused:
        load(write_pack(GAP.replace("15", "x15", 1)))

    assert (
        str(refused.value) == "The policy pack “small” has 1 faults and is not loaded."
    )
    assert refused.value.reason_code == "pack_refused"


def test_invalid_toml_is_reported_with_its_line(findings_of):
    [finding] = findings_of(broken='[[parameter]]\nkey = "a\n')

    assert finding.code == "not_toml"
    assert finding.place.in_language("en") == "broken.toml line 2"


def test_a_file_that_is_not_utf8_is_reported(write_pack):
    directory = write_pack(GAP)
    (directory / "old.toml").write_bytes("# 国标码".encode("gb18030"))

    with pytest.raises(PackRefused) as refused:
        load(directory)

    assert [f.code for f in refused.value.findings] == ["not_utf8"]


def test_a_byte_order_mark_does_no_harm(write_pack):
    directory = write_pack()
    (directory / "values.toml").write_text(GAP, encoding="utf-8-sig")

    assert len(load(directory).all_values()) == 1


def test_a_huge_file_is_reported_and_not_read(write_pack):
    directory = write_pack(GAP)
    (directory / "huge.toml").write_text("#" * 1_000_001)

    with pytest.raises(PackRefused) as refused:
        load(directory)

    [finding] = refused.value.findings
    assert str(finding.message) == "The file is larger than 1000000 bytes."


@pytest.mark.parametrize(
    "text",
    [
        "value = " + "[" * 3_000,
        "value = 1e999999999999999999999",
        "value = " + "9" * 5_000,
    ],
)
def test_hostile_toml_is_a_finding_and_not_a_crash(findings_of, text):
    assert findings_of(hostile=text)[0].subject == "hostile.toml"


def test_a_directory_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(PackRefused) as refused:
        load(tmp_path / "nowhere")

    assert {f.code for f in refused.value.findings} == {"unreadable"}


def test_a_directory_without_pack_toml_is_refused(tmp_path):
    (tmp_path / "values.toml").write_text(GAP, encoding="utf-8")

    with pytest.raises(PackRefused) as refused:
        load(tmp_path)

    assert [f.code for f in refused.value.findings] == ["no_pack"]


def test_pack_toml_needs_its_titles(tmp_path):
    (tmp_path / "pack.toml").write_text('[pack]\nid = "Bad Id"\n', encoding="utf-8")

    with pytest.raises(PackRefused) as refused:
        load(tmp_path)

    assert [(f.code, f.field) for f in refused.value.findings] == [
        ("missing_attribute", "regulation"),
        ("missing_attribute", "title"),
        ("bad_type", "id"),
    ]


def test_a_pack_table_in_another_file_is_refused(findings_of):
    [finding] = findings_of(other=PACK)

    assert (finding.code, finding.subject) == ("unknown_table", "other.toml")


def test_lines_are_left_out_when_they_cannot_be_told(findings_of):
    inline = (
        'parameter = [{ key = "handover.max_gap", title = { zh = "甲", en = "a" }, '
        'acts = ["pairing.solve"], value = [{ value = 15, valid_from = 2014-01-01, '
        'scope = "", source = { zh = "甲", en = "a" }, grade = "found", '
        'status = "verified" }] }]\n'
    )

    [finding] = findings_of(inline)

    assert finding.code == "missing_attribute"
    assert finding.place.in_language("en") == "values.toml"


def test_holidays_must_lie_in_their_year(findings_of):
    rows = '[{ holiday = "new_year", first = 2014-12-31, last = 2015-01-02 }]'
    holidays = write_value(rows, "dates", valid_to="2014-12-31")

    [finding] = findings_of(
        write_parameter("calendar.holidays", holidays, acts="calendar.working_days")
    )

    assert finding.code == "bad_date"
    assert zh(finding) == (
        "第 1 行的日期 2014-12-31 至 2015-01-02 不在 2014 年内，或起止颠倒。"
    )


@pytest.mark.parametrize("value", ["[]", "3", "[1, 2]", '{ tier = "A" }'])
def test_it_refuses_what_is_not_a_table_of_rows(findings_of, value):
    [finding] = findings_of(
        write_parameter("pairing.quota", write_value(value, "households"))
    )

    assert finding.code == "bad_type"
    assert zh(finding) == "应为 1 至 1000 行的表格。"


@pytest.mark.parametrize(
    ("key", "unit", "value", "message"),
    [
        ("pairing.in_post_only", "yes/no", "1", "应为true 或 false，现为“1”。"),
        ("pairing.three_sends_mode", "code", "3", "应为代码，现为“3”。"),
        (
            "pairing.three_sends_mode",
            "code",
            '"both"',
            "不认识代码“both”，应为：replace, add。",
        ),
        ("school.age_reference", "month-day", '""', "应为文字，现为“”。"),
        (
            "school.age_reference",
            "month-day",
            '"31-08"',
            "“31-08”的写法不对，应符合 (0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])。",
        ),
        ("carry.full", "percent", '"8"', "应为数字，现为“8”。"),
        ("carry.full", "percent", "100.1", "100.1 大于上限 100。"),
    ],
)
def test_it_refuses_a_value_of_the_wrong_kind(findings_of, key, unit, value, message):
    [finding] = findings_of(write_parameter(key, write_value(value, unit)))

    assert zh(finding) == message


@pytest.mark.parametrize("ranks", ["[]", '"staff"', "[1]", '["staff", "staff"]'])
def test_it_refuses_what_is_not_a_list_of_codes(findings_of, ranks):
    row = (
        f'[{{ tier = "A", who = {{ zh = "甲", en = "a" }}, ranks = {ranks}, '
        'source = { zh = "甲", en = "a" }, grade = "found", status = "verified" }]'
    )

    [finding] = findings_of(write_parameter("pairing.tiers", write_value(row, "rules")))

    assert zh(finding).startswith("第 1 行“ranks”列：应为代码列表，现为")


def test_it_refuses_values_that_are_not_tables(findings_of):
    findings = findings_of(write_parameter("handover.max_gap", "value = [15]\n"))

    assert {f.code for f in findings} == {"missing_attribute"}


def test_it_refuses_a_parameter_with_an_empty_list_of_values(findings_of):
    [finding] = findings_of(write_parameter("handover.max_gap", "value = []\n"))

    assert (finding.code, zh(finding)) == ("no_value", "没有任何取值。")


def test_it_refuses_too_many_files(write_pack):
    directory = write_pack(GAP)
    for number in range(199):
        (directory / f"more{number}.toml").write_text("")

    with pytest.raises(PackRefused) as refused:
        load(directory)

    [finding] = refused.value.findings
    assert (
        str(finding.message) == "The directory holds 201 TOML files; the limit is 200."
    )


def test_a_parameter_written_as_one_table_is_refused(findings_of):
    [finding] = findings_of(GAP.replace("[[parameter]]", "[parameter]"))

    assert finding.code == "bad_table"
    assert zh(finding) == "“parameter”的写法不对：应写作 [[parameter]]。"


def test_a_folder_named_like_a_file_is_a_finding(write_pack):
    directory = write_pack(GAP)
    (directory / "folder.toml").mkdir()

    with pytest.raises(PackRefused) as refused:
        load(directory)

    assert [f.code for f in refused.value.findings] == ["unreadable"]
