"""What machine this is, which versions ran on it, and how many multiplications it can do at best."""

import os
import platform
import subprocess
import time
from importlib import metadata
from pathlib import Path

import psutil

from benchmarks.side import ROOT, Side
from benchmarks.timing import SideFailed

PACKAGES = ("tensorflow-cpu", "tensorflow", "keras", "torch", "numpy", "streamlit", "dask", "plotly", "playwright")
IDLE_LOAD = 0.5  # processes that were running or waiting in the last minute; above it the figures are doubtful
MATRIX = 2_048  # rows and columns: large enough to keep all cores at work, small enough for their caches


def describe_machine() -> list[str]:
    """Return processor, cores, memory, system, Python and packages as lines for a reader."""
    memory = psutil.virtual_memory().total / 1e9
    versions = [f"{name} {version}" for name in PACKAGES if (version := _version(name))]
    return [
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB of memory, no GPU used",
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        ", ".join(versions),
        f"code: {_commit()}",
    ]


def describe_load() -> str:
    """Say whether the machine had anything else to do in the last minute."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load <= IDLE_LOAD:
        return f"The machine was idle before (load {load:.2f})."
    return f"**The machine was busy before (load {load:.2f}): the figures are doubtful.**"


def build_sgemm(library: str) -> object:
    """Return what measures float32 matrix products in GFLOP/s; for a process of its own, with NumPy or TensorFlow."""
    import numpy as np

    random = np.random.default_rng(1)
    left, right = (random.standard_normal((MATRIX, MATRIX), np.float32) for _ in range(2))
    if library == "tensorflow":
        import tensorflow as tf

        left, right = tf.constant(left), tf.constant(right)

        def multiply() -> None:
            tf.matmul(left, right).numpy()
    else:

        def multiply() -> None:
            np.matmul(left, right)

    multiply()

    def measure(seconds: float) -> dict[str, float]:
        best, until = float("inf"), time.perf_counter() + seconds
        while time.perf_counter() < until:
            started = time.perf_counter()
            multiply()
            best = min(best, time.perf_counter() - started)
        return {"gflops": 2 * MATRIX**3 / best / 1e9}

    return measure


def measure_sgemm_peak(seconds: float) -> dict[str, float]:
    """Return the best GFLOP/s of a large float32 product, by library; those that fail are left out."""
    peaks = {}
    for library in ("numpy", "tensorflow"):
        try:
            with Side("benchmarks.machine:build_sgemm", {"library": library}) as side:
                peaks[library] = float(side.measure(seconds=seconds)["gflops"])
        except SideFailed as error:
            print(f"sgemm by {library}: {error}", flush=True)
    return peaks


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def _commit() -> str:
    """Name the commit that was measured, and whether files differ from it."""
    git = ["git", "-C", str(ROOT)]
    try:
        commit = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)
        changed = subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "not under version control"
    return commit.stdout.strip() + (", with changes" if changed.stdout.strip() else "")
