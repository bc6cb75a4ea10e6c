"""Probabilities as a Parametric Map: valid, on the source's slices, and read back as they were."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path
from typing import Any

import highdicom as hd
import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from ai.services.dicom_map import build_map
from ai.services.dicom_seg import SegmentationError
from ai.tests.seg_sources import CREATED_AT, EVEN, OBLIQUE, ODD, mr_series, stored, uids


def levels_of(slices: int, rows: int, columns: int) -> Any:
    drawn = np.random.default_rng(3).integers(0, 256, (slices, rows, columns))
    return drawn.astype(np.uint8)


def map_of(sources: list[Dataset], levels: Any, **changes: Any) -> Dataset:
    arguments: dict[str, Any] = {
        "source_datasets": sources,
        "levels": levels,
        "series_instance_uid": "2.25.31",
        "sop_instance_uid": "2.25.30",
        "series_number": 902,
        "model_name": "Brain extraction",
        "content_creator_name": "Lee^Seoyeon",
        "created_at": CREATED_AT,
    }
    return build_map(**(arguments | changes))


@pytest.mark.parametrize("size", [EVEN, ODD], ids=str)
@pytest.mark.parametrize("offsets", [(0, 2, 4), (0, 2, 7)], ids=["even", "uneven"])
def test_valid_and_each_frame_on_its_slice(
    size: tuple[int, int], offsets: tuple[float, ...], tmp_path: Path
) -> None:
    sources, levels = mr_series(*size, offsets, orientation=OBLIQUE), levels_of(3, *size)
    made = map_of(sources[::-1], levels[::-1])
    (tmp_path / "map.dcm").write_bytes(stored(made))
    said = subprocess.run(  # noqa: S603
        ["dciodvfy", "-new", tmp_path / "map.dcm"],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    ).stderr.splitlines()
    assert "ParametricMap" in said, said
    assert [line for line in said if line.startswith("Error")] == []
    again = pydicom.dcmread(io.BytesIO(stored(made)))
    slices = {uid: place for place, uid in enumerate(uids(sources))}
    for frame, groups in zip(
        again.pixel_array, again.PerFrameFunctionalGroupsSequence, strict=True
    ):
        source = groups.DerivationImageSequence[0].SourceImageSequence[0]
        place = slices[source.ReferencedSOPInstanceUID]
        np.testing.assert_array_equal(frame, levels[place])
        np.testing.assert_allclose(
            groups.PlanePositionSequence[0].ImagePositionPatient,
            sources[place].ImagePositionPatient,
        )


def test_another_reader_gets_the_probabilities() -> None:
    levels, sources = levels_of(3, *EVEN), mr_series(*EVEN, (0, 2, 4))
    image = hd.imread(io.BytesIO(stored(map_of(sources, levels))))
    volume = image.get_volume(apply_real_world_transform=True)
    places = np.linalg.inv(volume.affine) @ [*sources[0].ImagePositionPatient, 1]
    found = volume.array if round(places[0]) == 0 else volume.array[::-1]
    np.testing.assert_allclose(found, levels / 255, atol=1e-6)
    shared = image.SharedFunctionalGroupsSequence[0]
    quantity = shared.RealWorldValueMappingSequence[0].QuantityDefinitionSequence[0]
    assert quantity.ConceptCodeSequence[0].CodeMeaning == "Probability"


def test_the_same_arguments_give_the_same_bytes_and_no_name_in_a_log(
    caplog: Any, recwarn: Any
) -> None:
    sources, levels = mr_series(*ODD, (0, 2, 4)), levels_of(3, *ODD)
    assert stored(map_of(sources, levels)) == stored(map_of(sources, levels))
    said = caplog.text + "".join(str(warning.message) for warning in recwarn)
    assert "Test^Case" not in said
    assert "Lee^Seoyeon" not in said


def test_a_map_of_other_slices_is_refused() -> None:
    with pytest.raises(SegmentationError):
        map_of(mr_series(*EVEN, (0, 2, 4)), levels_of(4, *EVEN))
