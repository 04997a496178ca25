import re

import pytest

GOOD = {"name": "王", "cause": "ill", "kind": "x", "checked": "on"}
ASKED = {
    "id_name": "请填写姓名。",
    "id_cause": "请选择原因。",
    "id_kind_0": "请选择方式。",
    "id_checked": "请勾选“已核对”。",
}


def test_an_empty_form_is_answered_with_a_summary(site):
    page = site.post("/form/", {})

    assert page.status_code == 422
    assert "<title>错误：登记 · 帮扶</title>" in page.text
    assert 'role="alert" tabindex="-1" data-error-summary' in page.text
    assert "有 4 处需要更正" in page.text
    links = dict(re.findall(r'<li><a href="#(\w+)">([^<]+)</a></li>', page.text))
    assert links == ASKED


def test_summary_and_field_say_the_same_and_are_tied(site):
    page = site.post("/form/", {**GOOD, "name": "一二三四五六"})

    sentence = "确保该变量包含不超过 5 字符 (目前字符数 6)。"
    assert page.text.count(sentence) == 2
    field = re.search(r'<input type="text"[^>]*>', page.text)[0]
    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="id_name_error"' in field
    assert 'value="一二三四五六"' in field
    assert '<div class="form-error" id="id_name_error">' in page.text


def test_every_field_has_a_label_and_optional_ones_say_so(site):
    page = site.get("/form/").text

    assert '<label class="form-label" for="id_name">姓名</label>' in page
    assert 'for="id_reason">理由<span class="form-optional">（选填）</span>' in page
    assert '<legend class="form-label">方式</legend>' in page
    assert '<div class="form-hint" id="id_reason_helptext">写明事实。</div>' in page
    assert 'aria-describedby="id_reason_helptext"' in page
    assert 'rows="4"' in page
    assert page.count('class="form-check-input"') == 3


def test_a_form_without_errors_has_no_summary(site):
    page = site.get("/form/")

    assert page.status_code == 200
    assert "data-error-summary" not in page.text
    assert "<title>登记 · 帮扶</title>" in page.text


def test_english_forms_are_english(site):
    page = site.post("/form/", {}, headers={"accept-language": "en"})

    assert "<title>Error: Register · Bangfu</title>" in page.text
    assert "There is a problem: 4 to correct" in page.text
    assert "Fill in: Name." in page.text
    assert not re.search(
        r"[\u4e00-\u9fff]", page.text.replace("中文", "").replace("读者", "")
    )


def test_a_confirmation_states_the_facts(site):
    page = site.get("/confirm/").text

    assert "批准 3 户？" in page
    assert "<dt>户数</dt><dd>3</dd>" in page
    assert 'name="_once"' in page


@pytest.mark.parametrize("path", ["/form/", "/confirm/"])
def test_each_form_carries_a_fresh_key(site, path):
    key = re.compile(r'name="_once" value="([0-9a-f-]{36})"')

    first, second = (key.search(site.get(path).text)[1] for _ in range(2))

    assert first != second
