from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.cache import cache

from ai.clients.inference import Offered
from ai.manifest import parse_manifest
from ai.services.catalogue import MODELS_CACHE_KEY

MODELS = Path(__file__).resolve().parents[2] / "inference" / "models"


@pytest.fixture
def rule_models(db: None) -> None:
    """The models without pixels, as the inference service offers them."""
    files = [sorted(MODELS.glob(f"{name}/*/manifest.json"))[-1] for name in ("MG", "stroke_risk")]
    models = [parse_manifest(json.loads(file.read_text(encoding="utf-8"))) for file in files]
    cache.set(MODELS_CACHE_KEY, Offered(models, []))
