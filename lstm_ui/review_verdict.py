"""The verdict on a review: in words, as a bar, as a number, and what of it the network could not read."""

import html

from lstm_core.reviewing.scorer import UNKNOWN, Verdict

SHOWN_UNKNOWN = 12
UNSURE = 0.1  # so near to the middle the bar is grey


def verdict_html(verdict: Verdict, is_small: bool = False) -> str:
    """Draw a verdict. Its words name one side only, so that whoever listens hears what it is and not what it is not."""
    facts = "" if is_small else f'<p class="verdict-facts">{describe_words(verdict)}</p>'
    side, bar = _bar(verdict.score, verdict.label)
    size = " verdict-small" if is_small else ""
    return (
        f'<div class="verdict verdict-{side}{size}"><p class="verdict-words">{html.escape(verdict.confidence)}</p>'
        f'<div aria-hidden="true"><div class="verdict-bar">{bar}</div><div class="verdict-ends">'
        '<span data-end="0 negative"></span><span data-end="positive 1"></span></div></div>'
        f'<p class="verdict-number">{describe_score(verdict)}</p>{facts}</div>'
    )


def verdict_bar(verdict: Verdict) -> str:
    """Draw the bar of a verdict alone."""
    side, bar = _bar(verdict.score, verdict.label)
    return f'<div class="verdict verdict-{side} verdict-small"><div class="verdict-bar">{bar}</div></div>'


def describe_score(verdict: Verdict) -> str:
    """Tell the score, or why it says nothing."""
    if verdict.label == UNKNOWN:
        return "No score: it knows too few of the words." if verdict.words else "No words, no score."
    return f"Score <b>{verdict.score:.2f}</b>"


def describe_words(verdict: Verdict) -> str:
    """Tell how many words were read and left out, and which are not known; escaped."""
    read = f"{verdict.words:,} word{'' if verdict.words == 1 else 's'} read"
    if verdict.left_out:
        read += f", the {verdict.left_out:,} before them left out"
    if not verdict.unknown_words:
        return f"{read}."
    named = ", ".join(f"<mark>{html.escape(word)}</mark>" for word in verdict.unknown_words[:SHOWN_UNKNOWN])
    more = len(verdict.unknown_words) - SHOWN_UNKNOWN
    return f"{read}. Not known to it: {named}{f' and {more:,} more' if more > 0 else ''}."


def _bar(score: float, label: str) -> tuple[str, str]:
    """Return "up", "down" or "unsure", and the bar from the middle to the score."""
    if label == UNKNOWN:
        return "unsure", ""
    side = "unsure" if abs(score - 0.5) < UNSURE else "up" if score > 0.5 else "down"
    start, width = 100 * min(score, 0.5), 100 * abs(score - 0.5)
    return side, f'<i style="--from:{start:.1f}%;--width:{width:.1f}%"></i>'
