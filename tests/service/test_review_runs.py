"""A run of reviews is kept, shown, taken home and brought back as one of a text is."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from lstm_core.errors import CoreError, DamagedRun
from lstm_core.network.review_shape import ReviewShape
from lstm_core.service.run_store import RunStore
from lstm_core.service.training_service import TrainingService
from tests.service.conftest import check_history, pause_and_settle, wait_for_state, wait_for_step
from tests.training.small_reviews import build_review_spec

SPEC = build_review_spec(count=240, test=40, steps=60)


@pytest.fixture
def trained(service: TrainingService) -> str:
    run_id = service.start_run(SPEC)
    assert wait_for_state(service, run_id, "finished", "failed").state == "finished"
    return run_id


def repack(archive: bytes, **changed: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(packed, "w") as new:
        for info in old.infolist():
            new.writestr(info.filename, changed.get(info.filename.replace(".", "_"), old.read(info)))
    return packed.getvalue()


def test_it_trains_and_says_what_it_thinks_of_reviews(service: TrainingService, trained: str) -> None:
    view = service.view(trained)
    assert view.is_of_reviews and view.steps_per_epoch > 1
    assert view.validation_accuracy is not None and "test reviews" in view.validation_note
    assert view.samples == () and len(view.predictions) == 8
    check_history(service, trained, 60)
    network = service.network(trained)
    assert isinstance(network.shape, ReviewShape) and network.step == 60


def test_it_is_read_back_from_disk_with_its_reviews(service: TrainingService, store: RunStore, trained: str) -> None:
    again = RunStore(store.folder)
    assert again.load_spec(trained) == SPEC
    assert again.load_spec(trained).reviews is store.load_spec(trained).reviews  # shared in memory
    assert again.load_network(trained).vocabulary.symbols[-1] == "<rare>"


def test_it_is_paused_resumed_and_trained_on(service: TrainingService) -> None:
    run_id = service.start_run(build_review_spec(steps=1_000_000))
    wait_for_step(service, run_id, 20)
    step = pause_and_settle(service, run_id)
    service.resume(run_id)
    wait_for_step(service, run_id, step + 20)
    service.stop(run_id)
    wait_for_state(service, run_id, "stopped")
    check_history(service, run_id, pause_and_settle(service, run_id))


def test_its_download_comes_back_as_a_run_that_trains_on(service: TrainingService, trained: str) -> None:
    back = service.upload(service.download(trained))
    old, new = service.network(trained), service.network(back)
    for name, weight in old.weights.items():
        np.testing.assert_array_equal(new.weights[name], weight)
    service.train_on(back, 10)
    assert wait_for_state(service, back, "finished", "failed").step == 70


def test_a_download_with_other_reviews_is_refused(service: TrainingService, trained: str) -> None:
    archive = service.download(trained)
    with zipfile.ZipFile(io.BytesIO(archive)) as old:
        arrays = dict(np.load(io.BytesIO(old.read("reviews.npz"))))
        record = old.read("reviews.json")
    changed = {"training/labels": 1 - arrays["training/labels"]}, {"test/more": arrays["test/ids"]}
    objects = {"training/ids": np.array([{"a": 1}] * 3, dtype=object)}
    for change in (*changed, {"training/ids": arrays["training/ids"].astype(np.float64)}):
        packed = io.BytesIO()
        np.savez(packed, **(arrays | change))
        with pytest.raises(DamagedRun):
            service.upload(repack(archive, reviews_npz=packed.getvalue()))
    packed = io.BytesIO()
    np.savez(packed, **(arrays | objects))  # pickled: never opened
    for broken in (packed.getvalue(), b"", archive[:50]):
        with pytest.raises(CoreError):
            service.upload(repack(archive, reviews_npz=broken))
    for broken in (b"", b"[]", b"{}", record.replace(b"film", b"fool")):
        with pytest.raises(CoreError):
            service.upload(repack(archive, reviews_json=broken))
    assert len(service.list_runs()) == 1


def test_reviews_changed_on_disk_are_a_damaged_run(store: RunStore, service: TrainingService, trained: str) -> None:
    folder = store.path(trained)
    service.close()
    for name in ("reviews.npz", "reviews.json"):
        kept = (folder / name).read_bytes()
        (folder / name).write_bytes(kept[:-20])
        with pytest.raises(DamagedRun):
            _load_fresh(folder.parent, trained)
        (folder / name).write_bytes(kept)


def _load_fresh(folder: Path, run_id: str) -> None:
    """Load a run as a server would that has never seen its reviews."""
    from lstm_core.service import run_reviews

    run_reviews._shared.clear()
    RunStore(folder).load_spec(run_id)
