"""Reading an import's files: all of them, or a refusal that names the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bangfu import exchange
from bangfu.calc.values.division_code import DivisionCode, InvalidDivisionCode
from bangfu.calc.values.findings import BadInput, OutOfLimit, Refusal
from bangfu.calc.values.text import Text, join
from bangfu.exchange.limits import MEBIBYTE, Limits
from bangfu.registry.imports.intake import FileReading, Intake, Progress

FILES_MAX = 40
TOTAL_BYTES_MAX = 200 * MEBIBYTE
ROWS_MAX = 400_000
LIMITS = Limits()
_REASONS_MAX = 5


def check_files(files: Sequence[tuple[str, bytes]]) -> None:
    """Refuse what no import can take, before anything is kept.

    Raises BadInput without any file or for an empty one, OutOfLimit for too much.
    """
    if not files:
        raise BadInput(
            Text("没有选择文件。", "No file was chosen."),
            remedy=Text("请选择填好的工作簿。", "Choose a filled-in workbook."),
        )
    if len(files) > FILES_MAX:
        raise _too_many_files(len(files))
    total = sum(len(content) for _, content in files)
    for name, content in files:
        if not content:
            raise BadInput(
                Text("文件“{name}”是空的。", "File “{name}” is empty.", {"name": name}),
                remedy=Text("请重新选择文件。", "Choose the file again."),
            )
        if len(content) > LIMITS.file_bytes_max:
            raise _too_large(name, len(content), LIMITS.file_bytes_max)
    if total > TOTAL_BYTES_MAX:
        raise _too_large(Text("全部文件", "all files"), total, TOTAL_BYTES_MAX)


def read_files(
    intake: Intake, files: Iterable[tuple[str, bytes]], progress: Progress, count: int
) -> list[FileReading]:
    """Read every file. Raises BadInput or OutOfLimit with the file's name."""
    readings: list[FileReading] = []
    rows = 0
    for number, (name, content) in enumerate(files):
        message = _READING.with_(name=name)
        progress(number, count, message)
        try:
            reading = exchange.read_workbook(content, intake.workbook, limits=LIMITS)
        except Refusal as refusal:
            raise _in_file(name, refusal) from refusal
        rows += sum(len(sheet.frame) for sheet in reading.sheets.values())
        if rows > ROWS_MAX:
            raise _too_many_rows(rows)
        readings.append(FileReading(number, name, reading))
    return readings


def divisions_in(files: Sequence[FileReading]) -> set[DivisionCode]:
    """Return the codes in the `division_code` columns of the files."""
    codes: set[str] = set()
    for file in files:
        for sheet in file.reading.sheets.values():
            if "division_code" in sheet.frame.columns:
                codes.update(sheet.frame["division_code"].drop_nulls().unique())
    found = set()
    for code in codes:
        try:
            found.add(DivisionCode(code))
        except InvalidDivisionCode:
            continue  # the check of the keys has a finding for it
    return found


def _in_file(name: str, refusal: Refusal) -> Refusal:
    reasons = [finding.message for finding in refusal.findings[:_REASONS_MAX]]
    parts = [*(reasons or [refusal.message]), refusal.remedy]
    said = [_sentence(part) for part in parts if part]
    kind = OutOfLimit if isinstance(refusal, OutOfLimit) else BadInput
    return kind(
        Text(
            "文件“{name}”：{reason}",
            "File “{name}”: {reason}",
            {"name": name, "reason": join(said, zh="", en=" ")},
        ),
        findings=refusal.findings,
        code=refusal.reason_code,
    )


def _sentence(text: Text) -> Text:
    """End a text with a full stop; the words of a finding stand without one."""
    if text.zh.endswith(("。", "！", "？")):
        return text
    return Text("{words}。", "{words}.", {"words": text})


def _too_many_files(count: int) -> OutOfLimit:
    return OutOfLimit(
        Text(
            "一次选择了 {count} 个文件，上限为 {limit} 个。",
            "{count} files were chosen; the limit is {limit} at once.",
            {"count": count, "limit": FILES_MAX},
        ),
        remedy=Text("请分几次导入。", "Import them in several goes."),
    )


def _too_large(name: object, size: int, limit: int) -> OutOfLimit:
    return OutOfLimit(
        Text(
            "“{name}”有 {size} MB，上限为 {limit} MB。",
            "“{name}” has {size} MB; the limit is {limit} MB.",
            {"name": name, "size": -(-size // MEBIBYTE), "limit": limit // MEBIBYTE},
        ),
        remedy=Text(
            "请按乡镇或村拆成几个文件，分次导入。",
            "Split it by township or village and import in several goes.",
        ),
    )


def _too_many_rows(rows: int) -> OutOfLimit:
    return OutOfLimit(
        Text(
            "共有 {rows} 行以上，一次最多导入 {limit} 行。",
            "There are more than {rows} rows; {limit} is the limit at once.",
            {"rows": rows - 1, "limit": ROWS_MAX},
        ),
        remedy=Text(
            "请按县或乡镇分次导入。", "Import county by county or township by township."
        ),
    )


_READING = Text("正在读取“{name}”", "Reading “{name}”")
