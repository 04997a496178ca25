"""What a file held, kept sealed beside it, so that it is read from Excel only once.

The seal vouches that it is what reading gave: the writing needs no second parse of the
very same bytes, only the comparison with what is stored by then.
"""

from __future__ import annotations

import io
import json

import polars as pl

from bangfu.calc.values.findings import Severity
from bangfu.calc.values.text import Text
from bangfu.exchange.declaration import Workbook
from bangfu.exchange.findings import finding_at
from bangfu.exchange.reading import ROW, Reading, SheetReading
from bangfu.exchange.sniffing import FileFormat
from bangfu.registry.imports import storage
from bangfu.registry.imports.intake import FileReading


def keep(folder: str, file: FileReading) -> None:
    """Keep a reading. Raises DiskFull."""
    reading = file.reading
    head = {
        "name": file.name,
        "sha256": reading.sha256,
        "format": str(reading.file_format),
        "sheets": {
            key: {
                "name": sheet.name,
                "header_row": sheet.header_row,
                "present": list(sheet.present),
            }
            for key, sheet in reading.sheets.items()
        },
        "findings": [
            {
                "sheet": found.sheet,
                "row": found.row,
                "field": found.field,
                "code": found.code,
                "severity": str(found.severity),
                "message": found.message.as_json(),
            }
            for found in reading.findings
        ],
    }
    storage.save(folder, f"read-{file.number}", json.dumps(head).encode())
    for key, sheet in reading.sheets.items():
        content = io.BytesIO()
        sheet.frame.write_parquet(content)
        storage.save(folder, f"read-{file.number}-{key}", content.getvalue())


def recall(folder: str, number: int, workbook: Workbook) -> FileReading:
    """Return what `keep` kept, without the cells as they stood. Raises FilesGone."""
    head = json.loads(storage.load(folder, f"read-{number}"))
    sheets = {}
    for key, facts in head["sheets"].items():
        frame = pl.read_parquet(
            io.BytesIO(storage.load(folder, f"read-{number}-{key}"))
        )
        sheets[key] = SheetReading(
            sheet=workbook.by_key[key],
            name=facts["name"],
            header_row=facts["header_row"],
            present=tuple(facts["present"]),
            frame=frame,
            written=frame.select(ROW),
        )
    findings = tuple(
        finding_at(
            workbook,
            workbook.by_key[found["sheet"]],
            row=found["row"],
            column=found["field"],
            code=found["code"],
            message=Text.from_json(found["message"]),
            severity=Severity(found["severity"]),
        )
        for found in head["findings"]
        if found["sheet"]
    )
    reading = Reading(
        workbook, head["sha256"], FileFormat(head["format"]), sheets, findings
    )
    return FileReading(number, head["name"], reading)
