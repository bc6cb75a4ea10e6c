"""QIDO-RS for studies: matching, paging, warnings and the attributes of PS3.18 table 10.6.3-3."""

from __future__ import annotations

from datetime import date

import pytest

from pacs.dicomweb import qido_answers
from pacs.tests import index

pytestmark = pytest.mark.django_db
URL = "/api/ris/dicom-web/studies"


def value(found, tag):
    return found[tag].get("Value", [None])[0]


def names(answer):
    return {value(row, "00200010") for row in answer.json()}


@pytest.fixture
def three(patient_factory):
    """Study IDs a, b, c."""
    a = index.study(
        patient_factory(),
        study_id="a",
        study_instance_uid="1.2.3.1",
        dicom_patient_id="P-1",
        dicom_patient_name="Kim^Minjun=金^珉俊=김^민준",
        study_date=date(2020, 1, 31),
        study_time="091500.250",
        accession_number="ACC1",
        description="MRI brain 100%",
        referring_physician_name="Lee^Dr",
    )
    b = index.study(
        patient_factory(),
        study_id="b",
        study_instance_uid="1.2.3.2",
        dicom_patient_id="P-2",
        dicom_patient_name="Carter^Emily",
        study_date=date(2021, 2, 1),
        study_time="235959",
        accession_number="ACC2",
        description="CT_head",
    )
    c = index.study(
        patient_factory(),
        study_id="c",
        study_instance_uid="1.2.3.3",
        dicom_patient_id="P_3",
        dicom_patient_name="Carver^Kim",
        study_date=None,
        study_time="",
        accession_number="",
        description="",
    )
    index.series(a, slices=2, modality="MR")
    index.series(a, slices=1, modality="SEG")
    index.series(b, slices=3, modality="CT")
    return a, b, c


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "abc"),
        ("PatientID=P-1", "a"),
        ("00100020=P-2", "b"),
        ("PatientID=P-%3F", "ab"),
        ("PatientID=P_%3F", "c"),
        ("PatientID=P%25", ""),
        ("PatientID=", "abc"),
        ("PatientID=*", "abc"),
        ("PatientName=kim*", "a"),
        ("PatientName=*kim*", "ac"),
        ("PatientName=Car%3Fer*", "bc"),
        ("PatientName=*김*", "a"),
        ("PatientName=김*", "a"),
        ("PatientName=김%5E민준", "a"),
        ("PatientName=金%5E珉俊", "a"),
        ("PatientName=민준", ""),
        ("PatientName=Kim%5EMinjun", "a"),
        ("PatientName=KIM%5EMINJUN%5E%5E", "a"),
        ("PatientName=*jun", "a"),
        ("PatientName=Kim", ""),
        ("PatientName=Minjun*", ""),
        ("PatientName=kim&fuzzymatching=true", "ac"),
        ("PatientName=minjun%20kim&fuzzymatching=true", "a"),
        ("PatientName=KI%5Emin*&fuzzymatching=true", "a"),
        ("PatientName=kim%20emily&fuzzymatching=true", ""),
        ("PatientName=Cárv&fuzzymatching=true", "c"),
        ("PatientName=ｃａｒ&fuzzymatching=true", "bc"),
        ("PatientName=민준%20김&fuzzymatching=true", "a"),
        ("PatientName=im&fuzzymatching=true", ""),
        ("PatientName=*&fuzzymatching=true", "abc"),
        ("PatientName=%25&fuzzymatching=true", "abc"),
        ("StudyDate=20200131", "a"),
        ("StudyDate=20200131-20210201", "ab"),
        ("StudyDate=20200201-", "b"),
        ("StudyDate=-20200201", "a"),
        ("StudyDate=-", "ab"),
        ("StudyTime=0915", "a"),
        ("StudyTime=09-10", "a"),
        ("StudyTime=2359-", "b"),
        ("StudyTime=-", "ab"),
        ("StudyTime=09", "a"),
        ("StudyTime=23", "b"),
        ("StudyTime=091500", "a"),
        ("StudyTime=091500.2", "a"),
        ("StudyTime=091500.26", ""),
        ("StudyTime=091500.250000", "a"),
        ("StudyTime=0916-235959", "b"),
        ("StudyTime=-2359", "ab"),
        ("StudyTime=-09", "a"),
        ("StudyTime=235959.5", "b"),
        ("StudyDate=20200131-20210201&StudyTime=100000-235958", ""),  # one range of moments
        ("StudyDate=20200131-20210201&StudyTime=0915-235958", "a"),
        ("StudyDate=20200131-20210201&StudyTime=1000-", "b"),
        ("StudyDate=20200131-20210201&StudyTime=0900-0916", "a"),
        ("StudyDate=20200101-20210201&StudyTime=1000-235959", "ab"),
        ("StudyDate=-20210201&StudyTime=1000-2300", "a"),
        ("StudyDate=20200131-&StudyTime=1000-2300", "b"),
        ("StudyDate=20200131&StudyTime=0900-1000", "a"),
        ("StudyDate=20200131&StudyTime=1000-1100", ""),
        ("StudyDate=20200101-20211231&StudyTime=0915", "a"),
        ("PatientBirthDate=19740302", "abc"),
        ("PatientBirthDate=19740101-19741231", "abc"),
        ("PatientBirthDate=19750101-", ""),
        ("StudyInstanceUID=1.2.3.1", "a"),
        ("StudyInstanceUID=1.2.3.1,1.2.3.3", "ac"),
        ("StudyInstanceUID=1.2.3.1%5C1.2.3.2", "ab"),
        ("StudyInstanceUID=1.2.3", ""),
        ("AccessionNumber=ACC*", "ab"),
        ("AccessionNumber=acc2", "b"),
        ("ModalitiesInStudy=MR", "a"),
        ("ModalitiesInStudy=SEG", "a"),
        ("ModalitiesInStudy=CT,MR", "ab"),
        ("ModalitiesInStudy=US", ""),
        ("ModalitiesInStudy=%3FT", "b"),
        ("ModalitiesInStudy=C*,SEG", "ab"),
        ("StudyDescription=*brain*", "a"),
        ("StudyDescription=*100%25", "a"),
        ("StudyDescription=CT_*", "b"),
        ("ReferringPhysicianName=Lee*", "a"),
        ("StudyID=c", "c"),
        ("PatientName=*Kim*&ModalitiesInStudy=MR", "a"),
        ("PatientName=' OR 1=1 --", ""),
        ("PatientName=!*", ""),
        ("limit=1", "b"),
        ("limit=1&offset=1", "a"),
        ("limit=0", ""),
        ("offset=9", ""),
        ("includefield=all", "abc"),
        ("fuzzymatching=false", "abc"),
    ],
)
def test_matching(api, three, query, found):
    answer = api("doctor").get(f"{URL}?{query}")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/dicom+json"
    assert names(answer) == set(found)


@pytest.mark.parametrize(
    "query",
    [
        "StudyDate=2020",
        "StudyDate=20201301",
        "StudyDate=today",
        "StudyTime=9",
        "StudyTime=2500",
        "StudyTime=0960",
        "StudyTime=09.5",
        "StudyTime=091500.",
        "PatientBirthDate=1974-1975",
        "ModalitiesInStudy=" + ",".join(["CT"] * 501),
        "StudyInstanceUID=1.2.*",
        "StudyInstanceUID=1,,2",
        "StudyInstanceUID=" + ",".join(["1.2"] * 501),
        "limit=ten",
        "limit=-1",
        "offset=1e3",
        "fuzzymatching=yes",
        "PatientName=a%20b%20c%20d%20e%20f%20g%20h%20i&fuzzymatching=true",
        "PatientID=a&PatientID=b",
        "PatientID=a&00100020=b",
        "PatientName=" + "x" * 2000,
        "PatientName=%00",
    ],
)
def test_malformed_queries(api, three, query):
    answer = api("doctor").get(f"{URL}?{query}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "ERR_101")


def test_the_attributes_of_a_study(api, three, settings):
    (found,) = api("doctor").get(f"{URL}?StudyID=a").json()
    assert found == {
        "00080005": {"vr": "CS", "Value": ["ISO_IR 192"]},
        "00080020": {"vr": "DA", "Value": ["20200131"]},
        "00080030": {"vr": "TM", "Value": ["091500.250"]},
        "00080050": {"vr": "SH", "Value": ["ACC1"]},
        "00080056": {"vr": "CS", "Value": ["ONLINE"]},
        "00080061": {"vr": "CS", "Value": ["MR", "SEG"]},
        "00080090": {"vr": "PN", "Value": [{"Alphabetic": "Lee^Dr"}]},
        "00081030": {"vr": "LO", "Value": ["MRI brain 100%"]},
        "00081190": {
            "vr": "UR",
            "Value": [f"{settings.PUBLIC_BASE_URL}/api/ris/dicom-web/studies/1.2.3.1"],
        },
        "00100010": {
            "vr": "PN",
            "Value": [
                {"Alphabetic": "Kim^Minjun", "Ideographic": "金^珉俊", "Phonetic": "김^민준"}
            ],
        },
        "00100020": {"vr": "LO", "Value": ["P-1"]},
        "00100030": {"vr": "DA", "Value": ["19740302"]},
        "00100040": {"vr": "CS", "Value": ["M"]},
        "0020000D": {"vr": "UI", "Value": ["1.2.3.1"]},
        "00200010": {"vr": "SH", "Value": ["a"]},
        "00201206": {"vr": "IS", "Value": [2]},
        "00201208": {"vr": "IS", "Value": [3]},
    }


def test_empty_attributes_have_no_value(api, three):
    (found,) = api("doctor").get(f"{URL}?StudyID=c").json()
    assert found["00080020"] == {"vr": "DA"}
    assert found["00080061"] == {"vr": "CS"}
    assert found["00080090"] == {"vr": "PN"}
    assert found["00201208"] == {"vr": "IS", "Value": [0]}


def test_the_counts_of_a_patient_are_of_what_is_visible(api, users, patient_factory):
    """External people see one of the patient's two studies, and no more in any number."""
    patient = patient_factory()
    shared, hidden = index.study(patient), index.study(patient)
    index.series(shared, slices=2)
    index.series(hidden, slices=3)
    index.series(hidden, slices=4)
    index.share(shared, users["external"], by=users["admin"])
    for role, expected in (("external", [1, 1, 2]), ("doctor", [2, 3, 9])):
        for asked in ("includefield=00201200", "includefield=all"):
            query = f"StudyInstanceUID={shared.study_instance_uid}&{asked}"
            (found,) = api(role).get(f"{URL}?{query}").json()
            assert [value(found, tag) for tag in ("00201200", "00201202", "00201204")] == expected
    assert "00201200" not in api("doctor").get(URL).json()[0]


def test_only_visible_studies_are_found(api, mine):
    index.study(None)
    for role, expected in (("doctor", 2), ("patient", 1), ("external", 1)):
        assert len(api(role).get(URL).json()) == expected
    other = mine.other.study_instance_uid
    assert api("patient").get(f"{URL}?StudyInstanceUID={other}").json() == []
    assert api("lab").get(URL).status_code == 403


def test_what_is_not_supported_is_ignored_and_named(api, three):
    keys = "foo=1&SliceThickness=1&e%22vil%0d=1&ReferringPhysicianName=*ee*&fuzzymatching=true"
    answer = api("doctor").get(f"{URL}?{keys}")
    assert names(answer) == {"a"}
    assert answer["Warning"] == (
        '299 testserver "The fuzzymatching parameter is not supported. Only literal matching has '
        'been performed.", 299 testserver "These parameters are not supported: foo, '
        'SliceThickness."'
    )
    assert "Warning" not in api("doctor").get(URL)
    many = "&".join(f"{'x' * 60}{number}=1" for number in range(200))
    assert 0 < len(api("doctor").get(f"{URL}?{many}")["Warning"]) < 2000  # nginx takes 4 KB


def test_pages_fit_together(api, patient_factory):
    for _ in range(7):
        index.study(patient_factory(), study_date=date(2024, 5, 5))
    client = api("doctor")
    pages = [client.get(f"{URL}?limit=3&offset={offset}").json() for offset in (0, 3, 6, 9)]
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    whole = client.get(URL).json()
    assert [row for page in pages for row in page] == whole
    assert len({value(row, "0020000D") for row in whole}) == 7


def test_a_cut_list_says_so(api, three, monkeypatch):
    monkeypatch.setattr(qido_answers, "MAX_RESULTS", 2)
    answer = api("doctor").get(URL)
    assert len(answer.json()) == 2
    assert "There are 1 additional results that can be requested" in answer["Warning"]
    monkeypatch.setattr(qido_answers, "MAX_RESULTS", 1)
    monkeypatch.setattr(qido_answers, "MAX_COUNTED", 1)
    assert "There are more than 1 additional" in api("doctor").get(URL)["Warning"]
    monkeypatch.setattr(qido_answers, "MAX_RESULTS", 2)
    assert "Warning" not in api("doctor").get(f"{URL}?limit=1")
    assert "Warning" not in api("doctor").get(f"{URL}?limit=2")


def test_many_studies_take_the_same_queries(api, patient_factory, django_assert_max_num_queries):
    client = api("doctor")
    for _ in range(12):
        index.series(index.study(patient_factory()), slices=2)
    with django_assert_max_num_queries(5):  # session, grants, page, its rows, series
        assert len(client.get(URL).json()) == 12


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/dicom+json", 200),
        ("application/json", 200),
        ("*/*", 200),
        ('multipart/related; type="application/dicom+xml"', 406),
        ("text/html", 406),
    ],
)
def test_accept(api, three, accept, status):
    assert api("doctor").get(URL, HTTP_ACCEPT=accept).status_code == status


@pytest.mark.parametrize(
    ("time", "found"),
    [
        ("10", True),
        ("1030", True),
        ("103059.999999", True),
        ("1000-1030", True),
        ("1059-", True),
        ("-1000", True),
        ("-095959", False),
        ("11-", False),
        ("0959", False),
    ],
)
def test_a_time_that_is_stored_as_an_hour_is_the_whole_hour(api, patient_factory, time, found):
    study = index.study(patient_factory(), study_time="10", study_date=date(2026, 1, 5))
    for query in (f"StudyTime={time}", f"StudyDate=20260105-20260105&StudyTime={time}"):
        rows = api("doctor").get(f"{URL}?{query}").json()
        uids = [value(row, "0020000D") for row in rows]
        assert uids == ([study.study_instance_uid] if found else [])
