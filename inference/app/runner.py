"""What a model's `runner.py` offers: `load(folder, threads) -> Runner`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from app.facts import Facts
from app.volume import Volume


@dataclass(frozen=True)
class Statement:
    """One step on a rule's way to its result, in English and in Korean."""

    text: str
    text_ko: str


@dataclass(frozen=True)
class Prediction:
    """A model's result: exactly the outputs that its manifest declares.

    Attributes:
        labels: uint8 (slices, rows, columns) on the grid of the volume, the manifest's segment
            numbers, 0 outside; None where no segment is declared.
        probability: float32 on the same grid, 0..1: how probably each voxel belongs to the mask;
            None where the model gives none. It is kept in steps of 1/255.
        quantities: finite values by id, in the manifest's unit.
        class_probabilities: 0..1 by id, together 1.
        confidence, risk_score: 0..1 as the manifest defines them, None where it does not.
        statements: of a rule: the path of its reasoning. A rule returns what applies of its
            declared outputs; the class it chooses has probability 1.
    """

    labels: npt.NDArray[np.uint8] | None = None
    quantities: Mapping[str, float] = field(default_factory=dict)
    class_probabilities: Mapping[str, float] = field(default_factory=dict)
    confidence: float | None = None
    risk_score: float | None = None
    probability: npt.NDArray[np.float32] | None = None
    statements: tuple[Statement, ...] = ()


class Runner(Protocol):
    """A loaded model. One call at a time."""

    def run(self, volume: Volume, parameters: Mapping[str, float]) -> Prediction:
        """Analyse one volume. `parameters` hold a value for each that the manifest declares.

        Raises:
            InputRefused: the model cannot use this series; the doctor reads the sentence.
        """


def _untold(_: float) -> None:
    """Nobody waits."""


_progress: Callable[[float], None] = _untold


def on_progress(tell: Callable[[float], None]) -> None:
    """Name who is told of a run's progress; the process of a model does."""
    global _progress  # noqa: PLW0603
    _progress = tell


def progress(share: float) -> None:
    """Say how much of the run is done, 0..1: the doctor who waits sees it."""
    _progress(min(max(float(share), 0.0), 1.0))


class RuleRunner(Protocol):
    """A rule over facts about a patient, without pixels."""

    def run_facts(self, facts: Facts, parameters: Mapping[str, float]) -> Prediction:
        """Apply the rule to the facts that are known.

        Raises:
            InputRefused: the rule was not made for this patient; the doctor reads the sentence.
        """


class OnnxModel:
    """An ONNX session that gives its working memory back after each run.

    It runs on the graphics card where onnxruntime has CUDA, else on the processor.
    """

    def __init__(self, path: Path, threads: int) -> None:
        import onnxruntime as ort  # noqa: PLC0415  it starts a thread

        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.enable_mem_pattern = False  # else a second run of one shape takes a third more
        known = ort.get_available_providers()
        wanted = [p for p in ("CUDAExecutionProvider", "CPUExecutionProvider") if p in known]
        self._session = ort.InferenceSession(str(path), options, providers=wanted)
        self._input = self._session.get_inputs()[0].name
        self._run_options = ort.RunOptions()
        shrink = "cpu:0;gpu:0" if len(wanted) > 1 else "cpu:0"
        self._run_options.add_run_config_entry("memory.enable_memory_arena_shrinkage", shrink)

    def __call__(self, batch: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """First output for (batch, channels, x, y, z)."""
        output: npt.NDArray[np.float32] = self._session.run(
            None, {self._input: batch}, self._run_options
        )[0]
        return output
