"""Beginning and saving a report: each save a version, nothing lost, nothing that cannot be."""

from __future__ import annotations

import pytest

from audit.models import AuditLog
from pacs.tests import index
from ris.models import Report, ReportVersion
from ris.tests.reports.factories import REPORTS, TEXT, save, write

pytestmark = pytest.mark.django_db


def problem(answer):
    said = answer.json()["error"]
    return answer.status_code, said["code"], said["field"]


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("admin", 403),
        ("doctor", 201),
        ("rib", 201),
        ("lab", 403),
        ("nurse", 403),
        ("patient", 403),
        ("external", 403),
        (None, 401),
    ],
)
def test_who_begins_a_report(api, study, role, status):
    assert write(api(role), study).status_code == status


def test_a_report_begins_as_a_draft_with_the_texts_of_its_template(api, users, study):
    answer = write(api("rib"), study, template="brain_tumour", language="ko")
    body = answer.json()
    assert (answer.status_code, answer["ETag"]) == (201, '"1"')
    assert (body["status"], body["version"], body["edition"]) == ("draft", 1, 1)
    assert (body["predecessor"], body["successor"], body["in_force"]) == (None, None, False)
    assert body["patient"]["patient_id"] == study.patient.patient_id
    assert body["author"]["id"] == users["rib"].pk
    assert body["sections"] == {
        "clinical_information": "",
        "technique": "조영 전후 뇌 MRI.",
        "comparison": "",
        "recommendation": "",
        **TEXT,
    }
    log = AuditLog.objects.get(action="report.create")
    assert (log.object_id, log.patient_id) == (str(body["id"]), study.patient_id)


def test_each_save_is_a_version_and_what_is_not_named_stays(api, users, study):
    client = api("rib")
    first = write(client, study, template="brain_tumour", fields={"midline_shift": 5}).json()
    second = save(client, first, sections={"impression": "Glioblastoma."})
    assert (second.status_code, second["ETag"]) == (200, '"2"')
    third = save(
        api("doctor"), second.json(), fields={"midline_shift": None, "necrosis": "present"}
    )
    shown = third.json()
    assert shown["fields"] == {"necrosis": "present"}
    assert shown["sections"]["findings"] == TEXT["findings"]
    assert shown["saved_by"]["id"] == users["doctor"].pk
    rows = client.get(f"{REPORTS}{first['id']}/versions/").json()["results"]
    assert [row["number"] for row in rows] == [3, 2, 1]
    assert [row["sections"]["impression"] for row in rows] == [
        "Glioblastoma.",
        "Glioblastoma.",
        TEXT["impression"],
    ]
    assert rows[2]["fields"] == {"midline_shift": 5}


def test_saving_the_same_again_makes_no_version(api, study):
    client = api("rib")
    first = write(client, study).json()
    assert save(client, first, sections=TEXT).json()["version"] == 1
    assert ReportVersion.objects.count() == 1


def test_a_stale_save_is_told_the_newest_version(api, study):
    client = api("rib")
    first = write(client, study).json()
    save(client, first, sections={"findings": "1"})
    late = save(api("doctor"), first, sections={"findings": "2"})
    assert problem(late) == (409, "ERR_301", "version")
    assert "current version is 2" in late.json()["error"]["detail"]
    url = f"{REPORTS}{first['id']}/"
    assert client.patch(url, {"sections": TEXT}, format="json").status_code == 428
    assert client.get(url).json()["sections"]["findings"] == "1"


def test_a_study_has_one_report_of_a_template(api, study):
    there = write(api("rib"), study).json()
    again = write(api("doctor"), study)
    assert problem(again) == (409, "ERR_463", "template")
    assert again.json()["error"]["detail"] == f"report {there['id']}"
    other = write(api("doctor"), study, template="stroke")
    assert other.status_code == 201
    assert problem(save(api("rib"), other.json(), template="general"))[:2] == (409, "ERR_463")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"template": "liver"}, "template"),
        ({"language": "de"}, "language"),
        ({"sections": {"summary": "-"}}, "sections.summary"),
        ({"sections": {"findings": "a\x07b"}}, "sections.findings"),
        ({"sections": {"findings": "a\x00b"}}, "sections.findings"),
        ({"sections": {"findings": "x" * 50_001}}, "sections.findings"),
        ({"sections": "findings"}, "sections"),
        ({"fields": {"size": 3}}, "fields.size"),
        ({"fields": {"midline_shift": "5"}}, "fields.midline_shift"),
        ({"fields": {"midline_shift": True}}, "fields.midline_shift"),
        ({"fields": {"midline_shift": 400}}, "fields.midline_shift"),
        ({"fields": {"haemorrhage": "some"}}, "fields.haemorrhage"),
        ({"fields": {"haemorrhage": ["none", "none"]}}, "fields.haemorrhage"),
        ({"fields": {"laterality": ["left"]}}, "fields.laterality"),
        ({"taken_over": [{"key": "ai:1:x", "section": "findings", "text": "-"}]}, "taken_over"),
        ({"key_images": [{"sop_instance_uid": "1.2.3", "frame": 1}]}, "key_images"),
        ({"key_images": [{"sop_instance_uid": "1.2.3", "frame": 0}]}, "key_images.0.frame"),
        ({"signed": True}, "signed"),
    ],
)
def test_bad_input_is_refused_by_name(api, study, monkeypatch, fields, field):
    monkeypatch.setattr("ris.reports.offered_values.measurements_of", lambda study: [])
    answer = write(api("rib"), study, **({"template": "stroke"} | fields))
    assert answer.status_code in (400, 404)
    assert answer.json()["error"]["field"] == field
    assert not Report.objects.exists()


def test_line_ends_are_plain_and_tabs_stay(api, study):
    shown = write(api("rib"), study, sections={"findings": "a\r\n\tb\rc"}).json()
    assert shown["sections"]["findings"] == "a\n\tb\nc"


def test_key_images_are_of_the_study_itself(api, patient_factory, study):
    mine, other = index.series(study), index.series(index.study(patient_factory()))
    uid = mine.instances.first().sop_instance_uid
    client = api("rib")
    report = write(client, study, key_images=[{"sop_instance_uid": uid}]).json()
    series = mine.series_instance_uid
    shown = [{"sop_instance_uid": uid, "frame": 1, "series_instance_uid": series}]
    assert report["key_images"] == shown
    foreign = [{"sop_instance_uid": other.instances.first().sop_instance_uid, "frame": 1}]
    assert save(client, report, key_images=foreign).status_code == 404
    beyond = [{"sop_instance_uid": uid, "frame": 2}]
    assert save(client, report, key_images=beyond).status_code == 404


def test_another_template_keeps_the_text_or_is_refused(api, study):
    client = api("rib")
    begun = write(client, study, template="stroke", fields={"midline_shift": 4, "aspects": 7})
    moved = save(client, begun.json(), template="trauma", language="ko").json()
    assert moved["template"] == "trauma"
    assert moved["sections"]["technique"] == "비조영 뇌 CT."
    assert moved["sections"]["findings"] == TEXT["findings"]
    assert moved["fields"] == {"midline_shift": 4}
    assert Report.objects.get().template == "trauma"


def test_a_study_that_is_not_visible_is_not_there(api, patient_factory):
    for hidden in (index.study(patient_factory(restricted=True)), index.study(None)):
        assert problem(write(api("rib"), hidden))[:2] == (404, "ERR_202")
