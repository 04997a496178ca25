"""The proof of a run: small enough to be stored, complete enough to be checked.

It speaks of households and officials, not of the network, so that a verifier needs to
know nothing of how the pairing was found. Let b be the prices of households, a those of
officials, w the price of an uncovered household, s that of a household lacking to a lower
quota. If for every allowed pair b_j + a_i <= cost_ij, every b_j <= w and every a_i <= s,
then a pairing with W uncovered households and a shortfall of G costs at least

    sum b + sum (a_i > 0 ? a_i min_i : a_i max_i) - w W - s G

(weak duality; w and s count only where W and G are not 0). That W and G are the least
possible ones is shown by the two sets `starved` and `crowded`, see solving.Reach.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from zipfile import BadZipFile

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bangfu.calc.pairing import tables
from bangfu.calc.pairing.canonical import Ints, Mask, Roll
from bangfu.calc.pairing.checks import Params, Tables
from bangfu.calc.pairing.network import IDLE, SOURCE, UNCOVERED
from bangfu.calc.pairing.solving import Solution
from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text

FORMAT = "bangfu-pairing-proof-1"
_NUMBERS = (
    "objective",
    "bound",
    "uncovered",
    "shortfall",
    "uncovered_price",
    "idle_price",
)


@dataclass(frozen=True, slots=True)
class Proof:
    """Prices and sets; households and officials in the order of their ids as text.

    digest: SHA-256 of the tables and prices, see `digest_of`. household_price: (n,).
    official_price: (m,). starved: (n,). crowded: (m,). All prices in cost units.
    """

    digest: str
    objective: int
    bound: int
    uncovered: int
    shortfall: int
    uncovered_price: int
    idle_price: int
    household_price: Ints
    official_price: Ints
    starved: Mask
    crowded: Mask

    @property
    def gap(self) -> int:
        """Cost less bound; 0 proves that no pairing is cheaper."""
        return self.objective - self.bound

    def to_bytes(self) -> bytes:
        """Return the proof as one compressed .npz archive."""
        stream = io.BytesIO()
        np.savez_compressed(
            stream,
            format=np.array(FORMAT),
            digest=np.array(self.digest),
            numbers=np.array([getattr(self, name) for name in _NUMBERS]),
            household_price=self.household_price,
            official_price=self.official_price,
            starved=np.packbits(self.starved),
            crowded=np.packbits(self.crowded),
        )
        return stream.getvalue()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Proof:
        """Read what `to_bytes` wrote. Raises BadInput for anything else."""
        try:
            with np.load(io.BytesIO(stored), allow_pickle=False) as archive:
                parts = {name: archive[name] for name in archive.files}
            if str(parts["format"]) != FORMAT:
                raise KeyError("format")
            numbers = dict(zip(_NUMBERS, parts["numbers"].tolist(), strict=True))
            homes = np.asarray(parts["household_price"], dtype=np.int64)
            people = np.asarray(parts["official_price"], dtype=np.int64)
            return cls(
                digest=str(parts["digest"]),
                **numbers,
                household_price=homes,
                official_price=people,
                starved=_bits(parts["starved"], len(homes)),
                crowded=_bits(parts["crowded"], len(people)),
            )
        except (
            BadZipFile,
            EOFError,
            KeyError,
            OSError,
            TypeError,
            ValueError,
        ) as error:
            raise BadInput(
                Text("最优性证明无法读取。", "The proof of optimality cannot be read."),
                remedy=Text("请重新计算本次结对。", "Solve the run again."),
                code="pairing.bad_proof",
            ) from error


def _bits(packed: NDArray[np.uint8], count: int) -> Mask:
    return np.unpackbits(packed, count=count).astype(bool)


def prove(roll: Roll, solution: Solution, digest: str) -> Proof:
    """Translate node prices into prices of households and officials.

    The price of a household is that of its group, unless its present official would
    make it dearer: a pair that is kept pays less than the group does.
    """
    network, price = solution.network, solution.certificate.price
    layout, reach = solution.layout, solution.reach
    official_price = price[SOURCE] - price[network.quota_node]
    household_price = price[network.first_group + layout.group_of] - price[SOURCE]
    household_price[roll.kept_household] = np.minimum(
        household_price[roll.kept_household],
        network.cost[network.kept_arc_of] - official_price[roll.kept_official],
    )
    return Proof(
        digest=digest,
        objective=solution.certificate.cost,
        bound=solution.certificate.bound,
        uncovered=reach.uncovered,
        shortfall=reach.shortfall,
        uncovered_price=int(price[UNCOVERED] - price[SOURCE]) if reach.uncovered else 0,
        idle_price=int(price[SOURCE] - price[IDLE]) if reach.shortfall else 0,
        household_price=household_price,
        official_price=official_price,
        starved=reach.starved,
        crowded=reach.crowded,
    )


def _column_bytes(frame: pl.DataFrame, names: list[str]) -> Iterator[bytes]:
    """Yield what goes into the digest for every column, in one pass over the frame."""
    kinds = {name: frame.schema[name] for name in names}
    text = {name: pl.col(name) for name, kind in kinds.items() if kind == pl.String}
    passed = frame.select(
        *(col.str.join("").alias(f"{name} text") for name, col in text.items()),
        *(
            (text[name].str.len_bytes() if name in text else pl.col(name)).implode()
            for name in names
        ),
    )
    for name in names:
        values = passed[name].item()
        if name in text:
            yield values.to_numpy().astype("<u4").tobytes()
            yield str(passed[f"{name} text"].item()).encode()
        elif kinds[name] == pl.Float64:
            # Adding zero makes one zero of two.
            numbers = values.fill_null(float("nan")).to_numpy() + 0.0
            yield numbers.astype("<f8").tobytes()
        else:
            yield values.to_numpy().astype("<i8").tobytes()


def digest_of(given: Tables, params: Params) -> str:
    """Return the SHA-256 of the prices and of every table, as `check` has sorted it.

    Only declared columns count, `max_legal` excepted; of the pairs only those whose ids
    are in the rolls, once each. The order of rows and columns does not matter. A column
    of text goes in as its lengths in bytes (uint32) and its bytes, a column of numbers
    as float64 or int64, little-endian, an empty cell as NaN.
    """
    total = hashlib.sha256(f"{FORMAT} {params.km_price} {params.keep_price}\n".encode())
    for schema in tables.INPUTS:
        frame: pl.DataFrame | None = getattr(given, schema.name)
        total.update(f"{schema.name}\n".encode())
        if frame is None or frame.height == 0:
            continue
        declared = [column.name for column in schema.columns if not column.optional]
        for part in _column_bytes(frame, declared):
            total.update(part)
    return total.hexdigest()
