"""Checks what is entered as the result of an order, by the schema of its type and by its owner."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from common.errors import ErrorCode, InvalidInput
from ocs import result_schemas
from ocs.choices import JobRole
from ocs.models import Order

Result = dict[str, Any]
ResultRule = Callable[[Order, Result], Result]
_rules: dict[str, ResultRule] = {}


def result_rule(job_type: str) -> Callable[[ResultRule], ResultRule]:
    """Register what an app above makes of a result of ``job_type`` that meets its schema.

    It runs in the transaction of the step, returns what is stored and raises InvalidInput or
    BusinessError.
    """

    def register(rule: ResultRule) -> ResultRule:
        _rules[job_type] = rule
        return rule

    return register


def schema_check(job_type: str, result: Result) -> int | None:
    """The version of the schema that ``result`` meets; None where its type has no schema.

    Raises InvalidInput, whose field is the path.
    """
    schema = result_schemas.schema_of(job_type)
    if schema is None:
        return None
    problem = result_schemas.first_problem(schema, result)
    if problem:
        path, rule = problem
        raise InvalidInput(ErrorCode.VALIDATION, rule, f"result.{path}".rstrip("."))
    version: int = schema["x-version"]
    return version


def result_checked(order: Order, result: Result | None) -> tuple[Result | None, int | None]:
    """What is stored, and the version of its schema. A laboratory result has values."""
    if not result and order.job_role == JobRole.LIS:
        raise InvalidInput(ErrorCode.VALIDATION, "a laboratory result has values", "result")
    if result is None:
        return None, None
    version = schema_check(order.job_type, result)
    rule = _rules.get(order.job_type) if order.job_role == JobRole.LIS else None
    return (rule(order, copy.deepcopy(result)) if rule else result), version
