import json
import logging
import re

import pytest
from django.test import Client

from bangfu.web import errors


def test_a_refusal_becomes_a_page_with_its_status(site):
    page = site.get("/refuse/")

    assert page.status_code == 409
    assert "当前状态不能办理" in page.text
    assert "方案已批准。" in page.text
    assert "请打开方案查看。" in page.text
    assert "校验位不对。" in page.text
    assert "存疑" in page.text
    assert "wrong_state" in page.text


def test_a_refusal_speaks_english_to_english_readers(site):
    page = site.get("/refuse/", headers={"accept-language": "en"})

    assert "The run is approved already." in page.text
    assert "Open the run." in page.text


def test_htmx_gets_a_refusal_as_a_fragment_for_the_messages(site):
    answer = site.get("/refuse/", headers={"hx-request": "true"})

    assert answer.status_code == 409
    assert answer.headers["HX-Retarget"] == "#messages"
    assert "方案已批准。" in answer.text
    assert "<html" not in answer.text


def test_a_program_gets_a_refusal_as_json(site):
    answer = site.get("/refuse/", headers={"accept": "application/json"})

    assert json.loads(answer.text) == {
        "code": "wrong_state",
        "message": {"zh": "方案已批准。", "en": "The run is approved already."},
        "remedy": {"zh": "请打开方案查看。", "en": "Open the run."},
        "findings": [
            {
                "code": "V3",
                "subject": "8",
                "severity": "doubtful",
                "message": {"zh": "校验位不对。", "en": "Wrong check digit."},
            }
        ],
    }


@pytest.mark.parametrize("of", ["file", "database"])
def test_a_full_disk_is_called_by_its_name(site, caplog, of):
    page = site.get(f"/full/?of={of}")

    assert page.status_code == 507
    assert "服务器磁盘已满，本次操作没有写入任何数据。" in page.text
    assert "请管理员清理磁盘后重试。" in page.text
    assert "/var/secret/path" not in page.text
    assert "the disk is full at /full/" in caplog.text


@pytest.mark.parametrize("path", ["/missing/", "/no/such/page/"])
def test_a_missing_page_says_the_same_whether_hidden_or_absent(site, path):
    page = site.get(path)

    assert page.status_code == 404
    assert "网址有误，或这条记录不在您的管辖范围内。" in page.text


def test_a_failure_has_a_number_that_stands_in_the_log(small_site, db, caplog):
    client = Client(raise_request_exception=False)

    with caplog.at_level(logging.ERROR, logger="bangfu.web"):
        page = client.get("/broken/")

    number = re.search(r"事件编号 ([0-9a-f]{8}) ", page.text)[1]
    assert page.status_code == 500
    record = next(r for r in caplog.records if r.name == "bangfu.web")
    assert record.getMessage() == f"incident {number} at /broken/"
    assert "planted" in record.exc_text or "planted" in str(record.exc_info[1])
    assert "planted" not in page.text
    assert "Traceback" not in page.text


def test_a_form_without_token_is_explained(small_site, reader):
    client = Client(enforce_csrf_checks=True)

    page = client.post("/form/", {})

    assert page.status_code == 403
    assert "页面停留过久或在别处重新登录，本次提交没有生效。" in page.text


@pytest.mark.parametrize(
    ("view", "status"),
    [(errors.bad_request, 400), (errors.forbidden, 403), (errors.not_found, 404)],
)
def test_errors_answer_programs_and_htmx_in_kind(rf, view, status, small_site):
    program = view(rf.get("/", headers={"accept": "application/json"}))
    fragment = view(rf.get("/", headers={"hx-request": "true"}))

    assert program.status_code == fragment.status_code == status
    assert json.loads(program.content)["code"] == str(status)
    assert fragment.headers["HX-Retarget"] == "#messages"
    assert b"<html" not in fragment.content


def test_only_a_failure_leaves_the_staff_frame(rf):
    request = rf.get("/")
    request.actor = object()

    assert errors._frame(request, 404) == "web/base.html"
    assert errors._frame(request, 500) == "web/plain.html"
    request.actor = None
    assert errors._frame(request, 404) == "web/plain.html"
