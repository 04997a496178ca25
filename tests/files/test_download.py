"""The download: headers, names, and who gets it."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.files import making

from bangfu.scope import acting

PHOTO = making.jpeg(exif=True)


@pytest.fixture
def browser(office, login):
    return login(office)


def test_a_download_is_never_shown_in_place(attach, browser):
    attachment = attach(PHOTO, "公示 照片.jpg")

    response = browser.get(reverse("files:download", args=[attachment.pk]))

    assert response.content == PHOTO
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Disposition"] == (
        "attachment; filename*=UTF-8''%E5%85%AC%E7%A4%BA%20%E7%85%A7%E7%89%87.jpg"
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "no-store, private"


def test_the_public_copy_is_another_file(attach, browser):
    attachment = attach(PHOTO)

    response = browser.get(reverse("files:public_copy", args=[attachment.pk]))

    assert response.status_code == 200
    assert response.content != PHOTO
    assert b"Phone" not in response.content


def test_a_document_has_no_copy(attach, browser):
    attachment = attach(making.pdf(), "a.pdf")

    response = browser.get(reverse("files:public_copy", args=[attachment.pk]))

    assert response.status_code == 422
    assert "只有图片可以生成公开副本" in response.content.decode()


def test_from_elsewhere_it_is_not_found(attach, make_actor, login):
    attachment = attach(PHOTO)

    client = login(make_actor("county", "990102"))
    response = client.get(reverse("files:download", args=[attachment.pk]))

    assert response.status_code == 404


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-hans", ["照片.jpg", "现场照片", "拍摄于"]), ("en", ["photograph", "taken"])],
)
def test_the_list_says_what_who_and_when(attach, office, language, words):
    from django.template import Context, Template
    from django.utils import translation

    from bangfu.files.queries import Subject, attachments_of

    attach(PHOTO)
    rows = attachments_of(Subject("tests.record", "7"))
    with translation.override(language), acting(office):
        page = Template("{% load files %}{% evidence rows %}").render(
            Context({"rows": rows})
        )

    assert all(word in page for word in [*words, "office", "/files/"])


def test_the_form_takes_a_picture_or_a_file():
    from django.core.files.uploadedfile import SimpleUploadedFile

    from bangfu.files.forms import EvidenceForm

    assert EvidenceForm({}, {}).errors == {"file": ["请拍照或选择文件。"]}
    form = EvidenceForm({}, {"photo": SimpleUploadedFile("a.jpg", PHOTO)})
    assert form.is_valid()
    assert form.evidence() == [("a.jpg", PHOTO)]
