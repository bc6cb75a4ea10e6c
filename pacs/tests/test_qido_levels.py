"""QIDO-RS for series and instances, in a study and among all that a person may see."""

from __future__ import annotations

from datetime import date

import pytest

from emr.models import CareTeamMember
from pacs.dicomweb import qido_answers, qido_matchers
from pacs.tests import index
from rbac import services as rights

pytestmark = pytest.mark.django_db
URL = "/api/ris/dicom-web"
STUDY_TAGS = {"00080020", "00100010", "00100020", "00201206", "00080061"}
SERIES_TAGS = {"00080060", "0008103E", "00200011", "00201209"}
STUDY_ONLY = {
    *STUDY_TAGS,
    *("00080030", "00080050", "00080090", "00081030"),
    *("00100030", "00100040", "00200010", "00201208"),
}
SERIES_ONLY = {
    *SERIES_TAGS,
    *("00080021", "00080031", "00180015", "00400244", "00400245", "00400275"),
}


def values(answer, tag):
    return [row[tag].get("Value", [None])[0] for row in answer.json()]


@pytest.fixture
def world(patient_factory):
    """Study 1.2.3.1 has the series .1 (MR, two images) and .2 (SEG), study 1.2.3.2 one of CT."""
    mr = index.study(
        patient_factory(),
        study_instance_uid="1.2.3.1",
        dicom_patient_id="P-1",
        accession_number="ACC1",
        study_date=date(2020, 1, 31),
        timezone_offset_from_utc="+0900",
    )
    ct = index.study(
        patient_factory(),
        study_instance_uid="1.2.3.2",
        dicom_patient_id="P-2",
        dicom_patient_name="Carter^Emily",
        study_date=date(2021, 2, 1),
    )
    one = index.series(
        mr,
        slices=0,
        series_instance_uid="1.2.3.1.1",
        number=1,
        description="T1 3D",
        series_date=date(2020, 1, 31),
        series_time="091500",
        performed_procedure_step_start_date=date(2020, 1, 30),
        performed_procedure_step_start_time="230000",
        scheduled_procedure_step_id="SPS1",
        requested_procedure_id="RP1",
    )
    two = index.series(mr, 0, "SEG", series_instance_uid="1.2.3.1.2", number=2, body_part="")
    three = index.series(ct, 0, "CT", series_instance_uid="1.2.3.2.1", number=None)
    index.instance(one, sop_instance_uid="1.2.3.1.1.1", number=1, frames=1, rows=256, columns=192)
    index.instance(one, sop_instance_uid="1.2.3.1.1.2", number=2)
    index.instance(two, sop_instance_uid="1.2.3.1.2.1", number=1, frames=25)
    index.instance(three, sop_instance_uid="1.2.3.2.1.1", number=None)


@pytest.mark.parametrize(
    ("path", "tag", "found"),
    [
        ("series", "0020000E", "1.2.3.1.1 1.2.3.1.2 1.2.3.2.1"),
        ("series?Modality=MR", "0020000E", "1.2.3.1.1"),
        ("series?Modality=MR,CT", "0020000E", "1.2.3.1.1 1.2.3.2.1"),
        ("series?Modality=%3FT", "0020000E", "1.2.3.2.1"),
        ("series?SeriesInstanceUID=1.2.3.2.1", "0020000E", "1.2.3.2.1"),
        ("series?0020000E=1.2.3.2.1%5C1.2.3.1.2", "0020000E", "1.2.3.1.2 1.2.3.2.1"),
        ("series?SeriesNumber=2", "0020000E", "1.2.3.1.2"),
        ("series?SeriesNumber=99999999999", 400, ""),
        ("series?SeriesNumber=9999999999", "0020000E", ""),
        ("series?SeriesNumber=", "0020000E", "1.2.3.1.1 1.2.3.1.2 1.2.3.2.1"),
        ("series?SeriesNumber=one", 400, ""),
        ("series?SeriesDescription=t1*", "0020000E", "1.2.3.1.1 1.2.3.1.2 1.2.3.2.1"),
        ("series?SeriesDescription=*3D", "0020000E", "1.2.3.1.1"),
        ("series?BodyPartExamined=BRAIN", "0020000E", "1.2.3.1.1 1.2.3.2.1"),
        ("series?PerformedProcedureStepStartDate=20200130", "0020000E", "1.2.3.1.1"),
        ("series?PerformedProcedureStepStartDate=20200131-", "0020000E", ""),
        (
            "series?PerformedProcedureStepStartDate=20200130-20200201"
            "&PerformedProcedureStepStartTime=2200-0100",
            "0020000E",
            "1.2.3.1.1",
        ),
        ("series?SeriesDate=20200131&SeriesTime=09-10", "0020000E", "1.2.3.1.1"),
        ("series?00400275.00400009=SPS1", "0020000E", "1.2.3.1.1"),
        (
            "series?RequestAttributesSequence.RequestedProcedureID=RP*",
            "0020000E",
            "1.2.3.1.1",
        ),
        ("series?StudyInstanceUID=1.2.3.2", "0020000E", "1.2.3.2.1"),
        ("series?PatientID=P-1&Modality=SEG", "0020000E", "1.2.3.1.2"),
        ("series?PatientName=Carter*", "0020000E", "1.2.3.2.1"),
        ("series?PatientName=emi%20cart&fuzzymatching=true", "0020000E", "1.2.3.2.1"),
        ("series?ModalitiesInStudy=SEG", "0020000E", "1.2.3.1.1 1.2.3.1.2"),
        ("series?StudyDate=20200131", "0020000E", "1.2.3.1.1 1.2.3.1.2"),
        ("studies/1.2.3.1/series", "0020000E", "1.2.3.1.1 1.2.3.1.2"),
        ("studies/1.2.3.1/series?Modality=SEG", "0020000E", "1.2.3.1.2"),
        ("studies/1.2.3.1/series?PatientID=P-2", "0020000E", ""),
        ("studies/1.2.3.1/series?StudyInstanceUID=1.2.3.2", "0020000E", ""),
        ("studies/1.2.3.1/series?SeriesInstanceUID=1.2.3.2.1", "0020000E", ""),
        ("instances", "00080018", "1.2.3.1.1.1 1.2.3.1.1.2 1.2.3.1.2.1 1.2.3.2.1.1"),
        ("instances?SOPInstanceUID=1.2.3.1.2.1", "00080018", "1.2.3.1.2.1"),
        (f"instances?SOPClassUID={index.SEG_IMAGE}", "00080018", "1.2.3.1.2.1"),
        ("instances?InstanceNumber=2", "00080018", "1.2.3.1.1.2"),
        ("instances?Modality=CT", "00080018", "1.2.3.2.1.1"),
        ("instances?AccessionNumber=ACC1&SeriesNumber=2", "00080018", "1.2.3.1.2.1"),
        ("instances?SOPInstanceUID=1.2.*", 400, ""),
        ("studies/1.2.3.1/instances", "00080018", "1.2.3.1.1.1 1.2.3.1.1.2 1.2.3.1.2.1"),
        ("studies/1.2.3.1/instances?Modality=SEG", "00080018", "1.2.3.1.2.1"),
        ("studies/1.2.3.1/series/1.2.3.1.1/instances", "00080018", "1.2.3.1.1.1 1.2.3.1.1.2"),
        ("studies/1.2.3.1/series/1.2.3.1.1/instances?InstanceNumber=2", "00080018", "1.2.3.1.1.2"),
        ("studies/1.2.3.1/series/1.2.3.1.1/instances?Modality=SEG", "00080018", ""),
        (
            "studies/1.2.3.1/series/1.2.3.1.1/instances?SeriesInstanceUID=1.2.3.1.2",
            "00080018",
            "",
        ),
        ("studies/1.2.3.2/series/1.2.3.1.1/instances", 404, ""),
        ("studies/1.2.3.9/series", 404, ""),
    ],
)
def test_matching(api, world, path, tag, found):
    answer = api("doctor").get(f"{URL}/{path}")
    if isinstance(tag, int):
        assert answer.status_code == tag
        return
    assert answer.status_code == 200
    assert "Warning" not in answer
    assert sorted(values(answer, tag)) == found.split()


def test_the_attributes_of_a_series(api, world, settings):
    (found,) = api("doctor").get(f"{URL}/studies/1.2.3.1/series?SeriesNumber=1").json()
    url = f"{settings.PUBLIC_BASE_URL}{URL}/studies/1.2.3.1/series/1.2.3.1.1"
    request = {
        "00400009": {"vr": "SH", "Value": ["SPS1"]},
        "00401001": {"vr": "SH", "Value": ["RP1"]},
    }
    assert {tag: found[tag] for tag in found if tag not in STUDY_ONLY} == {
        "00080005": {"vr": "CS", "Value": ["ISO_IR 192"]},
        "00080021": {"vr": "DA", "Value": ["20200131"]},
        "00080031": {"vr": "TM", "Value": ["091500"]},
        "00080056": {"vr": "CS", "Value": ["ONLINE"]},
        "00080060": {"vr": "CS", "Value": ["MR"]},
        "0008103E": {"vr": "LO", "Value": ["T1 3D"]},
        "00080201": {"vr": "SH", "Value": ["+0900"]},
        "00081190": {"vr": "UR", "Value": [url]},
        "00180015": {"vr": "CS", "Value": ["BRAIN"]},
        "0020000D": {"vr": "UI", "Value": ["1.2.3.1"]},
        "0020000E": {"vr": "UI", "Value": ["1.2.3.1.1"]},
        "00200011": {"vr": "IS", "Value": [1]},
        "00201209": {"vr": "IS", "Value": [2]},
        "00400244": {"vr": "DA", "Value": ["20200130"]},
        "00400245": {"vr": "TM", "Value": ["230000"]},
        "00400275": {"vr": "SQ", "Value": [request]},
    }


def test_the_attributes_of_an_instance(api, world, settings):
    path = f"{URL}/studies/1.2.3.1/series/1.2.3.1.1/instances"
    found = api("doctor").get(path).json()[0]
    assert {tag: found[tag] for tag in found if tag not in STUDY_ONLY | SERIES_ONLY} == {
        "00080005": {"vr": "CS", "Value": ["ISO_IR 192"]},
        "00080016": {"vr": "UI", "Value": [index.MR_IMAGE]},
        "00080018": {"vr": "UI", "Value": ["1.2.3.1.1.1"]},
        "00080056": {"vr": "CS", "Value": ["ONLINE"]},
        "00080201": {"vr": "SH", "Value": ["+0900"]},
        "00081190": {"vr": "UR", "Value": [f"{settings.PUBLIC_BASE_URL}{path}/1.2.3.1.1.1"]},
        "0020000D": {"vr": "UI", "Value": ["1.2.3.1"]},
        "0020000E": {"vr": "UI", "Value": ["1.2.3.1.1"]},
        "00200013": {"vr": "IS", "Value": [1]},
        "00280010": {"vr": "US", "Value": [256]},
        "00280011": {"vr": "US", "Value": [192]},
        "00280100": {"vr": "US", "Value": [16]},
    }


@pytest.mark.parametrize(
    ("path", "here"),
    [
        ("series", STUDY_TAGS | SERIES_TAGS),
        ("studies/1.2.3.1/series", STUDY_TAGS | SERIES_TAGS),
        ("instances", STUDY_TAGS | SERIES_TAGS | {"00200013"}),
        ("studies/1.2.3.1/instances", STUDY_TAGS | SERIES_TAGS | {"00200013"}),
        (
            "studies/1.2.3.1/series/1.2.3.1.1/instances",
            STUDY_TAGS | SERIES_TAGS | {"00200013"},
        ),
        ("series?includefield=00201200", STUDY_TAGS | SERIES_TAGS | {"00201200"}),
    ],
)
def test_the_levels_above_are_answered_too(api, world, path, here):
    """The standard asks for it only without a parent; the archive always tells it."""
    found = api("doctor").get(f"{URL}/{path}").json()
    assert found
    for row in found:
        assert here <= set(row)


def test_the_number_of_frames_is_answered_for_multi_frame_images(api, world):
    answer = api("doctor").get(f"{URL}/studies/1.2.3.1/instances?Modality=SEG")
    assert values(answer, "00280008") == [25]


def test_pages_and_their_warning(api, world, monkeypatch):
    client = api("doctor")
    path = f"{URL}/studies/1.2.3.1/instances"
    whole = values(client.get(path), "00080018")
    pages = [values(client.get(f"{path}?limit=1&offset={n}"), "00080018") for n in range(4)]
    assert pages == [[uid] for uid in whole] + [[]]
    monkeypatch.setattr(qido_answers, "MAX_RESULTS_WITHIN", 2)
    answer = client.get(path)
    assert values(answer, "00080018") == whole[:2]
    assert "There are 1 additional results that can be requested" in answer["Warning"]


@pytest.mark.parametrize("path", ["series", "instances"])
def test_only_what_is_visible_is_found(api, mine, path):
    index.series(index.study(None))
    own, others = mine.study.study_instance_uid, mine.other.study_instance_uid
    for role, expected in (
        ("doctor", {own, others}),
        ("patient", {own}),
        ("external", {own}),
    ):
        assert set(values(api(role).get(f"{URL}/{path}"), "0020000D")) == expected
    for key in (
        f"StudyInstanceUID={others}",
        f"SeriesInstanceUID={mine.other_series.series_instance_uid}",
        f"PatientID={mine.other.dicom_patient_id}",
    ):
        assert api("patient").get(f"{URL}/{path}?{key}").json() == []
    assert api("lab").get(f"{URL}/{path}").status_code == 403


def test_levels_take_the_same_queries(api, patient_factory, django_assert_max_num_queries):
    client = api("doctor")
    for _ in range(5):
        study = index.study(patient_factory())
        index.series(study, slices=2)
        index.series(study, slices=3)
    with django_assert_max_num_queries(8):  # session, grants, two probes, page, rows, their levels
        assert len(client.get(f"{URL}/instances").json()) == 25
    with django_assert_max_num_queries(9):  # session, grants twice, study, probe, page, its rows
        assert len(client.get(f"{URL}/studies/{study.study_instance_uid}/series").json()) == 2


def test_restricted_patients_are_found_by_who_is_let_to_them(api, users, patient_factory):
    """The care team, and for an hour who broke the glass; at every level, for each role."""
    closed = index.study(patient_factory(restricted=True))
    team = index.study(patient_factory(restricted=True))
    glass = index.study(patient_factory(restricted=True))
    free = index.study(patient_factory())
    for study in (closed, team, glass, free, index.study(None)):
        index.series(study, slices=1)
    CareTeamMember.objects.create(patient=team.patient, user=users["doctor"])
    rights.grant_break_glass(actor=users["nurse"], patient_id=glass.patient_id, reason="a test")
    expected = {
        "admin": {free},
        "doctor": {free, team},
        "rib": {free},
        "nurse": {free, glass},
        "patient": set(),
        "external": set(),
    }
    for role, studies in expected.items():
        client = api(role)
        for path in ("studies", "series", "instances"):
            found = set(values(client.get(f"{URL}/{path}"), "0020000D"))
            assert (role, path, found) == (role, path, {s.study_instance_uid for s in studies})
        listed = client.get("/api/ris/studies/").json()["results"]
        assert {row["study_instance_uid"] for row in listed} == {
            s.study_instance_uid for s in studies
        }


@pytest.mark.parametrize("few", [0, 1, 2, 3, 1000])
def test_where_the_database_begins_changes_no_answer(api, world, monkeypatch, few):
    monkeypatch.setattr(qido_matchers, "FEW", few)
    client = api("doctor")
    for path, expected in (
        ("studies?ModalitiesInStudy=CT", 1),
        ("studies?ModalitiesInStudy=MR,CT", 2),
        ("studies?ModalitiesInStudy=MR,SEG,CT", 2),
        ("studies?PatientName=m&fuzzymatching=true", 1),
        ("studies?PatientName=emily%20car&fuzzymatching=true", 1),
        ("series?PatientID=P-1", 2),
        ("series?PatientID=nobody", 0),
        ("instances?Modality=MR", 2),
        ("instances?PatientID=P-2&Modality=CT", 1),
        ("studies/1.2.3.1/instances", 3),
    ):
        assert len(client.get(f"{URL}/{path}").json()) == expected, path
