"""Whose run it is: the browser's that made it, known by a secret token that it keeps. There are no accounts.

A run's folder holds the token's hash alone, so that nobody who reads the disk, a download or a log can act as that
browser. Whoever has a run's address may look at it; whoever has the token may also change it.
"""

import hashlib
import hmac
import re
import secrets

from lstm_core.errors import NotAllowed

NOBODY = ""
"""The owner of runs that were made on the command line, and the token of a program that asks for no visitor."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # 256 bits


def make_token() -> str:
    """Draw a token that nobody guesses."""
    return secrets.token_urlsafe(32)


def is_token(given: str) -> bool:
    """Tell whether this has the form of a token; a browser may send anything in its place."""
    return _TOKEN.fullmatch(given) is not None


def hash_token(token: str) -> str:
    """Return what is kept of a token, "" for none. It is random and long: a plain SHA-256 gives nothing away."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest() if token else NOBODY


def owns(token: str, owner: str) -> bool:
    """Tell whether `token` is that of `owner`, a hash; a program without a token owns what nobody else does."""
    return hmac.compare_digest(hash_token(token), owner)


def check_owner(token: str, owner: str) -> None:
    """Raise NotAllowed unless the token is the owner's."""
    if owns(token, owner):
        return
    made = "in another browser" if owner else "on the command line"
    raise NotAllowed(
        f"This run was made {made}.",
        "Only who made it can change it; everyone else can watch it, write with it and copy it.",
        "Make a copy with changes on the page of runs; the copy is yours.",
    )
