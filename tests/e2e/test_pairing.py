"""From no helper at all to full coverage in both directions."""

from __future__ import annotations

from tests.e2e.pairing_story import kpis


def test_nobody_is_paired_before(paired):
    assert paired.before["无人帮扶"] == paired.before["贫困户"] > 300
    assert paired.before["不足下限"] == paired.before["应帮扶干部"]


def test_a_township_alone_learns_what_it_lacks_in_a_sentence(paired):
    assert 0 < paired.short["覆盖"] < paired.short["贫困户"]
    missing = paired.short["贫困户"] - paired.short["覆盖"]
    assert f"（990101100）缺 {missing} 个帮扶名额：" in paired.short_words
    assert f"增派干部，补足 {missing} 个名额。" in paired.short_words


def test_a_run_is_returned_with_its_reason(paired):
    assert "已退回" in paired.returned
    assert "名额不足，改为全市统一配对。" in paired.returned


def test_the_preview_shows_full_coverage_and_its_proof(paired):
    assert paired.preview["覆盖"] == paired.preview["贫困户"] == paired.before["贫困户"]
    assert paired.preview["不足下限的干部"] == 0
    assert paired.preview["变化"] == paired.before["贫困户"]
    assert "双向全覆盖，且已证明成本最低。" in paired.proof


def test_nobody_decides_on_a_run_of_his_own(paired):
    assert "方案由您提交，须由另一人审批。" in paired.own_words
    assert paired.own_buttons == 0


def test_a_second_person_approves_and_applies(paired):
    assert "已批准" in paired.approved
    assert f"新结对 {paired.before['贫困户']}，更换 0，终止 0，不变 0" in paired.applied


def test_the_board_is_full_in_both_directions(paired):
    assert paired.after["无人帮扶"] == 0
    assert paired.after["不足下限"] == paired.after["超过上限"] == 0
    assert "户户有人帮，人人有任务" in paired.full_words


def test_the_board_leads_down_to_the_households_of_a_village(paired, visit):
    page = visit("city")
    page.goto("/pairing/")
    for _level in ("county", "township", "village"):
        page.locator("#parts tbody a").first.click()
        page.wait_for_load_state()

    total = kpis(page)["贫困户"]

    assert page.locator(".list-total").inner_text() == f"共 {total} 户"


def test_the_proof_is_checked_again_on_demand(paired, visit):
    page = visit("auditor")
    page.goto(paired.run_url)

    page.get_by_role("button", name="核验证明").click()

    page.get_by_text("核验通过").wait_for()
