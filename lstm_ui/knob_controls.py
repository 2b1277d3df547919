"""Every knob as a control, built from its record in `lstm_core.knobs`: of texts on /train, of reviews on /sentiment."""

from collections.abc import Collection, Mapping
from typing import Any

import streamlit as st

from lstm_core.knobs import KNOBS, Knob
from lstm_ui.page import escape_markdown

GROUPS = {
    "Reading": ("symbols", "vocabulary", "window", "coding", "embedding", "targets"),
    "Network": ("layers", "units", "dropout", "recurrent_dropout", "forget_bias", "initialization"),
    "Learning": (
        "optimizer", "learning_rate", "beta_2", "schedule", "decay_steps", "final_rate", "clip_norm",
        "batch", "order", "until", "steps", "seconds",
        "random_seed",
    ),
}  # fmt: skip

REVIEW_GROUPS = {
    "Reading": ("vocabulary", "window", "padding", "embedding"),
    "Network": ("units", "direction", "pooling", "dense", "forget_bias"),
    "Dropout": ("embedding_dropout", "word_dropout", "dropout", "recurrent_dropout", "crops"),
    "Learning": (
        "optimizer", "learning_rate", "beta_2", "schedule", "decay_steps", "final_rate", "clip_norm", "batch", "steps",
        "seconds", "random_seed",
    ),
}  # fmt: skip

# Knobs whose bounds are close enough for a slider; all others take a number.
SLIDER_STEPS: Mapping[str, int | float] = {
    "window": 1,
    "layers": 1,
    "dropout": 0.05,
    "recurrent_dropout": 0.05,
    "embedding_dropout": 0.05,
    "word_dropout": 0.05,
    "crops": 0.05,
    "final_rate": 0.05,
}
NUMBER_STEPS: Mapping[str, int | float] = {
    "vocabulary": 100, "embedding": 16, "units": 32, "forget_bias": 0.5, "beta_2": 0.001, "clip_norm": 0.5, "batch": 8,
    "dense": 16, "decay_steps": 100, "steps": 1_000, "seconds": 10.0, "random_seed": 1, "learning_rate": 0.001,
}  # fmt: skip

LEARNING_RATES = tuple(float(f"{digit}e{power}") for power in range(-6, 0) for digit in (1, 2, 3, 5)) + (1.0,)
LEARNING_RATE_SCALE = "learning_rate_scale"  # key of the slider beside the exact number

# A knob that does nothing unless another knob has a certain value.
ONLY_WITH = {
    "embedding": ("coding", "embedding"), "beta_2": ("optimizer", "adam"), "decay_steps": ("schedule", "cosine"),
    "final_rate": ("schedule", "cosine"), "until": ("targets", "last"),
}  # fmt: skip

NOTHING: Mapping[str, Any] = {}

_BASELINE = "knob_baseline"  # which recipe the controls were last set to
_PROPOSED = "knob_proposed"  # and which values were proposed for the text then


def show_knobs(
    settings: Mapping[str, Any],
    recipe_name: str = "",
    fixed: Mapping[str, Any] = NOTHING,
    fixed_reason: str = "",
    proposed: Mapping[str, Any] = NOTHING,
    proposed_reason: str = "",
    groups: Mapping[str, tuple[str, ...]] = GROUPS,
    scope: str = "",
    hidden: Collection[str] = (),
) -> dict[str, Any]:
    """Draw all knobs in folded groups and return their values, checked and typed.

    `settings` are the recipe's; knobs that it does not name stand at their defaults. Another recipe (other settings,
    or another `recipe_name`, such as "horas-quijote/fast") sets every control anew. Knobs in `fixed` stand at these
    values, as `fixed_reason` says, and cannot be moved; the `hidden` ones of them are not drawn.
    `proposed` values suit the text better than the recipe's, as `proposed_reason` says; they are set when they come
    and go, and can be changed like all others. Each `scope` ("" or such as "review_") has controls of its own.
    """
    recipe = _complete(settings)
    _follow_recipe(recipe, recipe_name, proposed, scope)
    _set_knobs(fixed, scope)
    recipe |= proposed
    changed = [name for name in KNOBS if st.session_state[knob_key(name, scope)] != recipe[name]]
    for group, names in groups.items():
        drawn = [name for name in names if name not in hidden]
        if not drawn:
            continue
        with st.expander(f"{group}: {_summary(group, names, scope)}", key=f"{scope}knobs_{group.lower()}"):
            for name in drawn:
                if name in fixed:
                    st.caption(escape_markdown(fixed_reason))
                elif name in proposed:
                    _show_proposal(name, recipe[name], proposed_reason)
                disabled_reason = fixed_reason if name in fixed else _idle_reason(name, scope)
                _show_knob(KNOBS[name], name in changed, disabled_reason, scope)
    with st.container(horizontal=True, vertical_alignment="center"):
        named = ", ".join(KNOBS[name].label.lower() for name in changed)
        st.caption(f"Changed: {escape_markdown(named)}." if changed else "All knobs stand as in the recipe.")
        movable = {name: value for name, value in recipe.items() if name not in fixed}
        st.button(
            "Back to the recipe",
            key=f"{scope}knobs_back",
            on_click=_set_knobs,
            args=(movable, scope),
            disabled=not any(name in movable for name in changed),
            help="Set every knob to the value that the recipe gives it.",
        )
    return {name: knob.check(st.session_state[knob_key(name, scope)]) for name, knob in KNOBS.items()}


def hold_knobs(
    values: Mapping[str, Any],
    settings: Mapping[str, Any],
    recipe_name: str,
    proposed: Mapping[str, Any],
    scope: str = "",
) -> None:
    """Set every knob before `show_knobs` draws them with these settings of this recipe and this proposal."""
    st.session_state[scope + _BASELINE] = (recipe_name, _complete(settings))
    st.session_state[scope + _PROPOSED] = dict(proposed)
    _set_knobs(values, scope)


def knob_key(name: str, scope: str = "") -> str:
    """Return the key of a knob's control, in the session state and as a class on the page."""
    return f"{scope}knob_{name}"


def nearest_learning_rate(value: float) -> float:
    """Return the mark on the slider that is nearest in ratio."""
    return min(LEARNING_RATES, key=lambda mark: max(mark / value, value / mark))


def _complete(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: settings.get(name, knob.default) for name, knob in KNOBS.items()}


def _follow_recipe(recipe: dict[str, Any], recipe_name: str, proposed: Mapping[str, Any], scope: str) -> None:
    """Set all controls for another recipe, and for another proposal the proposed ones alone."""
    baseline, last = (recipe_name, dict(recipe)), st.session_state.get(scope + _PROPOSED, {})
    if st.session_state.get(scope + _BASELINE) != baseline:
        st.session_state[scope + _BASELINE] = baseline
        _set_knobs(recipe | proposed, scope)
    elif last != proposed:
        _set_knobs({name: recipe[name] for name in last} | proposed, scope)
    st.session_state[scope + _PROPOSED] = dict(proposed)
    missing = {name: value for name, value in recipe.items() if knob_key(name, scope) not in st.session_state}
    _set_knobs(missing, scope)


def _set_knobs(values: Mapping[str, Any], scope: str = "") -> None:
    for name, value in values.items():
        st.session_state[knob_key(name, scope)] = value


def _show_proposal(name: str, value: Any, reason: str) -> None:
    kept = st.session_state[knob_key(name)] == value
    advice = f"So this stands at {value}." if kept else f"It reads better as {value}."
    st.caption(escape_markdown(f"{reason} {advice}"))


def _idle_reason(name: str, scope: str) -> str | None:
    """Say why a knob does nothing at present; None when it does something."""
    if name not in ONLY_WITH:
        return None
    other, wanted = ONLY_WITH[name]
    if scope or st.session_state[knob_key(other, scope)] == wanted:  # of reviews, all that is drawn does something
        return None
    return f"It does nothing now: only {KNOBS[other].label.lower()} “{wanted}” uses it."


def _summary(group: str, names: tuple[str, ...], scope: str) -> str:
    """Tell a folded group's main values on its lid."""
    value = {name: st.session_state[knob_key(name, scope)] for name in names}
    if group == "Dropout":
        return ", ".join(f"{value[name]:g}" for name in names)
    if scope and group == "Reading":
        return f"{value['vocabulary']:,} words, window {value['window']}"
    if scope and group == "Network":
        return f"{value['direction']}, {value['units']:,} units, {value['pooling']}"
    if group == "Reading":
        return f"{value['symbols']}, window {value['window']}, {value['coding']}"
    if group == "Network":
        return f"{value['layers']} × LSTM, {value['units']:,} units"
    return f"{value['optimizer']}, rate {value['learning_rate']:g}, batch {value['batch']}"


def _show_knob(knob: Knob, is_changed: bool, disabled_reason: str | None, scope: str) -> None:
    says_it_twice = knob.unit and knob.label.lower().startswith(knob.unit.split()[0])  # Steps (steps)
    unit = f" ({knob.unit})" if knob.unit and not says_it_twice else ""
    label = escape_markdown(f"{knob.label}{unit}") + (" · **changed**" if is_changed else "")
    common = {
        "key": knob_key(knob.name, scope),
        "help": escape_markdown(f"{knob.help} {disabled_reason or ''}"),
        "disabled": disabled_reason is not None,
        "persist_state": "session",
    }
    if len(knob.choices) > 3:
        st.selectbox(label, knob.choices, **common)
    elif knob.choices:
        st.segmented_control(label, knob.choices, required=True, **common)
    elif knob.name in SLIDER_STEPS:
        st.slider(label, knob.minimum, knob.maximum, step=SLIDER_STEPS[knob.name], **common)
    elif knob.name == "learning_rate":
        _show_learning_rate(knob, label, common, scope)
    else:
        _show_number(knob, label, common)


def _show_number(knob: Knob, label: str, common: dict[str, Any]) -> None:
    kind = type(knob.default)
    form = "%d" if kind is int else "%g"
    step = NUMBER_STEPS[knob.name]
    st.number_input(label, kind(knob.minimum), kind(knob.maximum), step=step, format=form, **common)


def _show_learning_rate(knob: Knob, label: str, common: dict[str, Any], scope: str) -> None:
    """Draw a slider on a logarithmic scale for the hand, and below it the exact number."""
    scale = scope + LEARNING_RATE_SCALE
    st.session_state[scale] = nearest_learning_rate(st.session_state[knob_key(knob.name, scope)])
    st.select_slider(
        label,
        LEARNING_RATES,
        key=scale,
        format_func=lambda rate: f"{rate:g}",
        help=common["help"],
        disabled=common["disabled"],
        on_change=lambda: _set_knobs({knob.name: st.session_state[scale]}, scope),
    )
    _show_number(knob, f"{knob.label}, exactly", common)
