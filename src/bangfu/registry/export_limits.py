"""How much of the register one export takes."""

from __future__ import annotations

from bangfu.calc.values.findings import BadInput, OutOfLimit
from bangfu.calc.values.text import Text

EXPORT_MAX = 5_000


class TooManyRows(OutOfLimit):
    """More households were to be exported than one workbook takes."""

    code = "too_many_rows"


def check_export_size(count: int) -> None:
    """Raise BadInput for no household at all, TooManyRows beyond EXPORT_MAX."""
    if not count:
        raise BadInput(
            Text("没有可以导出的户。", "There is no household to export."),
            remedy=Text("请调整筛选条件。", "Change the filters."),
        )
    if count > EXPORT_MAX:
        raise TooManyRows(
            Text(
                "超过一次导出的上限 {limit} 户。",
                "That is more than the {limit} households of one export.",
                {"limit": f"{EXPORT_MAX:,}"},
            ),
            remedy=Text(
                "请缩小筛选范围，如按乡镇分次导出。",
                "Narrow the filters, and export township by township.",
            ),
        )
