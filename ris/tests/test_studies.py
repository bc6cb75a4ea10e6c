"""Browse the index: who sees what, filters, order, and how many queries it takes."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import AuditLog
from emr.models import Patient
from ocs.models import Order
from pacs.models import Study
from pacs.tests import index

pytestmark = pytest.mark.django_db
URL = "/api/ris/"
PLACES = ("priors", "other_studies")


def _paths(world):
    return {
        "list": "studies/",
        "study": f"studies/{world.study.study_instance_uid}/",
        "series": f"series/{world.series.series_instance_uid}/",
        "patients": "orthanc/patients/",
        "images": f"orthanc/patients/{world.patient.pk}/images/",
        "other study": f"studies/{world.other.study_instance_uid}/",
        "other series": f"series/{world.other_series.series_instance_uid}/",
        "other images": f"orthanc/patients/{world.other.patient_id}/images/",
    }


@pytest.mark.parametrize(
    ("what", "statuses"),
    [
        # admin, doctor, rib, lab, nurse, patient, external, nobody
        ("list", [200, 200, 200, 403, 200, 200, 200, 401]),
        ("study", [200, 200, 200, 403, 200, 200, 200, 401]),
        ("series", [200, 200, 200, 403, 200, 200, 200, 401]),
        ("patients", [200, 200, 200, 403, 200, 200, 200, 401]),
        ("images", [200, 200, 200, 403, 200, 200, 200, 401]),
        ("other study", [200, 200, 200, 403, 200, 404, 404, 401]),
        ("other series", [200, 200, 200, 403, 200, 404, 404, 401]),
        ("other images", [200, 200, 200, 403, 200, 404, 404, 401]),
    ],
)
def test_rights(api, mine, what, statuses):
    path = URL + _paths(mine)[what]
    answers = {role: api(role).get(path).status_code for role in index.ROLES}
    assert answers == dict(zip(index.ROLES, statuses, strict=True))


@pytest.mark.parametrize("path", ["studies/", "orthanc/patients/"])
@pytest.mark.parametrize(("role", "seen"), [("doctor", 2), ("patient", 1), ("external", 1)])
def test_lists_hold_only_what_the_person_may_see(api, mine, path, role, seen):
    assert api(role).get(URL + path).json()["count"] == seen


def test_unmatched_studies_are_not_listed(api, mine):
    unmatched = index.study(None)
    assert api("admin").get(f"{URL}studies/").json()["count"] == 2
    answer = api("admin").get(f"{URL}studies/{unmatched.study_instance_uid}/")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "ERR_202"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("patient_id={mrn}", {"old"}),
        ("patient={pk}", {"old"}),
        ("modality=CT", {"new"}),
        ("modality=MR", {"old"}),
        ("modality=US", set()),
        ("study_date=2020-02-02", {"old"}),
        ("study_date_after=2020-02-03", {"new"}),
        ("study_date_before=2020-02-02", {"old"}),
        ("study_date_after=2020-01-01&study_date_before=2030-01-01", {"old", "new"}),
        ("accession_number=NEW", {"new"}),
    ],
)
def test_filters(api, patient_factory, query, found):
    patient = patient_factory()
    rows = {
        "old": index.study(patient, study_date=date(2020, 2, 2), accession_number="OLD"),
        "new": index.study(patient_factory(), accession_number="NEW"),
    }
    index.series(rows["old"], modality="MR")
    index.series(rows["new"], modality="CT")
    query = query.format(mrn=patient.patient_id, pk=patient.pk)
    results = api("doctor").get(f"{URL}studies/?{query}").json()["results"]
    assert {r["study_instance_uid"] for r in results} == {
        rows[name].study_instance_uid for name in found
    }


def test_a_bad_filter_value_is_refused(api, users):
    answer = api("doctor").get(f"{URL}studies/?study_date=tomorrow")
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "study_date")


def test_order_and_pages(api, mine):
    Study.objects.filter(pk=mine.other.pk).update(study_date=date(2010, 1, 1))
    body = api("doctor").get(f"{URL}studies/?ordering=study_date&page_size=1").json()
    assert [r["study_instance_uid"] for r in body["results"]] == [mine.other.study_instance_uid]
    assert body["next"]


def test_study_tree(api, users, mine):
    seg = index.series(mine.study, slices=2, modality="SEG", number=9)
    prior = index.study(mine.patient, study_date=date(2019, 1, 1))
    index.series(prior, slices=1, modality="CT")
    body = api("doctor").get(f"{URL}studies/{mine.study.study_instance_uid}/").json()
    assert body["patient"]["patient_id"] == mine.patient.patient_id
    assert (body["modality"], body["modalities"]) == ("MR", ["MR", "SEG"])
    assert [(s["modality"], s["instances"]) for s in body["series"]] == [("MR", 5), ("SEG", 2)]
    assert (body["instance_count"], body["image_count"]) == (7, 5)
    assert [s["images"] for s in body["series"]] == [5, 0]
    assert body["reports"] == []
    uids = list(seg.instances.order_by("id").values_list("sop_instance_uid", flat=True))
    assert [(s["series_instance_uid"], s["sop_instance_uids"]) for s in body["segmentations"]] == [
        (seg.series_instance_uid, uids)
    ]
    assert [(p["study_instance_uid"], p["modality"]) for p in body["priors"]] == [
        (prior.study_instance_uid, "CT")
    ]


@pytest.mark.parametrize(
    ("study_date", "study_time", "place"),
    [
        (date(2026, 1, 4), "235959", "priors"),
        (date(2026, 1, 5), "101529.5", "priors"),
        (date(2026, 1, 5), "09", "priors"),
        (date(2026, 1, 5), "10", "other_studies"),  # some time within the hour
        (date(2026, 1, 5), "", "other_studies"),
        (date(2026, 1, 5), "101530", "other_studies"),
        (date(2026, 1, 5), "101531", "other_studies"),
        (date(2026, 1, 6), "000000", "other_studies"),
        (None, "080000", "other_studies"),
    ],
)
def test_priors_are_earlier_studies(api, mine, study_date, study_time, place):
    Study.objects.filter(pk=mine.study.pk).update(study_date=date(2026, 1, 5), study_time="101530")
    Study.objects.exclude(pk=mine.study.pk).delete()
    one = index.study(mine.patient, study_date=study_date, study_time=study_time)
    body = api("doctor").get(f"{URL}studies/{mine.study.study_instance_uid}/").json()
    found = {name: [s["study_instance_uid"] for s in body[name]] for name in PLACES}
    assert found == {name: [one.study_instance_uid] if name == place else [] for name in PLACES}


def test_of_a_study_without_a_date_nobody_knows_what_is_earlier(api, mine):
    index.study(mine.patient, study_date=date(1999, 1, 1))
    Study.objects.filter(pk=mine.study.pk).update(study_date=None)
    body = api("doctor").get(f"{URL}studies/{mine.study.study_instance_uid}/").json()
    assert (len(body["priors"]), len(body["other_studies"])) == (0, 1)


@pytest.mark.parametrize("modality", ["SEG", "SR", "PR", "KO", "RTSTRUCT"])
def test_only_frames_of_images_are_counted(api, mine, modality):
    index.series(mine.study, slices=2, modality=modality, number=9)
    enhanced = index.series(mine.study, slices=0, number=10)
    index.instance(enhanced, frames=40)
    index.instance(enhanced, rows=None)  # a raw data object: no pixels
    client = api("doctor")
    listed = client.get(f"{URL}studies/?patient={mine.patient.pk}").json()["results"][0]
    later = index.study(mine.patient, study_date=date(2027, 1, 1))
    prior = client.get(f"{URL}studies/{later.study_instance_uid}/").json()["priors"][0]
    body = client.get(f"{URL}studies/{mine.study.study_instance_uid}/").json()
    for counted in (listed, prior, body):
        assert (counted["image_count"], counted["instance_count"]) == (45, 9)
    assert [(s["modality"], s["images"]) for s in body["series"]] == [
        ("MR", 5),
        (modality, 0),
        ("MR", 40),
    ]


def test_priors_are_those_the_person_may_see(api, mine):
    index.study(mine.patient, study_date=date(2020, 1, 1))
    path = f"{URL}studies/{mine.study.study_instance_uid}/"
    assert len(api("patient").get(path).json()["priors"]) == 1
    assert api("external").get(path).json()["priors"] == []


def test_the_order_is_shown_to_who_may_see_orders(api, users, mine):
    _ordered(mine.study, users["doctor"], accession_number="ACC-1")
    path = f"{URL}studies/{mine.study.study_instance_uid}/"
    assert api("doctor").get(path).json()["order"]["accession_number"] == "ACC-1"
    assert api("external").get(path).json()["order"] is None


def _ordered(study, doctor, **fields):
    defaults = {
        "accession_number": f"ACC-{study.pk}",
        "patient": study.patient,
        "job_role": "RIS",
        "job_type": "MRI",
        "priority": "stat",
        "clinical_info": "Seizure. Mass?",
        "ordered_by": doctor,
        "ordered_at": study.last_instance_at,
    }
    study.order = Order.objects.create(**(defaults | fields))
    study.save(update_fields=["order"])
    return study.order


def test_list_and_study_say_what_was_asked_by_whom_about_whom(api, users, mine):
    _ordered(mine.study, users["doctor"])
    Patient.objects.filter(pk=mine.patient.pk).update(birth_date=date(1974, 1, 6), gender="F")
    facts = {
        "clinical_question": "Seizure. Mass?",
        "ordered_by": users["doctor"].full_name,
        "priority": "stat",
        "patient_age": 51,  # the day before the birthday
        "patient_sex": "F",
    }
    uid = mine.study.study_instance_uid
    listed = api("rib").get(f"{URL}studies/?patient={mine.patient.pk}").json()["results"][0]
    for body in (listed, api("rib").get(f"{URL}studies/{uid}/").json()):
        assert {key: body[key] for key in facts} == facts
    hidden = api("external").get(f"{URL}studies/{uid}/").json()
    assert [hidden[key] for key in facts] == [None, None, None, 51, "F"]


@pytest.mark.parametrize(
    ("born", "study_date", "age"),
    [
        (date(2000, 2, 29), date(2026, 2, 28), 25),
        (date(2000, 2, 29), date(2026, 3, 1), 26),
        (date(2026, 1, 5), date(2026, 1, 5), 0),
        (date(2026, 1, 6), date(2026, 1, 5), None),
        (date(2000, 1, 1), None, None),
    ],
)
def test_age_is_that_at_the_study(api, mine, born, study_date, age):
    Patient.objects.filter(pk=mine.patient.pk).update(birth_date=born)
    Study.objects.filter(pk=mine.study.pk).update(study_date=study_date)
    body = api("doctor").get(f"{URL}studies/{mine.study.study_instance_uid}/").json()
    assert body["patient_age"] == age


def test_instances_stand_in_order_of_position(api, mine):
    path = f"{URL}series/{mine.series.series_instance_uid}/"
    instances = api("doctor").get(path).json()["instances"]
    assert [i["image_position"][2] for i in instances] == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert [i["number"] for i in instances] == [5, 4, 3, 2, 1]


def test_instances_that_are_no_stack_stand_in_order_of_number(api, mine):
    mine.series.instances.update(image_position=None)
    path = f"{URL}series/{mine.series.series_instance_uid}/"
    instances = api("doctor").get(path).json()["instances"]
    assert [i["number"] for i in instances] == [1, 2, 3, 4, 5]


def test_reads_are_recorded_without_values(api, mine):
    client = api("doctor")
    client.get(f"{URL}studies/?patient_id={mine.patient.patient_id}&Kim=1")
    client.get(f"{URL}studies/{mine.study.study_instance_uid}/")
    client.get(f"{URL}series/{mine.series.series_instance_uid}/")
    client.get(f"{URL}orthanc/patients/{mine.patient.pk}/images/")
    logs = AuditLog.objects.exclude(action__startswith="session").order_by("id")
    assert [log.action for log in logs if "login" not in log.action] == [
        "study.list",
        "study.read",
        "series.read",
        "patient.images",
    ]
    listed, *reads = [log for log in logs if "login" not in log.action]
    assert list(listed.detail["filters"]) == ["patient_id"]
    assert {log.patient_id for log in [listed, *reads]} == {mine.patient.pk}


def test_images_of_a_patient_lead_to_their_previews(api, mine, django_assert_max_num_queries):
    client = api("doctor")
    with django_assert_max_num_queries(6):
        rows = client.get(f"{URL}orthanc/patients/{mine.patient.pk}/images/").json()["results"]
    assert len(rows) == 5
    assert client.get(rows[0]["preview"]).status_code == 200


def test_the_tree_takes_the_same_queries_whatever_it_holds(api, mine):
    client = api("doctor")
    path = f"{URL}studies/{mine.study.study_instance_uid}/"
    counts = []
    for more in (1, 4):
        for number in range(more):
            index.series(mine.study, slices=2, modality="SEG", number=10 + number)
            index.series(index.study(mine.patient), slices=1)
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        counts.append(len(queries))
    assert counts[0] == counts[1]
