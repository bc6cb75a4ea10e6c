"""Whose images of no known patient may be: suggested, never matched by itself."""

from __future__ import annotations

import pytest
from django.utils import timezone

from ocs.tests.factories import order_make
from pacs.models import Study
from pacs.tests import index

pytestmark = pytest.mark.django_db
LIST = "/api/ris/unmatched/"


@pytest.fixture
def patient(patient_factory):
    return patient_factory(full_name="김민준", birth_date="1974-03-02")


@pytest.fixture
def images(db):
    """``images(**attributes)``: an unmatched MR study of today."""

    def make(**attributes):
        study = index.study(None)
        said = {
            "dicom_patient_id": "EXT-1",
            "study_date": timezone.localdate(),
            "list_modality": "MR",
            "accession_number": "",
        }
        Study.objects.filter(pk=study.pk).update(**said | attributes)
        return study

    return make


def suggested(client):
    [row] = client.get(LIST).json()["results"]
    return [
        (each["patient"]["id"], (each["order"] or {}).get("id"), each["reasons"])
        for each in row["suggestions"]
    ]


def test_name_and_birth_date_suggest_a_patient_with_the_order_that_fits(
    api, users, patient, patient_factory, images
):
    patient_factory(full_name="이서연", birth_date="1974-03-02")
    order_make(users["doctor"], patient, job_type="CT_HEAD")
    order = order_make(users["doctor"], patient)
    images(dicom_patient_name="Kim^Minjun=김^민준", dicom_birth_date="19740302")
    found = suggested(api("rib"))
    assert found == [(patient.pk, order.pk, ["name", "birth_date", "procedure"])]


@pytest.mark.parametrize(
    "attributes",
    [
        {"dicom_patient_name": "Park^Jiho", "dicom_birth_date": "19740302"},
        {"dicom_patient_name": "김^민준", "dicom_birth_date": ""},
        {"dicom_patient_name": "", "dicom_birth_date": ""},
        {"dicom_patient_name": "", "dicom_birth_date": "00000000"},
    ],
)
def test_one_thing_alone_suggests_nobody(api, patient, images, attributes):
    images(**attributes)
    assert suggested(api("rib")) == []


def test_name_and_procedure_suggest_where_the_files_have_no_birth_date(api, users, patient, images):
    order = order_make(users["doctor"], patient)
    images(dicom_patient_name="김^민준", dicom_birth_date="", study_date=None)
    assert suggested(api("rib")) == [(patient.pk, order.pk, ["name", "procedure"])]


@pytest.mark.parametrize(
    "name", ["Kim^Minjun=金^珉俊=김^민준", "김민준", "김^민준", "민준^김", "Kim^Minjun==김^민준"]
)
def test_a_name_is_the_same_in_any_of_its_forms(api, patient, images, name):
    images(dicom_patient_name=name, dicom_birth_date="19740302")
    expected = [] if name == "민준^김" else [(patient.pk, None, ["name", "birth_date"])]
    assert suggested(api("rib")) == expected


def test_an_order_that_comes_later_is_suggested_at_once(api, users, patient, images):
    images(accession_number="LATE-1", dicom_patient_name="", dicom_birth_date="")
    assert suggested(api("rib")) == []
    order = order_make(users["doctor"], patient, accession_number="LATE-1")
    assert suggested(api("rib"))[0] == (patient.pk, order.pk, ["accession_number", "procedure"])


def test_a_restricted_patient_is_suggested_to_nobody_who_may_not_see_them(
    api, patient_factory, images
):
    patient_factory(full_name="김민준", birth_date="1974-03-02", restricted=True)
    images(dicom_patient_name="김^민준", dicom_birth_date="19740302")
    assert suggested(api("rib")) == []


def test_a_suggestion_is_confirmed_with_its_order(api, users, patient, patient_factory, images):
    order = order_make(users["doctor"], patient)
    other = order_make(users["doctor"], patient_factory())
    study = images(dicom_patient_name="김^민준", dicom_birth_date="19740302")
    place = f"{LIST}{study.study_instance_uid}/match/"
    body = {"patient_id": patient.patient_id, "order": other.pk}
    assert api("rib").post(place, body, format="json").status_code == 404
    body["order"] = order.pk
    assert api("rib").post(place, body, format="json").json()["order"] == order.pk
