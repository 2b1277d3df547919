"""The TensorBoard log, read back with TensorBoard's own reader; the table and the samples."""

import csv
from pathlib import Path

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from lstm_core.export.history_file import run_history_csv, samples_text
from lstm_core.export.tensorboard_log import MAX_POINTS, write_tensorboard_log
from tests.export.some_runs import make_run
from tests.training.small_runs import build_small_spec


def read_log(folder: Path) -> EventAccumulator:
    return EventAccumulator(str(folder), size_guidance={"scalars": 0}).Reload()


def test_tensorboard_reads_curves_samples_and_weights_as_they_are(tmp_path: Path) -> None:
    run = make_run(build_small_spec())
    losses = run.losses.copy()
    losses[4] = np.nan  # a step that could not be written down
    run = make_run(build_small_spec(), losses=losses)
    for _ in range(2):  # written again, the log replaces itself
        write_tensorboard_log(run, tmp_path)
    log = read_log(tmp_path)
    training = log.Scalars("loss/training")
    assert [event.step for event in training] == [1, 2, 3, 4, *range(6, 21)]
    np.testing.assert_array_equal([event.value for event in training], losses[np.isfinite(losses)])
    assert training[-1].wall_time == pytest.approx(run.created + 2.5)
    (validation,) = log.Scalars("loss/validation")
    assert (validation.step, validation.value) == (10, 2.5)
    (sample,) = log.Tensors("samples/temperature_0.5/text_summary")
    assert sample.tensor_proto.string_val[0].decode() == "    the | cat <b>sat</b>\n    # on\n"  # no Markdown
    for name, array in run.network.weights.items():
        (spread,) = log.Histograms(f"weights/{name}")
        assert spread.step == 20 and spread.histogram_value.num == array.size
        assert spread.histogram_value.sum == pytest.approx(float(array.sum(dtype=float)), abs=1e-4)


def test_the_log_of_a_long_run_is_thinned_to_its_very_end(tmp_path: Path) -> None:
    write_tensorboard_log(make_run(build_small_spec(), steps=3 * MAX_POINTS), tmp_path)
    steps = [event.step for event in read_log(tmp_path).Scalars("accuracy/training")]
    assert len(steps) == MAX_POINTS and (steps[0], steps[-1]) == (1, 3 * MAX_POINTS)


def test_the_table_has_a_line_for_each_step(tmp_path: Path) -> None:
    run = make_run(build_small_spec())
    header, *rows = csv.reader(run_history_csv(run).decode().splitlines())
    assert len(rows) == 20 and header[:3] == ["step", "seconds", "loss"]
    np.testing.assert_array_equal(np.float32([row[2] for row in rows]), run.losses)
    assert rows[9][4:] == ["2.5", "0.25"] and rows[8][4:] == ["", ""]


def test_samples_read_as_they_were_written() -> None:
    assert samples_text(make_run(build_small_spec())).decode() == (
        "Step 20, temperature 0.5\n\n[the] cat <b>sat</b>\n# on\n"
    )
    assert b"not written anything" in samples_text(make_run(build_small_spec(), samples=()))
