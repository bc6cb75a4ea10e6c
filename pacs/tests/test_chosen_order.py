"""The order that a person chose for a study stays its order."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ocs.tests.factories import order_make
from pacs.index.instances import study_fields_update
from pacs.index.matching import order_assign, study_match
from pacs.index.suggestions import suggestions_for
from pacs.models import Study
from pacs.tests import index

pytestmark = pytest.mark.django_db


def test_headers_read_again_do_not_take_it_off_and_another_patient_does(users, patient_factory):
    order = order_make(users["doctor"], patient_factory())
    study = index.study(None)
    study_match(
        actor=users["rib"],
        study_instance_uid=study.study_instance_uid,
        patient_id=order.patient.patient_id,
        order=order.pk,
    )
    study.refresh_from_db()
    assert study_fields_update(study, {"0008,1030": {"Type": "String", "Value": "Brain again"}})
    study.refresh_from_db()
    assert study.order == order
    study.patient = patient_factory()
    order_assign(study)
    assert (study.order, study.order_by_person) == (None, False)


def test_suggestions_of_a_page_cost_as_many_queries_as_of_one_study(users, patient_factory):
    order = order_make(users["doctor"], patient_factory())

    def queries(number):
        uids = [index.study(None).study_instance_uid for _ in range(number)]
        Study.objects.filter(study_instance_uid__in=uids).update(
            dicom_birth_date="19740302", accession_number=order.accession_number
        )
        with CaptureQueriesContext(connection) as asked:
            found = suggestions_for(users["rib"], uids)
        assert [each[0].order for each in found.values()] == [order] * number
        return len(asked)

    queries(1)
    assert queries(8) == queries(1)
