from __future__ import annotations

import shutil

import pytest
from django.urls import reverse

from bangfu.policy.loading import DEFAULT_PACK, load

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(make_actor, login):
    """A logged-in client of a helper, the role that may see least."""
    return login(make_actor("county", "990101"))


def page(client, address: str, *, language: str = "zh-hans") -> str:
    client.cookies["django_language"] = language
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_a_visitor_must_log_in(client):
    for address in (
        reverse("policy:list"),
        reverse("policy:detail", args=["line.nbs"]),
    ):
        assert client.get(address).status_code == 302


def test_the_list_names_every_parameter(reader):
    html = page(reader, reverse("policy:list"))

    for parameter in load(DEFAULT_PACK).parameters.values():
        assert reverse("policy:detail", args=[parameter.key]) in html
        assert parameter.title.zh in html
    assert load(DEFAULT_PACK).hash[:12] in html


def test_the_list_shows_value_source_grade_status_and_place(reader):
    html = page(reader, reverse("policy:list") + "?q=pairing.three_sends.max")

    assert "显示 1 个参数" in html
    assert "方案：每名“三送”干部帮扶 3—5 户" in html
    assert "方案原文" in html
    assert "已核实" in html
    assert "结对方案计算" in html


def test_the_list_says_when_there_are_only_scenarios(reader):
    html = page(reader, reverse("policy:list") + "?q=village_annual", language="en")

    assert "no verified value, only 2 scenarios" in html


@pytest.mark.parametrize(
    ("search", "shown"),
    [("三送", True), ("THREE sends", True), ("no such thing", False)],
)
def test_the_search_looks_in_both_languages(reader, search, shown):
    html = page(reader, f"{reverse('policy:list')}?q={search}")

    assert ("pairing.three_sends.min" in html) is shown
    assert ("没有符合条件的参数。" in html) is not shown


def test_the_search_is_escaped(reader):
    html = page(reader, reverse("policy:list") + "?q=%22%3E%3Cscript%3E")

    assert "<script>" not in html.split("<main", 1)[1]


def test_the_page_of_a_parameter_shows_all_dated_values(reader):
    html = page(reader, reverse("policy:detail", args=["line.admin"]), language="en")

    for words in (
        "2,736",
        "2,800",
        "2,968",
        "3,146",
        "3,335",
        "3,535",
        "3,747",
        "4,000",
    ):
        assert f"<td>{words}</td>" in html
    assert "from 2020" not in html
    assert "2020-01-01 to 2020-12-31" in html


def test_the_page_of_a_table_shows_its_rows(reader):
    html = page(reader, reverse("policy:detail", args=["pairing.tiers"]))

    assert "各行（2014-01-01 起）" in html
    assert "市直、驻市单位“一把手”" in html
    assert "未核实" in html


def test_scenarios_are_named_on_the_page(reader):
    html = page(reader, reverse("policy:detail", args=["village_annual_allocation"]))

    assert "假设情景 100-wan" in html
    assert "涉及资金" in html
    assert "现行" not in html


def test_an_unknown_parameter_is_not_found(reader):
    assert reader.get(reverse("policy:detail", args=["no.such"])).status_code == 404


def test_posting_is_refused(reader):
    assert reader.post(reverse("policy:list")).status_code == 405


def test_a_faulty_pack_is_said_and_not_shown(reader, settings, tmp_path):
    shutil.copytree(DEFAULT_PACK, tmp_path / "pack")
    (tmp_path / "pack" / "visits.toml").write_text("[[parameter", encoding="utf-8")
    settings.BANGFU_POLICY_PACK = str(tmp_path / "pack")

    response = reader.get(reverse("policy:list"))

    assert response.status_code == 422
    assert "不是有效的 TOML" in response.content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_parameters_page_renders_in_both_languages(reader, language):
    for key in load(DEFAULT_PACK).parameters:
        assert key in page(
            reader, reverse("policy:detail", args=[key]), language=language
        )
