"""What a run writes now, what it wrote earlier, and what it predicts, as rows of plain text for live_words.js."""

from typing import Any

from lstm_core.service.views import RunView
from lstm_core.training.reports import Prediction, SampleNote
from lstm_core.training.snapshots import thin_steps

TEMPERATURES = {0.2: "careful", 0.5: "balanced", 1.0: "as learned"}
TIMELINE_MOMENTS = 10  # told of the earlier ones, some 900 bytes each
CONTEXT_CHARACTERS = 30  # of a context of characters, the last ones
NO_PREDICTIONS = "Its first predictions appear here as soon as it has trained for a moment."


def pack_words(view: RunView, version_had: Any = None) -> dict[str, Any]:
    """Return what live_words.js reads, as plain JSON values; nothing but the version if the browser has that."""
    version = f"{view.run_id} {view.words_version}"
    if version == version_had:
        return {"version": version}
    # A network that judges reviews writes nothing.
    samples = None if view.is_of_reviews else sample_rows(view)
    return {"version": version, "samples": samples, "predictions": prediction_rows(view)}


def sample_rows(view: RunView) -> dict[str, Any]:
    """Return the latest sample of each temperature, and the earlier ones in the order of their steps, newest last.

    Of many moments some are told, evenly in log time, so that the first words can always be read.
    """
    kind = view.spec.symbols
    latest = {temperature: latest_sample(view.samples, temperature) for temperature in TEMPERATURES}
    earlier = [sample for sample in view.samples if sample not in latest.values()]
    earlier.sort(key=lambda sample: (sample.step, sample.temperature))
    moments = sorted({max(1, sample.step) for sample in earlier})
    told = set(thin_steps(moments, TIMELINE_MOMENTS))
    left_out = f"{len(told)} of {len(moments):,} moments, more of the early ones." if len(told) < len(moments) else ""
    return {
        "latest": [_latest_row(sample, temperature, kind) for temperature, sample in latest.items()],
        "left_out": left_out,
        "earlier": [
            {"label": f"step {sample.step:,} · temperature {sample.temperature:g}"} | _words(sample, kind)
            for sample in earlier
            if max(1, sample.step) in told
        ],
    }


def latest_sample(samples: tuple[SampleNote, ...], temperature: float) -> SampleNote | None:
    """Return the sample of this temperature with the highest step."""
    of_temperature = [sample for sample in samples if abs(sample.temperature - temperature) < 0.01]
    return max(of_temperature, key=lambda sample: sample.step, default=None)


def prediction_rows(view: RunView) -> dict[str, Any]:
    """Return the articles' table: after these symbols, what the network says, whether that is right, how sure it is.

    Right and wrong by sign and word, never by colour.
    """
    kind = "review" if view.is_of_reviews else view.spec.symbols
    head = "Of reviews that begin like this it says" if view.is_of_reviews else "After these symbols it says"
    rows = [
        {"context": _context(prediction, kind), "predicted": _shown(prediction.predicted)}
        | _verdict(prediction, kind)
        | {"sure": f"{100 * prediction.probability:.0f} %"}
        for prediction in view.predictions
    ]
    return {"head": head if rows else NO_PREDICTIONS, "rows": rows}


def _latest_row(sample: SampleNote | None, temperature: float, kind: str) -> dict[str, str]:
    label = f"temperature {temperature:g}, {TEMPERATURES[temperature]}"
    if sample is None:
        return {"label": label, "seed": "", "text": "–"}
    return {"label": f"{label} · step {sample.step:,}"} | _words(sample, kind)


def _words(sample: SampleNote, kind: str) -> dict[str, str]:
    """Keep the seed text apart: these words were given, the network wrote what follows."""
    gap = " " if sample.seed_text and kind == "words" else ""
    return {"seed": sample.seed_text, "text": gap + sample.text}


def _context(prediction: Prediction, kind: str) -> str:
    if kind == "review":
        return " ".join(prediction.context) + " …"
    if kind == "words":
        return str(list(prediction.context))
    joined = "".join(prediction.context)
    return repr(joined if len(joined) <= CONTEXT_CHARACTERS else "…" + joined[-CONTEXT_CHARACTERS:])


def _verdict(prediction: Prediction, kind: str) -> dict[str, str]:
    if prediction.predicted == prediction.expected:
        return {"verdict": "✓ right", "comes": "", "tail": ""}
    before, after = ("it is ", "") if kind == "review" else ("", " comes")
    return {"verdict": f"✗ wrong, {before}", "comes": _shown(prediction.expected), "tail": after}


def _shown(symbol: str) -> str:
    return symbol if symbol.strip() else repr(symbol)
