"""Work beside training that needs TensorFlow: done by a worker, in steps one after the other, while a page looks on.

The page asks again and again how many steps are done; nothing here waits for them.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lstm_core.errors import ServiceUnavailable

if TYPE_CHECKING:
    from distributed import Client, Future

ANSWER_SECONDS = 60.0  # the longest wait for a result that lies ready


@dataclass(frozen=True)
class ErrandStep:
    """A function of lstm_core, named so that a worker finds it, and its arguments."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...] = ()


@dataclass
class Errand:
    """Steps under way; when nobody holds it any more, those that have not begun are given up."""

    _futures: list["Future"] = field(repr=False)

    @classmethod
    def start(cls, client: "Client", steps: Sequence[ErrandStep]) -> "Errand":
        """Hand out `steps`. Each begins when the one before is done: what they measure does not disturb one another."""
        futures: list[Future] = []
        for step in steps:
            before = futures[-1] if futures else None
            futures.append(client.submit(_run_in_turn, before, step.function, step.arguments, pure=False))
        return cls(futures)

    @property
    def steps(self) -> int:
        """How many steps it has."""
        return len(self._futures)

    @property
    def steps_done(self) -> int:
        """How many of them are done."""
        return sum(future.status == "finished" for future in self._futures)

    @property
    def is_over(self) -> bool:
        """Whether it has ended, well or not."""
        return bool(self._futures[-1].done())  # a step that fails takes those after it along

    def results(self) -> list[Any]:
        """Return what the steps gave, after `is_over`.

        Raises what a step raised; ServiceUnavailable when the worker was lost, or took too long to answer.
        """
        from distributed import KilledWorker

        try:
            return [future.result(timeout=ANSWER_SECONDS) for future in self._futures]
        except (KilledWorker, CancelledError, OSError) as error:
            raise ServiceUnavailable(
                "The training process was lost in the midst of this.",
                "Another one takes its place within seconds.",
                "Try again in a moment.",
            ) from error


def _run_in_turn(before: Any, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """Run a step in a worker; `before` is there so that Dask waits for it."""
    return function(*arguments)
