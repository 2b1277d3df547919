"""How to show and how to say symbols that nobody sees: spaces, line breaks, tabs."""

_SIGNS = {" ": "␣", "\n": "⏎", "\t": "⇥"}
_WORDS = {" ": "space", "\n": "line break", "\t": "tab"}


def symbol_sign(symbol: str) -> str:
    """Return a symbol as a sign that can be seen."""
    return _SIGNS.get(symbol, symbol)


def symbol_label(symbol: str) -> str:
    """Return a symbol as it stands in a list."""
    return f"{_SIGNS[symbol]} {_WORDS[symbol]}" if symbol in _SIGNS else symbol


def symbol_words(symbol: str) -> str:
    """Return a symbol as it stands in a sentence: “e”, a space."""
    return f"a {_WORDS[symbol]}" if symbol in _WORDS else f"“{symbol}”"
