"""Notifications: once, one's own only, in the reader's language."""

from __future__ import annotations

from string import Formatter

import pytest
from django.db import transaction

from alert import services
from alert.choices import TEXTS, Kind
from alert.models import Notification

parse = Formatter().parse
URL = "/api/alert/notifications/"


def _notify(user, key="job:1", kind=Kind.AI_COMPLETED):
    services.notify(user_id=user.pk, kind=kind, dedup_key=key, params={"job": 1}, link="/ai/1")


def test_the_same_event_tells_once(users):
    for _ in range(3):
        _notify(users["doctor"])
    _notify(users["rib"])
    _notify(users["doctor"], "job:2")
    assert Notification.objects.filter(user=users["doctor"]).count() == 2
    assert Notification.objects.filter(user=users["rib"]).count() == 1


def test_a_rolled_back_change_tells_nobody(users, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        try:
            with transaction.atomic():
                _notify(users["doctor"])
                raise ValueError
        except ValueError:
            pass
    assert callbacks == []
    assert not Notification.objects.exists()


def test_a_dead_channel_layer_never_breaks_the_caller(
    users, settings, django_capture_on_commit_callbacks
):
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {"hosts": ["redis://127.0.0.1:1/0"]},
        }
    }
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        _notify(users["doctor"])
    assert len(callbacks) == 1
    assert Notification.objects.count() == 1


def test_the_list_is_ones_own_in_ones_language(api, users):
    _notify(users["doctor"])
    _notify(users["rib"])
    client = api("doctor")
    korean = client.get(URL, HTTP_ACCEPT_LANGUAGE="ko").json()
    english = client.get(URL, HTTP_ACCEPT_LANGUAGE="en-GB,en").json()
    assert korean["count"] == english["count"] == 1
    assert korean["results"][0]["text"] == TEXTS[Kind.AI_COMPLETED]["ko"]
    row = english["results"][0]
    assert row["text"] == TEXTS[Kind.AI_COMPLETED]["en"]
    assert (row["kind"], row["params"], row["link"], row["read_at"]) == (
        "ai_completed",
        {"job": 1},
        "/ai/1",
        None,
    )
    assert api(None).get(URL).status_code == 401


def test_reading_some_or_all(api, users):
    for number in range(3):
        _notify(users["doctor"], f"job:{number}")
    _notify(users["rib"])
    foreign = Notification.objects.get(user=users["rib"]).pk
    client = api("doctor")
    first = client.get(URL, {"unread": "true"}).json()["results"][0]["id"]

    def read(body: dict[str, object]) -> dict[str, int]:
        return client.post(f"{URL}read/", body, format="json").json()

    assert read({"ids": []}) == {"read": 0, "unread": 3}
    assert read({"ids": [first, foreign]}) == {"read": 1, "unread": 2}
    assert client.get(URL, {"unread": "true"}).json()["count"] == 2
    assert client.get(URL, {"unread": "false"}).json()["count"] == 1
    assert read({}) == {"read": 2, "unread": 0}
    assert Notification.objects.get(pk=foreign).read_at is None
    bad = client.post(f"{URL}read/", {"ids": ["x"]}, format="json")
    assert bad.status_code == 400
    assert api(None).post(f"{URL}read/").status_code == 401


def test_the_list_costs_the_same_for_many(api, users, django_assert_max_num_queries):
    for number in range(20):
        _notify(users["doctor"], f"job:{number}")
    client = api("doctor")
    with django_assert_max_num_queries(4):
        assert client.get(URL).json()["count"] == 20


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_both_texts(kind):
    assert set(TEXTS[kind]) == {"ko", "en"}
    assert all(TEXTS[kind].values())
    korean, english = ({name for _, name, *_ in parse(t)} for t in TEXTS[kind].values())
    assert korean == english, "both name the same"


def test_no_second_one_of_a_kind_until_the_first_is_read(users):
    def tell(key):
        services.notify(
            user_id=users["rib"].pk, kind=Kind.ORDER_WAITING, dedup_key=key, until_read=True
        )

    _notify(users["rib"])
    tell("order:1")
    tell("order:2")
    assert Notification.objects.filter(kind=Kind.ORDER_WAITING).count() == 1
    services.notifications_read(user_id=users["rib"].pk, ids=None)
    tell("order:3")
    assert Notification.objects.filter(kind=Kind.ORDER_WAITING).count() == 2
