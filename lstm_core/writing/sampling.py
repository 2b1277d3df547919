"""From the network's scores to one chosen symbol: temperature, top-k, top-p, and the draw.

All arrays have one number per symbol of the vocabulary: (V,). Read `writer` next.
"""

from dataclasses import dataclass

import numpy as np

from lstm_core.errors import InvalidSetting

MAX_TEMPERATURE = 2.0  # beyond it, texts are noise


@dataclass(frozen=True)
class Sampling:
    """How the next symbol is drawn.

    `temperature` from 0 (always the likeliest) over 1 (as the network believes) to 2 (wild); `top_k` keeps only the k
    likeliest symbols, 0 keeps all; `top_p` (0 < top_p <= 1) keeps the likeliest that together reach this share
    ("nucleus", Holtzman et al. 2020). Raises InvalidSetting when one of them is out of bounds.
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0

    def __post_init__(self) -> None:
        """Check the bounds; written so that NaN fails too."""
        if not 0 <= self.temperature <= MAX_TEMPERATURE:
            raise _refusal("temperature", self.temperature, f"a number from 0 to {MAX_TEMPERATURE:g}", "1")
        if self.top_k != int(self.top_k) or self.top_k < 0:
            raise _refusal("top-k", self.top_k, "a whole number from 0 (off)", "0")
        if not 0 < self.top_p <= 1:
            raise _refusal("top-p", self.top_p, "a number above 0 and up to 1 (off)", "1")


def _refusal(name: str, value: object, expected: str, usual: str) -> InvalidSetting:
    return InvalidSetting(f"The {name} was set to {value}.", f"It takes {expected}.", f"Set it to {usual} if in doubt.")


def symbol_probabilities(logits: np.ndarray, sampling: Sampling) -> np.ndarray:
    """Turn logits (V,) into the probabilities (V,), float64 and summing to 1, that the next symbol is drawn from.

    Temperature first, then top-k, then top-p. Among equally likely symbols the lower id is kept.
    """
    if sampling.temperature == 0:
        probabilities = np.zeros(len(logits))
        probabilities[np.argmax(logits)] = 1.0
        return probabilities
    scaled = logits.astype(np.float64)
    scaled -= scaled.max()  # the largest becomes exp(0): nothing overflows, however low the temperature
    with np.errstate(over="ignore"):  # minus infinity is right: near temperature 0 all but the likeliest vanish
        scaled /= sampling.temperature
    probabilities = np.exp(scaled, out=scaled)
    probabilities /= probabilities.sum()
    if sampling.top_k or sampling.top_p < 1:
        _leave_out_unlikely(probabilities, sampling)
    return probabilities


def _leave_out_unlikely(probabilities: np.ndarray, sampling: Sampling) -> None:
    """Set all but the kept symbols to 0, in place, and let the rest sum to 1 again."""
    order = np.argsort(-probabilities, kind="stable")
    keep = sampling.top_k or len(order)
    if sampling.top_p < 1:
        kept = probabilities[order[:keep]]
        # The first symbol that reaches the share is kept too, so that there is always one.
        keep = min(keep, int(np.searchsorted(np.cumsum(kept) / kept.sum(), sampling.top_p)) + 1)
    probabilities[order[keep:]] = 0.0
    probabilities /= probabilities.sum()


def pick_symbol(probabilities: np.ndarray, random: np.random.Generator) -> int:
    """Draw one symbol id by its probability (V,); a symbol of probability 0 is never drawn."""
    cumulative = np.cumsum(probabilities)
    # A draw is below 1, so the scaled draw is below the last sum; "right" steps over symbols that add nothing.
    return int(np.searchsorted(cumulative, random.random() * cumulative[-1], side="right"))
