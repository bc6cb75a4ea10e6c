"""A model of several sequences, asked for by a workitem and by a routing rule."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import timezone

from ai.models import AIJob, RoutingDecision, RoutingRule
from ai.services.study_routing import study_route
from ai.tests import factories
from ai.tests.test_sequences import MANIFEST, SHOWN, study_of
from ai.tests.worklist import WORKLIST_URL, as_json, item, new_workitem
from pacs.models import Series, Study

pytestmark = pytest.mark.django_db
INPUT, STUDY_UID, SERIES_UID = "00404021", "0020000D", "0020000E"


@pytest.fixture
def series(service: Any, settings: Any, patient_factory: Any) -> dict[str, Series]:
    service.replace("GET", f"{settings.INFERENCE_URL}/models", json={"models": [MANIFEST]})
    found: dict[str, Series] = study_of(patient_factory())
    return found


def body_of(*named: Series) -> dict[str, Any]:
    body = new_workitem(named[0])
    body["00404018"]["Value"][0]["00080100"] = item("SH", MANIFEST["id"])
    items = [
        {
            STUDY_UID: item("UI", one.study.study_instance_uid),
            SERIES_UID: item("UI", one.series_instance_uid),
        }
        for one in named
    ]
    return body | {INPUT: item("SQ", *items)}


def posted(api: Any, body: dict[str, Any]) -> Any:
    return api("doctor").post(WORKLIST_URL, json.dumps(body), content_type=as_json)


def inputs(api: Any, answer: Any) -> list[tuple[str, int]]:
    """The series of the workitem, and of how many instances each is."""
    assert answer.status_code == 201, answer.content
    [found] = api("doctor").get(f"{WORKLIST_URL}/{answer['Location'].rpartition('/')[2]}").json()
    return [
        (one[SERIES_UID]["Value"][0], len(one["00081199"]["Value"]))
        for one in found[INPUT]["Value"]
    ]


def all_of(series: dict[str, Series]) -> list[tuple[str, int]]:
    return [(series[name].series_instance_uid, 5) for name in SHOWN]


def test_a_study_alone_gives_the_best_of_its_series_and_each_is_an_input(
    api: Any, series: dict[str, Series]
) -> None:
    body = body_of(series["t1"])
    body[INPUT]["Value"][0].pop(SERIES_UID)
    assert inputs(api, posted(api, body)) == all_of(series)
    [listed] = api("doctor").get(WORKLIST_URL).json()
    assert len(listed[INPUT]["Value"]) == 4
    assert AIJob.objects.get().series == series["t1ce"]


def test_named_series_are_for_what_their_headers_show(api: Any, series: dict[str, Series]) -> None:
    other = study_of(series["t1"].study.patient, ["flair"], tag="2", day="2026-01-06")["flair"]
    shuffled = [other, series["t2"], series["t1ce"], series["t1"]]
    expected = [*all_of(series)[:3], (other.series_instance_uid, 5)]
    assert inputs(api, posted(api, body_of(*shuffled))) == expected


def test_what_is_not_named_is_chosen_from_the_study(api: Any, series: dict[str, Series]) -> None:
    assert inputs(api, posted(api, body_of(series["t2"]))) == all_of(series)


def test_series_that_do_not_fit_are_refused(api: Any, series: dict[str, Series]) -> None:
    patient = series["t1"].study.patient
    twin = study_of(patient, ["t1"], tag="2", day="2026-01-06")["t1"]
    none = factories.make_series(patient, tag="3")
    for named in ((series["t1"], twin), (series["t1"], none)):
        answer = posted(api, body_of(*named))
        assert answer.status_code == 422
        assert named[1].series_instance_uid in answer.json()["error"]["detail"]
    wrong = body_of(series["t1"], series["t2"])
    wrong[INPUT]["Value"][1][STUDY_UID] = item("UI", twin.study.study_instance_uid)
    assert posted(api, wrong).status_code == 400
    unnamed = body_of(series["t1"], series["t2"])
    unnamed[INPUT]["Value"][1].pop(SERIES_UID)
    assert posted(api, unnamed).status_code == 400
    some = body_of(series["t1"])
    some[INPUT]["Value"][0]["00081199"] = item("SQ", {"00081155": item("UI", "2.25.9")})
    assert posted(api, some).status_code == 400
    assert not AIJob.objects.exists()


def test_an_input_that_is_another_patients_by_now_is_left_out(
    api: Any, series: dict[str, Series], patient_factory: Any
) -> None:
    other = study_of(series["t1"].study.patient, ["flair"], tag="2", day="2026-01-06")["flair"]
    answer = posted(api, body_of(series["t1"], other))
    assert len(inputs(api, answer)) == 4
    Study.objects.filter(pk=other.study_id).update(patient=patient_factory())
    assert inputs(api, answer) == all_of(series)[:3]


def found_by(api: Any, attribute: str, uid: str) -> bool:
    """Whether a search of the inputs by this attribute finds the one workitem."""
    answer = api("doctor").get(WORKLIST_URL, {f"InputInformationSequence.{attribute}": uid})
    assert answer.status_code in (200, 204), answer.content
    return answer.status_code == 200 and len(answer.json()) == 1


def test_each_of_its_series_and_of_their_studies_finds_it(
    api: Any, series: dict[str, Series], patient_factory: Any
) -> None:
    earlier = study_of(series["t1"].study.patient, ["flair"], tag="2", day="2026-01-06")["flair"]
    assert posted(api, body_of(series["t1"], earlier)).status_code == 201
    for one in (series["t1"], series["t1ce"], earlier):
        assert found_by(api, "SeriesInstanceUID", one.series_instance_uid)
        assert found_by(api, "StudyInstanceUID", one.study.study_instance_uid)
    assert not found_by(api, "SeriesInstanceUID", series["flair"].series_instance_uid)
    Study.objects.filter(pk=earlier.study_id).update(patient=patient_factory())
    assert not found_by(api, "SeriesInstanceUID", earlier.series_instance_uid)
    assert not found_by(api, "StudyInstanceUID", earlier.study.study_instance_uid)


@pytest.fixture
def arrived(series: dict[str, Series]) -> Study:
    Study.objects.update(stable_at=timezone.now())
    return series["t1"].study


def rule_made(api: Any) -> RoutingRule:
    body = {"name": "Tumour", "modality": "MR", "model_id": MANIFEST["id"], "enabled": True}
    answer = api("admin").post("/api/ai/routing-rules/", body, format="json")
    assert answer.status_code == 201, answer.content
    return RoutingRule.objects.get()


def test_a_routing_rule_asks_for_it_with_all_its_series(
    api: Any, series: dict[str, Series], arrived: Study
) -> None:
    rule_made(api)
    for _ in range(2):
        study_route(arrived.pk)
    job = AIJob.objects.get()
    assert job.series == series["t1ce"]
    assert {name: fact["value"] for name, fact in (job.facts or {}).items()} == {
        name: one.series_instance_uid for name, one in series.items()
    }


def test_a_study_that_lacks_a_sequence_is_refused_by_name(
    api: Any, series: dict[str, Series], arrived: Study
) -> None:
    series["t2"].delete()
    rule_made(api)
    study_route(arrived.pk)
    assert not AIJob.objects.exists()
    decision = RoutingDecision.objects.get()
    assert (decision.refusal, decision.detail) == ("unsuitable", "missing in this study: T2")
