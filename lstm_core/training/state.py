"""A run's state between two steps: all that is needed, beside its spec, to go on as if nothing had happened."""

from dataclasses import dataclass

import numpy as np

from lstm_core.errors import DamagedRun
from lstm_core.network.shape import Weights
from lstm_core.network.shapes import Shape
from lstm_core.training.optimizers import SLOT_STARTS


@dataclass(frozen=True)
class TrainingState:
    """Weights and optimizer slots after `step` steps and `seconds` of training.

    No random state: which windows a step reads and which units it drops follow from the seed and the step.
    """

    step: int
    seconds: float
    weights: Weights
    slots: dict[str, Weights]

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Flatten into named arrays for a checkpoint file."""
        arrays = {"step": np.array(self.step), "seconds": np.array(self.seconds)}
        arrays |= {f"weights/{name}": array for name, array in self.weights.items()}
        for slot, by_weight in self.slots.items():
            arrays |= {f"slots/{slot}/{name}": array for name, array in by_weight.items()}
        return arrays

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray], shape: Shape, optimizer: str) -> "TrainingState":
        """Rebuild what `to_arrays` made. Raises DamagedRun when an array is missing or has another shape."""

        def take(name: str, size: tuple[int, ...]) -> np.ndarray:
            array = arrays.get(name)
            if array is None or array.shape != size:
                raise DamagedRun(
                    f"The checkpoint has no array “{name}” of shape {size}.",
                    "It must hold the step and every weight of the network.",
                    "Go on from an older checkpoint or start the run anew.",
                )
            return array

        def take_all(prefix: str) -> Weights:
            shapes = shape.weight_shapes()
            return {name: take(prefix + name, size).astype(np.float32) for name, size in shapes.items()}

        slots = {slot: take_all(f"slots/{slot}/") for slot in SLOT_STARTS[optimizer]}
        return cls(int(take("step", ())), float(take("seconds", ())), take_all("weights/"), slots)
