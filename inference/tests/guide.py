"""What README.md, the guide for model authors, tells to write and to run."""

from __future__ import annotations

import re
from pathlib import Path

GUIDE = Path(__file__).resolve().parents[1] / "README.md"
_FILE = re.compile(r"^`([\w./]+)`\n+```\w*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def guide_files(model: str) -> dict[str, str]:
    """By name the files of a model that the guide shows, each under its path in backquotes."""
    found = {
        Path(path).name: content
        for path, content in _FILE.findall(GUIDE.read_text())
        if Path(path).parts[0] == model
    }
    assert found, f"the guide shows no file of {model}"
    return found


def guide_commands(section: str) -> list[str]:
    """The shell blocks of a section."""
    text = GUIDE.read_text()
    start = text.index(f"## {section}\n")
    end = text.find("\n## ", start + 1)
    return _COMMANDS.findall(text[start : end if end > 0 else None])
