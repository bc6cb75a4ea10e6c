"""How the FHIR server is described: resources are free objects, errors OperationOutcomes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse

from common.api.schema import AutoSchema, Object
from common.errors import ErrorCode
from fhir.facade.operation_outcome import issue_type, outcome
from fhir.services.resources.elements import Json

FHIR_JSON = "application/fhir+json"
_NAME_LOST = "/api/fhir/Patient/{resource_id}/everything"


class FhirSchema(AutoSchema):
    """Of a view with ``error_codes``: what it refuses besides what every operation does."""

    def map_renderers(self, attribute: str) -> list[Any]:
        found: list[Any] = super().map_renderers(attribute)
        return [FHIR_JSON] if attribute == "media_type" else found

    def _shared_errors(self, operation: Object) -> list[ErrorCode]:
        more: tuple[ErrorCode, ...] = getattr(self.view, "error_codes", ())
        return [*super()._shared_errors(operation), *more]

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        for status, response in operation["responses"].items() if operation else ():
            if status >= "400":
                response["content"] = _outcomes(int(status))
        return operation


def _outcomes(status: int) -> Object:
    codes = [code.value for code in ErrorCode if code.value.status == status][:1]
    shown = {
        code.code: {"value": outcome("error", issue_type(status), code.en, diagnostics=code.code)}
        for code in codes
    }
    return {FHIR_JSON: {"schema": {"type": "object"}, "examples": shown}}


def resource_response(description: str, example: Json) -> dict[int, OpenApiResponse]:
    shown = OpenApiExample("Example", example, media_type=FHIR_JSON)
    return {200: OpenApiResponse(OpenApiTypes.OBJECT, description, examples=[shown])}


def name_operations(result: Object, **_: Any) -> Object:
    """Postprocessing hook: the generator reads the ``$`` of ``$everything`` as a pattern's end."""
    paths: Iterable[tuple[str, Any]] = result["paths"].items()
    named = _NAME_LOST.replace("everything", "$everything")
    result["paths"] = {named if path == _NAME_LOST else path: of for path, of in paths}
    return result
