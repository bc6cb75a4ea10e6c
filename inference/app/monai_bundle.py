"""Runs a MONAI bundle as its configuration says: `preprocessing`, `inferer`, `postprocessing`.

The image is given and the mask is taken here: transforms that load or save files are left out. What
the configuration holds was checked when the folder was loaded (`app.foreign_files`), and is again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from app.detector import on_one_grid
from app.foreign_files import check_configuration, read_configuration, without_files
from app.registration import grid_of
from app.runner import Prediction, progress
from app.runners import BundleSettings
from app.sequences import ONLY
from app.transport import NotAnAnswer
from app.volume import Volume

IMAGE, MASK = "image", "pred"
_SAME_PLACE_MM = 1e-2


class BundleRunner:
    """The bundle's own steps around its network, on the grid of the series.

    Attributes:
        preprocessing, postprocessing: of a dictionary with `image`, and with `pred` beside it.
        inferer: `inferer(batch, network)`.
    """

    def __init__(self, parser: Any, network: Any, settings: BundleSettings) -> None:  # noqa: ANN401
        import torch  # noqa: PLC0415

        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._network = network.to(self._device).eval()
        self._settings = settings
        allowed = settings.code_allowed
        self.preprocessing = _part(parser, "preprocessing", code_allowed=allowed) or _unchanged
        self.postprocessing = _part(parser, "postprocessing", code_allowed=allowed) or _unchanged
        self.inferer = _part(parser, "inferer", code_allowed=allowed) or _at_once

    def run(
        self, given: Volume | Mapping[str, Volume], parameters: Mapping[str, float]
    ) -> Prediction:
        """The segments of a series, or of the reference of several, which are laid over it.

        Raises:
            InputRefused: a sequence cannot be laid over the reference.
            NotAnAnswer: the bundle ends with something else than the manifest's segments there.
        """
        import torch  # noqa: PLC0415
        from monai.data.meta_tensor import MetaTensor  # noqa: PLC0415

        volumes = {ONLY: given} if isinstance(given, Volume) else given
        reference = volumes[self._settings.reference or ONLY]
        names = self._settings.sequences or (ONLY,)
        image = on_one_grid(volumes, names, reference, grid_of(reference))
        affine = torch.from_numpy(reference.affine_ras)
        about = {"original_channel_dim": 0, "spatial_shape": image.shape[1:]}
        with torch.inference_mode():
            data = {IMAGE: MetaTensor(torch.from_numpy(image), affine=affine, meta=about)}
            data = self.preprocessing(data)
            prepared = data[IMAGE]
            scores = self._scores(prepared.as_tensor())
            data[MASK] = MetaTensor(
                scores, meta=prepared.meta, applied_operations=prepared.applied_operations
            )
            found = self.postprocessing(data)[MASK]
        return Prediction(self._labels(found, reference))

    def _scores(self, prepared: Any) -> Any:  # noqa: ANN401
        """(classes, x, y, z) of the network, for (channels, x, y, z)."""
        batch = prepared[None].float().to(self._device)
        batches, done = _batches(self.inferer, tuple(batch.shape[2:])), 0

        def counted(window: Any) -> Any:  # noqa: ANN401
            nonlocal done
            answer = self._network(window)
            done += 1
            progress(done / batches)
            return answer[0] if isinstance(answer, list | tuple) else answer

        return self.inferer(batch, counted)[0].float().cpu()

    def _labels(self, found: Any, reference: Volume) -> npt.NDArray[np.uint8]:  # noqa: ANN401
        """As (slices, rows, columns): of several channels that which is largest."""
        slices, rows, columns = reference.data.shape
        affine = np.asarray(getattr(found, "affine", np.full((4, 4), np.nan)))
        if tuple(found.shape[1:]) != (columns, rows, slices) or not np.allclose(
            affine, reference.affine_ras, atol=_SAME_PLACE_MM
        ):
            raise NotAnAnswer(
                "the bundle's mask lies on another grid than the images; "
                "its postprocessing has to end with Invertd of its preprocessing"
            )
        values = found.as_tensor()
        if len(values) not in (1, self._settings.segments + 1):
            raise NotAnAnswer(
                f"the bundle's mask has {len(values)} channels; it needs one, or one of background "
                "and one of each segment"
            )
        values = values.argmax(dim=0) if len(values) > 1 else values[0].round()
        labels = values.numpy().T
        if not 0 <= labels.min() <= labels.max() <= self._settings.segments:
            raise NotAnAnswer("the bundle's mask holds other classes than the manifest")
        return np.ascontiguousarray(labels.astype(np.uint8))


def load(folder: Path, threads: int, settings: BundleSettings) -> BundleRunner:
    """The bundle's network with what its configuration says around it.

    Raises:
        ValueError: a configuration that could run code, where the operator has not allowed that.
    """
    import torch  # noqa: PLC0415

    if threads:
        torch.set_num_threads(threads)
    path = folder / settings.configuration
    if not settings.code_allowed:
        check_configuration(path, settings.configuration)
    parser = parser_of(path)
    network = network_of(parser, folder / settings.weights, code_allowed=settings.code_allowed)
    return BundleRunner(parser, network, settings)


def parser_of(path: Path) -> Any:  # noqa: ANN401
    """What resolves a configuration (monai.bundle.ConfigParser), without loading and saving."""
    from monai.bundle import ConfigParser  # noqa: PLC0415

    return ConfigParser(without_files(read_configuration(path)))


def network_of(parser: Any, weights: Path, *, code_allowed: bool = True) -> Any:  # noqa: ANN401
    """A TorchScript network, or `network_def` of the configuration with a state dict in it.

    Raises:
        ValueError: the configuration has no `network_def`.
    """
    import torch  # noqa: PLC0415

    if weights.suffix == ".ts":
        return torch.jit.load(str(weights), map_location="cpu")
    network = _part(parser, "network_def", code_allowed=code_allowed)
    if network is None:
        raise ValueError("the configuration has no network_def for the weights")
    found = torch.load(weights, map_location="cpu", weights_only=True)
    network.load_state_dict(found.get("state_dict", found.get("model", found)))
    return network


def _part(parser: Any, name: str, *, code_allowed: bool) -> Any:  # noqa: ANN401
    if name not in parser:
        return None
    return parser.get_parsed_content(name, eval_expr=code_allowed)


def _batches(inferer: Any, shape: tuple[int, ...]) -> int:  # noqa: ANN401
    """How often the inferer will ask the network, as far as it says."""
    from monai.inferers import SlidingWindowInferer  # noqa: PLC0415
    from monai.utils import ensure_tuple_rep, fall_back_tuple  # noqa: PLC0415

    if not isinstance(inferer, SlidingWindowInferer):
        return 1
    overlaps = ensure_tuple_rep(inferer.overlap, len(shape))
    windows = 1
    for size, width, overlap in zip(
        shape, fall_back_tuple(inferer.roi_size, shape), overlaps, strict=True
    ):
        windows *= ceil(max(0, size - width) / max(1, int(width * (1 - overlap)))) + 1
    asked: int = ceil(windows / inferer.sw_batch_size)
    return asked


def _unchanged(data: dict[str, Any]) -> dict[str, Any]:
    return data


def _at_once(batch: Any, network: Callable[[Any], Any]) -> Any:  # noqa: ANN401
    return network(batch)
