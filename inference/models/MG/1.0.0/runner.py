"""Integrated diagnosis of an adult diffuse glioma by the WHO classification of 2021.

What is missing gives "NOS", what contradicts itself or fits no type "NEC". RULES.md names the
sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from app.errors import InputRefused
from app.facts import Facts
from app.runner import Prediction, Statement

ADULT = 18
CDKN2AB = (
    "cdkn2ab",
    "homozygous_deletion",
    "CDKN2A/B homozygous deletion",
    "CDKN2A/B 동형접합 결실",
)
MARKERS: tuple[tuple[str, bool | str, str, str], ...] = (
    ("microvascular_proliferation", True, "microvascular proliferation", "미세혈관 증식"),
    ("necrosis", True, "necrosis", "괴사"),
    ("tert_promoter", "mutant", "TERT promoter mutation", "TERT 프로모터 변이"),
    ("egfr", "amplified", "EGFR amplification", "EGFR 증폭"),
    ("chr7_10", "gain_loss", "+7/-10", "+7/-10"),
)
"""Any of these makes an IDH- and H3-wildtype diffuse astrocytic glioma a glioblastoma."""


class IntegratedDiagnosis:
    """Without weights."""

    def run_facts(self, facts: Facts, parameters: Mapping[str, float]) -> Prediction:
        """The type, its grade where the facts give one, and the way to both.

        Raises:
            InputRefused: a child, or no diffuse glioma.
        """
        if (facts.number("age") or 0) < ADULT:
            raise InputRefused("The criteria are those of adult-type gliomas: 18 years and older.")
        if not facts.yes("diffuse_glioma"):
            raise InputRefused("The criteria are those of diffuse gliomas; histology says another.")
        way = [Statement("Histology: diffuse glioma.", "조직학: 미만성 교종.")]
        chosen, grade = _type(facts, way)
        quantities = {} if grade is None else {"cns-who-grade": float(grade)}
        if grade is not None:
            way.append(Statement(f"CNS WHO grade {grade}.", f"CNS WHO {grade}등급."))
        return Prediction(
            class_probabilities={chosen: 1.0}, quantities=quantities, statements=tuple(way)
        )


def _type(facts: Facts, way: list[Statement]) -> tuple[str, int | None]:
    idh, h3 = facts.text("idh"), facts.text("h3")
    if h3 in ("k27_altered", "g34_mutant"):
        if idh == "mutant":
            return _nec(way, "IDH mutation and H3 alteration", "IDH 변이와 H3 변이")
        way.append(
            Statement(
                f"H3 {h3[:3].upper()} altered: not an adult-type diffuse glioma.",
                f"H3 {h3[:3].upper()} 변이: 성인형 미만성 교종이 아닙니다.",
            )
        )
        return "h3_altered", None
    if idh is None:
        _missing(way, "IDH1/IDH2", "IDH1/IDH2")
        return "diffuse_nos", None
    return _idh_mutant(facts, way) if idh == "mutant" else _idh_wildtype(facts, h3, way)


def _idh_mutant(facts: Facts, way: list[Statement]) -> tuple[str, int | None]:
    way.append(Statement("IDH is mutant.", "IDH 변이가 있습니다."))
    codeletion, atrx = facts.text("codeletion_1p19q"), facts.text("atrx")
    if codeletion == "codeleted":
        if atrx == "lost":
            return _nec(way, "1p/19q codeletion and ATRX loss", "1p/19q 동시결실과 ATRX 소실")
        way.append(
            Statement(
                "1p and 19q are codeleted: oligodendroglioma.",
                "1p/19q 동시결실: 희소돌기아교세포종.",
            )
        )
        return "oligodendroglioma", _oligodendroglioma_grade(facts, way)
    if codeletion is None and atrx != "lost":
        _missing(way, "1p/19q (or ATRX loss)", "1p/19q(또는 ATRX 소실)")
        return "diffuse_idh_mutant_nos", None
    reason = ("1p/19q is not codeleted", "1p/19q 동시결실이 없습니다")
    if codeletion is None:
        reason = ("ATRX is lost", "ATRX가 소실되었습니다")
    way.append(Statement(f"{reason[0]}: astrocytoma.", f"{reason[1]}: 성상세포종."))
    return "astrocytoma", _astrocytoma_grade(facts, way)


def _oligodendroglioma_grade(facts: Facts, way: list[Statement]) -> int | None:
    """The pathologist's; with CDKN2A/B homozygous deletion none is given below 3."""
    grade = facts.text("histological_grade")
    if facts.text("cdkn2ab") == CDKN2AB[1] and grade in (None, "2"):
        way.append(
            Statement(
                f"{CDKN2AB[2]} does not fit grade 2: the pathologist decides, no grade is given.",
                f"{CDKN2AB[3]}은 2등급과 맞지 않아 등급을 정하지 않습니다(병리의사 판단).",
            )
        )
        return None
    return _histological_grade(facts, way, highest=3)


def _astrocytoma_grade(facts: Facts, way: list[Statement]) -> int | None:
    """4 by CDKN2A/B homozygous deletion, microvascular proliferation or necrosis."""
    for name, value, en, ko in (CDKN2AB, *MARKERS[:2]):
        known = facts.yes(name) if value is True else facts.text(name)
        if known == value:
            way.append(Statement(f"{en}: grade 4.", f"{ko}: 4등급."))
            return 4
    if facts.text("cdkn2ab") is None:
        _missing(way, "CDKN2A/B, needed for the grade", "등급 판정에 필요한 CDKN2A/B")
        return None
    return _histological_grade(facts, way, highest=3)


def _histological_grade(facts: Facts, way: list[Statement], *, highest: int) -> int | None:
    grade = facts.text("histological_grade")
    if grade is None:
        _missing(way, "the histological grade", "조직학적 등급")
        return None
    if int(grade) > highest:
        way.append(
            Statement(
                f"Histological grade {grade} does not fit what was found: no grade is given.",
                f"조직학적 {grade}등급은 확인된 소견과 맞지 않아 등급을 정하지 않습니다.",
            )
        )
        return None
    way.append(Statement(f"Histological grade {grade}.", f"조직학적 {grade}등급."))
    return int(grade)


def _idh_wildtype(facts: Facts, h3: str | None, way: list[Statement]) -> tuple[str, int | None]:
    way.append(Statement("IDH is wildtype.", "IDH 야생형입니다."))
    if facts.text("codeletion_1p19q") == "codeleted":
        return _nec(way, "1p/19q codeletion without IDH mutation", "IDH 변이 없는 1p/19q 동시결실")
    if h3 is None:
        _missing(way, "H3", "H3")
        return "diffuse_idh_wildtype_nos", None
    way.append(Statement("H3 is wildtype.", "H3 야생형입니다."))
    unknown = []
    for name, value, en, ko in MARKERS:
        known = facts.yes(name) if value is True else facts.text(name)
        if known == value:
            way.append(Statement(f"{en}: glioblastoma.", f"{ko}: 교모세포종."))
            return "glioblastoma", 4
        if known is None:
            unknown.append((en, ko))
    if unknown:
        _missing(way, ", ".join(en for en, _ in unknown), ", ".join(ko for _, ko in unknown))
        return "diffuse_idh_wildtype_nos", None
    return _nec(way, "none of the five criteria of glioblastoma", "교모세포종 5개 기준 모두 음성")


def _missing(way: list[Statement], en: str, ko: str) -> None:
    way.append(Statement(f"Missing: {en}. NOS.", f"누락: {ko}. NOS."))


def _nec(way: list[Statement], en: str, ko: str) -> tuple[str, int | None]:
    way.append(Statement(f"{en}: fits no type of the WHO. NEC.", f"{ko}: 분류 불가. NEC."))
    return "diffuse_nec", None


def load(folder: Path, threads: int) -> IntegratedDiagnosis:
    """Nothing to load."""
    return IntegratedDiagnosis()
