"""Whatever a view shows says itself whose it is: ``objects.visible_to(user, permission)``."""

from __future__ import annotations

import inspect
from types import SimpleNamespace

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.generics import GenericAPIView
from rest_framework.serializers import ModelSerializer

from common.api.permissions import Nobody
from common.db import VisibleQuerySet
from ris.models import Reading

SHOWN_WITH_ANOTHER = {Reading}
"""Of no list and no serializer of their own: their values stand in the answer of another row."""


def _views(patterns):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _views(pattern.url_patterns)
        elif isinstance(pattern, URLPattern) and hasattr(pattern.callback, "view_class"):
            yield pattern.callback.view_class


def _listed(view):
    """The model of a list: as it is declared, or as the list is made for a person."""
    if getattr(view, "queryset", None) is not None:
        return view.queryset.model
    made = view()
    made.request = SimpleNamespace(user=Nobody())
    return made.get_queryset().model


def _subclasses(parent):
    for child in parent.__subclasses__():
        yield child
        yield from _subclasses(child)


def exposed_models():
    """Of the serializers and of the lists behind the routes."""
    views = set(_views(get_resolver().url_patterns))
    found = {_listed(view) for view in views if issubclass(view, GenericAPIView)}
    for serializer in _subclasses(ModelSerializer):
        if hasattr(serializer, "Meta") and not serializer.__module__.startswith("rest_framework"):
            found.add(serializer.Meta.model)
    return sorted(found | SHOWN_WITH_ANOTHER, key=lambda model: model._meta.label)


def test_the_models_are_found():
    labels = {model._meta.label for model in exposed_models()}
    assert {"emr.Patient", "pacs.Study", "pacs.Instance", "ai.Segmentation"} <= labels


@pytest.mark.parametrize("model", exposed_models(), ids=lambda model: model._meta.label)
@pytest.mark.django_db
def test_an_exposed_model_is_nobodys_by_default(model):
    rows = model._default_manager.all()
    assert isinstance(rows, VisibleQuerySet), f"{model._meta.label} has no visible_to"
    parameters = inspect.signature(rows.visible_to).parameters
    assert list(parameters) == ["user", "permission"]
    needs_one = parameters["permission"].default is inspect.Parameter.empty
    given = {"permission": "operate"} if needs_one else {}
    assert not rows.visible_to(Nobody(), **given).exists()
