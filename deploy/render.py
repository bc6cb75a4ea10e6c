"""Fill the {{NAMES}} of a configuration template from the environment.

The native stack (bin/up, bin/test) and the compose files render the same templates with it:
``python3 -m deploy.render TEMPLATE OUTPUT``. Standard library only.
"""

from __future__ import annotations

import base64
import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy import modalities

ENCODINGS = {"ISO_IR 192": "Utf8", "ISO 2022 IR 149": "Korean"}
_NAME = re.compile(r"\{\{([A-Z0-9_]+)\}\}")
_UNSAFE_IN_CONF = re.compile(r"[\"'\\$\n\r]")


class RenderError(Exception):
    """A template cannot be filled; the message names the variable, never its value."""


def _escape_json(name: str, value: str) -> str:
    if name.endswith("_JSON"):  # made by with_modalities
        return value
    if "\0" in value:
        raise RenderError(f"{name} holds a character that JSON configuration cannot hold")
    return json.dumps(value)[1:-1]


def _escape_conf(name: str, value: str) -> str:
    if _UNSAFE_IN_CONF.search(value):
        raise RenderError(f"{name} holds a quote, a backslash or a $, which cannot be configured")
    return value


def render(template: str, values: Mapping[str, str], *, as_json: bool = False) -> str:
    """Return the template with every name replaced; an unknown name is a RenderError."""
    escape = _escape_json if as_json else _escape_conf

    def value_of(match: re.Match[str]) -> str:
        name = match[1]
        if name not in values:
            raise RenderError(f"{name} is not set")
        return escape(name, values[name])

    return _NAME.sub(value_of, template)


def with_basic_credentials(values: Mapping[str, str]) -> dict[str, str]:
    """Add ORTHANC_BASIC: nginx replaces the client's Authorization with Django's account."""
    pair = f"{values.get('ORTHANC_USERNAME', '')}:{values.get('ORTHANC_PASSWORD', '')}"
    return {**values, "ORTHANC_BASIC": base64.b64encode(pair.encode()).decode()}


def with_modalities(values: Mapping[str, str]) -> dict[str, str]:
    """Add who may send by C-STORE; without anybody, or DICOM_NODES, there is no DICOM server."""
    try:
        known = modalities.parse(values.get("DICOM_MODALITIES", ""))
    except modalities.ModalityError as error:
        raise RenderError(str(error)) from None
    server = "true" if known or values.get("DICOM_NODES") else "false"
    nodes = modalities.orthanc_json(known)
    made = {"DICOM_SERVER_JSON": server, "DICOM_MODALITIES_JSON": nodes}
    return {**values, **made, "ORTHANC_ENCODING": _encoding(values)}


def _encoding(values: Mapping[str, str]) -> str:
    """Orthanc's name of DICOM_CHARACTER_SET."""
    try:
        return ENCODINGS[values.get("DICOM_CHARACTER_SET") or "ISO_IR 192"]
    except KeyError:
        raise RenderError(f"DICOM_CHARACTER_SET is none of {', '.join(ENCODINGS)}") from None


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, in one step."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    scratch.replace(path)


def render_file(template: Path, output: Path, values: Mapping[str, str]) -> None:
    """Render ``x.json.template`` as JSON, anything else as nginx or ini text."""
    as_json = ".json" in template.suffixes
    derived = with_modalities(with_basic_credentials(values))
    text = render(template.read_text(encoding="utf-8"), derived, as_json=as_json)
    if as_json:
        json.loads(text)
    write_private(output, text)


if __name__ == "__main__":
    try:
        render_file(Path(sys.argv[1]), Path(sys.argv[2]), os.environ)
    except RenderError as error:
        sys.exit(f"{sys.argv[1]}: {error}")
