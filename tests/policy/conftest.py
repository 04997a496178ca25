"""A small pack to write, spoil and load."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bangfu.calc.values.findings import Finding
from bangfu.policy.loading import PackRefused, load

PACK = """\
[pack]
id = "small"
title = { zh = "小政策包", en = "Small pack" }
regulation = { zh = "测试方案", en = "A programme for tests" }
"""

PARAMETER = """\
[[parameter]]
key = "{key}"
title = {{ zh = "参数", en = "A parameter" }}
acts = ["{acts}"]
"""

VALUE = """\
[[parameter.value]]
value = {value}
unit = "{unit}"
valid_from = {valid_from}
scope = "{scope}"
source = {{ zh = "出处", en = "a source" }}
grade = "found"
status = "{status}"
"""


def write_value(
    value: str,
    unit: str,
    *,
    valid_from: str = "2014-01-01",
    valid_to: str | None = None,
    scope: str = "",
    status: str = "verified",
    scenario: str | None = None,
) -> str:
    """Return one `[[parameter.value]]` in TOML."""
    text = VALUE.format(
        value=value, unit=unit, valid_from=valid_from, scope=scope, status=status
    )
    if valid_to:
        text += f"valid_to = {valid_to}\n"
    if scenario:
        text += f'scenario = "{scenario}"\n'
    return "\n" + text


def write_parameter(key: str, *values: str, acts: str = "pairing.solve") -> str:
    """Return one `[[parameter]]` with its values in TOML."""
    return "\n" + PARAMETER.format(key=key, acts=acts) + "".join(values)


@pytest.fixture
def write_pack(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a pack directory: file name to text."""

    def write(*texts: str, name: str = "small", **files: str) -> Path:
        directory = tmp_path / name
        directory.mkdir(parents=True)
        (directory / "pack.toml").write_text(PACK, encoding="utf-8")
        if texts:
            (directory / "values.toml").write_text("".join(texts), encoding="utf-8")
        for stem, text in files.items():
            (directory / f"{stem}.toml").write_text(text, encoding="utf-8")
        return directory

    return write


@pytest.fixture
def findings_of(write_pack) -> Callable[..., list[Finding]]:
    """Return a function that loads a faulty pack and returns its findings."""

    def find(*texts: str, **files: str) -> list[Finding]:
        directory = write_pack(*texts, **files)
        with pytest.raises(PackRefused) as refused:
            load(directory)
        return list(refused.value.findings)

    return find
