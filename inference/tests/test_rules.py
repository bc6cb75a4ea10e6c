"""The rules against what their sources say, through the service."""

from __future__ import annotations

import base64
import gzip
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tests.conftest import FakeArchive, Service, refusal
from tests.dicom_maker import make_series

Run = Callable[..., Any]
Ask = Callable[..., dict[str, Any]]
STROKE = {"atrial_fibrillation": True, "stroke_tia": False, "diabetes": False}
AF = STROKE | {"heart_failure": False, "hypertension": False, "vascular_disease": False}
FIRST = STROKE | {"atrial_fibrillation": False, "hypertension_treatment": False, "smoking": False}
FIRST |= {"cardiovascular_disease": False}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    series = make_series(np.zeros((2, 4, 4), np.int16), np.diag([1.0, 1.0, 1.0, 1.0]))
    return Service(tmp_path_factory.mktemp("rules"), FakeArchive(series))


@pytest.fixture
def run(service: Service) -> Run:
    """``run(model, units, **facts)``: the answer."""

    def ask(model: str, units: dict[str, str] | None = None, **facts: Any) -> Any:  # noqa: ANN401
        units = {"age": "a", "systolic_bp": "mm[Hg]", "karnofsky": "%"} | (units or {})
        body = {
            "model_type": model,
            "patient_id": "P2026-0001",
            "facts": {n: {"value": v, "unit": units.get(n, "")} for n, v in facts.items()},
        }
        return service.ask("POST", "/inference", json=body)

    return ask


@pytest.fixture
def result(run: Run) -> Ask:
    """The result, with quantities and the chosen class by id."""

    def ask(model: str, **facts: Any) -> dict[str, Any]:  # noqa: ANN401
        answer = run(model, **facts)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        assert all(s["text"] and s["text_ko"] for s in body["statements"])
        body["values"] = {q["id"]: q["value"] for q in body["quantities"]}
        body["class"] = next((c["id"] for c in body["classes"]), None)
        return body

    return ask


@pytest.mark.parametrize(
    ("age", "sex", "factors", "score"),
    [
        (64, "male", (), 0),
        (64, "female", (), 1),
        (65, "male", (), 1),
        (74.9, "male", (), 1),
        (75, "male", (), 2),
        (50, "male", ("heart_failure",), 1),
        (50, "male", ("hypertension",), 1),
        (50, "male", ("diabetes",), 1),
        (50, "male", ("stroke_tia",), 2),
        (50, "male", ("vascular_disease",), 1),
        (
            80,
            "female",
            ("heart_failure", "hypertension", "diabetes", "stroke_tia", "vascular_disease"),
            9,
        ),
    ],
)
def test_cha2ds2_vasc(
    result: Ask, age: float, sex: str, factors: tuple[str, ...], score: int
) -> None:
    found = result("stroke_risk", age=age, sex=sex, **AF | dict.fromkeys(factors, True))
    rates = [0.0, 1.3, 2.2, 3.2, 4.0, 6.7, 9.8, 9.6, 6.7, 15.2]
    assert found["values"] == {"cha2ds2-vasc": score, "yearly-stroke-rate": rates[score]}
    assert found["risk_score"] is None


@pytest.mark.parametrize(
    ("person", "factors", "percent"),
    [
        (("male", 60, 120), (), 1.34),
        (("female", 60, 120), (), 1.09),
        (("male", 70, 140), ("hypertension_treatment",), 9.27),
        (("female", 70, 140), ("hypertension_treatment",), 6.11),
        (("male", 75, 150), ("smoking", "diabetes", "cardiovascular_disease"), 30.44),
        (("female", 62, 130), ("diabetes",), 4.17),
    ],
)
def test_revised_framingham_profile(
    result: Ask, person: tuple[str, int, int], factors: tuple[str, ...], percent: float
) -> None:
    facts = FIRST | dict.fromkeys(factors, True)
    sex, age, pressure = person
    found = result("stroke_risk", age=age, sex=sex, systolic_bp=pressure, **facts)
    assert 100 * found["risk_score"] == pytest.approx(percent, abs=0.01)
    assert found["quantities"] == []


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        (FIRST | {"age": 54}, "55 years and older"),
        (FIRST | {"age": 60, "stroke_tia": True}, "first stroke"),
    ],
)
def test_the_profile_is_not_for_everybody(run: Run, facts: dict[str, Any], sentence: str) -> None:
    answer = run("stroke_risk", sex="male", systolic_bp=120, **facts)
    status, code, message = refusal(answer)
    assert (status, code) == (422, "input_refused")
    assert sentence in message


def test_what_is_needed_depends_on_what_is_known(run: Run) -> None:
    for facts, missing in (
        ({}, "atrial_fibrillation, age, sex, stroke_tia, diabetes"),
        (STROKE | {"age": 70, "sex": "male"}, "heart_failure, hypertension, vascular_disease"),
        ({**FIRST, "age": 70, "sex": "male"}, "systolic_bp"),
    ):
        assert refusal(run("stroke_risk", **facts))[2] == f"Missing: {missing}."


@pytest.mark.parametrize(
    ("units", "facts", "sentence"),
    [
        ({}, {"blood_group": "A"}, "knows no fact blood_group"),
        ({"age": "mo"}, {}, "age must be in a"),
        ({}, {"sex": "other"}, "sex must be one of male, female"),
        ({}, {"diabetes": "perhaps"}, "diabetes must be true or false"),
        ({}, {"age": "old"}, "age must be a number"),
        ({}, {"age": 126}, "age must be a number from 0 to 125"),
        ({}, {"systolic_bp": 59}, "systolic_bp must be a number from 60 to 300"),
    ],
)
def test_a_fact_of_another_kind_is_refused_by_name(
    run: Run, units: dict[str, str], facts: dict[str, Any], sentence: str
) -> None:
    answer = run("stroke_risk", units, **{"age": 70, "sex": "male", **AF} | facts)
    assert refusal(answer)[:2] == (422, "request_invalid")
    assert sentence in refusal(answer)[2]


WILD = {"idh": "wildtype", "h3": "wildtype"}
NEGATIVE: dict[str, Any] = {
    "tert_promoter": "wildtype",
    "egfr": "not_amplified",
    "chr7_10": "absent",
}
NEGATIVE |= {"microvascular_proliferation": False, "necrosis": False}
MUTANT = {"idh": "mutant"}
DELETED = MUTANT | {"codeletion_1p19q": "codeleted", "cdkn2ab": "homozygous_deletion"}
ASTRO = MUTANT | {"atrx": "lost"}


@pytest.mark.parametrize(
    ("facts", "diagnosis", "grade"),
    [
        (MUTANT | {"codeletion_1p19q": "codeleted", "histological_grade": "2"}, "oligo", 2),
        (MUTANT | {"codeletion_1p19q": "codeleted"}, "oligo", None),
        (DELETED | {"histological_grade": "2"}, "oligo", None),
        (DELETED | {"histological_grade": "3"}, "oligo", 3),
        (MUTANT | {"atrx": "lost", "cdkn2ab": "homozygous_deletion"}, "astro", 4),
        (MUTANT | {"codeletion_1p19q": "intact", "necrosis": True}, "astro", 4),
        (ASTRO | {"cdkn2ab": "retained", "histological_grade": "3"}, "astro", 3),
        (MUTANT | {"atrx": "lost", "histological_grade": "3"}, "astro", None),
        (
            MUTANT | {"atrx": "lost", "cdkn2ab": "retained", "histological_grade": "4"},
            "astro",
            None,
        ),
        (MUTANT | {"atrx": "retained"}, "diffuse_idh_mutant_nos", None),
        (WILD | {"tert_promoter": "mutant"}, "glioblastoma", 4),
        (WILD | {"egfr": "amplified"}, "glioblastoma", 4),
        (WILD | {"chr7_10": "gain_loss"}, "glioblastoma", 4),
        (WILD | {"microvascular_proliferation": True}, "glioblastoma", 4),
        (WILD | {"necrosis": True}, "glioblastoma", 4),
        (WILD | NEGATIVE, "diffuse_nec", None),
        (WILD | NEGATIVE | {"codeletion_1p19q": "codeleted"}, "diffuse_nec", None),
        (WILD | {"egfr": "not_amplified"}, "diffuse_idh_wildtype_nos", None),
        ({"idh": "wildtype", "necrosis": True}, "diffuse_idh_wildtype_nos", None),
        ({}, "diffuse_nos", None),
        ({"h3": "k27_altered"}, "h3_altered", None),
        (MUTANT | {"h3": "g34_mutant"}, "diffuse_nec", None),
        (MUTANT | {"codeletion_1p19q": "codeleted", "atrx": "lost"}, "diffuse_nec", None),
    ],
)
def test_integrated_diagnosis(
    result: Ask, facts: dict[str, Any], diagnosis: str, grade: int | None
) -> None:
    found = result("MG", age=50, diffuse_glioma=True, **facts)
    assert found["class"].startswith(diagnosis)
    assert found["values"].get("cns-who-grade") == grade


def test_every_missing_fact_only_widens_the_diagnosis(result: Ask) -> None:
    """Leaving facts out never turns one diagnosis into another one."""
    full = MUTANT | {"codeletion_1p19q": "intact", "atrx": "lost", "cdkn2ab": "retained"}
    for left in itertools.chain.from_iterable(
        itertools.combinations(full, number) for number in range(len(full))
    ):
        facts = {name: full[name] for name in left}
        found = result("MG", age=50, diffuse_glioma=True, **facts)["class"]
        assert found == "astrocytoma" or found.endswith("nos")


@pytest.mark.parametrize(
    "facts", [{"age": 17, "diffuse_glioma": True}, {"age": 50, "diffuse_glioma": False}]
)
def test_the_criteria_are_for_diffuse_gliomas_of_adults(run: Run, facts: dict[str, Any]) -> None:
    assert refusal(run("MG", **facts))[1] == "input_refused"


@pytest.mark.parametrize(
    ("facts", "chosen", "months"),
    [
        ({"age": 75.4, "surgery": "resection"}, "class-1", 9.3),
        ({"age": 75.5, "surgery": "resection"}, "class-2", 6.4),
        ({"age": 72, "surgery": "biopsy", "karnofsky": 70}, "class-3", 4.6),
        ({"age": 72, "surgery": "biopsy", "karnofsky": 60}, "class-4", 2.3),
    ],
)
def test_prognostic_class_from_70_years(
    result: Ask, facts: dict[str, Any], chosen: str, months: float
) -> None:
    found = result("MM", diagnosis="glioblastoma", **facts)
    assert (found["class"], found["values"]["median-survival"]) == (chosen, months)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"age": 69.9, "surgery": "resection", "diagnosis": "glioblastoma"}, "input_refused"),
        ({"age": 72, "surgery": "resection", "diagnosis": "other"}, "input_refused"),
        ({"age": 72, "surgery": "biopsy", "diagnosis": "glioblastoma"}, "request_invalid"),
    ],
)
def test_no_class_for_others(run: Run, facts: dict[str, Any], code: str) -> None:
    assert refusal(run("MM", **facts))[1] == code


def ellipsoid(
    axes_mm: tuple[float, float, float], spacing: tuple[float, float, float]
) -> npt.NDArray[np.uint8]:
    """Semi-axes in mm, in the order slices, rows, columns."""
    shape = [int(2 * a / s) + 8 for a, s in zip(axes_mm, spacing, strict=True)]
    grid = np.indices(shape).reshape(3, -1).T
    centred = (grid - (np.array(shape) - 1) / 2) * spacing / axes_mm
    inside = (centred**2).sum(1) <= 1
    mask: npt.NDArray[np.uint8] = inside.reshape(shape).astype(np.uint8)
    return mask


def mask_fact(
    labels: npt.NDArray[np.uint8],
    spacing: tuple[float, float, float],
) -> dict[str, Any]:
    packed = base64.b64encode(gzip.compress(labels.tobytes(), 1)).decode()
    return {"labelmap": packed, "shape": labels.shape, "spacing_mm": spacing}


SPACING = (1.0, 0.5, 0.5)


def test_size_of_an_ellipsoid(result: Ask) -> None:
    axes = (9.0, 12.0, 18.0)
    found = result("M1", mask=mask_fact(ellipsoid(axes, SPACING), SPACING))
    values = found["values"]
    assert values["volume"] == pytest.approx(4 / 3 * np.pi * np.prod(axes) / 1000, rel=0.01)
    assert values["longest-diameter"] == pytest.approx(36, abs=0.5)
    assert values["perpendicular-diameter"] == pytest.approx(24, abs=0.5)
    assert values["slice-extent"] == pytest.approx(18, abs=1)
    assert values["bidimensional-product"] == pytest.approx(36 * 24, rel=0.03)
    assert found["class"] == "measurable"
    assert "volume-change" not in values


def test_the_diameters_do_not_depend_on_how_the_lesion_lies(result: Ask) -> None:
    axes, turned = (9.0, 12.0, 18.0), np.deg2rad(30)
    grid = (np.indices((24, 90, 90)) - [[[[11.5]]], [[[44.5]]], [[[44.5]]]]) * 0.5
    rows = np.cos(turned) * grid[1] - np.sin(turned) * grid[2]
    columns = np.sin(turned) * grid[1] + np.cos(turned) * grid[2]
    inside = (2 * grid[0] / axes[0]) ** 2 + (rows / axes[1]) ** 2 + (columns / axes[2]) ** 2 <= 1
    values = result("M1", mask=mask_fact(inside.astype(np.uint8), SPACING))["values"]
    assert values["longest-diameter"] == pytest.approx(36, abs=0.7)
    assert values["perpendicular-diameter"] == pytest.approx(24, abs=0.7)


def test_all_diameters_are_of_the_slice_in_which_the_lesion_is_longest(result: Ask) -> None:
    """The other slice has the larger product; ai/tests/test_diameters.py measures the same mask."""
    labels = np.zeros((4, 60, 100), np.uint8)
    labels[1, 28:32, 10:90] = 1
    labels[2, 10:50, 30:70] = 1
    values = result("M1", mask=mask_fact(labels, SPACING))["values"]
    longest, across = values["longest-diameter"], values["perpendicular-diameter"]
    assert (longest, across) == (pytest.approx(40.03, abs=0.05), pytest.approx(2.0, abs=0.05))
    assert values["bidimensional-product"] == pytest.approx(longest * across)
    assert values["slice-extent"] == 2


@pytest.mark.parametrize(
    ("axes", "spacing", "chosen"),
    [
        ((6, 4.6, 8), (1.0, 0.5, 0.5), "not-measurable"),
        ((6, 5.4, 8), (1.0, 0.5, 0.5), "measurable"),
        ((2.6, 8, 8), (5.0, 0.5, 0.5), "not-measurable"),
        ((12, 5.6, 8), (6.0, 0.5, 0.5), "not-measurable"),
        ((12, 6.4, 8), (6.0, 0.5, 0.5), "measurable"),
    ],
)
def test_measurable_by_rano(result: Ask, axes: Any, spacing: Any, chosen: str) -> None:  # noqa: ANN401
    assert result("M1", mask=mask_fact(ellipsoid(axes, spacing), spacing))["class"] == chosen


def test_growth_against_the_prior_whatever_its_grid(result: Ask) -> None:
    coarse = (2.0, 1.0, 1.0)
    now = mask_fact(ellipsoid((10.0, 20.0, 20.0), SPACING), SPACING)
    prior = mask_fact(ellipsoid((10.0, 10.0, 20.0), coarse), coarse)
    values = result("M1", mask=now, prior_mask=prior)["values"]
    assert values["volume-change"] == pytest.approx(100, abs=4)
    assert values["product-change"] == pytest.approx(100, abs=8)


def test_only_the_labels_of_the_lesion_are_measured(result: Ask) -> None:
    labels = np.pad(ellipsoid((9.0, 12.0, 18.0), SPACING), 2)
    labels[0] = 2
    alone = result("M1", mask=mask_fact(labels, SPACING) | {"labels": [1]})["values"]
    assert alone["longest-diameter"] == pytest.approx(36, abs=0.5)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"labelmap": "AAAA"}, "request_invalid"),
        ({"shape": (1, 2, 3)}, "request_invalid"),
        ({"spacing_mm": (0, 1, 1)}, "request_invalid"),
        ({"labels": [9]}, "input_refused"),
    ],
)
def test_a_bad_mask_is_refused(run: Run, change: dict[str, Any], code: str) -> None:
    fact = mask_fact(ellipsoid((3.0, 3.0, 3.0), SPACING), SPACING) | change
    assert refusal(run("M1", mask=fact))[1] == code


def test_a_network_wants_a_series(run: Run) -> None:
    assert "runs on a series" in refusal(run("brain_extraction"))[2]


def test_the_same_key_answers_the_stored_result(service: Service) -> None:
    body = {"model_type": "MG", "patient_id": "P1", "facts": {"age": {"value": 50, "unit": "a"}}}
    body["facts"]["diffuse_glioma"] = {"value": True}  # type: ignore[index]
    headers = {"Authorization": "Bearer a-token-of-enough-length", "X-Idempotency-Key": "one"}
    first, second = (
        service.ask("POST", "/inference", json=body, headers=headers).json() for _ in range(2)
    )
    assert first == second


def test_every_rule_names_its_references(service: Service) -> None:
    models = service.ask("GET", "/models").json()["models"]
    rules = [model for model in models if model["kind"] == "rule"]
    assert {model["id"] for model in rules} >= {"stroke_risk", "MG", "M1", "MM"}
    text = (Path(__file__).parents[1] / "models" / "RULES.md").read_text(encoding="utf-8")
    for model in rules:
        assert model["references"]
        assert f"`{model['id']}`" in text
