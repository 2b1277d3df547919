"""Many visitors press Train at once, without a browser: when does each see a first point, and who trains how much?

    python -m benchmarks.turn_taking [visitors [seconds]]

Each is a thread that asks for its run twice a second, as a page does. All train "my own" on the sonnets: characters,
128 units, batch 32, window 100 (measure 10). A run alone comes first: it compiles the program, and is what the speed of
all together is compared with.
"""

import sys
import tempfile
import threading
import time
from pathlib import Path

from lstm_core.network.spec import RunSpec
from lstm_core.service.owners import make_token
from lstm_core.service.run_store import RunStore
from lstm_core.service.training_service import TrainingService
from lstm_core.text.library import LIBRARY, load_text

LOOK_SECONDS = 0.5
ALONE_SECONDS = 15.0


def main(visitors: int = 30, seconds: float = 60.0) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        service = TrainingService(RunStore(Path(folder)))
        try:
            alone = measure_alone(service)
            firsts, shares, together = measure_together(service, visitors, seconds)
        finally:
            service.close()
    print(f"alone             {alone:10,.0f} symbols/s")
    print(f"{visitors} together       {together:10,.0f} symbols/s, {together / alone:.2f} of one alone")
    print(
        f"first point       {max(firsts):10.1f} s at the latest, {sorted(firsts)[len(firsts) // 2]:.1f} s in the middle"
    )
    print(f"seconds of each   {min(shares):10.2f} to {max(shares):.2f}; Jain's index {jain(shares):.3f}")


def measure_alone(service: TrainingService) -> float:
    """Return the symbols per second of a run alone, by the clock."""
    run_id = service.start_run(build_spec(0))
    while service.view(run_id).seconds < 1:
        time.sleep(0.05)
    before, started = service.view(run_id).step, time.perf_counter()
    time.sleep(ALONE_SECONDS)
    view, elapsed = service.view(run_id), time.perf_counter() - started
    service.stop(run_id)
    while service.view(run_id).is_moving:
        time.sleep(0.05)
    return (view.step - before) * view.spec.batch * view.spec.window / elapsed


def measure_together(service: TrainingService, visitors: int, seconds: float) -> tuple[list[float], list[float], float]:
    """Return when each saw a first point, how long each trained, and the symbols per second of all."""
    ending, firsts, runs = threading.Event(), {}, []
    started = time.perf_counter()

    def visit(number: int) -> None:
        run_id = service.start_run(build_spec(number), make_token())
        runs.append(run_id)
        while not ending.wait(LOOK_SECONDS):
            if service.view(run_id).step and run_id not in firsts:
                firsts[run_id] = time.perf_counter() - started
            service.history(run_id)

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(1, visitors + 1)]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    views = [service.view(run_id) for run_id in runs]
    elapsed = time.perf_counter() - started
    ending.set()
    for thread in threads:
        thread.join()
    symbols = sum(view.step * view.spec.batch * view.spec.window for view in views)
    never = [float("inf")] * (visitors - len(firsts))
    return [*firsts.values(), *never], [view.seconds for view in views], symbols / elapsed


def build_spec(random_seed: int) -> RunSpec:
    """Build what every visitor trains."""
    text, title = load_text("shakespeare"), LIBRARY["shakespeare"].title
    settings = {"symbols": "characters", "units": 128, "batch": 32, "window": 100, "steps": 1_000_000}
    return RunSpec.build(text, title, random_seed=random_seed, **settings)


def jain(seconds: list[float]) -> float:
    """Jain's index of fairness: 1 when all have the same, 1/n when one has everything."""
    squares = sum(each * each for each in seconds)
    return sum(seconds) ** 2 / (len(seconds) * squares) if squares else 0.0


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:3]))
