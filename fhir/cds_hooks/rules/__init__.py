"""The rules, one module each; importing them registers them."""

from __future__ import annotations

from fhir.cds_hooks.rules import (  # noqa: F401
    ai_findings,
    cardiac_device,
    duplicate_imaging,
    follow_up,
    integrated_diagnosis,
    kidney_function,
    model_inputs,
)
from fhir.cds_hooks.rules.declared_rules import RULES, Question, RuleDeclaration

__all__ = ["RULES", "Question", "RuleDeclaration"]
