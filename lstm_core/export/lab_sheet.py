"""A run as one printable page: question, prediction, settings, curve, samples, originality, result, how to repeat it.

The page holds everything itself: no script, no picture from elsewhere. Whatever people or networks have written is
escaped.
"""

import html
import time
from importlib.metadata import version

from lstm_core.coach.energy import describe_energy
from lstm_core.export.curve_svg import curve_svg
from lstm_core.export.exported_run import ExportedRun
from lstm_core.export.final_writing import TEMPERATURE, FinalWriting, write_finally
from lstm_core.knobs import KNOBS
from lstm_core.network.experiments import find_experiment

SAMPLES_SHOWN = 4  # of all that it wrote while it trained, evenly
SAMPLE_CHARACTERS = 400
BLANK = '<p class="blank"></p>'  # a line to write on by hand

_STYLE = """
@page { margin: 18mm; }
body { font: 15px/1.5 Georgia, "Times New Roman", serif; color: #222; background: #fff; max-width: 46rem;
  margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.2; } h2 { font-size: 1.1rem; margin: 1.6em 0 0.3em; }
h2, figure, .sample { break-inside: avoid; } h2 { break-after: avoid; }
table { border-collapse: collapse; } td, th { text-align: left; padding: 0.1em 1.2em 0.1em 0; vertical-align: top; }
.settings { columns: 2; column-gap: 2rem; font-size: 0.85rem; padding: 0; list-style: none; }
.settings b { font-weight: 600; } .changed::after { content: " *"; }
.both { display: grid; grid-template-columns: 1fr 1fr; gap: 0 2rem; } figure { margin: 0; } svg { width: 100%; }
.sample { white-space: pre-wrap; border-left: 3px solid #ccc; padding-left: 0.8rem; margin: 0.4em 0; }
.sample i { color: #666; font-style: normal; } .blank { border-bottom: 1px solid #999; height: 1.8em; margin: 0; }
small, footer { color: #555; font-size: 0.85rem; } code { font-size: 0.85rem; }
"""


def write_lab_sheet(run: ExportedRun, rebuild_address: str, run_address: str = "") -> bytes:
    """Return the page, UTF-8. `rebuild_address` sets the run up again; `run_address` shows it as long as it is kept."""
    ending = write_finally(run) if run.spec.reviews is None else None
    title = html.escape(run.name)
    parts = [
        f"<h1>Lab sheet: {title}</h1><p><small>{_describe(run)}</small></p>",
        f"<h2>Question</h2>{_words(run.forecast.question)}",
        _prediction_and_result(run),
        f"<h2>Curve</h2><figure>{_curve(run)}</figure>",
        f"<h2>Settings</h2>{_settings(run)}",
        _samples(run, ending),
        f"<h2>What I learned from it</h2>{BLANK * 4}",
        f"<h2>To repeat it</h2>{_addresses(run, rebuild_address, run_address)}",
        f"<footer><p>{_made_with(run)}</p></footer>",
    ]
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>Lab sheet: {title}</title><style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>"
    )
    return page.encode()


def _describe(run: ExportedRun) -> str:
    experiment = find_experiment(run.spec.experiment)
    whose = f"{experiment.title}, recipe {run.spec.recipe}" if experiment else "A network of my own"
    day = time.strftime("%d %B %Y", time.localtime(run.created))
    return html.escape(f"{whose}. Text: {run.spec.text_name}. Trained on {day}.")


def _words(said: str) -> str:
    return f"<p>{html.escape(said)}</p>" if said else BLANK


def _prediction_and_result(run: ExportedRun) -> str:
    expected = run.forecast
    loss = "–" if run.loss is None else f"{run.loss:.3f}"
    predicted = f"<p>Loss <b>{expected.loss:.3f}</b></p>" if expected.loss is not None else "<p>Loss:</p>"
    accuracy = "" if run.accuracy is None else f"<br>Accuracy {100 * run.accuracy:.2f} %"
    validation = f"<br>Validation loss {run.validations[-1].loss:.3f}" if run.validations else ""
    off = ""
    if expected.loss is not None and run.loss is not None:
        off = f"<br>{describe_difference(expected.loss, run.loss)}"
    return (
        '<div class="both"><div><h2>Prediction</h2>'
        f"{predicted}{_words(expected.why)}</div>"
        f"<div><h2>Result</h2><p>Loss <b>{loss}</b> after {len(run.losses):,} steps{accuracy}{validation}{off}</p>"
        "</div></div>"
    )


def describe_difference(expected: float, loss: float) -> str:
    """Say in words how far a loss (nats) lies from what was expected."""
    difference = loss - expected
    if abs(difference) < 0.0005:
        return "Just as predicted."
    return f"{abs(difference):.3f} {'above' if difference > 0 else 'below'} the prediction."


def _curve(run: ExportedRun) -> str:
    drawing = curve_svg(run.losses, run.validations, run.forecast.loss, "Loss against step")
    dots = "; dots: on the part of the text that was held out" if run.validations else ""
    return f"{drawing}<figcaption><small>Line: loss in nats, a mean of some steps each{dots}.</small></figcaption>"


def _settings(run: ExportedRun) -> str:
    """List every knob that such a network has; a star stands behind what differs from its default."""
    others = "texts" if run.spec.reviews is not None else "reviews"
    rows = []
    for name, value in run.spec.settings.items():
        knob = KNOBS[name]
        if knob.only_for != others:
            mark = ' class="changed"' if value != knob.default else ""
            shown = f"{value:g}" if isinstance(value, float) else str(value)
            rows.append(f"<li{mark}>{html.escape(knob.label)}: <b>{html.escape(shown)}</b></li>")
    return (
        f'<ul class="settings">{"".join(rows)}</ul><p><small>* differs from the app’s default. The network has '
        f"{run.network.shape.count_parameters():,} parameters.</small></p>"
    )


def _samples(run: ExportedRun, ending: FinalWriting | None) -> str:
    if ending is None:
        return ""
    count = min(SAMPLES_SHOWN, len(run.samples))
    chosen = [run.samples[round(number * (len(run.samples) - 1) / max(1, count - 1))] for number in range(count)]
    gap = " " if run.spec.symbols == "words" else ""
    early = "".join(
        f"<p><small>Step {sample.step:,}, temperature {sample.temperature:g}</small></p>"
        f'<p class="sample"><i>{html.escape(sample.seed_text)}</i>{gap}{_short(sample.text)}</p>'
        for sample in chosen
    )
    written = gap.join(
        f"<u>{html.escape(piece)}</u>" if is_copied else html.escape(piece) for piece, is_copied in ending.pieces
    )
    judged, kind = ending.originality, run.spec.symbols
    longest = f" The longest has {judged.longest:,}. They are underlined." if judged.copied else ""
    return (
        f"<h2>What it wrote</h2>{early}<h2>Originality</h2><p>Of {judged.written:,} {kind} that it wrote at its end, "
        f"at temperature {TEMPERATURE:g}, <b>{1 - judged.share:.0%}</b> are copied: they stand in stretches of at "
        f"least {ending.min_length} {kind} that its training text has word for word.{longest}"
        f'</p><p class="sample"><i>{html.escape(ending.seed_text)}</i>{gap}'
        f"{written}</p>"
    )


def _short(text: str) -> str:
    return html.escape(text if len(text) <= SAMPLE_CHARACTERS else text[:SAMPLE_CHARACTERS] + " …")


def _addresses(run: ExportedRun, rebuild_address: str, run_address: str) -> str:
    told = f"<p>Every control as it stood, ready to train: <code>{html.escape(rebuild_address)}</code></p>"
    if run_address:
        told += f"<p>The run itself, as long as it is kept: <code>{html.escape(run_address)}</code></p>"
    return told


def _made_with(run: ExportedRun) -> str:
    energy = html.escape(describe_energy(run.cpu_seconds)) if run.cpu_seconds else ""
    return f"Made with “Watch an LSTM learn”, NumPy {html.escape(version('numpy'))}. {energy}"
