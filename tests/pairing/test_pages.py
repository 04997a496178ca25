"""Every page of the app, as the roles see it, in both languages."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.urls import reverse

DAY = date(2016, 3, 1)


def get(client, name, *args, query="", language="zh-hans"):
    headers = {"accept-language": language}
    return client.get(reverse(f"pairing:{name}", args=args) + query, headers=headers)


def words(response):
    """Return what a page says, without tags."""
    page = response.content.decode()
    page = re.sub(r"<script.*?</script>", " ", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.fixture
def tree(db):
    from bangfu.divisions.models import Boundary, Division

    names = {
        "99": "示范省",
        "9901": "示范市",
        "990101": "一县",
        "990101101": "甲乡",
        "990101102": "乙乡",
        "990101101001": "东村",
        "990101101002": "西村",
        "990101102001": "南村",
    }
    cut = {2: 0, 4: 2, 6: 4, 9: 6, 12: 9}
    for code, name in names.items():
        Division.objects.create(
            code=code,
            name=name,
            level=len(code),
            parent_code=code[: cut[len(code)]],
            valid_from_date=date(1949, 10, 1),
        )
    for number, code in enumerate(("990101101", "990101102")):
        x = 115 + number
        ring = [[x, 25], [x + 1, 25], [x + 1, 26], [x, 26], [x, 25]]
        Boundary.objects.create(
            code=code,
            geometry={"type": "Polygon", "coordinates": [ring]},
            source="测试",
        )


@pytest.fixture
def applied(tree, approved, office, now):
    from bangfu.pairing import operations

    return operations.apply(by=office, at=now, run_id=approved.pk, from_date=DAY)


PAGES = [
    ("coverage", ()),
    ("coverage_of", ("990101101",)),
    ("coverage_of", ("990101101001",)),
    ("households", ()),
    ("officials", ()),
    ("runs", ()),
    ("order", ()),
]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(("name", "args"), PAGES)
def test_a_county_office_sees_every_page(applied, office, login, name, args, language):
    response = get(login(office), name, *args, language=language)

    assert response.status_code == 200
    if language == "en":
        menu_and_names = re.compile(r"[\u4e00-\u9fff]{4,}")
        known = ("示范市", "简体中文", "单位")
        found = [w for w in menu_and_names.findall(words(response)) if w not in known]
        assert found == [], found


def test_the_board_says_both_directions_and_leads_on(applied, office, login):
    client = login(office)
    page = words(get(client, "coverage"))

    assert "已实现双向全覆盖" in page
    assert "贫困户 6" in page
    assert "无人帮扶 0 已有帮扶 100.0%" in page
    body = get(client, "coverage").content.decode()
    assert reverse("pairing:coverage_of", args=["990101102"]) in body
    assert "chart-coverage-map-spec" in body
    village = words(get(client, "coverage_of", "990101102001"))
    assert "干部B1" in village


@pytest.mark.parametrize(
    ("number", "note"),
    [
        ("赣S(2016)001号", "审图号：赣S(2016)001号。"),
        ("", "示意图，未登记审图号，不得对外公开。"),
    ],
)
def test_the_map_of_the_board_says_its_approval_source_and_classes(
    applied, office, login, settings, number, note
):
    settings.BANGFU_MAP_APPROVAL_NUMBER = number

    page = words(get(login(office), "coverage"))

    assert note in page
    assert "边界来源：测试" in page
    assert "95.0% – 100.0%：0 个" in page
    assert "100.0%：2 个" in page
    assert "100.0% 及以上" not in page


def test_the_own_level_is_called_so_under_the_bars(applied, office):
    from bangfu.calc.values.division_code import DivisionCode
    from bangfu.pairing import boards, coverage

    board = coverage.coverage(DivisionCode("990101"), at=DAY)

    assert [str(label) for label in boards.official_chart(board).labels] == [
        "own level",
        "乙乡",
    ]


def test_a_division_outside_the_scope_has_no_board(applied, office, login):
    client = login(office)

    assert get(client, "coverage_of", "990102").status_code == 404
    assert get(client, "coverage_of", "9901").status_code == 404
    assert get(client, "coverage_of", "abc").status_code == 404


def test_what_limits_coverage_is_said_on_the_board(tree, office, now, login, county):
    from bangfu.calc.values.division_code import DivisionCode
    from bangfu.pairing import operations
    from bangfu.pairing.models import Official

    Official.objects.filter(pk=county.officials["a1"]).update(is_three_sends=False)
    operations.solve_now(by=office, at=now, division=DivisionCode("990101"), year=2016)

    page = words(get(login(office), "coverage"))

    assert "缺 1 个帮扶名额" in page
    assert "无人帮扶 6" in page


def test_the_officials_list_filters_by_standing_and_name(tree, office, login, county):
    client = login(office)

    assert "共 3 名干部" in words(get(client, "officials", query="?standing=below"))
    assert "共 3 名干部" in words(get(client, "officials", query="?standing=none"))
    assert "没有符合条件的干部" in words(
        get(client, "officials", query="?standing=above")
    )
    assert "共 1 名干部" in words(get(client, "officials", query="?q=干部B1"))
    assert "共 2 名干部" in words(get(client, "officials", query="?q=单位U1"))
    assert "共 1 名干部" in words(get(client, "officials", query="?division=990101102"))
    assert "共 2 名干部" in words(get(client, "officials", query="?tier=B"))


def test_an_officials_page_says_the_tier_and_why(applied, office, login, county):
    page = words(get(login(office), "official", county.officials["b1"]))

    assert "帮扶档次 B" in page
    assert "应帮户数 2" in page
    assert "乡（镇）、副科级" in page
    assert "户主0005" in page


def test_the_run_page_shows_before_and_after(tree, run, office, second, login):
    page = words(get(login(office), "run", run.pk))

    assert "待审批" in page
    assert "覆盖 6 此前 0，未覆盖 0" in page
    assert "方案由您提交，须由另一人审批。" in page
    assert "甲乡 4 0 4 4 0 0 0 0" in page
    assert "批准" in words(get(login(second), "run", run.pk))
    lines = words(get(login(office), "lines", run.pk, query="?change=new"))
    assert "共 6 户" in lines


def post(client, name, *args, **data):
    return client.post(reverse(f"pairing:{name}", args=args), data)


def test_a_run_goes_from_order_to_execution_on_screen(
    tree, county, office, second, login, now, monkeypatch
):
    from django.utils import timezone

    from bangfu.pairing import operations
    from bangfu.pairing.models import Pairing, Run

    monkeypatch.setattr(timezone, "now", lambda: now)
    client = login(office)
    ordered = post(client, "order", division="990101", year=2016)
    run = Run.objects.get()
    assert ordered.url == reverse("pairing:run", args=[run.pk])
    assert "progress-job" in get(client, "run", run.pk).content.decode()
    operations.solve(by=office, at=now, run_id=run.pk)

    refused = post(client, "approve", run.pk)
    assert refused.status_code == 403
    assert "不能审批自己提交的方案" in words(refused)

    client = login(second)
    assert post(client, "approve", run.pk, reason="同意").status_code == 302
    unclear = post(client, "apply", run.pk, from_date="某天")
    assert unclear.status_code == 422
    run.refresh_from_db()
    assert run.state == "approved"
    assert post(client, "apply", run.pk, from_date="2016-03-01").status_code == 302
    operations.apply(by=second, at=now, run_id=run.pk, from_date=DAY)
    assert Pairing.objects.open().count() == 6
    assert "自 2016-03-01 起执行：新结对 6" in words(get(client, "run", run.pk))
    assert "核验通过" in words(post(client, "verify", run.pk))


def test_returning_on_screen_asks_for_a_reason(tree, run, second, login):
    client = login(second)

    empty = post(client, "reject", run.pk, reason="")
    assert empty.status_code == 422
    assert "请填写退回原因" in words(empty)
    assert post(client, "reject", run.pk, reason="名册有误").status_code == 302
    run.refresh_from_db()
    assert run.state == "rejected"


def test_a_helper_is_changed_on_screen(applied, office, login, county):
    from bangfu.pairing.models import Pairing
    from bangfu.registry.models import Income

    client = login(office)
    home = county.households["h5"]
    Income.objects.create(
        household_id=home, division_code="990101102001", year=2015, recorded_by_id=0
    )
    page = words(get(client, "change", home))
    assert "干部A1" in page
    assert "干部B1（单位T1，科员）" not in page  # no place left

    missing = post(client, "change", home, reason="", from_date="2016-03-01")
    assert missing.status_code == 422
    done = post(
        client,
        "change",
        home,
        official=county.officials["a1"],
        from_date="2016-03-01",
        reason="就近帮扶",
    )

    file = reverse("registry:household", args=[home])
    assert done.url == f"{file}#pairing"
    assert (
        Pairing.objects.open().get(household=home).official_id
        == (county.officials["a1"])
    )
    shown = words(client.get(file))
    assert "就近帮扶" in shown
    assert "干部B1" in shown  # in the history
    assert (
        post(client, "end", home, from_date="2016-03-01", reason="举家外出").url
        == done.url
    )
    assert "该户目前无人帮扶" in words(client.get(file))


def test_a_helper_sees_his_households_and_nothing_else(
    applied, make_actor, login, county
):
    helper = make_actor("helper", "990101102", official_id=county.officials["b1"])
    client = login(helper)

    page = words(get(client, "mine"))
    assert "户主0005" in page
    assert "户主0001" not in page
    assert get(client, "officials").url == reverse("pairing:mine")
    for name, args in [*PAGES[:4], *PAGES[5:]]:
        assert get(client, name, *args).status_code in (403, 404), name


@pytest.mark.parametrize(
    ("role", "division", "may_order"),
    [
        ("city", "9901", True),
        ("township", "990101101", False),
        ("village", "990101101001", False),
        ("leadership", "990101", False),
        ("auditor", "990101", False),
    ],
)
def test_readers_see_their_part(applied, make_actor, login, role, division, may_order):
    client = login(make_actor(role, division))

    assert get(client, "coverage").status_code == 200
    assert get(client, "officials").status_code == 200
    assert get(client, "runs").status_code == 200
    assert get(client, "order").status_code == (200 if may_order else 403)


def test_an_administrator_sees_no_programme_data(applied, make_actor, login):
    client = login(make_actor("administrator", "9901"))

    for name, args in PAGES:
        assert get(client, name, *args).status_code == 403, name


def test_the_to_dos_count_what_waits(tree, run, office, second, now):
    from bangfu.pairing.panels import todo

    mine = {one.text.en: one.count for one in todo(by=office, at=now)}
    theirs = {one.text.en: one.count for one in todo(by=second, at=now)}

    assert mine == {
        "Runs to approve or return": 0,
        "Households without a helper": 6,
        "Officials below their minimum": 3,
    }
    assert theirs["Runs to approve or return"] == 1
