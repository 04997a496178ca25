"""Storing, attaching and opening evidence."""

from __future__ import annotations

import hashlib
import resource
import signal
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, transaction
from tests.files import making
from tests.files.conftest import VILLAGE, on_disk

from bangfu.audit.models import Event
from bangfu.calc.values.findings import NotAllowed, OutOfLimit
from bangfu.files import operations, queries, refusals, storage
from bangfu.files.models import Attachment, File
from bangfu.files.queries import Subject
from bangfu.scope import acting

PHOTO = making.jpeg(exif=True)


def test_a_content_is_hashed_and_lies_sealed_on_disk(store, folder):
    file = store(PHOTO)

    assert file.sha256 == hashlib.sha256(PHOTO).hexdigest()
    assert (file.kind, file.size_bytes, file.width, file.height) == (
        "jpeg",
        len(PHOTO),
        60,
        40,
    )
    (path,) = on_disk(folder)
    sealed = path.read_bytes()
    assert PHOTO[:20] not in sealed
    assert b"JFIF" not in sealed
    assert "照片" not in path.name
    assert queries.content_of(file) == PHOTO


def test_what_the_camera_noted_is_kept_sealed(store):
    file = store(PHOTO)

    assert file.taken_at.isoformat() == "2016-02-29T07:30:00+00:00"
    assert queries.exif_of(file)["GPSLatitude"] == [25.0, 50.0, 1.5]
    assert b"GPS" not in bytes(file.exif_sealed)
    assert queries.exif_of(store(making.png(), "a.png")) == {}


def test_storing_and_attaching_leave_their_audit(attach):
    attachment = attach(PHOTO)

    stored, attached = Event.objects.order_by("pk")
    assert (stored.action, stored.detail["kind"]) == ("files.file.stored", "jpeg")
    assert (attached.action, attached.subject_id, attached.detail) == (
        "files.file.attached",
        str(attachment.pk),
        {"to": "tests.record:7", "purpose": "photo"},
    )


def test_the_same_content_twice_is_one_file_with_two_references(attach, folder):
    first, second = attach(PHOTO), attach(PHOTO, "另一名.jpg", subject_id="8")

    assert first.file == second.file
    assert File.objects.count() == 1
    assert Attachment.objects.count() == 2
    assert len(on_disk(folder)) == 1
    assert [
        one.name for one in queries.attachments_of(Subject("tests.record", "8"))
    ] == ["另一名.jpg"]


def test_the_same_content_in_another_division_is_another_file(
    store, make_actor, folder
):
    first = store(PHOTO)
    other = make_actor("village", "990101101002")
    with acting(other):
        second = store(PHOTO, by=other, division="990101101002")

        assert second.pk != first.pk
        assert list(File.objects.all()) == [second]
    assert len(on_disk(folder)) == 2


@pytest.mark.parametrize(
    ("role", "division"),
    [("village", "990101101002"), ("administrator", "9901"), ("county", "990102")],
)
def test_nobody_stores_outside_the_own_division(
    store, make_actor, folder, role, division
):
    by = make_actor(role, division)

    with acting(by), pytest.raises(NotAllowed):
        store(PHOTO, by=by)

    assert not on_disk(folder)


def test_a_refused_file_leaves_nothing(store, folder):
    with pytest.raises(refusals.WrongFormat):
        store(PHOTO, "照片.pdf")

    assert not File.objects.exists()
    assert not Event.objects.exists()
    assert not on_disk(folder)


@contextmanager
def full_disk(size):
    """Let no file of this process grow beyond `size` bytes, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_leaves_nothing_behind(store, folder):
    with full_disk(100), pytest.raises(storage.DiskFull) as refusal:
        store(PHOTO)

    assert refusal.value.message.zh == "文件无法写入服务器磁盘，本次上传没有保存。"
    assert not on_disk(folder)
    assert not File.objects.exists()
    assert not Event.objects.exists()


def test_a_failing_record_leaves_nothing_on_disk(store, folder, monkeypatch):
    def fail(*_args, **_kwargs):
        raise RuntimeError

    monkeypatch.setattr("bangfu.audit.operations.record", fail)

    with pytest.raises(RuntimeError):
        store(PHOTO)

    assert not on_disk(folder)
    assert not File.objects.exists()


def test_a_lost_content_is_put_back_by_the_same_upload(store, folder):
    file = store(PHOTO)
    (path,) = on_disk(folder)
    path.unlink()
    with pytest.raises(storage.ContentGone):
        queries.content_of(file)

    assert store(PHOTO) == file
    assert queries.content_of(file) == PHOTO


def test_a_changed_content_is_not_handed_out(store, folder):
    file = store(PHOTO)
    (path,) = on_disk(folder)
    sealed = bytearray(path.read_bytes())
    sealed[-1] ^= 1
    path.write_bytes(sealed)

    with pytest.raises(storage.ContentGone):
        queries.content_of(file)


def test_contents_that_were_exchanged_are_not_handed_out(store, folder):
    first, second = store(PHOTO), store(making.png(), "a.png")
    one, other = on_disk(folder)
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)

    for file in (first, second):
        with pytest.raises(storage.ContentGone):
            queries.content_of(file)


def test_a_record_has_at_most_fifty(attach, monkeypatch):
    monkeypatch.setattr(operations, "ATTACHMENTS_MAX", 2)
    attach(PHOTO)
    attach(PHOTO, "b.jpg")

    with pytest.raises(OutOfLimit) as refusal:
        attach(PHOTO, "c.jpg")

    assert refusal.value.message.in_language("zh") == "一条记录最多附 2 份材料。"
    assert Attachment.objects.count() == 2


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\照片\\一.jpg", "一.jpg"),
        ("../../etc/一.jpg", "一.jpg"),
        ("一\r\n.jpg", "一.jpg"),
        ("长" * 300 + ".jpg", "长" * 116 + ".jpg"),
    ],
)
def test_names_lose_folders_and_length(attach, given, kept):
    assert attach(PHOTO, given).name == kept


def test_opening_is_recorded_as_a_read(attach, office, now):
    attachment = attach(PHOTO)

    opened = operations.open_attachment(by=office, at=now, attachment_id=attachment.pk)

    assert (opened.content, opened.mime, opened.name) == (
        PHOTO,
        "image/jpeg",
        "照片.jpg",
    )
    event = Event.objects.latest("pk")
    assert (event.action, event.subject_id) == ("files.file.opened", str(attachment.pk))


def test_a_public_copy_says_nothing_and_is_recorded(attach, office, now):
    attachment = attach(PHOTO, "张三家.jpg")

    copy = operations.open_public_copy(by=office, at=now, attachment_id=attachment.pk)

    assert b"Phone" not in copy.content
    assert copy.name == f"{attachment.pk}.jpg"
    assert Event.objects.latest("pk").action == "files.copy.opened"
    assert queries.content_of(attachment.file) == PHOTO


def test_a_document_has_no_public_copy(attach, office, now):
    attachment = attach(making.pdf(), "a.pdf")

    with pytest.raises(operations.NoPublicCopy):
        operations.open_public_copy(by=office, at=now, attachment_id=attachment.pk)

    assert Event.objects.latest("pk").action == "files.file.attached"


def test_evidence_of_another_place_is_not_found(attach, make_actor, now):
    attachment = attach(PHOTO)
    other = make_actor("county", "990102")

    with acting(other), pytest.raises(queries.NoSuchFile):
        operations.open_attachment(by=other, at=now, attachment_id=attachment.pk)


def test_evidence_may_be_closed_to_the_village(attach, make_actor, now):
    from bangfu.calc.values.division_code import Level

    township = make_actor("township", VILLAGE[:9])
    village = make_actor("village", VILLAGE)
    with acting(township):
        attachment = attach(PHOTO, by=township, seen_from=Level.TOWNSHIP)
        assert queries.attachment(attachment.pk) == attachment
    with acting(village), pytest.raises(queries.NoSuchFile):
        queries.attachment(attachment.pk)


def test_a_helper_sees_own_evidence_only(attach, make_actor):
    attach(PHOTO)
    helper = make_actor("helper", VILLAGE, official_id=5)

    with acting(helper):
        mine = attach(making.png(), "a.png", by=helper)
        assert list(Attachment.objects.all()) == [mine]


def refuse(*, by, subject_id):
    assert (by.username, subject_id) == ("office", "7")
    raise NotAllowed(queries.Text("不行", "no"))


def test_the_owner_of_the_record_may_refuse(attach, office, now, settings):
    settings.BANGFU_FILE_GUARDS = {"tests.record": f"{__name__}.refuse"}
    attachment = attach(PHOTO)

    with pytest.raises(NotAllowed):
        operations.open_attachment(by=office, at=now, attachment_id=attachment.pk)

    assert Event.objects.latest("pk").action == "files.file.attached"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE files_file SET sha256 = repeat('0', 64)",
        "UPDATE files_attachment SET name = 'x'",
        "DELETE FROM files_attachment",
        "TRUNCATE files_attachment",
    ],
)
def test_the_database_keeps_evidence_as_it_is(attach, statement):
    from django.db.utils import ProgrammingError

    attach(PHOTO)

    with (
        pytest.raises((IntegrityError, ProgrammingError)),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_file_that_is_attached_cannot_be_removed(attach):
    file = attach(PHOTO).file

    with pytest.raises(IntegrityError):
        remove(file)


def remove(file):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM files_file WHERE id = %s", [file.pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_two_at_once_store_one_file(committed_db, folder, make_actor, now):
    """Both pass the look-up before either writes; one of them gives way."""
    import threading

    from tests.pairing.test_races import acting_as, at_once

    from bangfu.calc.values.division_code import DivisionCode

    both = threading.Barrier(2, timeout=20)
    people = [
        make_actor("village", VILLAGE, username=name) for name in ("first", "other")
    ]
    write = storage.write

    def together(place, content):
        both.wait()
        write(place, content)

    def store(by):
        return operations.store(
            by=by, at=now, division=DivisionCode(VILLAGE), name="a.jpg", content=PHOTO
        ).pk

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage, "write", together)
        found = at_once(*[acting_as(one, store) for one in people])

    assert len(set(found)) == 1, found
    assert len(on_disk(folder)) == 1
