"""The guides name files that exist, and README.ko.md says the same as README.md."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.ko.md")
GUIDES = (
    *READMES,
    "CONTRIBUTING.md",
    "THREAT_MODEL.md",
    "sample_data/NOTICE.md",
    *(str(found.relative_to(ROOT)) for found in sorted((ROOT / "docs").rglob("*.md"))),
)
SUFFIXES = {
    ".conf", ".css", ".html", ".ini", ".js", ".json", ".lua", ".md", ".mjs", ".py", ".sh",
    ".template", ".toml", ".ts", ".tsx", ".txt", ".yaml", ".yml",
}  # fmt: skip
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
PATH = re.compile(r"\.?[\w<>{},*-][\w.<>{},*-]*(/[\w.<>{},*-]+)*/?")
MADE_LATER = (".run", ".venv", ".venv-inference")


def files() -> set[str]:
    """Every file of the repository, new ones too, and the folders that they are in."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    found = {name for name in listed if name and (ROOT / name).exists()}
    folders = {str(folder) for name in found for folder in PurePosixPath(name).parents}
    return found | folders - {"."}


FILES = files()
TOP = {name for name in FILES if "/" not in name}


def read(guide: str) -> str:
    return (ROOT / guide).read_text(encoding="utf-8")


def paths(text: str) -> Iterator[str]:
    """What a guide names in backticks that is meant to be a file or folder of ours.

    A word with a suffix of a file, or that begins with one of our top folders; of a command every
    word. ``<app>`` stands for any name, ``{ko,en}`` for each of them.
    """
    for span in CODE.findall(FENCE.sub("", text)):
        for word in span.split():
            name = word.rstrip(".,:;")
            first, *rest = name.split("/")
            if not PATH.fullmatch(name) or first in MADE_LATER or (first == ".." and rest):
                continue
            if PurePosixPath(name).suffix in SUFFIXES or (rest and first in TOP):
                yield name.removesuffix("/")


def is_there(name: str) -> bool:
    choices = re.search(r"\{([\w,]+)\}", name)
    if choices:
        return all(
            is_there(name.replace(choices.group(), choice)) for choice in choices[1].split(",")
        )
    wanted = re.escape(re.sub(r"<\w+>|\*", "\0", name)).replace("\0", "[^/]+")
    return any(re.fullmatch(wanted, known) for known in FILES)


@pytest.mark.parametrize("guide", GUIDES)
def test_every_path_exists(guide):
    text = read(guide)
    missing = {name for name in paths(text) if not is_there(name)}
    folder = (ROOT / guide).parent
    for link in LINK.findall(text):
        if "://" not in link:
            target = (folder / link).resolve().relative_to(ROOT)
            if str(target) not in FILES:
                missing.add(link)
    assert missing == set()


def test_a_path_that_is_gone_is_found():
    named = list(
        paths("see `pacs/gone.py`, `pacs/no_such/` and `<app>/gone.py ARG`; not `/api/x/`")
    )
    assert named == ["pacs/gone.py", "pacs/no_such", "<app>/gone.py"]
    assert not any(map(is_there, named))
    assert is_there("<app>/models.py")
    assert is_there("web/src/i18n/{ko,en}/ai.ts")
    assert not is_there("web/src/i18n/{ko,xx}/ai.ts")


def commands(text: str) -> list[list[str]]:
    """The lines of each code block without their comments."""
    blocks = (block.splitlines()[1:-1] for block in FENCE.findall(text))
    stripped = ([re.sub(r"(^|\s+)#\s.*", "", line) for line in block] for block in blocks)
    return [[line for line in block if line.strip()] for block in stripped]


def tables(text: str) -> list[list[list[str]]]:
    """Of each row of each table, the code spans and links of its cells."""
    found: list[list[list[str]]] = []
    before = False
    for line in FENCE.sub("", text).splitlines():
        row = line.startswith("|")
        if row and not before:
            found.append([])
        if row:
            cells = line.strip("|").split("|")
            found[-1].append([" ".join(CODE.findall(c) + LINK.findall(c)) for c in cells])
        before = row
    return found


def headings(text: str) -> list[int]:
    return [len(marks) for marks in re.findall(r"^(#+) ", FENCE.sub("", text), re.MULTILINE)]


def links(text: str) -> list[str]:
    """Sorted: two languages order a sentence differently."""
    return sorted(LINK.findall(text))


@pytest.mark.parametrize("part", [commands, tables, headings, links])
def test_both_readmes_say_the_same(part):
    english, korean = (part(read(name)) for name in READMES)
    assert english
    assert korean == english


def test_the_ladder_is_that_of_the_apps():
    ladder = " > ".join(read("cdss_backend/apps.txt").split())
    assert f"`{ladder}`" in read("CONTRIBUTING.md")
    for name in READMES:
        assert f"`{ladder}`" in read(name)


def test_the_trips_name_queues_and_events_that_exist():
    """The third and fourth column of the tables of docs/architecture.md."""
    queues, events = set(), set()
    for row in re.findall(r"^\|.*\|$", read("docs/architecture.md"), re.MULTILINE):
        cells = row.strip("|").split("|")
        if len(cells) == 4:
            queues.update(CODE.findall(cells[2]))
            events.update(CODE.findall(cells[3]))
    sources = "".join(path.read_text() for path in ROOT.glob("*/events.py"))
    declared = read("common/tasks.py")
    assert len(queues) == 5
    assert [name for name in queues if f'"{name}"' not in declared] == []
    assert [name for name in events if f'"{name}"' not in sources] == []


def threats() -> list[list[str]]:
    """The cells of each row of the table, without its head."""
    rows = re.findall(r"^\|(.*)\|$", read("THREAT_MODEL.md"), re.MULTILINE)
    return [row.split(" | ") for row in rows[2:]]


def named_tests(cell: str) -> Iterator[tuple[str, str]]:
    """Each file or folder of tests that the cell names, and the test named behind it, if any."""
    for name, test in re.findall(r"`([^`]+)`(?: \(`(\w+)`\))?", cell):
        if "/tests/" in f"/{name}" and is_there(name.rstrip("/")):
            yield name.rstrip("/"), test


def test_each_threat_names_tests_that_exist():
    rows = threats()
    assert len(rows) > 30
    assert [row[0] for row in rows if len(row) != 3 or not list(named_tests(row[2]))] == []
    missing = [
        (name, test)
        for row in rows
        for name, test in named_tests(row[2])
        if test and test not in read(name)
    ]
    assert missing == []
