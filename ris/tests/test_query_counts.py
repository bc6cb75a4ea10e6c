"""The lists of the reading room take as many queries for 50 rows as for two.

For one it is one less: the record of a list names its only patient itself.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ai.models import AIJob
from ocs.models import Order
from pacs.index.list_keys import list_keys_write
from pacs.models import Study
from pacs.tests import index
from ris.models import Reading
from ris.tests.reports.factories import report_row

pytestmark = pytest.mark.django_db
ROWS = 50


@pytest.fixture
def read(patient_factory, users):
    """Ordered studies of 50 patients that somebody reads, with a report and an AI result each."""
    for minutes in range(ROWS):
        at = timezone.now() - timedelta(minutes=minutes)
        study = index.study(patient_factory(), last_instance_at=at)
        index.series(study, slices=1)
        study.order = Order.objects.create(
            accession_number=study.accession_number,
            patient=study.patient,
            job_role="RIS",
            job_type="MRI",
            ordered_by=users["doctor"],
            ordered_at=at,
        )
        study.save()
        AIJob.objects.create(
            study=study,
            series=study.series.first(),
            patient=study.patient,
            model_id="stroke_risk",
            model_version="1.0.0",
            model_manifest={"name": "Stroke risk", "kind": "network"},
            requested_by=users["doctor"],
            status="COMPLETED",
        )
        Reading.objects.create(
            study=study,
            status="READING",
            reader=users["rib"],
            since=at,
            expires_at=at + timedelta(days=1),
        )
        report_row(study, users["rib"])
    list_keys_write(Study.objects.all())


@pytest.mark.usefixtures("read")
def test_a_page_takes_as_many_queries_as_two_rows(api):
    client = api("rib")

    def queries(path, size):
        with CaptureQueriesContext(connection) as found:
            answer = client.get(f"/api/ris/{path}/?page_size={size}").json()
        assert len(answer["results"]) == size, answer
        return [one["sql"][:120] for one in found]

    for path, most in (("worklist", 11), ("studies", 8), ("reports", 7)):
        queries(path, 2)  # what a process keeps from then on
        few, many = queries(path, 2), queries(path, ROWS)
        assert len(few) == len(many) <= most, [one for one in many if one not in few]
