"""The optimizers as pure functions: weights and slots in, weights and slots out.

Keras' optimizers own variables, which an XLA-compiled loop of many steps cannot share between runs; these own
nothing. `tests/training/test_optimizers.py` holds them against Keras' to rounding.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from lstm_core.network.shape import Weights

Tensors = dict[str, Any]  # weight name → tf.Tensor of the weight's shape
Slots = dict[str, Tensors]  # slot name → one tensor per weight

SLOT_STARTS: dict[str, dict[str, float]] = {
    "sgd": {},
    "rmsprop": {"mean_square": 0.0},
    # TensorFlow 1 starts the mean square at one, so its first steps are about three times shorter than Keras'.
    "rmsprop-tf1": {"mean_square": 1.0},
    "adam": {"mean": 0.0, "mean_square": 0.0},
}
"""What each optimizer remembers of every weight, and the value it starts from."""

ADAM_BETA_1 = 0.9  # Kingma and Ba 2015, section 2: their proposed default
RMSPROP_DECAY = 0.9  # Hinton's lecture 6e, and the default of Keras and of TensorFlow 1


def initial_slots(optimizer: str, weights: Weights) -> dict[str, Weights]:
    """Return the slots before the first step: float32 arrays of the weights' shapes."""
    return {
        slot: {name: np.full_like(weight, start) for name, weight in weights.items()}
        for slot, start in SLOT_STARTS[optimizer].items()
    }


def clip_by_global_norm(gradients: Tensors, clip_norm: Any) -> Tensors:
    """Shorten all gradients together to length `clip_norm` (Pascanu et al. 2013), if they are longer."""
    import tensorflow as tf

    norm = tf.sqrt(tf.add_n([tf.reduce_sum(tf.square(gradient)) for gradient in gradients.values()]))
    scale = tf.where(norm > clip_norm, clip_norm / norm, 1.0)
    return {name: gradient * scale for name, gradient in gradients.items()}


def update_weights(
    optimizer: str, weights: Tensors, slots: Slots, gradients: Tensors, learning_rate: Any, beta_2: Any, step: Any
) -> tuple[Tensors, Slots]:
    """Return the weights and slots after one step; `step` is a float32 scalar that counts from 1."""
    return _RULES[optimizer](weights, slots, gradients, learning_rate, beta_2, step)


def _sgd(
    weights: Tensors, slots: Slots, gradients: Tensors, rate: Any, beta_2: Any, step: Any
) -> tuple[Tensors, Slots]:
    return {name: weight - rate * gradients[name] for name, weight in weights.items()}, slots


def _rmsprop_with_epsilon(epsilon: float) -> Callable[..., tuple[Tensors, Slots]]:
    def rmsprop(
        weights: Tensors, slots: Slots, gradients: Tensors, rate: Any, beta_2: Any, step: Any
    ) -> tuple[Tensors, Slots]:
        import tensorflow as tf

        mean_square = {
            name: RMSPROP_DECAY * old + (1 - RMSPROP_DECAY) * tf.square(gradients[name])
            for name, old in slots["mean_square"].items()
        }
        moved = {
            name: weight - rate * gradients[name] * tf.math.rsqrt(mean_square[name] + epsilon)
            for name, weight in weights.items()
        }
        return moved, {"mean_square": mean_square}

    return rmsprop


def _adam(
    weights: Tensors, slots: Slots, gradients: Tensors, rate: Any, beta_2: Any, step: Any
) -> tuple[Tensors, Slots]:
    import tensorflow as tf

    # Both means start at zero and are too small at first; this factor makes up for it (Kingma and Ba, section 3).
    rate = rate * tf.sqrt(1 - beta_2**step) / (1 - ADAM_BETA_1**step)
    mean = {name: old + (gradients[name] - old) * (1 - ADAM_BETA_1) for name, old in slots["mean"].items()}
    mean_square = {
        name: old + (tf.square(gradients[name]) - old) * (1 - beta_2) for name, old in slots["mean_square"].items()
    }
    moved = {name: weight - rate * mean[name] / (tf.sqrt(mean_square[name]) + 1e-7) for name, weight in weights.items()}
    return moved, {"mean": mean, "mean_square": mean_square}


_RULES: dict[str, Callable[..., tuple[Tensors, Slots]]] = {
    "sgd": _sgd,
    "rmsprop": _rmsprop_with_epsilon(1e-7),
    "rmsprop-tf1": _rmsprop_with_epsilon(1e-10),
    "adam": _adam,
}
