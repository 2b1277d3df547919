"""Measure 7: symbols a second when a network of 256 units writes, against a `predict` call for every character."""

from benchmarks.results import Section, at_least, compare, times
from benchmarks.side import started
from benchmarks.timing import alternate

NETWORK = "shakespeare-characters"
SEED_TEXT = "ROMEO:\n"


def measure(length: int = 5_000, peer_length: int = 60, rounds: int = 5) -> Section:
    """Have our writer write `length` characters a round, and the peer `peer_length`."""
    notes = [
        f"The network that ships, {NETWORK}: 256 units, the same weights on both sides, drawn at temperature 1.",
        "Ours: what /generate runs, with the ten likeliest symbols told for every one that is written. The peer: the "
        "third tutorial's second model, which takes and returns its states, and one predict call a character.",
    ]
    builders = {
        "ours": ("benchmarks.ours:build_writing", {"network": NETWORK, "seed_text": SEED_TEXT}),
        "predict": ("benchmarks.peers.keras_writer:build", {"network": NETWORK}),
    }
    lengths = {"ours": length, "predict": peer_length}
    with started(builders, notes) as sides:
        turns = {name: lambda name=name: sides[name].rate(length=lengths[name]) for name in sides}
        found = {"ours": [], "predict": []} | alternate(turns, rounds, notes)
    ours, predict = found["ours"], found["predict"]
    rows = (
        compare("7", "writing, against predict", "symbols/s", ours, predict, times(500)),
        compare("7", "writing", "symbols/s", ours, [], at_least(15_000)),
    )
    return Section("writing", "Writing", rows, tuple(notes))
