"""Who said what in a Bundle, and facts that no Bundle is built from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from fhir.services.publishing import bundle_validate
from fhir.services.resources import (
    build_publication_bundle,
)
from fhir.tests.factories import (
    DOCTOR,
    RADIOLOGIST,
    ai_result,
    publication,
    uid,
    version,
)
from fhir.tests.test_bundle import Built


@pytest.fixture
def built() -> Built:
    return Built(publication())


def test_the_ai_provenance(built: Built) -> None:
    provenance = built.provenance("AIAST")
    assert provenance["recorded"] == "2026-01-05T10:00:05.250+00:00"
    (agent,) = provenance["agent"]
    assert built.at(agent["who"]) == built.one("Device")
    source, parameters = provenance["entity"]
    assert built.at(source["what"]) == built.one("ImagingStudy")
    assert source["what"]["identifier"]["value"] == f"urn:oid:{uid('a/study')}"
    assert source["what"]["display"] == f"Source series {uid('a/t1')}"
    assert parameters["what"]["reference"] == "#parameters"
    assert provenance["contained"][0]["parameter"] == [
        {"name": "fast", "valueString": "false"},
        {"name": "threshold", "valueString": "0.5"},
    ]


def test_the_model_does_not_assert_the_volumes_of_an_edited_mask() -> None:
    edited, unedited = Built(publication()), Built(publication(version=version(kind="ai")))
    _, *scores = edited.all("Observation")
    assert [edited.at(t) for t in edited.provenance("AIAST")["target"]] == scores
    assert len(unedited.provenance("AIAST")["target"]) == 3
    bare = Built(publication(ai_result=ai_result(risk_score=None, confidence=None)))
    assert len(bare.provenance("AIAST")["target"]) == 1


def test_the_approval_provenance(built: Built) -> None:
    provenance = built.provenance("CLINAST")
    assert provenance["recorded"] == "2026-01-05T10:15:00.000+00:00"
    targets = [built.at(t) for t in provenance["target"]]
    assert targets == [built.one("DiagnosticReport"), *built.all("Observation")]
    assert [
        (a["type"]["coding"][0]["code"], built.at(a["who"])["identifier"][0]["value"])
        for a in provenance["agent"]
    ] == [("verifier", RADIOLOGIST.username), ("author", DOCTOR.username)]
    ai, approved = provenance["entity"]
    assert built.at(ai["what"]) == built.provenance("AIAST")
    assert (ai["role"], ai["what"]["display"]) == ("revision", "AI result of job 17")
    assert approved["what"]["identifier"]["value"] == f"urn:oid:{uid('a/study')}"
    assert "version 2, edited" in approved["what"]["display"]
    assert approved["what"]["display"].endswith(uid("a/seg/1"))


def test_the_tools_that_helped_a_person_are_named() -> None:
    tool = "Lesion in a box (lesion_assist 1.0.0; box, stroke)"
    drawn = publication(by_model=False, version=version(kind="edited", tools=(tool,)))
    built = Built(drawn)
    bundle_validate(built.bundle)
    agent = built.provenance("CLINAST")["agent"][-1]
    assert (agent["type"]["coding"][0]["code"], agent["who"]["display"]) == ("assembler", tool)
    assert f"drawn by a person, with {tool}" in built.one("DiagnosticReport")["conclusion"]


def test_without_order_and_encounter_nothing_points_to_them() -> None:
    built = Built(publication(order=None, encounter=None))
    assert not built.all("ServiceRequest") + built.all("Encounter")
    assert "basedOn" not in built.one("DiagnosticReport")
    assert "encounter" not in built.one("DiagnosticReport")


def test_one_person_in_every_role_is_one_practitioner() -> None:
    built = Built(publication(approver=DOCTOR))
    assert len(built.all("Practitioner")) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"version": version(volumes=())},
        {"source_series_instance_uid": "1.2.3"},
        {"source_series_instance_uid": uid("a/seg")},
        {"seg_series_instance_uid": "1.2.3"},
        {"seg_sop_instance_uid": "1.2.3"},
    ],
)
def test_facts_that_contradict_themselves_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        publication(**changes)


def test_a_time_without_zone_is_refused() -> None:
    facts = publication(approved_at=datetime(2026, 1, 5, 10, 15))  # noqa: DTZ001  (the fault)
    with pytest.raises(ValueError, match="no time zone"):
        build_publication_bundle(facts)


def by_no_model(**changes: Any) -> Built:
    """A mask that a person drew or a file held."""
    result = ai_result(risk_score=None, confidence=None, parameters={})
    facts = publication(by_model=False, ai_result=result, **changes)
    bundle_validate(build_publication_bundle(facts))
    return Built(facts)


def test_a_drawn_mask_is_its_drawers_and_no_models() -> None:
    drawn = by_no_model()
    assert not drawn.all("Device")
    assert "AIAST" not in str(drawn.bundle)
    assert "AI result" not in str(drawn.bundle)
    (observation,) = drawn.all("Observation")
    assert "device" not in observation
    provenance = drawn.one("Provenance")
    verifier, author = provenance["agent"]
    assert drawn.at(verifier["who"])["identifier"][0]["value"] == RADIOLOGIST.username
    assert drawn.at(author["who"])["identifier"][0]["value"] == DOCTOR.username
    assert provenance["entity"][0]["what"]["display"] == f"Source series {uid('a/t1')}"
    assert "drawn by a person" in drawn.one("DiagnosticReport")["conclusion"]


def test_an_imported_mask_has_the_author_that_its_file_states() -> None:
    origin = {"kind": "SEG", "author": "Reader^One", "device": "Other Workstation"}
    imported = by_no_model(file_origin=origin, version=version(author=None))
    told = "Imported SEG, author Reader^One, device Other Workstation"
    assert not imported.all("Device")
    assert "AIAST" not in str(imported.bundle)
    provenance = imported.one("Provenance")
    assert provenance["agent"][1]["who"] == {"display": "Reader^One"}
    assert provenance["entity"][0]["what"] == {"display": told}
    assert told in imported.one("DiagnosticReport")["conclusion"]
