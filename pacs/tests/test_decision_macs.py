"""Redis gives nobody a right: what our own processes did not write there is worth nothing."""

from __future__ import annotations

import time

import pytest

from acct.authentication import claims_of
from audit.services import stream
from audit.services.entry_mac import is_genuine
from pacs.derived import decisions
from pacs.tests.cached_requests import bursts
from rbac import epochs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_cached():
    stream().flushdb()
    decisions._known.clear()


@pytest.fixture
def find(mine):
    """``find(token)``: the first frame of the own study by the cached decision."""

    def make(token):
        uids = (mine.study.study_instance_uid, mine.series.series_instance_uid)
        return decisions.frame_find(claims_of(token), *uids, mine.instance.sop_instance_uid, 1, "")

    return make


def decision(token, mine):
    return f"dicomweb:decision:{claims_of(token).session_id}:{mine.study.study_instance_uid}"


@pytest.fixture(params=["in Redis only", "in the process too"])
def decided(ask, find, signed_in, request):
    """The token of a doctor whose decision is cached."""
    token = signed_in("doctor")
    assert ask(token).status == 200
    if request.param == "in the process too":
        assert find(token)
    return token


def test_the_entries_of_the_stream_are_ours(decided, find):
    assert find(decided)
    written = [(key, entry) for key, entry in stream().xrange("audit") if b"burst" in entry]
    assert written
    assert all(is_genuine(int(key.partition(b"-")[0]), entry) for key, entry in written)


@pytest.mark.parametrize("copied", [("epochs", "user", "who", "until", "mac"), ("who",)])
def test_a_decision_for_somebody_else_is_worth_nothing(ask, find, mine, signed_in, decided, copied):
    nurse = signed_in("nurse")
    given = zip(copied, stream().hmget(decision(decided, mine), copied), strict=True)
    stream().hset(decision(nurse, mine), mapping=dict(given))
    assert find(nurse) is None
    recorded = len(bursts())
    assert ask(nurse).status == 403
    assert len(bursts()) == recorded


@pytest.mark.parametrize("field", ["epochs", "user", "who", "until", "mac"])
def test_a_changed_decision_is_worth_nothing(find, mine, decided, field):
    key = decision(decided, mine)
    decisions._known.clear()
    stream().hset(key, field, stream().hget(key, field) + b"0")
    assert find(decided) is None
    stream().hset(key, field, b"\xff\0")
    assert find(decided) is None
    stream().hdel(key, field)
    assert find(decided) is None


def test_epochs_in_redis_do_not_renew_a_decision(find, mine, users, decided):
    epochs.rights_changing(users["doctor"].pk)
    stream().hset(decision(decided, mine), "epochs", epochs.current(users["doctor"].pk))
    assert find(decided) is None


def test_a_decision_ends_even_if_its_key_does_not(find, mine, decided, monkeypatch):
    stream().persist(decision(decided, mine))
    ended = time.time() + decisions.DECISION_S
    monkeypatch.setattr(decisions.time, "time", lambda: ended)
    assert find(decided) is None


@pytest.mark.parametrize("change", [b"2-other", b" 1 x y", b"\xff"])
def test_a_changed_place_is_not_served(find, mine, decided, change):
    key = f"dicomweb:series:{mine.series.series_instance_uid}"
    field = mine.instance.sop_instance_uid
    stream().hset(key, field, stream().hget(key, field) + change)
    assert find(decided) is None
    other = mine.series.instances.exclude(pk=mine.instance.pk).first().sop_instance_uid
    stream().hset(key, field, stream().hget(key, other))
    assert find(decided) is None


def test_what_another_process_decided_anew_is_taken(
    ask, find, mine, users, signed_in, django_assert_num_queries
):
    token = signed_in("doctor")
    ask(token)
    assert find(token)
    known = dict(decisions._known)
    begun = decisions.validity(users["doctor"].pk)
    mine.series.study = mine.study
    decisions.decision_cache(claims_of(token), users["doctor"], mine.series, begun)
    with django_assert_num_queries(0):
        assert ask(token).status == 200
    assert decisions._known != known
