"""A county's roll: checked, sent back with reasons, mended, stored, and stored only once."""

from __future__ import annotations

import re

import openpyxl
from playwright.sync_api import expect
from tests.e2e import rolls
from tests.e2e.pairing_story import kpis, press_and_confirm

CHECK_MS_MAX = 60_000
LIST = "/registry/households/?q={}"


def send(page, path):
    """Upload a roll of households."""
    page.locator("nav.menu").get_by_role("link", name="数据导入").click()
    page.get_by_role("link", name="上传文件").click()
    page.get_by_label("贫困户与成员").check()
    page.get_by_label("文件").set_input_files(path)
    page.get_by_role("button", name="上传并核查").click()
    page.wait_for_url(re.compile(r"/registry/imports/\d+/"))


def upload(page, path):
    """Upload a roll, wait until it is checked; returns new, changed, same, wrong."""
    send(page, path)
    expect(page.locator(".kpi")).to_have_count(4, timeout=CHECK_MS_MAX)
    return counts(page)


def counts(page):
    shown = kpis(page)
    return tuple(shown[name] for name in ("新增", "变更", "相同", "错误"))


def confirm(page):
    press_and_confirm(page, "确认导入")
    expect(page.locator(".page-lead")).to_contain_text("已导入", timeout=CHECK_MS_MAX)


def download(page, name, target):
    with page.expect_download() as waiting:
        page.get_by_role("link", name=name).click()
    waiting.value.save_as(target)
    return target


def found(page, words):
    page.goto(LIST.format(words))
    return page.locator(".list-total").inner_text()


def test_a_roll_goes_from_template_to_register(visit, tmp_path):
    page = visit("city")
    page.locator("nav.menu").get_by_role("link", name="数据导入").click()
    page.get_by_role("link", name="上传文件").click()
    template = download(page, "模板：贫困户与成员", tmp_path / "template.xlsx")
    check_template(template)
    roll = tmp_path / "茶山.xlsx"
    rolls.fill_template(template, roll)

    assert upload(page, roll) == (7, 0, 0, 3)
    preview = page.url
    assert found(page, "茶一") == "共 0 户", "written before it was confirmed"
    page.goto(preview)
    errors = download(page, "下载错误表", tmp_path / "errors.xlsx")
    check_errors(errors)
    confirm(page)
    assert found(page, "茶一") == "共 1 户"
    assert found(page, "茶三") == "共 0 户"

    mended = tmp_path / "茶山-改正.xlsx"
    rolls.correct(errors, mended)
    assert upload(page, mended) == (3, 0, 0, 0)
    confirm(page)
    for name in "一二三四五六七八九十":
        assert found(page, f"茶{name}") == "共 1 户", name

    assert upload(page, mended) == (0, 0, 3, 0)
    expect(page.locator(".page-lead")).to_contain_text("无可导入")
    expect(page.locator("main")).to_contain_text(
        "与登记数据完全相同，没有写入任何数据。"
    )
    assert page.get_by_role("button", name="确认导入").count() == 0
    assert upload(page, roll) == (0, 0, 7, 3)
    expect(page.locator("main")).to_contain_text(
        "7 条与登记数据相同，3 条有错误。请在错误表中改正后重新上传。"
    )
    assert page.get_by_role("button", name="确认导入").count() == 0

    changed = tmp_path / "茶山-二.xlsx"
    rolls.change_one_value(roll, changed)
    assert upload(page, changed) == (0, 1, 6, 3)
    row = page.locator("#differences tbody tr")
    assert [" ".join(text.split()) for text in row.all_inner_texts()] == [
        f"{rolls.VILLAGE}/9001 主要致贫原因 缺技术 因病"
    ]


def check_template(path):
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[:3] == ["户", "成员", "说明"]
    members = book["成员"]
    headers = [cell.value for cell in members[1]]
    column = openpyxl.utils.get_column_letter(headers.index("身份证号码") + 1)
    assert members.column_dimensions[column].number_format == "@", (
        "typed digits stay a text"
    )
    kinds = {rule.type for rule in members.data_validations.dataValidation}
    assert "list" in kinds


def check_errors(path):
    """Only the three wrong households, whole, each with its reason at its cell."""
    households, members = rolls.table(path, "户"), rolls.table(path, "成员")
    assert [row["户编号"] for row in households] == ["9003", "9006", "9009"]
    assert [row["户编号"] for row in members] == ["9003"] * 2 + ["9006"] * 2 + [
        "9009"
    ] * 2
    assert [row["原行号"] for row in households] == [4, 7, 10]
    reasons = {row["户编号"]: str(row["错误原因"]) for row in households}
    assert "一般贫困户" in reasons["9006"]
    assert "区划库中没有这个村" in reasons["9009"]
    assert "校验码错误" in str(members[0]["错误原因"])
    book = openpyxl.load_workbook(path)
    marked = [
        cell
        for row in book["户"].iter_rows(min_row=2)
        for cell in row
        if cell.comment is not None
    ]
    assert [cell.coordinate for cell in marked] == ["F3", "A4"]
    assert all(cell.fill.fgColor.rgb not in ("00000000", None) for cell in marked)


def test_a_file_that_is_no_workbook_is_refused_with_what_to_do(visit, tmp_path):
    page = visit("county")
    fake = tmp_path / "名册.xlsx"
    fake.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))

    send(page, fake)

    expect(page.get_by_role("alert")).to_have_text(
        "文件“名册.xlsx”：这不是可读取的 Excel 文件（.xlsx、.xls）或 CSV 文件。"
        "请用 Excel 或 WPS 打开该文件，另存为“Excel 工作簿（.xlsx）”后重新上传。",
        timeout=CHECK_MS_MAX,
    )
    assert page.get_by_role("button", name="确认导入").count() == 0


def test_no_file_at_all_is_refused_beside_its_field(visit):
    page = visit("county")

    page.goto("/registry/imports/new/")
    page.get_by_role("button", name="上传并核查").click()

    expect(page.get_by_role("alert")).to_be_focused()
    assert page.title() == "错误：上传文件 · 帮扶"


def test_another_county_s_roll_is_refused(visit, site):
    page = visit("county")

    new, changed, same, wrong = upload(page, site.var / "sample/households-990102.xlsx")

    assert (new, changed, same) == (0, 0, 0)
    assert wrong > 100
    expect(page.locator("#findings")).to_contain_text("不在您的管辖范围")
    assert page.get_by_role("button", name="确认导入").count() == 0
