"""What AI says ranks a study on the worklist: at once with other results, and by another limit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from ai.models import AIJob
from pacs.index.list_keys import list_keys_write
from pacs.models import Study
from pacs.tests import index
from ris.choices import AiRank
from ris.models import WorklistEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def add(patient_factory):
    def made(name="Kim"):
        study = index.study(patient_factory(full_name=name))
        index.series(study, slices=1)
        list_keys_write(Study.objects.filter(pk=study.pk))
        return study

    return made


@pytest.fixture
def analysed(users):
    def made(study, model="stroke_risk", **job):
        return AIJob.objects.create(
            study=study,
            series=study.series.first(),
            patient=study.patient,
            model_id=model,
            model_version="1.0.0",
            model_manifest={"name": model, "kind": "network"},
            requested_by=users["doctor"],
            **job,
        )

    return made


def test_another_limit_of_urgency_ranks_what_waits(api, add, analysed):
    study = add()
    analysed(study, status="COMPLETED", result={"risk_score": 0.6})
    path = "/api/ris/worklist-settings/"
    ranks = []
    for version, limit in enumerate((0.5, 0.7)):
        sent = api("admin").patch(
            path, {"urgent_risk": limit}, format="json", HTTP_IF_MATCH=f'"{version}"'
        )
        assert sent.status_code == 200
        ranks.append(WorklistEntry.objects.get(pk=study.pk).ai)
    assert ranks == [AiRank.URGENT, AiRank.READY]


@pytest.mark.django_db(transaction=True)
def test_of_two_results_at_once_the_urgent_one_ranks(add, analysed):
    study = add()
    urgent, other = (analysed(study, model, status="PROCESSING") for model in ("one", "two"))

    def end(job, risk):
        job.status, job.result = "COMPLETED", {"risk_score": risk}
        job.save()

    def end_other():
        try:
            end(other, 0.1)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            end(urgent, 0.9)
            later = pool.submit(end_other)
            with pytest.raises(TimeoutError):
                later.result(timeout=1)  # waits for the row
        later.result(timeout=10)
    assert WorklistEntry.objects.get(pk=study.pk).ai == AiRank.URGENT


def test_a_name_that_is_longer_in_small_letters_is_cut(add):
    study = add(name="İ" * 150)
    assert len(WorklistEntry.objects.get(pk=study.pk).patient_name) == 150
