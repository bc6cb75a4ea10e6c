"""Key findings: the corpus, what the rules promise one by one, and hostile text."""

from __future__ import annotations

import time

import pytest

from ris.findings.lexicon import CONCEPTS
from ris.findings.measurement import CORPUS, measured
from ris.findings.recognition import key_findings

FLOOR = 0.97


def said(text):
    """Concepts of a text: ``-`` denied, ``?`` doubted, ``<`` of the past."""
    return [
        each.concept + "-" * each.negated + "?" * each.uncertain + "<" * each.historical
        for each in key_findings(text)
    ]


@pytest.mark.parametrize("name", ["dev", "heldout"])
def test_precision_and_recall(name):
    figures = measured(name)
    assert figures.precision >= FLOOR
    assert figures.recall >= FLOOR


def test_the_corpus_is_of_400_sentences_and_half_of_the_first_434_is_set_aside():
    sizes = [
        len((CORPUS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines())
        for name in ("dev", "heldout")
    ]
    assert sum(sizes) >= 400
    assert sizes[1] >= 217


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("출혈 소견 없음.", ["haemorrhage-"]),
        ("출혈은 보이지 않음.", ["haemorrhage-"]),
        ("출혈은 배제됨.", ["haemorrhage-"]),
        ("출혈 배제 못함.", ["haemorrhage?"]),
        ("출혈을 배제할 수 없음.", ["haemorrhage?"]),
        ("수두증: 없음", ["hydrocephalus-"]),
        ("Hydrocephalus: none", ["hydrocephalus-"]),
        ("Neither haemorrhage nor midline shift.", ["haemorrhage-", "midline_shift-"]),
        ("No evidence of bleed, infarct or mass.", ["haemorrhage-", "infarct-", "tumour-"]),
        ("Oedema without midline shift.", ["oedema", "midline_shift-"]),
        ("Rule out metastasis.", ["metastasis?"]),
        ("r/o SAH", ["haemorrhage?"]),
        ("Hemorrhage cannot be excluded.", ["haemorrhage?"]),
        ("No edema, but a mass is seen.", ["oedema-", "tumour"]),
        ("No edema; however, infarction.", ["oedema-", "infarct"]),
        ("부종은 없으나 종괴가 있음.", ["oedema-", "tumour"]),
        ("부종은 없음. 하지만 종괴가 있음.", ["oedema-", "tumour"]),
        ("동맥류나 협착은 없음.", ["aneurysm-", "stenosis-"]),
        ("No change in the haematoma.", ["haemorrhage"]),
        ("No increase in oedema.", ["oedema"]),
        ("혈종의 크기 변화 없음.", ["haemorrhage"]),
        ("Previous infarct in the left cerebellum.", ["infarct<"]),
        ("뇌경색 과거력 있음.", ["infarct<"]),
        ("출혈이 없다고 할 수 없음.", ["haemorrhage?"]),
        ("Rt. frontal lobe에 enhancing mass 있음", ["enhancement", "tumour"]),
        ("GBM, SDH, ICH, SAH", ["tumour", "haemorrhage", "haemorrhage", "haemorrhage"]),
        ("Tumor. Tumour. Oedema. Edema.", ["tumour", "tumour", "oedema", "oedema"]),
        ("HEMORRHAGE (-), EDEMA (+)", ["haemorrhage-", "oedema"]),
        ("L4-5 disc herniation.", []),
        ("Massive effort; enhanced MRI with contrast-enhanced images.", []),
        ("", []),
    ],
)
def test_what_a_sentence_says(text, expected):
    assert said(text) == expected


def test_places_are_those_of_the_text_as_sent():
    text = "\u0000🧠 \tİ\u0085 No\u00a0EDEMA.\r\n\r\n  뇌출혈 있음"
    assert [text[each.start : each.end] for each in key_findings(text)] == ["EDEMA", "뇌출혈"]
    assert said(text) == ["oedema-", "haemorrhage"]


@pytest.mark.parametrize(
    "piece",
    [
        "no ",
        "no  ",
        "( ",
        "no significant ",
        "a",
        "출혈",
        "출혈 없",
        "없음 ",
        "mass ",
        "mass, ",
        "r/o ",
        "vs ",
        "is not ",
        "지지",
        "\n",
        ".",
        " ",
        "가",
        "subdural ",
        "정중선이 우측으로 약 5",
        "1. ",
    ],
)
def test_time_is_linear(piece):
    """Four times the text may take ten times as long on a busy machine, not sixteen."""

    def seconds(size):
        text = (piece * size)[:size]
        started = time.process_time()
        key_findings(text)
        return time.process_time() - started

    quarter, whole = seconds(16 << 10), seconds(64 << 10)
    assert whole < 5
    assert whole < 10 * quarter + 0.5


def test_each_code_is_written_soundly():
    """The last digit of a SNOMED CT identifier is Verhoeff's check digit."""
    for name, concept in CONCEPTS.items():
        assert concept.code is None or _is_sound(concept.code), name
    assert not _is_sound("50960006")


def _is_sound(code):
    turned = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
    check = 0
    for place, written in enumerate(reversed(code)):
        digit = int(written)
        for _ in range(place):
            digit = turned[digit]
        check = _product(check, digit)
    return check == 0


def _product(one, other):
    """In the dihedral group of ten elements: 0-4 turn, 5-9 turn and flip."""
    if one < 5:
        return (one + other) % 5 + (5 if other >= 5 else 0)
    return (one - other) % 5 + (0 if other >= 5 else 5)
