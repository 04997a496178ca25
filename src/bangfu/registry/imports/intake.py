"""What a kind of import is: the protocol that an app's intake follows.

settings.BANGFU_IMPORTS maps a kind to the dotted path of such a value:
{"households": "bangfu.registry.intake.HOUSEHOLDS"}.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

from bangfu.calc.values.findings import Finding, Severity
from bangfu.calc.values.text import Text
from bangfu.exchange.declaration import Workbook
from bangfu.scope import Actor

if TYPE_CHECKING:
    from bangfu.exchange.reading import Reading

DIFFERENCES_MAX = 500

# progress(done, total, message): shows how far it is; raises when it was cancelled.
Progress = Callable[[int, int, Text], None]


def no_progress(done: int, total: int, message: Text) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to import.

    overwrite_empty: an empty cell empties the stored value. language: of the error
    workbook. as_of: the civil day of which the files tell, on which ages are taken;
    None is the day of the check.
    """

    overwrite_empty: bool = False
    language: str = "zh-hans"
    as_of: date | None = None

    def as_json(self) -> dict[str, object]:
        """Return what is stored with the import."""
        return {
            "overwrite_empty": self.overwrite_empty,
            "language": self.language,
            "as_of": None if self.as_of is None else self.as_of.isoformat(),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Options:
        """Read what `as_json` wrote; imports of before have no date."""
        as_of = stored.get("as_of")
        return cls(
            overwrite_empty=bool(stored.get("overwrite_empty")),
            language=str(stored.get("language", "zh-hans")),
            as_of=date.fromisoformat(as_of) if as_of else None,
        )


@dataclass(frozen=True, slots=True)
class FileReading:
    """One uploaded file as it was read. number: its place in the upload, from 0."""

    number: int
    name: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class FileFinding:
    """A finding and the file in which it stands.

    The row of an IMPOSSIBLE one goes to the error workbook of its file. Whatever must
    go with it (the other rows of a household) needs an IMPOSSIBLE finding of its own.
    """

    file: int
    finding: Finding


@dataclass(frozen=True, slots=True)
class Counts:
    """Records (households, officials, units), not rows, by what becomes of them.

    wrong: records of the files that are not taken.
    """

    new: int = 0
    changed: int = 0
    same: int = 0
    wrong: int = 0

    @property
    def written(self) -> int:
        """Records that an import writes."""
        return self.new + self.changed

    @property
    def right(self) -> int:
        """Records that are in order."""
        return self.new + self.changed + self.same

    def as_json(self) -> dict[str, int]:
        """Return what is stored with the import."""
        return {
            "new": self.new,
            "changed": self.changed,
            "same": self.same,
            "wrong": self.wrong,
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that would change. before and after are None when empty.

    record: what it is about, as people find it (“990101101001/0001”). A sensitive
    value is masked by the intake before it comes here.
    """

    record: str
    column: Text
    before: str | Text | None
    after: str | Text | None

    def as_json(self) -> dict[str, object]:
        """Return what is stored with the import."""
        return {
            "record": self.record,
            "column": self.column.as_json(),
            "before": _as_json(self.before),
            "after": _as_json(self.after),
        }


def _as_json(value: str | Text | None) -> object:
    return value.as_json() if isinstance(value, Text) else value


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do now.

    findings: of reading and of the intake's own checks, all of them. differences: the
    first DIFFERENCES_MAX of `differences_total`. digest: differs whenever applying
    would write something else; see `digest_of`. work: what `apply` of the same intake
    needs, opaque to others.
    """

    counts: Counts
    findings: tuple[FileFinding, ...]
    differences: tuple[Difference, ...]
    digest: str
    work: Any = field(repr=False, default=None)
    differences_total: int = 0
    policy_hash: str = ""

    @property
    def is_clean(self) -> bool:
        """Whether no record is wrong."""
        return not any(
            found.finding.severity is Severity.IMPOSSIBLE for found in self.findings
        )


class Intake(Protocol):
    """One kind of import.

    key: the kind. counted: what the counts count, e.g. 户 / households.
    """

    @property
    def key(self) -> str:
        """The kind, as in settings and on the command line."""
        ...

    @property
    def title(self) -> Text:
        """What is imported."""
        ...

    @property
    def counted(self) -> Text:
        """What the counts count."""
        ...

    @property
    def workbook(self) -> Workbook:
        """The declared workbook."""
        ...

    def check_may(self, *, by: Actor) -> None:
        """Raise NotAllowed unless `by` may import this kind."""
        ...

    def check(
        self,
        files: Sequence[FileReading],
        *,
        by: Actor,
        at: datetime,
        options: Options,
        progress: Progress,
    ) -> Plan:
        """Compare the files with what is stored; write nothing.

        Called for the preview and once more, under the locks of the divisions in the
        files' `division_code` columns, right before `apply`. Records outside the
        actor's division are wrong, with a finding. Same input, same digest.
        """
        ...

    def apply(
        self,
        plan: Plan,
        *,
        by: Actor,
        at: datetime,
        import_id: int,
        progress: Progress,
    ) -> Counts:
        """Write the right records of `plan` in the transaction that is open.

        One set-based statement per table. The caller records the audit event.
        """
        ...


def digest_of(parts: Iterable[bytes | str]) -> str:
    """Return the SHA-256 of what a plan would do, in hexadecimal."""
    digest = hashlib.sha256()
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        digest.update(len(content).to_bytes(8, "big"))
        digest.update(content)
    return digest.hexdigest()
