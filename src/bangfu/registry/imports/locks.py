"""How writes to the same divisions wait for one another.

An import holds the divisions of its files alone, a change by hand holds its county
together with other changes by hand; both hold everything above in common, so that an
import over a city also waits for a change in one of its villages. The locks end with
the transaction.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import OperationalError, connection, transaction

from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import WrongState
from bangfu.calc.values.text import Text

# Advisory locks are numbers of 64 bits shared by all apps of a database: "impt" first.
_OURS = int.from_bytes(b"impt", "big") << 32
_BY_HAND_WAIT_MS = 5_000


class ImportRunning(WrongState):
    """An import of the same county is being written."""

    code = "import_running"
    retryable = True


def take_alone(divisions: Iterable[DivisionCode]) -> None:
    """Wait until nobody else writes in these divisions, then hold them alone.

    Divisions below a county count as their county. Taken in order of code, so that two
    imports never wait for each other.
    """
    wanted = {code.at(min(code.level, Level.COUNTY)) for code in divisions}
    above = {upper for code in wanted for upper in code.ancestors()}
    for code in sorted(wanted | above):
        how = "pg_advisory_xact_lock" + ("" if code in wanted else "_shared")
        _take(how, code)


def take_together(division: DivisionCode) -> None:
    """Hold the county of `division` for a change by hand.

    Raises ImportRunning when an import holds it for longer than five seconds.
    """
    county = division.at(min(division.level, Level.COUNTY))
    try:
        with transaction.atomic():
            _set_timeout(_BY_HAND_WAIT_MS)
            for code in (*county.ancestors(), county):
                _take("pg_advisory_xact_lock_shared", code)
            _set_timeout(0)
    except OperationalError as error:
        raise ImportRunning(
            Text(
                "本县正在导入数据，暂时不能修改。",
                "An import into this county is being written.",
            ),
            remedy=Text("请几分钟后重试。", "Try again in a few minutes."),
        ) from error


def _set_timeout(milliseconds: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('lock_timeout', %s, true)", [str(milliseconds)]
        )


def _take(how: str, code: DivisionCode) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {how}(%s # hashtext(%s))", [_OURS, str(code)])
