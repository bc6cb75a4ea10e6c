"""Which models the hospital uses, and in which version."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from ai.clients.inference import RefusedModel
from ai.manifest import ModelManifest
from ai.models import ModelSetting
from ai.services import catalogue
from audit import services as audit
from common.errors import ErrorCode, InvalidInput, NotFound
from common.person import Person
from rbac.permissions import Permission


@dataclass(frozen=True, slots=True)
class Managed:
    """A model as its administrator sees it. ``manifest`` is that of the version in use.

    ``default_version`` is empty while the newest version is used, whichever it is.
    """

    manifest: ModelManifest
    versions: list[str]
    enabled: bool
    default_version: str
    version: int


@dataclass(frozen=True, slots=True)
class Overview:
    models: list[Managed]
    refused: list[RefusedModel]


def models_overview() -> Overview:
    """Every model that is there, and the folders that are refused, asked of the service now."""
    found = catalogue.offered_now()
    settings = {each.model_id: each for each in ModelSetting.objects.all()}
    versions: dict[str, list[ModelManifest]] = {}
    for manifest in found.models:
        versions.setdefault(manifest.id, []).append(manifest)
    models = [_managed(known, settings.get(name)) for name, known in versions.items()]
    return Overview(models, found.refused)


def _managed(known: list[ModelManifest], setting: ModelSetting | None) -> Managed:
    default = setting.default_version if setting else ""
    used = next((each for each in known if each.version == default), known[0])
    return Managed(
        manifest=used,
        versions=[each.version for each in known],
        enabled=setting.enabled if setting else True,
        default_version=default,
        version=setting.version if setting else 0,
    )


@transaction.atomic
def model_setting_change(
    *,
    actor: Person,
    model_id: str,
    expected: int,
    enabled: bool | None,
    default_version: str | None,
) -> Managed:
    """Switch a model on or off, or choose its version (empty: the newest).

    Raises NotFound, InvalidInput (no such version), ConflictError (changed since it was read).
    """
    known = [each for each in catalogue.offered_now().models if each.id == model_id]
    if not known:
        raise NotFound(ErrorCode.MODEL_NOT_FOUND, f"model {model_id[:60]}", "model_id")
    if default_version and default_version not in [each.version for each in known]:
        raise InvalidInput(ErrorCode.VALIDATION, "no such version", "default_version")
    ModelSetting.objects.get_or_create(model_id=model_id, defaults={"version": 0})
    setting = ModelSetting.objects.select_for_update().get(model_id=model_id)
    changes = {"enabled": enabled, "default_version": default_version}
    given = {name: value for name, value in changes.items() if value is not None}
    setting.save_versioned(expected=expected, **given)
    audit.record(
        actor=actor,
        action="ai_model.setting",
        object_type="ai_model",
        object_id=model_id,
        permission=Permission.MANAGE_MODELS,
        detail=given,
    )
    return _managed(known, setting)
