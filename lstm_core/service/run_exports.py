"""A run of the store in the form that the exports take, and the step that makes its `.keras` file on a worker."""

from lstm_core.export.exported_run import ExportedRun
from lstm_core.export.keras_file import Dropouts, pack_keras_file
from lstm_core.network.trained import TrainedNetwork
from lstm_core.service.errand import ErrandStep
from lstm_core.service.run_store import RunStore
from lstm_core.service.stored_run import load_live_run


def load_exported_run(store: RunStore, run_id: str) -> ExportedRun:
    """Read a run as it stands.

    Raises RunNotFound, DamagedRun, and ServiceUnavailable before its first checkpoint.
    """
    network = store.load_network(run_id)
    run = load_live_run(store, run_id)
    history = run.history()
    return ExportedRun(
        name=run.name or run.spec.text_name, spec=run.spec, plan=run.plan, network=network, losses=history.losses,
        accuracies=history.accuracies, seconds=history.seconds, validations=tuple(run.validations),
        samples=tuple(run.samples), created=run.created,
    )  # fmt: skip


def keras_step(network: TrainedNetwork, dropouts: Dropouts) -> ErrandStep:
    """Return the step that gives the bytes of a `.keras` file."""
    return ErrandStep(pack_keras_file, (network, dropouts))
