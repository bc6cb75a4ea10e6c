"""What the rows of a genetic or protein result say, and what they do not."""

from __future__ import annotations

from typing import Any

import pytest

from ai.selectors.fact_sources import _molecular


def row(gene: str, hgvs: str = "", finding: str = "", **fields: str) -> dict[str, str]:
    return {"gene": gene, "hgvs": hgvs, "finding": finding} | fields


NONE = "not detected"


@pytest.mark.parametrize(
    ("genes", "facts"),
    [
        ([row("IDH1", "p.R132H"), row("IDH1", "p.R132C", NONE), row("IDH2", "", NONE)], "mutant"),
        ([row("IDH1", "p.Arg132His"), row("IDH1", "", NONE)], "mutant"),
        ([row("IDH1", "", NONE), row("IDH2", "p.R172K", interpretation="uncertain")], None),
        ([row("IDH1", "", NONE), row("IDH2", "", "Absent")], "wildtype"),
        ([row("IDH1", "", NONE)], None),
        ([row("IDH1", "p.R132H", NONE)], None),
        ([row("IDH1", "p.Arg1320His")], None),
    ],
)
def test_idh_of_rows_judged_alone(genes: list[dict[str, str]], facts: str | None) -> None:
    assert dict(_molecular({"gene_mutations": genes})).get("idh") == facts


@pytest.mark.parametrize(
    ("genes", "value"),
    [
        ([row("TERT", "c.-124C>T", NONE)], None),
        ([row("TERT", "c.1243G>A")], None),
        ([row("TERT", "c.-1243G>A")], None),
        ([row("TERT", "c.1-146C>T")], "mutant"),
        ([row("TERT", "NC_000005.10:g.1295113G>A")], "mutant"),
        ([row("TERT", "NC_000005.10:g.1295135G>A")], "mutant"),
        ([row("TERT", "NC_000005.9:g.1295228G>A")], "mutant"),
        ([row("TERT", "chr5:g.1295250G>A")], "mutant"),
        ([row("TERT", "NC_000005.10:g.1295228G>A")], None),
        ([row("TERT", "c.-124C>T"), row("TERT", "c.-146C>T", NONE)], "mutant"),
        ([row("TERT", "c.-124C>T"), row("TERT", "", "promoter c.-146: not detected")], "mutant"),
        ([row("TERT", "", "promoter wildtype")], "wildtype"),
    ],
)
def test_tert_promoter(genes: list[dict[str, str]], value: str | None) -> None:
    assert dict(_molecular({"gene_mutations": genes})).get("tert_promoter") == value


@pytest.mark.parametrize(
    ("genes", "value"),
    [
        ([row("H3-3A", "p.K28M", NONE)], None),
        ([row("H3-3A", "p.K28M", interpretation="benign")], None),
        ([row("H3-3A", "p.K28M"), row("H3-3A", "p.G35R", NONE)], "k27_altered"),
        ([row("H3-3A", "p.Gly35Arg")], "g34_mutant"),
        ([row("H3-3A", "", "K27M 미검출")], None),
        ([row("H3F3A", "", "미검출")], "wildtype"),
    ],
)
def test_histone(genes: list[dict[str, str]], value: str | None) -> None:
    assert dict(_molecular({"gene_mutations": genes})).get("h3") == value


@pytest.mark.parametrize("finding", [NONE, ""])
def test_atrx_of_a_pathogenic_variant(finding: str) -> None:
    genes = [row("ATRX", "p.R1426Ter", finding, interpretation="pathogenic")]
    facts = {} if finding else {"atrx": "lost"}
    assert dict(_molecular({"gene_mutations": genes})) == facts


@pytest.mark.parametrize(
    ("marker", "value", "facts"),
    [
        ("ATRX", "no loss of expression", {"atrx": "retained"}),
        ("ATRX", "no evidence of loss", {"atrx": "retained"}),
        ("ATRX", "소실 없음", {"atrx": "retained"}),
        ("ATRX", "소실되지 않음", {"atrx": "retained"}),
        ("ATRX", "핵 발현 소실", {"atrx": "lost"}),
        ("ATRX", "retained in vessels, lost in the tumour", {}),
        ("ATRX", "not retained", {}),
        ("ATRX", "loss is equivocal", {}),
        ("IDH1 R132H", "not positive", {}),
        ("IDH1 R132H", "양성 아님", {}),
        ("IDH1 R132H", "positive and negative areas", {}),
        ("IDH1 R132H", "양성", {"idh": "mutant"}),
        ("H3 K27M", "not positive", {}),
        ("H3 K27M", "positive", {"h3": "k27_altered"}),
    ],
)
def test_protein_texts_with_their_negations(marker: str, value: str, facts: dict[str, Any]) -> None:
    result = {"protein_markers": [{"marker": marker, "value": value}]}
    assert dict(_molecular(result)) == facts
