"""A run of the store in the form that the exports take, and the errand that makes its `.keras` file."""

from dataclasses import dataclass

from lstm_core.export.exported_run import ExportedRun
from lstm_core.export.keras_file import Dropouts, pack_keras_file
from lstm_core.service.errand import Errand, ErrandStep
from lstm_core.service.run_store import RunStore
from lstm_core.service.stored_run import load_live_run
from lstm_core.training.warm_up import import_tensorflow


def load_exported_run(store: RunStore, run_id: str) -> ExportedRun:
    """Read a run as it stands.

    Raises RunNotFound, DamagedRun, and ServiceUnavailable before its first checkpoint.
    """
    network = store.load_network(run_id)
    run = load_live_run(store, run_id)
    history, view = run.curves.history(), run.view()
    return ExportedRun(
        name=run.name or run.spec.text_name, spec=run.spec, plan=run.plan, network=network, losses=history.losses,
        accuracies=history.accuracies, seconds=history.seconds, validations=tuple(run.curves.validations),
        samples=tuple(run.samples), created=run.created, forecast=run.forecast,
        loss=view.loss, accuracy=view.accuracy, cpu_seconds=view.cpu_seconds,
    )  # fmt: skip


@dataclass(frozen=True)
class KerasErrand:
    """A `.keras` file that a worker makes of the network as it was after `step` training steps."""

    step: int
    errand: Errand

    @property
    def is_over(self) -> bool:
        """Whether it has ended, well or not."""
        return self.errand.is_over

    @property
    def share_done(self) -> float:
        """Share of its steps that are done, 0 to 1."""
        return self.errand.steps_done / self.errand.steps

    def result(self) -> bytes:
        """Return the file, after `is_over`. Raises ServiceUnavailable when the worker was lost."""
        return bytes(self.errand.results()[-1])


def keras_steps(run: ExportedRun) -> list[ErrandStep]:
    """Return the steps whose last one gives the bytes of a run's `.keras` file; the first imports TensorFlow."""
    return [ErrandStep(import_tensorflow), ErrandStep(pack_keras_file, (run.network, Dropouts.from_spec(run.spec)))]
