"""What a worker makes ready before anybody asks: TensorFlow, and the programs of the built-in experiments.

Each is a task of its own for a Dask worker, so that a visitor who comes meanwhile waits for none but the one that is
being compiled. When they are handed out, and in which order, says `service/warm_ups.py`. A program compiled here is the
one that a run will call: it is kept by the shapes of what it computes, and the run of an experiment has the same ones.
"""

import gc
from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache

import psutil

from lstm_core.network.experiments import EXPERIMENTS, build_spec, recipe_settings
from lstm_core.network.spec import RunSpec
from lstm_core.text.mini_reviews import MINI_REVIEWS_TITLE, load_mini_reviews
from lstm_core.text.review_set import ReviewSet
from lstm_core.training.data import program_key

MIN_MACHINE_BYTES = 1_000_000_000  # with less, as on a small server of Streamlit Cloud, room is left for visitors' runs
# A worker larger than this compiles no more ahead. The whole app, warm and with nobody there, is to take 1.1 GB, of
# which server and scheduler have 0.22. A worker with TensorFlow takes 0.61; its first program 0.17 (0.22 where it is
# not found among those of the last start), each further one 0.01 to 0.03: three at the very first start, later six.
MAX_WARM_BYTES = 865_000_000


@dataclass(frozen=True)
class WarmedUp:
    """What came of one task."""

    program: Hashable  # see `program_key`; None: nothing was compiled, for lack of room
    has_more: bool  # the experiment has another program after this one


def import_tensorflow() -> None:
    """Import what training needs."""
    import lstm_core.training.trainer  # noqa: F401


def compile_ahead(experiment: str, number: int) -> WarmedUp:
    """Compile program `number` (0, 1, …) of those that an experiment's fast recipe calls. A run of it then finds it."""
    from distributed.system import MEMORY_LIMIT

    from lstm_core.training.trainer import Trainer, give_back_memory

    if MEMORY_LIMIT < MIN_MACHINE_BYTES or resident_bytes() > MAX_WARM_BYTES:
        return WarmedUp(None, has_more=False)
    spec = built_in_spec(experiment)
    trainer = Trainer(spec)
    _, has_more = trainer.compile_ahead(number)
    program = program_key(spec, trainer.data)
    del trainer
    gc.collect()
    give_back_memory()
    return WarmedUp(program, has_more)


def built_in_spec(experiment: str) -> RunSpec:
    """Return what pressing Train makes of a built-in experiment whose texts or reviews ship with the app."""
    if experiment in EXPERIMENTS:
        return build_spec(experiment)
    return RunSpec.build("", MINI_REVIEWS_TITLE, experiment, "fast", _mini_set(), **recipe_settings(experiment, "fast"))


def resident_bytes() -> int:
    """Return how much memory this process holds."""
    return int(psutil.Process().memory_info().rss)


@lru_cache(maxsize=1)
def _mini_set() -> ReviewSet:
    mini = load_mini_reviews()
    return ReviewSet.build(MINI_REVIEWS_TITLE, mini.train, mini.test)
