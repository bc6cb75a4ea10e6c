"""One person's story on one day: its dates, its language, and what has happened of it so far."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from common.once import once

Story = dict[str, Any]
FOLDER = Path(__file__).parent
_NAMED = re.compile(r"\{(\w+)\}")
_LANGUAGES = ("ko", "en")


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """``began``: how many days ago the story began, or its first day where images fix it.

    ``use``: groups of words of words.json. ``died``: the day of the story. ``admitted``: for how
    many days somebody who came back is in the ward. ``next``: days until the next visit.
    ``numbers``: accession number of the first order of a type. ``images``: has studies made by
    ``upload_follow_ups``.
    """

    mrn: str
    name: str
    born: str
    sex: str
    address: str
    language: str
    story: str
    began: int | str
    use: list[str] = field(default_factory=list)
    words: dict[str, Any] = field(default_factory=dict)
    course: str = ""
    died: int | None = None
    admitted: int | None = None
    next: int | None = None
    has: list[str] = field(default_factory=list)
    allergies: list[str] = field(default_factory=list)
    numbers: dict[str, str] = field(default_factory=dict)
    team: list[str] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    user: str = ""
    phone: str = ""
    restricted: bool = False
    images: bool = False

    @property
    def birth_date(self) -> date:
        return date.fromisoformat(self.born)


def _read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


@once
def people() -> list[SamplePerson]:
    return [SamplePerson(**row) for row in _read("people.json")]


@once
def words() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = _read("words.json")
    return found


@once
def stories() -> dict[str, Story]:
    files = sorted((FOLDER / "stories").glob("*.json"))
    return {name: told for file in files for name, told in _read(f"stories/{file.name}").items()}


@once
def courses() -> dict[str, list[list[int]]]:
    """The two diameters (mm) of the enhancing lesion at each MRI after radiotherapy."""
    found: dict[str, list[list[int]]] = _read("courses.json")
    return found


class Telling:
    """The story of ``person`` as it stands on ``today``; ``rng`` is the same for the same MRN."""

    def __init__(self, person: SamplePerson, today: date) -> None:
        self.person, self.today = person, today
        self.story = stories()[person.story]
        began = person.began
        self.first = (
            date.fromisoformat(began) if isinstance(began, str) else today - timedelta(days=began)
        )
        self.rng = random.Random(person.mrn)  # noqa: S311
        self._words: dict[str, Any] = dict(words()["defaults"])
        for group in person.use:
            self._words |= words()["groups"][group]
        self._words |= person.words | {"cha2ds2_vasc": cha2ds2_vasc(person, self.first)}

    def date(self, day: int) -> date:
        return self.first + timedelta(days=day)

    def at(self, day: int, hour: int, minute: int = 0) -> datetime:
        return timezone.make_aware(datetime.combine(self.date(day), time(hour, minute)))

    def happened(self, day: int) -> bool:
        """Before today, as only then the same day gives the same rows, and before death."""
        died = self.person.died
        return self.date(day) < self.today and (died is None or day <= died)

    @property
    def deceased(self) -> bool:
        return self.person.died is not None and self.happened(self.person.died)

    def day_ago(self, days: int) -> int:
        """The day of the story that was so many days ago."""
        return (self.today - self.first).days - days

    def value(self, given: Any) -> Any:
        """What a lone ``{word}`` stands for, of whatever type; anything else as it is."""
        found = _NAMED.fullmatch(given) if isinstance(given, str) else None
        return self._words[found[1]] if found else given

    def text(self, given: Any) -> str:
        """In the person's language, which a pair gives as (Korean, English)."""
        text = given[_LANGUAGES.index(self.person.language)] if isinstance(given, list) else given
        filled = _NAMED.sub(lambda found: self.text(self._words[found[1]]), str(text))
        return filled[:1].upper() + filled[1:] if isinstance(given, list) else filled

    def how(self, key: str) -> str:
        return self.text(words()["how"][key])


_SCORES = {"hypertension": 1, "diabetes": 1, "heart_failure": 1, "vascular": 1}


def cha2ds2_vasc(person: SamplePerson, on: date) -> int:
    """After a stroke or transient attack, which count two (Lip et al., Chest 2010;137:263-272)."""
    born = person.birth_date
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    by_age = 2 if age >= 75 else int(age >= 65)
    return 2 + by_age + (person.sex == "F") + sum(_SCORES.get(one, 0) for one in person.has)
