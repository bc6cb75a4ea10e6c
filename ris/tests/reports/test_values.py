"""What a report takes over, and how it differs from the prior one."""

from __future__ import annotations

from datetime import date

import pytest
import responses
from django.conf import settings
from django.utils import timezone

from ai.manifest import parse_manifest
from ai.models import Publication, Segmentation
from ai.tests import factories
from pacs.tests import index
from ris.reports.presentation import words_diff
from ris.tests.reports.factories import REPORTS, TEXT, report_row, save, sign, write
from ris.tests.sr_documents import measurement_group, sr_document

pytestmark = pytest.mark.django_db


def document_of(uid):
    """A report of one length."""
    return sr_document(uid, measurement_group("Long Axis", 21.44, "mm", finding="Neoplasm"))


@pytest.fixture
def offered(users, patient_factory):
    """A study with an approved mask, a measurement in the archive, and a reported prior."""
    patient = patient_factory()
    series = factories.make_series(patient)
    study = series.study
    study.study_date = date(2026, 3, 2)
    study.save()
    job = factories.make_result(
        series, users["doctor"], review_status="APPROVED", reviewed_by=users["doctor"],
        reviewed_at=timezone.now(), result={"risk_score": None},
    )  # fmt: skip
    segments = [segment.__dict__ for segment in parse_manifest(factories.MANIFEST).outputs.segments]
    assert segments
    segmentation = Segmentation.objects.get(job=job)
    segmentation.segments = [
        factories.MANIFEST["outputs"]["segments"][0] | {"tracking_id": "a", "tracking_uid": "1.2"}
    ]
    segmentation.save()
    Publication.objects.create(job=job, version=segmentation.versions.get())
    prior = report_row(
        index.study(patient, study_date=date(2026, 1, 5)),
        users["rib"],
        "signed",
        template="brain_tumour",
        fields={"midline_shift": 4},
    )
    report = index.series(study, slices=1, modality="SR")
    with responses.RequestsMock(assert_all_requests_are_fired=False) as archive:
        archive.get(
            f"{settings.ORTHANC_URL}/dicom-web/studies/{study.study_instance_uid}/series/"
            f"{report.series_instance_uid}/metadata",
            json=[document_of(report.instances.get().sop_instance_uid)],
        )
        yield study, job, report.instances.get().sop_instance_uid, prior


def values(client, study, language="en"):
    url = f"/api/ris/studies/{study.study_instance_uid}/report-values/?language={language}"
    return client.get(url).json()["values"]


def test_approved_results_measurements_and_the_priors_values_are_offered(api, offered):
    study, job, sr_uid, prior = offered
    found = {one["key"]: one for one in values(api("rib"), study)}
    assert {key: one["text"] for key, one in found.items()} == {
        f"ai:{job.pk}:volume:1": "Brain 1.0 mL",
        f"measurement:{sr_uid}:1": "Neoplasm Long Axis 21.4 mm",
        f"prior:{prior.pk}:midline_shift": "Midline shift 4 mm (2026-01-05)",
    }
    source = found[f"ai:{job.pk}:volume:1"]["source"]
    assert (source["id"], source["title"], source["by"]) == (
        str(job.pk),
        "Brain extraction",
        "doctor",
    )
    korean = [one["text"] for one in values(api("rib"), study, "ko")]
    assert "뇌 1.0 mL" in korean
    assert "정중선 편위 4 mm (2026-01-05)" in korean


def test_what_was_taken_over_stays_marked_after_editing(api, offered):
    study, job, _, _ = offered
    client = api("rib")
    report = write(client, study).json()
    mark = {"key": f"ai:{job.pk}:volume:1", "section": "findings", "text": "Brain 1.0 mL"}
    first = save(
        client, report, sections={"findings": "Seen.\nBrain 1.0 mL."}, taken_over=[mark]
    ).json()
    [taken] = first["taken_over"]
    assert (taken["value"], taken["unit"], taken["edited"]) == (1.0, "mL", False)
    assert taken["source"]["kind"] == "ai"
    second = save(client, first, sections={"findings": "Brain 1.1 mL."}).json()
    assert [one["edited"] for one in second["taken_over"]] == [True]
    again = save(client, second, taken_over=[mark]).json()
    assert len(again["taken_over"]) == 1
    wrong = save(client, again, taken_over=[mark | {"section": "nowhere"}])
    assert wrong.json()["error"]["field"] == "taken_over"
    unknown = save(client, again, taken_over=[mark | {"key": "ai:999:volume:1"}])
    assert unknown.json()["error"]["field"] == "taken_over"


def test_while_the_archive_is_down_what_is_written_is_stored_and_confirmed_later(api, offered):
    study, job, sr_uid, _ = offered
    client = api("rib")
    report = write(client, study).json()
    text = "Neoplasm Long Axis 21.4 mm"
    mark = {"key": f"measurement:{sr_uid}:1", "section": "findings", "text": text}
    ai = {"key": f"ai:{job.pk}:volume:1", "section": "findings", "text": "Brain 1.0 mL"}
    change = {"sections": {"findings": f"{text}. Brain 1.0 mL", "impression": "-"}}
    with responses.RequestsMock():  # answers nothing
        answer = client.get(f"/api/ris/studies/{study.study_instance_uid}/report-values/").json()
        assert answer["complete"] is False
        assert {one["kind"] for one in answer["values"]} == {"ai", "prior"}
        saved = save(client, report, **change, taken_over=[mark, ai])
        assert saved.status_code == 200
        forged = mark | {"key": "measurement:1.2.3:1"}
        assert save(client, saved.json(), taken_over=[forged]).status_code == 400
    kept = saved.json()
    assert kept["sections"]["findings"] == change["sections"]["findings"]
    assert [(one["confirmed"], one["value"]) for one in kept["taken_over"]] == [
        (False, None),
        (True, 1.0),
    ]
    signed = sign(client, kept).json()
    assert [(one["confirmed"], one["value"]) for one in signed["taken_over"]] == [
        (True, 21.44),
        (True, 1.0),
    ]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400", "many", ""])
def test_what_is_no_number_in_a_foreign_report_is_not_offered(api, study, number):
    report = index.series(study, slices=1, modality="SR")
    document = document_of(report.instances.get().sop_instance_uid)
    group = document["0040A730"]["Value"][0]["0040A730"]["Value"][0]["0040A730"]["Value"]
    group[1]["0040A300"]["Value"][0]["0040A30A"] = {"vr": "DS", "Value": [number]}
    with responses.RequestsMock() as archive:
        archive.get(
            f"{settings.ORTHANC_URL}/dicom-web/studies/{study.study_instance_uid}/series/"
            f"{report.series_instance_uid}/metadata",
            json=[document],
        )
        assert values(api("rib"), study) == []


def test_the_comparison_with_the_prior(api, offered):
    study, _, _, prior = offered
    client = api("rib")
    sections = {"findings": TEXT["findings"], "impression": "High-grade glioma, growing."}
    fields = {"midline_shift": 6, "necrosis": "present"}
    report = write(client, study, template="brain_tumour", sections=sections, fields=fields).json()
    body = client.get(f"{REPORTS}{report['id']}/comparison/").json()
    assert body["prior"]["id"] == prior.pk
    diffs = {one["key"]: one["diff"] for one in body["sections"]}
    assert [one["op"] for one in diffs["findings"]] == ["equal"]
    assert diffs["impression"] == [
        {"op": "equal", "text": "High-grade"},
        {"op": "delete", "text": " glioma."},
        {"op": "insert", "text": " glioma, growing."},
    ]
    assert [(one["key"], one["before"], one["after"]) for one in body["fields"]] == [
        ("midline_shift", "4 mm", "6 mm"),
        ("necrosis", None, "Present"),
    ]


def test_a_comparison_stays_with_the_patient(api, users, study, patient_factory):
    client = api("rib")
    report = write(client, study).json()
    url = f"{REPORTS}{report['id']}/comparison/"
    assert client.get(url).json() == {"prior": None, "sections": [], "fields": []}
    other = report_row(index.study(patient_factory()), users["rib"], "signed")
    assert client.get(f"{url}?with={other.pk}").status_code == 404
    assert client.get(f"{url}?with=x").status_code == 400


@pytest.mark.parametrize(
    ("before", "after"),
    [("", "a b"), ("a  b\n\nc", "a b c"), ("a b c", "a x c d"), ("x " * 5000, "x y " * 3000)],
)
def test_a_diff_holds_both_texts(before, after):
    diff = words_diff(before, after)
    assert "".join(one["text"] for one in diff if one["op"] != "insert") == before or any(
        one["op"] == "equal" for one in diff
    )
    assert "".join(one["text"] for one in diff if one["op"] != "delete") == after
