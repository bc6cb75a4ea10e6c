"""The templates of reports: those of the files, and those that the hospital imports."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.schema import errors
from common.api.views import ApiView
from common.errors import ErrorCode
from rbac.permissions import Permission
from ris.reports import template_serializers as shapes, templating
from ris.reports.template_services import template_import, template_retire


class Templates(ApiView):
    required_permissions = {"GET": Permission.VIEW_REPORT}

    @extend_schema(
        summary="List the templates of reports",
        tags=["reports"],
        responses=shapes.TemplateOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return Response(shapes.TemplateOut(templating.templates_all().values(), many=True).data)


class TemplateImport(ApiView):
    required_permissions = {"POST": Permission.MANAGE_TEMPLATES}
    parser_classes = [MultiPartParser]

    @extend_schema(
        summary="Import a report template (IHE MRRT, HTML5)",
        description="A file with a script is refused. A known code gets a newer version.",
        tags=["reports"],
        request={"multipart/form-data": shapes.TemplateFileIn},
        responses={
            201: shapes.TemplateOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.TEMPLATE_UNREADABLE),
        },
    )
    def post(self, request: Request) -> Response:
        form = shapes.TemplateFileIn(data=request.data)
        form.is_valid(raise_exception=True)
        fields = form.validated_data
        body = template_import(
            actor=self.actor, data=fields["file"].read(), code=fields.get("code")
        )
        return Response(shapes.TemplateOut(body).data, status=201)


class TemplateDetail(ApiView):
    required_permissions = {"PATCH": Permission.MANAGE_TEMPLATES}

    @extend_schema(
        summary="Retire an imported template, or use it again",
        tags=["reports"],
        request=shapes.TemplateChangeIn,
        responses={
            200: shapes.TemplateOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.TEMPLATE_NOT_FOUND),
        },
    )
    def patch(self, request: Request, template_code: str) -> Response:
        body = shapes.TemplateChangeIn(data=request.data)
        body.is_valid(raise_exception=True)
        changed = template_retire(actor=self.actor, code=template_code, **body.validated_data)
        return Response(shapes.TemplateOut(changed).data)
