"""WSGI entry point (gunicorn, granian): the REST API and the DICOMweb decisions."""

from __future__ import annotations

from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application

import cdss_backend.celery  # noqa: F401  (chooses the settings module)


class Utf8Request(WSGIRequest):
    """Text is UTF-8 whatever charset a client names.

    Django decodes the query with any codec of that name before anything can catch its failure.
    """

    @property
    def encoding(self) -> str:
        return "utf-8"

    @encoding.setter
    def encoding(self, _: Any) -> None:
        return


django_application = get_wsgi_application()
django_application.request_class = Utf8Request

from ris.views.dicomweb.warm import WarmFrames  # noqa: E402  (needs the apps loaded)

application = WarmFrames(django_application)
