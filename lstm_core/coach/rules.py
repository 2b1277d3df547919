"""What the coach knows: nine rules on curves and settings. Each is a pure function from facts to an advice or None.

Thresholds are shares of what knowing nothing costs (ln V), so that one rule serves texts, words and reviews; they were
set so that the articles' experiments and the ordinary course of training on the texts that ship call no rule.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lstm_core.coach.facts import RunFacts
from lstm_core.knobs import KNOBS

MAX_ADVICES = 2  # at a time
USUAL_RATES = {"adam": 0.003, "rmsprop": 0.003, "rmsprop-tf1": 0.001, "sgd": 0.3}
DEAD_SHARE = 0.97  # of ln V: below this something has been learned
MIN_STEPS = 100  # before anything but an explosion is said
MIN_STEPS_TO_JUDGE = 300  # before a curve is called slow, flat or dead


@dataclass(frozen=True)
class Action:
    """What one click does: "branch" a new run off `step`, "start" one from nothing, or "stop" this one.

    `settings` are the knobs that the new run has turned; a branch makes `steps` more than the run it comes from had
    left (None: just these).
    """

    kind: str
    label: str
    step: int | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    steps: int | None = None


@dataclass(frozen=True)
class Advice:
    """What the coach says, by which rule, and what it would do; None: nothing but wait."""

    rule: str
    words: str
    action: Action | None = None


def give_advice(facts: RunFacts) -> list[Advice]:
    """Return at most two advices, the most urgent first."""
    advice = is_exploding(facts)
    if advice is not None or facts.step < MIN_STEPS or not len(facts.blocks):
        return [advice] if advice else []
    found: list[Advice] = []
    for rule in RULES[1:]:
        advice = rule(facts)
        if advice is not None:
            found.append(advice)
            if rule is is_dead:
                break  # the other rules would be misled
    return found[:MAX_ADVICES]


def is_exploding(facts: RunFacts) -> Advice | None:
    """The loss is no number any more, or far above what knowing nothing costs."""
    is_bad = ~np.isfinite(facts.losses) | (facts.losses > 3 * facts.start_loss)
    if facts.step < 20 or is_bad[-10:].mean() < 0.5:
        return None
    first = int(np.argmax(is_bad)) + 1
    if np.isfinite(facts.losses).all() and facts.losses[-10:].mean() < 1.2 * facts.losses[:10].mean():
        return None  # some first weights guess wildly; it comes down from there
    rate = _checked_rate(facts.learning_rate / 10)
    settings: dict[str, Any] = {"learning_rate": rate} | ({"clip_norm": 1.0} if facts.spec.clip_norm == 0 else {})
    words = (
        f"Since step {first:,} the loss is far above what knowing nothing costs: the steps are too long, the weights "
        "have run away. It will not come back by itself."
    )
    return Advice("exploding", words, _go_back(facts, 0.8 * first, f"a learning rate of {rate:g}", settings))


def is_dead(facts: RunFacts) -> Advice | None:
    """The loss stays at ln V: nothing is learned at all."""
    enough = max(MIN_STEPS_TO_JUDGE, facts.steps_per_epoch if facts.spec.reviews is not None else 0)
    if facts.step < enough or facts.blocks.min() < DEAD_SHARE * facts.start_loss or _is_low_rate(facts):
        return None
    settings = {
        "learning_rate": min(USUAL_RATES[facts.spec.optimizer], facts.learning_rate), "clip_norm": 1.0,
        "random_seed": (facts.spec.random_seed + 1) % int(KNOBS["random_seed"].maximum or 1),
    }  # fmt: skip
    words = (
        f"After {facts.step:,} steps the loss is still what knowing nothing costs: nothing has been learned. Other "
        "first weights and a usual learning rate often help; a network of fewer layers, too."
    )
    label = f"Start anew: other first weights, learning rate {settings['learning_rate']:g}"
    return Advice("dead", words, Action("start", label, settings=settings))


def is_rate_too_high(facts: RunFacts) -> Advice | None:
    """The curve jumps up again and again, and stands above where it has been."""
    late = facts.blocks[len(facts.blocks) * 2 // 5 :]
    jumps = int((np.diff(late) > 0.04 * facts.start_loss).sum())
    lowest = int(np.argmin(facts.blocks))
    if jumps < 3 or facts.recent_loss - facts.blocks[lowest] < 0.04 * facts.start_loss:
        return None
    rate = _checked_rate(facts.learning_rate / 2)
    words = "The curve jumps instead of falling: the learning rate is too high, each step leads past the valley."
    return Advice("rate too high", words, _go_back(facts, facts.block_steps[lowest], "half the learning rate",
                                                   {"learning_rate": rate}))  # fmt: skip


def is_memorising(facts: RunFacts) -> Advice | None:
    """The validation loss rises while the training loss goes on falling."""
    losses = facts.validation_losses
    if len(losses) < 5:
        return None
    lowest = int(np.argmin(losses))
    rise = float(losses[-3:].min() - losses[lowest])
    at = int(facts.validation_steps[lowest])
    before = facts.blocks[max(0, int(np.searchsorted(facts.block_steps, at)) - 1)]
    if lowest > len(losses) - 4 or rise < max(0.02 * losses[lowest], 0.005 * facts.start_loss):
        return None
    if facts.recent_loss > before:
        return None
    dropout = min(0.6, max(0.3, facts.spec.dropout + 0.2))
    words = (
        f"The training loss falls, the validation loss has been rising since step {at:,}: it memorises. What it learns "
        "now helps it with this text alone."
    )
    return Advice("memorising", words, _go_back(facts, at, f"dropout {dropout:g}", {"dropout": dropout}))


def is_rate_too_low(facts: RunFacts) -> Advice | None:
    """The curve falls smoothly and hardly at all, at a learning rate far below the usual."""
    if facts.step < MIN_STEPS_TO_JUDGE or not _is_low_rate(facts):
        return None
    if facts.recent_loss < 0.6 * facts.start_loss or facts.blocks[-1] >= facts.blocks[0]:
        return None
    rate = _checked_rate(min(USUAL_RATES[facts.spec.optimizer], 10 * facts.learning_rate))
    words = f"It learns, but at a crawl: a learning rate of {facts.learning_rate:g} is far below the usual."
    return Advice("rate too low", words, _go_back(facts, facts.step, f"a learning rate of {rate:g}",
                                                  {"learning_rate": rate}))  # fmt: skip


def is_too_big(facts: RunFacts) -> Advice | None:
    """Far more numbers than symbols, and it knows the text by heart rather than the language."""
    if not len(facts.validation_losses) or facts.epochs < 3 or facts.spec.units < 16:
        return None
    times = facts.parameters / max(1, facts.training_symbols)
    if times < 5 or facts.measured_loss < 1.4 * facts.recent_loss + 0.02 * facts.start_loss:
        return None
    what = "reviews" if facts.spec.reviews is not None else "symbols"
    words = (
        f"It has {facts.parameters:,} numbers to set and about {facts.training_symbols:,} {what} to learn from: that "
        "is room enough to learn them by heart. A smaller network has to look for rules."
    )
    units = facts.spec.units // 2
    return Advice("too big", words, Action("start", f"Start anew with {units:,} units", settings={"units": units}))


def is_worse_than_counting(facts: RunFacts) -> Advice | None:
    """A table of pairs still guesses better."""
    if facts.yardsticks is None or facts.step < MIN_STEPS_TO_JUDGE or facts.epochs < 0.5:
        return None
    bigram = facts.yardsticks.loss(2)
    if facts.measured_loss < 1.005 * bigram:
        return None
    words = (
        f"Your network is still worse than counting pairs: its loss is {facts.measured_loss:.2f}, that of the bigram "
        f"{bigram:.2f}."
    )
    if facts.is_alive and facts.share_left > 0.2:
        return Advice("worse than counting", f"{words} Give it time.")
    more = max(facts.step, MIN_STEPS_TO_JUDGE)
    action = _go_back(facts, facts.step, f"{more:,} steps more", {}, more, "Go on")
    return Advice("worse than counting", words, action)


def is_too_small(facts: RunFacts) -> Advice | None:
    """The curve is flat, held-out text is no harder than the training text, and counting is not far behind."""
    if facts.spec.reviews is not None or facts.yardsticks is None or not facts.yardsticks.is_held_out:
        return None
    if not _is_flat(facts) or facts.epochs < 2 or _is_low_rate(facts) or not len(facts.validation_losses):
        return None
    if facts.measured_loss > 1.05 * facts.recent_loss or facts.measured_loss < facts.yardsticks.loss(5):
        return None
    units = min(2 * facts.spec.units, int(KNOBS["units"].maximum or 1024))
    if units == facts.spec.units:
        return None
    words = (
        "The curve is flat, and text that it has never seen is no harder for it than its own: it has learned what fits "
        f"into {facts.spec.units:,} units, and that is less than counting five in a row knows. It may be too small."
    )
    return Advice("too small", words, Action("start", f"Start anew with {units:,} units", settings={"units": units}))


def is_about_done(facts: RunFacts) -> Advice | None:
    """Nothing has happened for a long while, and a good part of the budget is left."""
    if not facts.is_alive or facts.share_left < 0.1 or not _is_flat(facts) or _is_low_rate(facts):
        return None
    since = int(facts.block_steps[-6])
    words = f"Hardly anything has changed since step {since:,}. It is about done: stop here and save the energy."
    return Advice("about done", words, Action("stop", "Stop it"))


RULES: tuple[Callable[[RunFacts], Advice | None], ...] = (
    is_exploding, is_dead, is_rate_too_high, is_memorising, is_rate_too_low, is_too_big, is_worse_than_counting,
    is_too_small, is_about_done,
)  # fmt: skip
"""The most urgent first."""


def _is_flat(facts: RunFacts) -> bool:
    """Whether training loss and validation loss have hardly fallen over the last 30 % of the steps."""
    if facts.step < MIN_STEPS_TO_JUDGE:
        return False
    earlier, later = facts.blocks[-8:-4].mean(), facts.blocks[-4:].mean()
    if earlier - later > 0.004 * facts.start_loss:
        return False
    recent = facts.validation_losses[facts.validation_steps > 0.7 * facts.step]
    return len(recent) < 2 or float(recent[0] - recent[-1]) < 0.004 * facts.start_loss


def _is_low_rate(facts: RunFacts) -> bool:
    return facts.learning_rate < USUAL_RATES[facts.spec.optimizer] / 8


def _go_back(
    facts: RunFacts, step: float, change: str, settings: Mapping[str, Any], steps: int | None = None, verb: str = ""
) -> Action:
    """Branch off the last kept step up to `step`; start anew where none is kept."""
    place = facts.branch_step(step)
    if place is None:
        return Action("start", f"Start anew with {change}", settings=settings)
    verb = verb or ("Go on" if place >= 0.95 * facts.step else f"Go back to step {place:,} and on")
    return Action("branch", f"{verb} with {change}", place, settings, steps)


def _checked_rate(rate: float) -> float:
    """Return a learning rate within its bounds, with two digits that count."""
    knob = KNOBS["learning_rate"]
    return float(f"{min(max(rate, knob.minimum or 0.0), knob.maximum or 1.0):.2g}")
