"""Which browser a log-in came from, in words, from what the browser says of itself.

A hint for the person who looks through his own sessions, nothing to rely on: anybody can
write such a line.
"""

from __future__ import annotations

from bangfu.calc.values.text import Text

UNKNOWN = Text("未知设备", "unknown device")
# The first mark that is found counts: most browsers also name those they descend from.
_BROWSERS = (
    ("MicroMessenger", Text("微信", "WeChat")),
    ("360SE", Text("360 浏览器", "360 browser")),
    ("QQBrowser", Text("QQ 浏览器", "QQ browser")),
    ("Edg", Text("Edge", "Edge")),
    ("Firefox", Text("火狐", "Firefox")),
    ("HeadlessChrome", Text("Chrome", "Chrome")),
    ("Chrome", Text("Chrome", "Chrome")),
    ("Safari", Text("Safari", "Safari")),
)
_SYSTEMS = (
    ("Windows", Text("Windows", "Windows")),
    ("HarmonyOS", Text("鸿蒙", "HarmonyOS")),
    ("Android", Text("安卓", "Android")),
    ("iPhone", Text("苹果手机", "iPhone")),
    ("iPad", Text("苹果平板", "iPad")),
    ("Mac OS", Text("苹果电脑", "Mac")),
    ("Linux", Text("Linux", "Linux")),
)


def words(device: str) -> Text:
    """Return browser and system, e.g. "Edge, Windows"."""
    found = [
        text
        for names in (_BROWSERS, _SYSTEMS)
        for text in [_first(names, device)]
        if text is not None
    ]
    if not found:
        return UNKNOWN
    if len(found) == 1:
        return found[0]
    both = {"browser": found[0], "system": found[1]}
    return Text("{browser}，{system}", "{browser}, {system}", both)


def _first(names: tuple[tuple[str, Text], ...], device: str) -> Text | None:
    return next((text for mark, text in names if mark in device), None)
