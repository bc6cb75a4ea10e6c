"""The series of a model that needs several of one examination together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from app.dicom import Slice
from app.errors import InputRefused, RequestInvalid
from app.manifests import Inputs
from app.provenance import input_sha256, instance_digests
from app.schemas import InferenceIn, SeriesPlace, SeriesRecord

ONLY = ""
"""The id of the series of a model that runs on one."""


def places_asked(request: InferenceIn, inputs: Inputs) -> dict[str, SeriesPlace]:
    """Every series of the request by the id of its sequence, in the manifest's order.

    Raises:
        RequestInvalid: no series, or other ones than the model needs.
    """
    place, uid = request.archive, request.series_instance_uid
    if place is None or uid is None:
        raise RequestInvalid("series_instance_uid and archive: this model runs on a series.")
    main = SeriesPlace(series_instance_uid=uid, archive=place)
    ids = [each.id for each in inputs.sequences]
    if set(request.sequences) != set(ids) - {inputs.reference}:
        needed = ", ".join(name for name in ids if name != inputs.reference) or "none"
        raise RequestInvalid(f"sequences: this model needs {needed} beside its reference.")
    if not ids:
        return {ONLY: main}
    places = {inputs.reference: main, **request.sequences}
    if len({each.series_instance_uid for each in places.values()}) < len(places):
        raise RequestInvalid("sequences: one series stands for two sequences.")
    return {name: places[name] for name in ids}


def modalities(name: str, inputs: Inputs) -> tuple[str, ...]:
    """What the series of a sequence may be."""
    stated = next((each.modality for each in inputs.sequences if each.id == name), "")
    return (stated,) if stated else inputs.modalities


def check_one_patient(slices: Mapping[str, Sequence[Slice]]) -> None:
    """Raises InputRefused: the series are of two patients."""
    if len({each.patient_id for series in slices.values() for each in series}) > 1:
        raise InputRefused("The series are not of one patient: their Patient IDs differ.")


@contextmanager
def named(name: str, inputs: Inputs) -> Iterator[None]:
    """What is refused inside names its sequence.

    Raises:
        InputRefused
    """
    try:
        yield
    except InputRefused as error:
        label = next((each.label for each in inputs.sequences if each.id == name), "")
        raise InputRefused(f"{label}: {error.message}" if label else error.message) from error


def series_records(
    slices: Mapping[str, Sequence[Slice]], uids: Mapping[str, str]
) -> list[SeriesRecord]:
    """What was read of each series of several; nothing of one alone."""
    digests = {name: instance_digests(series) for name, series in slices.items() if name != ONLY}
    return [
        SeriesRecord(
            id=name,
            series_instance_uid=uids[name],
            sha256=input_sha256(known),
            instances=len(known),
        )
        for name, known in digests.items()
    ]
