"""Beat your network, on /generate: guess the next symbol of a real passage, and see whom you beat."""

import html
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from lstm_core.network.pretrained import PRETRAINED
from lstm_core.text.symbols import join_symbols
from lstm_core.writing.guessing import pose_riddle, score_writer
from lstm_core.writing.writer import Writer
from lstm_ui import generate_controls as controls
from lstm_ui.background_job import BackgroundJob
from lstm_ui.generate_time_machine import age_name
from lstm_ui.guess_pad import show_guess_pad
from lstm_ui.guessing_game import YOU, Game, Standing, share_text, sort_standings
from lstm_ui.learned_text import LearnedText, show_counts, show_learned_text
from lstm_ui.page import escape_markdown

if TYPE_CHECKING:
    from lstm_core.service.training_service import TrainingService

GAME, GAMES, OTHERS = "game", "games_begun", "game_standings"  # keys of the session
TICK_SECONDS = 0.4
HOW_SCORED = (
    "Your surprise at each real symbol, in bits: your pick gets the share of your guesses that were right so far (one "
    "half at first), all other symbols share the rest by how common they are, and what the real one got is turned into "
    "bits (minus its base-2 logarithm). The network and the counts are scored in the same way by their own "
    "probabilities. 0 bits: always sure and right. Fewer is better."
)
_STYLE = """<style>
.riddle { padding: 0.9em 1.1em; border-radius: 0.6em; font-size: 1.15rem; line-height: 1.7; white-space: pre-wrap;
  overflow-wrap: anywhere; background: color-mix(in srgb, currentColor 6%, transparent);
  font-family: "Iowan Old Style", Palatino, "Palatino Linotype", "Source Serif", serif; }
.riddle .shown { opacity: 0.8; }
.riddle .right { text-decoration: underline solid 2px; text-underline-offset: 0.25em; }
.riddle .wrong { text-decoration: underline dotted 2px; text-underline-offset: 0.25em; }
.riddle .next { border: 1.5px dashed currentColor; border-radius: 0.2em; padding: 0 0.35em; }
.standings { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
.standings td, .standings th { padding: 0.2em 0.8em 0.2em 0; text-align: left; font-weight: inherit; }
.standings td:nth-child(2) { width: 55%; }
.standings i { display: block; height: 0.7em; border-radius: 0.35em; width: var(--width);
  background: color-mix(in srgb, currentColor 45%, transparent); }
.standings .you { font-weight: 700; }
.standings .you i { background: currentColor; }
</style>"""


def show_game(service: "TrainingService", choice: controls.Choice, writer: Writer) -> None:
    """Draw the riddle with the buttons to guess, or, when all is guessed, who did how well."""
    learned = show_learned_text(choice, writer)
    counts = show_counts(learned) if learned is not None else None
    if learned is None or counts is None:
        return
    game: Game | None = st.session_state.get(GAME)
    if game is not None and game.network_id != choice.network_id:
        game = None
    with st.container(horizontal=True, vertical_alignment="center"):
        label = "Play" if game is None else "Another passage"
        if st.button(label, key="game_new", type="primary" if game is None or game.is_over else "secondary"):
            times = st.session_state[GAMES] = st.session_state.get(GAMES, 0) + 1
            random = np.random.default_rng([st.session_state[controls.RANDOM_SEED], times])
            riddle = pose_riddle(learned.split, learned.vocabulary, random)
            st.session_state[GAME] = game = Game(riddle, learned.vocabulary, counts, writer, choice.network_id)
            st.session_state.pop(OTHERS, None)
            st.rerun()
        with st.popover("How it is scored", key="game_scoring"):
            st.markdown(HOW_SCORED)
    if game is None:
        st.caption(describe_game(learned))
        return
    st.html(_STYLE)
    if game.is_over:
        st.html(riddle_html(game))
        _show_result(service, game, learned)
    else:
        st.fragment(_show_round)(game, learned)


def describe_game(learned: LearnedText) -> str:
    """Say what is to be guessed, and whether the network has read it."""
    what = "letters" if learned.vocabulary.kind == "characters" else "words"
    if learned.split.validation is None:
        return (
            f"Guess the next {what} of a passage of its text. The text is too short to keep a part from the network: "
            "it has read the passage, and you may have, too."
        )
    return f"Guess the next {what} of a passage that was held out: neither you nor the network has read it."


def _show_round(game: Game, learned: LearnedText) -> None:
    st.html(riddle_html(game))
    offered = game.offered()
    names = learned.vocabulary.decode(offered)
    is_of_characters = learned.vocabulary.kind == "characters"
    has_more = len(offered) < len(learned.vocabulary)
    guess = show_guess_pad(names, len(game.guesses), "game_pad", is_of_characters, has_more)
    st.caption(score_line(game))
    if guess is not None:
        if game.guess(guess):
            st.rerun(scope="app" if game.is_over else "fragment")
        st.caption(escape_markdown(f"“{guess}” does not stand in the text at all."))


def riddle_html(game: Game) -> str:
    """Write the passage, escaped: what was given, what was guessed right and wrong, and the place that comes next."""
    vocabulary = game.vocabulary
    gap = " " if vocabulary.kind == "words" else ""
    shown = html.escape(join_symbols(vocabulary.decode(game.riddle.context), vocabulary.kind))
    parts = [f'<span class="shown">… {shown}</span>']
    for guess in game.guesses:
        symbol = html.escape(vocabulary.symbols[guess.truth])
        verdict = "right" if guess.is_right else "wrong"
        parts.append(f'<span class="{verdict}" title="guessed {verdict}">{symbol}</span>')
    if not game.is_over:
        parts.append('<span class="next">?</span>')
    return f'<div class="riddle">{gap.join(parts)}</div>'


def score_line(game: Game) -> str:
    """Say how both stand so far, and what the last symbol cost."""
    count, total = len(game.guesses), len(game.riddle.hidden)
    if not count:
        return f"{total} to guess. Underlined: guessed right; dotted: wrong."
    bits, rival = game.bits, game.rival_bits[:count]
    return (
        f"{count} of {total} guessed, {game.rights} right. You {np.mean(bits):.2f} bits, the network "
        f"{np.mean(rival):.2f}; the last one cost you {bits[-1]:.2f} and the network {rival[-1]:.2f}."
    )


def _show_result(service: "TrainingService", game: Game, learned: LearnedText) -> None:
    job: BackgroundJob[Standing] | None = st.session_state.get(OTHERS)
    if job is None:
        job = st.session_state[OTHERS] = _score_others(service, game)
    is_running = job.is_running
    st.fragment(_draw_result, run_every=TICK_SECONDS if is_running else None)(game, learned.name, job, is_running)


def _score_others(service: "TrainingService", game: Game) -> BackgroundJob[Standing]:
    """Begin to ask everyone else: the counts, and the network at each of its ages."""
    ages = [] if game.network_id in PRETRAINED else service.ages(game.network_id)
    steps = [step for step in ages if step != game.rival.step]

    def work() -> Iterator[Standing]:
        yield from game.iter_counted()
        for step in steps:
            bits = score_writer(Writer(service.network_at(game.network_id, step)), game.riddle)
            yield Standing(f"network, {age_name(step)}", float(np.mean(bits)), True, step)
        now = f"network, {age_name(game.rival.step)}"
        yield Standing(now, float(np.mean(game.rival_bits)), True, game.rival.step)

    return BackgroundJob(work, 6 + len(steps))


def _draw_result(game: Game, text_name: str, job: BackgroundJob[Standing], was_running: bool) -> None:
    if was_running and not job.is_running:
        st.rerun()  # without a timer now
    if job.error is not None:
        st.warning(escape_markdown(str(job.error)))
    if job.is_running:
        st.progress(job.share, text="The network is asked at every age …")
    others = list(job.items)
    with st.container(key="game_result"):
        st.html(standings_html(sort_standings(others, float(np.mean(game.bits)))))
        if not job.is_running:
            st.caption("The result, to copy:")
            st.code(share_text(game, others, text_name), language=None, wrap_lines=True)


def standings_html(standings: list[Standing]) -> str:
    """Write everyone with their bits, the least surprised first."""
    finite = [standing.bits for standing in standings if math.isfinite(standing.bits)]
    longest = max(finite, default=1.0) or 1.0
    rows = "".join(
        f'<tr class="{"you" if standing.name == YOU else ""}"><th scope="row">{html.escape(standing.name)}</th>'
        f'<td aria-hidden="true"><i style="--width:{100 * min(1.0, standing.bits / longest):.1f}%"></i></td>'
        f"<td>{standing.bits:.2f} bits</td></tr>"
        for standing in standings
    )
    return f'<table class="standings"><tbody>{rows}</tbody></table>'
