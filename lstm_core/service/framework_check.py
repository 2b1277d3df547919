"""The three programs of `lstm_core.frameworks` side by side, run by a worker, one after the other.

Visitors who ask for the same at the same time get the same check: a whole class may press the button at once.
"""

from dataclasses import dataclass

from lstm_core.frameworks.comparison import Comparison, ComparisonRequest, compare, run_program
from lstm_core.frameworks.parts import FRAMEWORKS
from lstm_core.service.errand import Errand, ErrandStep


@dataclass(frozen=True)
class FrameworkCheck:
    """A comparison under way."""

    request: ComparisonRequest
    errand: Errand

    @property
    def is_over(self) -> bool:
        """Whether it has ended, well or not."""
        return self.errand.is_over

    @property
    def done(self) -> tuple[str, ...]:
        """The frameworks whose programs have run."""
        return FRAMEWORKS[: self.errand.steps_done]

    def result(self) -> Comparison:
        """Return what came of it, after `is_over`. Raises ServiceUnavailable when the worker was lost."""
        return compare(self.errand.results())


def check_steps(request: ComparisonRequest) -> list[ErrandStep]:
    """Return the steps of a check."""
    return [ErrandStep(run_program, (framework, request)) for framework in FRAMEWORKS]
