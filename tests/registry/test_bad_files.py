"""Files that are wrong, huge, hostile or half written; a full disk; files that are gone.

Each is refused with a sentence that names the file, and nothing is stored.
"""

from __future__ import annotations

import io
import resource
import zipfile
from contextlib import contextmanager

import openpyxl
import pytest
from tests.registry.workbooks import families, household, member, number, workbook

from bangfu.calc.values.findings import BadInput, OutOfLimit, Refusal
from bangfu.registry.imports import operations, queries, reading, storage
from bangfu.registry.models import Household, Import


def refusal_of(importer, *contents: bytes) -> Refusal:
    record = importer.receive(*contents)
    with pytest.raises(Refusal) as caught:
        operations.check(by=importer.by, at=importer.at, import_id=record.pk)
    assert Household.objects.count() == 0
    return caught.value


def zipped(**parts: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as package:
        for name, body in parts.items():
            package.writestr(name, body)
    return content.getvalue()


def bomb() -> bytes:
    """A workbook whose first sheet inflates to 900 MB."""
    good = zipfile.ZipFile(io.BytesIO(families("0001")))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as package:
        for name in good.namelist():
            if name.endswith("sheet1.xml"):
                with package.open(name, "w") as part:
                    for _ in range(900):
                        part.write(b" " * (1 << 20))
            else:
                package.writestr(name, good.read(name))
    return content.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"\0" * 100, id="picture"),
        pytest.param(b"%PDF-1.7 not a workbook", id="pdf"),
        pytest.param(zipped(readme=b"hello"), id="archive"),
        pytest.param(families("0001")[:3000], id="half-written"),
        pytest.param(b"\0" * 5000, id="zeros"),
    ],
)
def test_what_is_no_workbook_is_refused_by_name(importer, content):
    refusal = refusal_of(importer, content)

    assert refusal.message.in_language("zh").startswith("文件“roll-0.xlsx”：")
    assert isinstance(refusal, BadInput)


def test_a_good_file_beside_a_bad_one_is_not_imported_without_it(importer):
    refusal = refusal_of(importer, families("0001"), b"%PDF-1.7 not a workbook")

    assert refusal.message.in_language("zh").startswith("文件“roll-1.xlsx”：")


def test_a_zip_bomb_is_refused(importer):
    assert isinstance(refusal_of(importer, bomb()), OutOfLimit)


def test_a_workbook_without_rows_is_refused(importer):
    refusal = refusal_of(importer, workbook([], []))

    assert refusal.reason_code == "no_rows"
    assert "文件中没有数据行" in refusal.message.in_language("zh")


def test_a_workbook_of_something_else_is_refused_with_what_is_missing(importer):
    book = openpyxl.Workbook()
    book.active.append(["商品", "数量"])
    book.active.append(["化肥", 3])
    content = io.BytesIO()
    book.save(content)

    refusal = refusal_of(importer, content.getvalue())

    assert "roll-0.xlsx" in refusal.message.in_language("zh")


def test_a_formula_in_a_text_cell_is_stored_as_text_and_comes_back_as_text(importer):
    evil = '=HYPERLINK("http://example.com","x")'
    rows = [household("0001", group_name=evil), household("0002", group_name=evil)]
    people = [
        member("0001", identity_number=number()),
        member("0002", identity_number=number("1980-01-01")[:-1] + "0"),
    ]

    record, _ = importer.check(workbook(rows, people))
    importer.apply(record)

    assert Household.objects.get().group_name == evil
    book = openpyxl.load_workbook(io.BytesIO(operations.error_workbook(record, 0)))
    cells = [
        cell for row in book["户"].iter_rows() for cell in row if cell.value == evil
    ]
    assert [cell.data_type for cell in cells] == ["s"]


def test_more_rows_than_the_limit_are_refused(importer, monkeypatch):
    monkeypatch.setattr(reading, "ROWS_MAX", 5)

    refusal = refusal_of(importer, families("0001", "0002"))

    assert refusal.message.zh == "共有 {rows} 行以上，一次最多导入 {limit} 行。"


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ([], "bad_input"),
        ([("a.xlsx", b"")], "bad_input"),
        ([("a.xlsx", b"x")] * 41, "out_of_limit"),
        ([("a.xlsx", b"x" * (51 << 20))], "out_of_limit"),
    ],
    ids=["none", "empty", "too many", "too large"],
)
def test_what_no_import_can_take_is_refused_before_it_is_kept(
    importer, files_folder, files, code
):
    from bangfu.registry.imports.intake import Options

    with pytest.raises(Refusal) as caught:
        operations.receive(
            by=importer.by,
            at=importer.at,
            kind="households",
            files=files,
            options=Options(),
        )

    assert caught.value.reason_code == code
    assert caught.value.remedy is not None
    assert not files_folder.exists()
    assert Import.objects.count() == 0


def test_an_unknown_kind_is_refused(importer):
    with pytest.raises(BadInput, match="no import “trees”"):
        importer.receive(families("0001"), kind="trees")


# The disk


@contextmanager
def files_up_to(size: int):
    """Let no file of this process grow beyond `size` bytes, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_at_upload_keeps_nothing(importer, files_folder):
    content = families("0001")
    with files_up_to(4096), pytest.raises(storage.DiskFull) as caught:
        importer.receive(content)

    assert caught.value.message.zh == "文件无法写入服务器磁盘，本次上传没有保存。"
    assert list((files_folder / "imports").iterdir()) == []
    assert Import.objects.count() == 0


def test_a_full_disk_at_the_check_leaves_no_preview(importer, files_folder):
    record = importer.receive(families("0001"))
    with files_up_to(2048), pytest.raises(storage.DiskFull):
        operations.check(by=importer.by, at=importer.at, import_id=record.pk)

    record.refresh_from_db()
    assert (record.state, record.counts) == ("checking", None)
    assert not list((files_folder / "imports" / record.folder).glob("*.part"))


def test_sealed_files_show_nothing_and_cannot_be_changed(importer, files_folder):
    record = importer.receive(families("0001"))
    (path,) = (files_folder / "imports" / record.folder).iterdir()
    sealed = path.read_bytes()
    assert b"PK" not in sealed[:100]
    path.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))

    with pytest.raises(storage.FilesGone, match="deleted or are damaged"):
        operations.check(by=importer.by, at=importer.at, import_id=record.pk)


def test_an_import_whose_files_are_gone_is_not_written(importer):
    record, _ = importer.check(families("0001"))
    storage.remove(record.folder)

    with pytest.raises(storage.FilesGone):
        importer.apply(record)

    assert Household.objects.count() == 0


# Jobs that end badly


def test_an_import_whose_check_failed_says_why(importer):
    from bangfu.jobs.models import Job

    record = importer.receive(b"%PDF-1.7 not a workbook")
    job = Job.objects.create(
        kind="registry.import",
        state="failed",
        division_code="990101",
        user_id=1,
        username="x",
        grant_id=1,
        created_at=importer.at,
        finished_at=importer.at,
        error={"zh": "坏文件", "en": "bad file"},
    )
    Import.objects.filter(pk=record.pk).update(job_id=job.pk)
    record.refresh_from_db()

    standing = queries.standing_of(record)

    assert (standing.state, standing.error.zh) == ("failed", "坏文件")


def test_an_import_whose_writing_failed_can_be_confirmed_again(importer):
    from bangfu.jobs.models import Job

    record, _ = importer.check(families("0001"))
    operations.confirm(by=importer.by, at=importer.at, import_id=record.pk)
    record.refresh_from_db()
    Job.objects.filter(pk=record.job_id).update(
        state="failed", finished_at=importer.at, error={"zh": "断电", "en": "no power"}
    )
    assert queries.standing_of(record).state == "checked"

    operations.confirm(by=importer.by, at=importer.at, import_id=record.pk)
    importer.apply(Import.objects.get(pk=record.pk))

    assert Household.objects.count() == 1
