"""How long does a look inside take? 2,000 symbols through 2 × 512 units, traced and drawn for the browser.

`python -m benchmarks.inside` prints seconds of wall clock and of CPU, the best of five; to reach: 2 s together.
"""

import time
from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go
import plotly.io

from lstm_core.insight.reading import ReadText
from lstm_core.insight.trace import QUANTITIES, TextTrace, trace_text
from lstm_core.network.shape import NetworkShape, draw_weights
from lstm_core.network.trained import TrainedNetwork
from lstm_core.text.symbols import Vocabulary
from lstm_ui.inside_gates import MAX_DRAWN_UNITS, choose_units, heat_map
from lstm_ui.inside_unit import MAX_DRAWN_SYMBOLS, reach

SYMBOLS, UNITS, LAYERS, ALPHABET = 2_000, 512, 2, 65
REPEATS = 5


def best(work: Callable[[], object]) -> tuple[float, float]:
    """Return the shortest wall clock and CPU time, in seconds, of some repetitions."""
    times = []
    for _ in range(REPEATS):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        times.append((time.perf_counter() - wall, time.process_time() - cpu))
    return min(wall for wall, _ in times), min(cpu for _, cpu in times)


def draw(trace: TextTrace) -> int:
    """Make what is sent to the browser for two quantities of the upper layer; return its bytes."""
    layer, sent = trace.layers[-1], 0
    for quantity in (QUANTITIES[1], QUANTITIES[4]):
        units = choose_units(layer, quantity, "variance", None).units
        values = layer.quantity(quantity.name)[:MAX_DRAWN_SYMBOLS, units]
        symbols = trace.read.symbols[:MAX_DRAWN_SYMBOLS]
        figure = heat_map(symbols, values, units, 0, reach(layer, quantity), "light")
        sent += len(plotly.io.to_json(go.Figure(figure), validate=False))
    return sent


def main() -> None:
    """Measure and print."""
    shape = NetworkShape(ALPHABET, "embedding", 64, LAYERS, UNITS, "every", 64)
    alphabet = tuple(chr(ord("0") + place) for place in range(ALPHABET))
    vocabulary = Vocabulary(alphabet, (1,) * ALPHABET, "characters")
    network = TrainedNetwork(shape, draw_weights(shape, 1, 1.0, "keras"), vocabulary, 0, "benchmark")
    ids = np.random.default_rng(1).integers(0, ALPHABET, SYMBOLS)
    read = ReadText(tuple(vocabulary.decode(ids)), ids, ids >= 0, ids < 0, "characters", "")
    trace = trace_text(network, read)
    for name, work in (("trace", lambda: trace_text(network, read)), ("draw", lambda: draw(trace))):
        wall, cpu = best(work)
        print(f"{name:6} {wall:.3f} s, CPU {cpu:.3f} s")
    print(
        f"kept   {trace.size_bytes / 2**20:.0f} MB; sent {draw(trace) / 1024:.0f} KB for {MAX_DRAWN_UNITS} units each"
    )


if __name__ == "__main__":
    main()
