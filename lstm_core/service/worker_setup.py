"""What every worker does first, the app's own and one that was started by hand: `dask.yaml` names this module."""

import os
from typing import Any

from lstm_core.training.environment import tensorflow_environment


def dask_setup(worker: Any) -> None:
    """Set what TensorFlow reads when it is imported. Dask calls this before the worker takes a task."""
    os.environ.update(tensorflow_environment())
