"""Reads outlines from GeoJSON and says everything wrong in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bangfu.calc.values.division_code import DivisionCode, InvalidDivisionCode
from bangfu.calc.values.findings import Finding
from bangfu.calc.values.text import Text
from bangfu.divisions import geometry
from bangfu.divisions.rules import BadGeometry

FEATURES_MAX = 20_000
COUNTRY_PREFIX = "156"  # ISO 3166 number of China, before a county's six digits


class Shape(NamedTuple):
    """A usable outline. number: of the feature, from 1."""

    geometry: dict[str, Any]
    centre: geometry.Point
    number: int


@dataclass(slots=True)
class Outlines:
    """What a collection holds, and what is wrong with it."""

    shapes: dict[DivisionCode, Shape] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def find(self, number: int, code: str, message: Text) -> None:
        """Note a fault of a feature."""
        place = Text("第 {n} 个要素", "feature {n}", {"n": number})
        self.findings.append(Finding("outline", code[:20], message, place=place))

    def find_unknown(self, known: Collection[str]) -> None:
        """Note the divisions that are not on file."""
        for code, shape in self.shapes.items():
            if code not in known:
                self.find(shape.number, code, _UNKNOWN.with_(code=code))

    def refuse_faults(self) -> None:
        """Raise BadGeometry when anything is wrong or nothing is there."""
        if self.findings:
            raise BadGeometry(
                Text(
                    "边界文件有 {count} 处错误，未导入。",
                    "The outlines have {count} faults; nothing was stored.",
                    {"count": len(self.findings)},
                ),
                findings=tuple(self.findings),
            )
        if not self.shapes:
            raise BadGeometry(
                Text("文件中没有边界。", "The file holds no outline."),
                remedy=Text(
                    "请提供 GeoJSON FeatureCollection，属性中有区划代码。",
                    "Give a GeoJSON FeatureCollection whose features name a division.",
                ),
            )


def read(collection: Mapping[str, Any], code_property: str) -> Outlines:
    """Read a FeatureCollection; the result holds the faults of single features.

    Raises BadGeometry when it is none, or has more than 20,000 features.
    """
    features = collection.get("features")
    if not isinstance(features, list) or len(features) > FEATURES_MAX:
        raise BadGeometry(
            Text(
                "应为不超过 {limit} 个要素的 GeoJSON FeatureCollection。",
                "A GeoJSON FeatureCollection of at most {limit} features is needed.",
                {"limit": f"{FEATURES_MAX:,}"},
            ),
        )
    outlines = Outlines()
    for number, feature in enumerate(features, start=1):
        _read_feature(outlines, number, feature, code_property)
    return outlines


def _read_feature(
    outlines: Outlines, number: int, feature: object, code_property: str
) -> None:
    feature = feature if isinstance(feature, Mapping) else {}
    properties = feature.get("properties")
    if not isinstance(properties, Mapping) or code_property not in properties:
        outlines.find(number, "", _NO_CODE.with_(property=code_property))
        return
    written = str(properties[code_property])
    try:
        code = _code(written)
        shape: Any = feature.get("geometry")
        rings = geometry.rings_of(shape)
    except InvalidDivisionCode as refusal:
        outlines.find(number, written, refusal.message)
    except geometry.InvalidGeometry as error:
        outlines.find(number, written, _BAD_SHAPE.with_(reason=error))
    else:
        if code in outlines.shapes:
            first = outlines.shapes[code].number
            outlines.find(number, code, _TWICE.with_(code=code, n=first))
        else:
            centre = geometry.centre(rings)
            outlines.shapes[code] = Shape(dict(shape), centre, number)


def _code(written: str) -> DivisionCode:
    if len(written) == 9 and written.startswith(COUNTRY_PREFIX):
        written = written[3:]
    return DivisionCode.parse(written)


_UNKNOWN = Text("区划库中没有 {code}。", "There is no division {code} on file.")
_NO_CODE = Text("没有属性“{property}”。", "There is no property “{property}”.")
_BAD_SHAPE = Text("几何图形有误：{reason}。", "The geometry is wrong: {reason}.")
_TWICE = Text(
    "{code} 重复，第 {n} 个要素已有。", "{code} stands twice; feature {n} has it."
)
