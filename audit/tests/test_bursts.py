"""The packed text holds every request, and is small."""

from __future__ import annotations

import random

import pytest

from audit.services import bursts
from audit.tests import viewer

START = 1_790_000_000_123


def packed(requests):
    return [(START + after, uid, frame) for after, uid, frame in requests]


def exact(requests):
    return [bursts.BurstItem(bursts.instant(time), uid, frame) for time, uid, frame in requests]


@pytest.mark.parametrize("slices", [1, 2, 155, 1000])
@pytest.mark.parametrize("uid", [viewer.counted_uid, viewer.random_uid])
def test_an_opening_comes_back_to_the_millisecond(slices, uid):
    requests = packed(viewer.opening(slices, uid))
    assert bursts.unpack(bursts.pack(requests)) == exact(requests)


def test_any_order_of_anything_comes_back():
    chance = random.Random(7)
    uids = ["1.2.3", "1.2.3.4", "1.2.34", "2.25.9", "1.2.3.4.0.1", "0"]
    for length in range(1, 60):
        times = sorted(chance.choices(range(90_000), k=length))
        requests = packed((t, chance.choice(uids), chance.choice([0, 1, 7, 4000])) for t in times)
        assert bursts.unpack(bursts.pack(requests)) == exact(requests)


@pytest.mark.parametrize(
    ("uid", "limit"), [(viewer.counted_uid, 3.5), (viewer.random_uid, 30), (lambda _: "1.2", 1)]
)
def test_a_thousand_requests_are_small(uid, limit):
    """UIDs drawn at random hold 39 digits each that nothing can pack; a multi-frame, none."""
    requests = packed(
        (t, u, n if u == "1.2" else 1) for n, (t, u, _) in enumerate(viewer.opening(1000, uid))
    )
    assert len(bursts.pack(requests)) / 1000 < limit


@pytest.mark.parametrize(
    "text", [b"", b"1.2.3", b"1.2.3 x", b" 1", b"1.2 3 4", b"<a> 1", b"1.2 -1"]
)
def test_what_is_no_item_is_not_read(text):
    assert bursts.item_read(text) is None
