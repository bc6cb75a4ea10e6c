"""Each row of the code tables, in the Bundle; what is in none of them is left out of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydicom.sr._concepts_dict import concepts

from fhir.services.publishing import bundle_validate
from fhir.services.resources import build_publication_bundle
from fhir.services.resources.codes import BODY_SITES, PROCEDURES
from fhir.tests.factories import publication, study, uid, version, volume

UNKNOWN = ["", "XX", "NEURO", "Kopf", "C SPINE", "BRAIN\\HEAD"]


def published(modality: str, body_part: str, **changes: Any) -> dict[str, list[Any]]:
    """The resources of a study whose source series is of this kind, by type."""
    source, seg = study().series
    source = replace(source, modality=modality, body_part_examined=body_part)
    facts = publication(study=replace(study(), series=(source, seg)), **changes)
    bundle = build_publication_bundle(facts)
    bundle_validate(bundle)
    found: dict[str, list[Any]] = {}
    for entry in bundle["entry"]:
        found.setdefault(entry["resource"]["resourceType"], []).append(entry["resource"])
    return found


def codes(concept: Any) -> list[str]:
    return [coding["code"] for coding in concept["coding"]]


@pytest.mark.parametrize("term", BODY_SITES)
def test_a_body_part_is_coded_as_dicom_codes_it(term: str) -> None:
    """pydicom holds the SNOMED CT codes that PS3.16 uses, with their meanings."""
    site = BODY_SITES[term]
    snomed: Any = concepts["SCT"]
    known = [
        meaning
        for rows in snomed.values()
        for code, (meaning, _) in rows.items()
        if code == site["code"]
    ]
    assert site["display"] in known
    resources = published("MR", term)
    assert resources["ImagingStudy"][0]["series"][0]["bodySite"] == site
    scores = resources["Observation"][1:]
    assert [o["bodySite"]["coding"] for o in scores] == [[site], [site]]


@pytest.mark.parametrize(
    ("term", "code"),
    [
        ("BRAIN", "12738006"),
        ("HEAD", "69536005"),
        ("SKULL", "89546000"),
        ("HEADNECK", "774007"),
        ("NECK", "45048000"),
        ("CHEST", "816094009"),
        ("ABDOMEN", "818981001"),
        ("PELVIS", "816092008"),
        ("SPINE", "421060004"),
        ("CSPINE", "122494005"),
        ("CTSPINE", "1217257000"),
        ("TSPINE", "122495006"),
        ("TLSPINE", "1217256009"),
        ("LSPINE", "122496007"),
        ("LSSPINE", "1217253001"),
        ("SSPINE", "54735007"),
        ("WHOLEBODY", "38266002"),
        (" cspine ", "122494005"),
    ],
)
def test_the_code_of_a_body_part(term: str, code: str) -> None:
    series = published("MR", term)["ImagingStudy"][0]["series"][0]
    assert series["bodySite"]["code"] == code


@pytest.mark.parametrize("body_part", UNKNOWN)
def test_an_unknown_body_part_is_left_out(body_part: str) -> None:
    tumour = version(volumes=(volume(anatomical=False, label="Tumour"),))
    resources = published("MR", body_part, version=tumour)
    imaging_study = resources["ImagingStudy"][0]
    assert not any("bodySite" in series for series in imaging_study["series"])
    assert "procedureCode" not in imaging_study
    assert not any("bodySite" in observation for observation in resources["Observation"])


def test_the_model_says_what_its_segment_is_where_the_header_is_silent() -> None:
    brain, *scores = published("MR", "")["Observation"]
    assert codes(brain["bodySite"]) == ["12738006"]
    assert not any("bodySite" in score for score in scores)


def test_what_was_found_in_a_body_part_lies_where_the_series_was_taken() -> None:
    tumour = version(volumes=(volume(anatomical=False, code_value="108369006"),))
    found = published("CT", "CHEST", version=tumour)["Observation"][0]
    assert codes(found["bodySite"]) == ["816094009"]
    assert codes(found["component"][0]["valueCodeableConcept"]) == ["108369006"]


@pytest.mark.parametrize(
    ("modality", "body_part", "code"),
    [
        ("CT", "ABDOMEN", "41806-1"),
        ("CT", "CHEST", "24627-2"),
        ("CT", "CSPINE", "24932-6"),
        ("CT", "HEAD", "24725-4"),
        ("CT", "LSPINE", "24963-1"),
        ("CT", "TSPINE", "24978-9"),
        ("MR", "ABDOMEN", "24556-3"),
        ("MR", "BRAIN", "24590-2"),
        ("MR", "CHEST", "24629-8"),
        ("MR", "CSPINE", "24935-9"),
        ("MR", "LSPINE", "24968-0"),
        ("MR", "TSPINE", "24980-5"),
    ],
)
def test_an_examination_is_that_of_modality_and_body_part(
    modality: str, body_part: str, code: str
) -> None:
    resources = published(modality, body_part)
    assert [codes(c) for c in resources["ImagingStudy"][0]["procedureCode"]] == [[code]]
    assert codes(resources["DiagnosticReport"][0]["code"]) == ["ai-report"]


def test_every_row_is_tested() -> None:
    mark = test_an_examination_is_that_of_modality_and_body_part.pytestmark[0]  # type: ignore[attr-defined]
    assert {row[:2] for row in mark.args[1]} == set(PROCEDURES)


def test_a_study_of_three_regions_is_three_examinations_once_each() -> None:
    source, seg = study().series
    regions = ("BRAIN", "CSPINE", "CSPINE", "CHEST", "")
    series = tuple(
        replace(source, series_instance_uid=uid(f"a/{n}"), number=n, body_part_examined=region)
        for n, region in enumerate(regions, 2)
    )
    facts = publication(study=replace(study(), series=(source, *series, seg)))
    entries = build_publication_bundle(facts)["entry"]
    resources = [e["resource"] for e in entries]
    imaging_study = next(r for r in resources if r["resourceType"] == "ImagingStudy")
    found = [codes(code)[0] for code in imaging_study["procedureCode"]]
    assert sorted(found) == ["24590-2", "24629-8", "24935-9"]
    sites = [s.get("bodySite", {}).get("display") for s in imaging_study["series"]]
    assert sites == ["Brain", "Brain", "Cervical spine", "Cervical spine", "Chest", None, None]
