"""Members and incomes by hand: added, corrected, ended; checked, recorded, told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.registry.workbooks import OTHER_VILLAGE, families, number

from bangfu import vault
from bangfu.audit.models import Event
from bangfu.calc.values.findings import BadInput, NotAllowed
from bangfu.registry import changes, editing, operations, queries
from bangfu.registry.models import Flag, Household, Income, Member
from bangfu.scope import acting

WHY = "入户核实后更正"
BABY = {"name": "张小三", "relation": "03", "identity_number": number("2015-06-01", 5)}


@pytest.fixture
def home(importer) -> Household:
    """A household of two with the income of 2014."""
    importer.run(families("0001", year=2014, wage=400_000, transfer_dibao=90_000))
    return Household.objects.get()


@pytest.fixture
def hand(importer, home):
    """Do an act by hand on the household as it stands, a minute later each time."""

    def act(name: str, **more):
        importer.at += timedelta(minutes=1)
        home.refresh_from_db()
        given = {
            "by": importer.by,
            "at": importer.at,
            "household_id": home.pk,
            "version": queries.version_of(home),
            "reason": WHY,
        }
        # Each request is an act of its own.
        with acting(importer.by):
            return getattr(operations, name)(**given | more)

    return act


def head() -> Member:
    return Member.objects.get(relation="01", left_date=None)


def wife() -> Member:
    return Member.objects.get(relation="02")


def said(findings) -> list[str]:
    return [finding.message.in_language("zh") for finding in findings]


# Adding a member


def test_a_member_is_added_sealed_placed_last_and_recorded(hand, home):
    assert hand("add_member", facts=BABY) == []

    child = Member.objects.get(name="张小三")
    assert (child.position, child.sex, child.birth_date) == (3, "1", date(2015, 6, 1))
    assert vault.unseal(child.identity_sealed) == BABY["identity_number"]
    event = Event.objects.get(action="registry.member.added")
    assert (event.reason, event.subject_id) == (WHY, str(home.pk))
    assert event.detail == {
        "member": child.pk,
        "fields": ["identity_number", "name", "relation"],
    }


def test_a_second_head_and_a_person_twice_are_refused_and_nobody_is_added(hand):
    with pytest.raises(BadInput) as caught:
        hand("add_member", facts=BABY | {"relation": "01"})
    assert "本户有两名以上户主" in said(caught.value.findings)

    known = number("1970-01-01", 3)
    with pytest.raises(BadInput) as caught:
        hand("add_member", facts=BABY | {"identity_number": known})
    assert "同一身份证号码在本户重复" in said(caught.value.findings)

    assert Member.objects.count() == 2
    assert not Event.objects.filter(action="registry.member.added").exists()


def test_a_wrong_number_is_refused_at_its_field(hand):
    right = BABY["identity_number"]
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")

    with pytest.raises(BadInput) as caught:
        hand("add_member", facts=BABY | {"identity_number": wrong})

    assert [finding.field for finding in caught.value.findings] == ["identity_number"]
    assert Member.objects.count() == 2


@pytest.mark.parametrize("missing", ["name", "relation"])
def test_a_member_without_name_or_relation_is_refused(hand, missing):
    with pytest.raises(BadInput, match="Fill in: "):
        hand("add_member", facts={k: v for k, v in BABY.items() if k != missing})


def test_doubts_about_a_new_member_are_returned_and_flagged(hand):
    found = hand("add_member", facts=BABY | {"labour": "2"})

    assert said(found) == ["0 岁填有劳动力，请核实"]
    assert Flag.objects.filter(member__name="张小三").get().code == "V7"


# Correcting a member


def test_a_member_is_corrected_even_in_what_he_is_known_by(hand):
    new = number("1971-03-04", 9)

    hand(
        "change_member",
        member_id=head().pk,
        changes={"name": "张三丰", "identity_number": new, "education": "2"},
    )

    stored = head()
    assert Member.objects.count() == 2
    assert (stored.name, stored.education) == ("张三丰", "2")
    assert stored.birth_date == date(1971, 3, 4)
    assert vault.unseal(stored.identity_sealed) == new
    assert Household.objects.get().head_name == "张三丰"
    assert Event.objects.get(action="registry.member.changed").detail["fields"] == [
        "education",
        "identity_number",
        "name",
    ]


def test_a_corrected_member_takes_a_doubt_away_without_new_incomes(hand):
    hand("change_member", member_id=head().pk, changes={"is_on_dibao": False})
    assert list(Flag.objects.values_list("code", flat=True)) == ["V10"]

    hand("change_member", member_id=head().pk, changes={"is_on_dibao": True})

    assert not Flag.objects.exists()


def test_a_change_of_nothing_is_refused(hand):
    with pytest.raises(BadInput, match="Nothing was changed"):
        hand("change_member", member_id=head().pk, changes={"name": "张三"})


def test_a_member_of_another_household_is_not_there(hand, importer, home):
    importer.run(families("0002"), overwrite_empty=False)
    other = Member.objects.filter(household__household_no="0002").first()

    with pytest.raises(editing.NoSuchMember):
        hand("change_member", member_id=other.pk, changes={"education": "2"})


def test_what_many_households_share_stays_flagged_when_one_of_them_is_corrected(
    hand, home
):
    Flag.objects.create(
        household=home,
        division_code=home.division_code,
        code="V15",
        severity="doubtful",
        field="wage",
        message={"zh": "雷同", "en": "copied"},
        found_at=home.recorded_at,
    )

    hand("change_member", member_id=head().pk, changes={"education": "2"})
    assert Flag.objects.filter(code="V15").exists()

    hand("change_income", year=2014, amounts={"wage": 500_000})
    assert not Flag.objects.filter(code="V15").exists()


# Leaving


def test_a_member_leaves_with_date_and_reason_and_the_row_stays(hand):
    hand(
        "end_member",
        member_id=wife().pk,
        left_date=date(2016, 2, 1),
        left_reason="2",
    )

    gone = wife()
    assert (gone.left_date, gone.left_reason) == (date(2016, 2, 1), "2")
    assert Event.objects.get(action="registry.member.left").detail == {
        "member": gone.pk,
        "fields": ["left_date", "left_reason"],
    }


def test_when_the_head_leaves_the_household_is_flagged(hand):
    found = hand(
        "end_member", member_id=head().pk, left_date=date(2016, 2, 1), left_reason="1"
    )

    assert said(found) == ["本户现无户主，请确定新户主"]


@pytest.mark.parametrize(
    ("day", "why", "message"),
    [
        (date(2016, 3, 2), "1", "减少日期晚于今天"),
        (date(1960, 1, 1), "1", "减少日期早于出生日期"),
    ],
)
def test_nobody_leaves_in_the_future_or_before_the_birth(hand, day, why, message):
    with pytest.raises(BadInput) as caught:
        hand("end_member", member_id=wife().pk, left_date=day, left_reason=why)

    assert said(caught.value.findings) == [message]
    assert wife().left_date is None


def test_nobody_leaves_by_being_born(hand):
    with pytest.raises(BadInput, match="Why a member left is one of: death"):
        hand(
            "end_member",
            member_id=wife().pk,
            left_date=date(2016, 2, 1),
            left_reason="6",
        )


def test_nobody_leaves_twice_but_a_mistake_can_be_taken_back(hand):
    leave = {"left_date": date(2016, 2, 1), "left_reason": "2"}
    hand("end_member", member_id=wife().pk, **leave)
    with pytest.raises(editing.LeftAlready, match="left on 2016-02-01"):
        hand("end_member", member_id=wife().pk, **leave)

    hand(
        "change_member",
        member_id=wife().pk,
        changes={"left_date": None, "left_reason": None},
    )

    assert wife().left_date is None


# Incomes


def test_a_year_is_added_by_component_and_transfers_are_the_sum_of_their_parts(hand):
    amounts = {"wage": 450_000, "transfer_dibao": 90_000, "transfer_pension": 10_000}

    hand("add_income", year=2015, amounts=amounts)

    income = Income.objects.get(year=2015)
    # 4 500 wage + 900 Dibao + 100 pension.
    assert (income.transfer_fen, income.net_fen) == (100_000, 550_000)
    assert Event.objects.get(action="registry.income.added").detail == {"year": 2015}
    assert Income.objects.count() == 2


def test_a_year_is_corrected(hand):
    hand("change_income", year=2014, amounts={"wage": 410_000, "transfer": 90_000})

    income = Income.objects.get()
    assert (income.wage_fen, income.net_fen) == (410_000, 500_000)
    assert Event.objects.get(action="registry.income.changed").reason == WHY


def test_a_jump_of_income_is_doubted(hand):
    found = hand("add_income", year=2015, amounts={"wage": 1_000_000})

    assert "纯收入由上年 4900 元变为 10000 元，请核实" in said(found)


def test_a_year_on_file_a_future_year_and_an_empty_one_are_refused(hand):
    with pytest.raises(editing.YearOnFile, match="The income of 2014 is on file"):
        hand("add_income", year=2014, amounts={"wage": 1})
    with pytest.raises(BadInput) as caught:
        hand("add_income", year=2017, amounts={"wage": 1})
    assert said(caught.value.findings) == ["收入年度晚于 2016 年"]
    with pytest.raises(BadInput, match="Fill in at least one part of income"):
        hand("add_income", year=2015, amounts={"wage": None})
    with pytest.raises(editing.NoSuchYear):
        hand("change_income", year=2013, amounts={"wage": 1})

    assert [i.year for i in Income.objects.all()] == [2014]


def test_a_negative_part_is_refused(hand):
    with pytest.raises(BadInput) as caught:
        hand("change_income", year=2014, amounts={"wage": -1})

    assert [(f.field, f.code) for f in caught.value.findings] == [("wage", "V9")]


# Who, and on which version

ACTS = {
    "add_member": {"facts": BABY},
    "change_member": {"changes": {"education": "2"}},
    "end_member": {"left_date": date(2016, 2, 1), "left_reason": "2"},
    "add_income": {"year": 2015, "amounts": {"wage": 1}},
    "change_income": {"year": 2014, "amounts": {"wage": 1}},
}
OF_A_MEMBER = {"change_member", "end_member"}


def given(name: str) -> dict:
    member = {"member_id": wife().pk} if name in OF_A_MEMBER else {}
    return ACTS[name] | member


@pytest.mark.parametrize("name", ACTS)
def test_a_stale_form_is_refused_with_both_values(hand, home, name):
    seen = queries.version_of(Household.objects.get())
    hand("change_member", member_id=head().pk, changes={"education": "3"})

    with pytest.raises(editing.EditedMeanwhile) as caught:
        hand(name, version=seen, **given(name))

    assert caught.value.findings
    assert not Event.objects.filter(
        action__in=["registry.member.added", "registry.member.left"]
    ).exists()
    assert Income.objects.get().wage_fen == 400_000


@pytest.mark.parametrize("name", ACTS)
def test_it_takes_an_office_of_the_place_and_a_reason(hand, make_actor, name):
    for role in ("auditor", "leadership"):
        with pytest.raises(NotAllowed):
            hand(name, by=make_actor(role, "9901"), **given(name))
    with pytest.raises(NotAllowed):
        hand(name, by=make_actor("village", OTHER_VILLAGE), **given(name))
    with pytest.raises(BadInput, match="State the reason"):
        hand(name, reason="", **given(name))

    assert not Event.objects.filter(action__startswith="registry.member").exists()


# The history


def told(home) -> list[tuple]:
    """Title, reason, and each change of about, column, before, after, newest first."""

    def words(value):
        return value.zh.format(**value.params) if hasattr(value, "zh") else value

    return [
        (
            act.title.zh,
            act.reason,
            [
                (c.about, c.column.zh, words(c.before), words(c.after))
                for c in act.changes
            ],
        )
        for act in changes.history_of(queries.household_file(home.pk))
    ]


def test_the_history_tells_who_was_added_who_left_and_new_years(hand, home, importer):
    hand("add_member", facts=BABY)
    hand("add_income", year=2015, amounts={"wage": 450_000})
    hand("end_member", member_id=wife().pk, left_date=date(2016, 2, 1), left_reason="2")
    hand("change_income", year=2015, amounts={"wage": 460_000})
    home.refresh_from_db()

    acts = changes.history_of(queries.household_file(home.pk))

    assert [act.by for act in acts] == [importer.by.username] * 5
    assert told(home)[:4] == [
        (
            "修改年度收入",
            WHY,
            [("2015", "工资性收入", "4,500.00 元", "4,600.00 元")],
        ),
        (
            "成员减少",
            WHY,
            [
                ("李四", "减少日期", None, "2016-02-01"),
                ("李四", "减少原因", None, "婚出"),
            ],
        ),
        (
            "登记年度收入",
            WHY,
            [("2015", "新增收入年度", None, "纯收入 4,500.00 元")],
        ),
        ("新增成员", WHY, [("张小三", "新增成员", None, "之子")]),
    ]
    first = told(home)[4]
    assert first[0] == "导入"
    assert first[2] == [
        ("", "新登记户", None, "张三"),
        ("张三", "新增成员", None, "户主"),
        ("李四", "新增成员", None, "配偶"),
        ("2014", "新增收入年度", None, "纯收入 4,900.00 元"),
    ]


def test_what_an_import_adds_to_a_stored_household_is_told(importer, home):
    importer.at += timedelta(days=1)
    importer.run(families("0001", year=2015, wage=410_000, transfer_dibao=90_000))

    assert told(home)[0][2] == [("2015", "新增收入年度", None, "纯收入 5,000.00 元")]


def test_a_history_that_is_cut_tells_the_newest_and_invents_no_beginning(
    hand, home, monkeypatch
):
    for wage in (410_000, 420_000, 430_000):
        hand("change_income", year=2014, amounts={"wage": wage})
    monkeypatch.setattr(changes, "EVENTS_MAX", 2)

    acts = told(home)

    assert [act[2] for act in acts[:2]] == [
        [("2014", "工资性收入", "4,200.00 元", "4,300.00 元")],
        [("2014", "工资性收入", "4,100.00 元", "4,200.00 元")],
    ]
    assert not any(change[1] == "新增收入年度" for act in acts for change in act[2])


def test_who_acted_beyond_the_scope_is_not_named_but_the_act_is_told(
    importer_for, city, make_actor, now
):
    office = make_actor("city", "9901")
    with acting(office):
        importer_for(office).run(families("0001"))
    village = make_actor("village", "990101101001")
    with acting(village):
        acts = changes.history_of(queries.household_file(Household.objects.get().pk))

    assert [(act.title.zh, act.by) for act in acts] == [("登记", "")]
    assert len(acts[0].changes) == 3
