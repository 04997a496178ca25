"""How much one workbook may hold. What exceeds a limit is refused with its remedy."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one file; the defaults suit a county and a worker with 1 GB.

    inflated_bytes_max counts every part of the file after decompression, really
    decompressed, not as the file claims; text_bytes_max the part that holds the texts,
    which the reader keeps in memory. inflation_max is the greatest ratio allowed
    to a file that inflates to more than 64 MiB. cells_max is rows times columns of the
    used areas of all sheets, blank cells included.
    """

    file_bytes_max: int = 50 * MEBIBYTE
    inflated_bytes_max: int = 800 * MEBIBYTE
    text_bytes_max: int = 200 * MEBIBYTE
    inflation_max: int = 100
    sheets_max: int = 60
    rows_max: int = 200_000
    columns_max: int = 256
    cells_max: int = 8_000_000
    cell_characters_max: int = 2_000
    findings_max: int = 100_000
