"""A browser's own description (User-Agent) in the words that people know it by."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/(\d+)"),
    ("Whale", r"Whale/(\d+)"),
    ("Samsung Internet", r"SamsungBrowser/(\d+)"),
    ("Opera", r"OPR/(\d+)"),
    ("Firefox", r"(?:Firefox|FxiOS)/(\d+)"),
    ("Chrome", r"(?:HeadlessChrome|Chrome|CriOS)/(\d+)"),
    ("Safari", r"Version/(\d+)[\d.]* (?:Mobile/\S+ )?Safari/"),
)
"""The order matters: most browsers also name those that they resemble."""
_SYSTEMS = (
    ("Windows", "Windows NT"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("ChromeOS", "CrOS"),
    ("macOS", "Mac OS X"),
    ("Linux", "Linux"),
)
_PROGRAM = re.compile(r"([A-Za-z][\w.-]{0,39})(?:/(\d{1,9}))?")


@dataclass(frozen=True, slots=True)
class Device:
    """``browser``: its name and version, or the program's; both are empty where unknown."""

    browser: str
    system: str


def device_of(user_agent: str) -> Device:
    system = next((name for name, mark in _SYSTEMS if mark in user_agent), "")
    for name, pattern in _BROWSERS:
        if found := re.search(pattern, user_agent):
            return Device(f"{name} {found[1]}", system)
    program = None if user_agent.startswith("Mozilla/") else _PROGRAM.match(user_agent)
    name = " ".join(filter(None, program.groups())) if program else ""
    return Device(name, system)
