"""What the service has a worker do beside training: a Keras file, the three frameworks side by side."""

import zipfile
from io import BytesIO

import pytest

from lstm_core.errors import CoreError, InvalidSetting, ServiceUnavailable
from lstm_core.frameworks.comparison import ComparisonRequest
from lstm_core.frameworks.parts import FRAMEWORKS
from lstm_core.service.cluster import Cluster
from lstm_core.service.errand import Errand, ErrandStep
from lstm_core.service.run_store import RunStore
from lstm_core.service.training_service import TrainingService
from tests.service.conftest import LONG, small_spec, wait_for_step, wait_until

REQUEST = ComparisonRequest("meditations-5-20-long", units=32)


def wait_until_ready(service: TrainingService) -> None:
    wait_until(lambda: service.readiness() == "ready")


def test_a_worker_compares_the_frameworks_once_for_all_who_ask_at_the_same_time(service: TrainingService) -> None:
    wait_until_ready(service)
    check = service.check_frameworks(REQUEST)
    assert service.check_frameworks(REQUEST) is check
    wait_until(lambda: check.is_over)
    assert check.done == FRAMEWORKS
    comparison = check.result()
    assert [run.framework for run in comparison.runs] == list(FRAMEWORKS) and comparison.is_equal
    assert service.check_frameworks(REQUEST) is not check  # measured anew


def test_a_living_run_goes_out_as_a_keras_file_of_its_latest_step(service: TrainingService) -> None:
    run_id = service.start_run(small_spec(steps=LONG))
    wait_for_step(service, run_id, 50)
    keras_file = service.start_keras_file(run_id)
    wait_until(lambda: keras_file.is_over)
    with zipfile.ZipFile(BytesIO(keras_file.result())) as archive:
        assert {"config.json", "model.weights.h5", "symbols.json"} <= set(archive.namelist())
    run = service.exported(run_id)
    service.stop(run_id)
    assert run.network.step >= keras_file.step >= 50 and len(run.losses) >= run.network.step


REFUSE = ComparisonRequest("shakespeare", units=33).check  # a worker finds it, unlike a function of these tests


def test_a_step_that_fails_ends_the_errand_with_its_words(training_cluster: Cluster) -> None:
    errand = Errand.start(training_cluster.client, [ErrandStep(abs, (-1,)), ErrandStep(REFUSE), ErrandStep(abs, (-2,))])
    wait_until(lambda: errand.is_over)
    assert errand.steps_done == 1
    with pytest.raises(CoreError, match="units"):
        errand.results()


def test_an_errand_whose_worker_is_gone_says_so(training_cluster: Cluster) -> None:
    errand = Errand.start(training_cluster.client, [ErrandStep(abs, (-1,))])
    training_cluster.client.cancel(errand._futures, force=True)
    wait_until(lambda: errand.is_over)
    with pytest.raises(ServiceUnavailable, match="Try again"):
        errand.results()


def test_without_a_worker_or_with_a_request_that_cannot_be_nothing_is_started(store: RunStore) -> None:
    def refuse() -> Cluster:
        raise ServiceUnavailable("No training here.", "None is needed.", "Go on.")

    service = TrainingService(store, refuse)
    with pytest.raises(ServiceUnavailable):
        service.check_frameworks(REQUEST)
    with pytest.raises(InvalidSetting):
        service.check_frameworks(ComparisonRequest("no such text"))
    service.close()
