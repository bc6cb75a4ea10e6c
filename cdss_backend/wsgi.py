"""WSGI entry point (gunicorn, granian): the REST API and the DICOMweb decisions."""

from __future__ import annotations

import gc
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application

import cdss_backend.celery  # noqa: F401  (chooses the settings module)


class Utf8Request(WSGIRequest):
    """Text is UTF-8 whatever charset a client names, and a Content-Type that is none is no error.

    Django decodes the query with any codec of that name, and reads the parameters of the
    Content-Type, before anything can catch its failure.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]
        except ValueError:
            self.content_type, self.content_params = "", {}

    @property
    def encoding(self) -> str:
        return "utf-8"

    @encoding.setter
    def encoding(self, _: Any) -> None:
        return


django_application = get_wsgi_application()
django_application.request_class = Utf8Request

from cdss_backend.urls import urlpatterns  # noqa: E402, F401  (else the first request does)
from pacs.delivery.pictures import Pictures  # noqa: E402  (needs the apps loaded)
from pacs.dicomweb.fast_path import CachedFrames  # noqa: E402

application = Pictures(CachedFrames(django_application))
gc.collect()
gc.freeze()  # else all requests wait while a full collection looks through what is loaded
