"""A process has one of each shared resource, however many threads ask first."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep

import pytest

from common.once import once

THREADS = 8


def test_threads_that_ask_at_the_same_time_get_the_same_resource() -> None:
    start, made = Barrier(THREADS), []

    @once
    def resource() -> object:
        sleep(0.001)  # as long as a connection takes, others ask
        made.append(object())
        return made[-1]

    def ask(_: int) -> object:
        start.wait(10)
        return resource()

    for _ in range(20):
        resource.cache_clear()
        made.clear()
        with ThreadPoolExecutor(THREADS) as pool:
            found = set(pool.map(ask, range(THREADS)))
        assert found == {made[0]}
        assert len(made) == 1


def test_a_failure_is_not_kept() -> None:
    answers: Iterator[Exception | str] = iter([ValueError(), "made"])

    @once
    def resource() -> str:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(ValueError):
        resource()
    assert resource() == "made"
