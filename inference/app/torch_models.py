"""Networks of PyTorch, where `requirements-torch.txt` is installed: TorchScript and MONAI bundles.

Both are called like an `OnnxModel`. The files were checked when the folder was loaded
(`app.foreign_files`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]


class TorchModel:
    """A network of PyTorch, on the graphics card where there is one."""

    def __init__(self, network: Any, threads: int) -> None:  # noqa: ANN401
        import torch  # noqa: PLC0415

        if threads:
            torch.set_num_threads(threads)
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._network = network.to(self._device).eval()

    def __call__(self, batch: FloatArray) -> FloatArray:
        """First output for (batch, channels, x, y, z)."""
        import torch  # noqa: PLC0415

        with torch.inference_mode():
            found = self._network(torch.from_numpy(batch).to(self._device))
        first = found[0] if isinstance(found, list | tuple) else found
        output: FloatArray = first.float().cpu().numpy()
        return output


def torchscript(path: Path, threads: int) -> TorchModel:
    """A TorchScript file.

    Raises:
        ImportError: torch is not installed.
    """
    import torch  # noqa: PLC0415

    return TorchModel(torch.jit.load(str(path), map_location="cpu"), threads)


def bundle_network(folder: Path, threads: int) -> TorchModel:
    """The network of a MONAI bundle, for a runner that does itself what comes around it.

    Raises:
        ImportError: torch or MONAI is not installed.
    """
    from app.monai_bundle import network_of, parser_of  # noqa: PLC0415

    parser = parser_of(folder / "configs" / "inference.json")
    return TorchModel(network_of(parser, folder / "models" / "model.pt"), threads)
