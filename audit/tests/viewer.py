"""Entries of the stream as the gateway writes them while somebody looks at a series."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

from audit.services import STREAM, stream
from audit.services.entry_mac import signed

SERIES = "1.2.826.0.1.3680043.8.498.10000"


def constants(**changes: Any) -> str:
    """The ``burst`` of an entry."""
    fields = {
        "actor_id": 2,
        "actor_username": "doctor1",
        "actor_role": "doctor",
        "action": "dicomweb.retrieve",
        "object_type": "series",
        "object_id": SERIES,
        "patient_id": 7,
        "permission": "view_dicom",
        "outcome": "ok",
        "source_ip": "10.0.0.9",
    }
    return json.dumps(fields | changes)


def counted_uid(number: int) -> str:
    """As a scanner numbers the instances of a series."""
    return f"{SERIES}.{number}"


def random_uid(number: int) -> str:
    """As programs that draw a UID for each instance: the worst there is to pack."""
    return f"1.2.826.0.1.3680043.8.498.{random.Random(number).randrange(10**38, 10**39)}"


def opening(slices: int, uid: Any = counted_uid, seed: int = 1) -> Iterator[tuple[int, str, int]]:
    """(ms from the first, UID, frame): from the middle outwards, 8 connections, uneven answers."""
    chance = random.Random(seed)
    numbers = sorted(range(slices), key=lambda number: abs(number - slices // 2))
    free = [0] * 8
    begun = []
    for number in numbers:
        connection = free.index(min(free))
        begun.append((free[connection], uid(number + 1), 1))
        free[connection] += chance.randint(2, 14)
    return iter(sorted(begun))


def milliseconds(key: str) -> int | None:
    """The time of a stream id; None of the one that Redis chooses."""
    return None if key == "*" else int(key.partition("-")[0])


def add(
    number: int = 1,
    *,
    burst: str | None = None,
    item: str | None = None,
    key: str = "*",
    frame: int = 1,
) -> str:
    """One request into the stream; its stream id."""
    burst, item = burst or constants(), item or f"{counted_uid(number)} {frame}"
    values = signed(milliseconds(key), burst=burst, item=item)
    return str(stream().xadd(STREAM, values, id=key).decode())
