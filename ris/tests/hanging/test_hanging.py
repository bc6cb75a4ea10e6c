"""The hanging of a study by the API: whose priors, which one, how they scroll, what is recorded."""

from __future__ import annotations

from datetime import date

import pytest

from audit.models import AuditLog
from pacs.models import Series
from pacs.tests import index
from ris.hanging import frame_links

pytestmark = pytest.mark.django_db
FRAME = "1.2.3.4"


@pytest.fixture
def prior(mine):
    """An earlier brain MR of the same patient with one T1, as the present study has one."""
    Series.objects.filter(pk=mine.series.pk).update(
        description="T1", body_part="BRAIN", frame_of_reference_uid=FRAME
    )
    made = index.study(mine.study.patient, study_date=date(2025, 1, 5))
    index.series(made, description="T1", frame_of_reference_uid=FRAME)
    return made


@pytest.fixture
def hanging(api, mine):
    path = f"/api/ris/studies/{mine.study.study_instance_uid}/hanging/"

    def get(role="doctor", status=200, **query):
        answer = api(role).get(path, query)
        assert answer.status_code == status, answer.content
        return answer.json()

    return get


def opened():
    return list(AuditLog.objects.filter(action="study.open_as_prior").order_by("pk"))


def test_the_same_series_of_the_prior_hangs_beside_it(hanging, prior, mine):
    body = hanging()
    first = body["layouts"][0]
    assert (first["protocol"], first["rows"], first["columns"]) == ("brain_mr_follow_up", 1, 2)
    [there] = prior.series.all()
    assert [pane["series_instance_uid"] for pane in first["panes"]] == [
        mine.series.series_instance_uid,
        there.series_instance_uid,
    ]
    [pair] = body["pairs"]
    assert pair["shares_frame"] is True
    assert {"same_modality", "same_body_part", "same_sequence", "same_plane"} <= {*pair["reasons"]}
    assert (body["chosen_by"], body["prior"]["score"]) == ("rule", 100)


def test_the_newest_of_two_alike_is_chosen_and_a_reader_may_ask_for_the_other(hanging, prior, mine):
    older = index.study(mine.study.patient, study_date=date(2024, 1, 5))
    index.series(older, description="T1")
    later = index.study(mine.study.patient, study_date=date(2027, 1, 5))
    index.series(later, description="T1")
    knee = index.study(mine.study.patient, study_date=date(2025, 9, 5), description="Knee")
    index.series(knee, description="T1", body_part="KNEE")
    body = hanging()
    assert body["prior"]["study_instance_uid"] == prior.study_instance_uid
    uids = [one["study_instance_uid"] for one in body["priors"]]
    assert uids == [one.study_instance_uid for one in (prior, older, knee)]
    for asked in (older, knee, later):
        body = hanging(prior=asked.study_instance_uid)
        assert body["prior"]["study_instance_uid"] == asked.study_instance_uid
        assert body["chosen_by"] == "reader"
        assert [pane["is_prior"] for pane in body["layouts"][0]["panes"]] == [False, True]


def test_a_prior_that_is_opened_through_the_study_is_recorded_with_the_reason(hanging, prior, mine):
    alone = hanging(prior="none")
    assert [one["study_instance_uid"] for one in alone["priors"]] == [prior.study_instance_uid]
    assert (alone["prior"], opened()) == (None, [])
    hanging()
    hanging(prior=prior.study_instance_uid)
    by_rule, by_reader = opened()
    assert by_rule.object_id == prior.study_instance_uid
    assert by_rule.patient_id == prior.patient_id
    assert by_rule.detail == {
        "through": mine.study.study_instance_uid,
        "chosen_by": "rule",
        "reasons": ["same_modality", "same_body_part", "same_sequence"],
        "score": 100,
    }
    assert by_reader.detail["chosen_by"] == "reader"


def test_a_right_to_the_study_alone_opens_no_prior(hanging, prior):
    body = hanging("external")
    assert (body["prior"], body["priors"], body["pairs"]) == (None, [], [])
    assert hanging("external", 404, prior=prior.study_instance_uid)["error"]["code"] == "ERR_202"
    assert opened() == []


def test_frames_of_reference_are_linked_only_by_what_somebody_accepted(
    hanging, prior, users, monkeypatch
):
    prior.series.update(frame_of_reference_uid="1.2.3.5")
    matrix = tuple(float(row == column) for row in range(4) for column in range(4))
    asked = []

    def reader(user, frames_of_reference):
        asked.append((user.pk, {*frames_of_reference}))
        return [frame_links.FrameLink(7, FRAME, "1.2.3.5", matrix)]

    body = hanging()
    assert (body["pairs"][0]["shares_frame"], body["links"]) == (False, [])
    monkeypatch.setattr(frame_links, "frame_link_readers", [reader])
    [link] = hanging()["links"]
    assert asked == [(users["doctor"].pk, {FRAME, "1.2.3.5"})]
    assert (link["registration"], link["matrix"]) == (7, [*matrix])


def test_nonsense_is_refused(hanging, prior, mine):
    for asked, status in (
        ("x' OR 1", 400),
        ("1." * 40 + "1", 400),
        ("1.2.3", 404),
        (mine.study.study_instance_uid, 400),
    ):
        assert hanging(status=status, prior=asked)["error"]
    assert hanging("admin", 400, prior=mine.other.study_instance_uid)["error"]["field"] == "prior"


def test_few_queries_however_many_priors(hanging, prior, mine, django_assert_max_num_queries):
    for year in range(2000, 2020):
        index.series(index.study(mine.study.patient, study_date=date(year, 1, 5)))
    with django_assert_max_num_queries(25):
        assert len(hanging()["priors"]) == 21
