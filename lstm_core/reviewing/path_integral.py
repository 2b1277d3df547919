"""Integrated gradients: the change of a score along a path, divided among the words that changed.

Sundararajan, Taly and Yan 2017, equation 1. The path leads straight from a baseline to the review, in the space of the
words' vectors. Their sum of evenly spread gradients goes wrong where the score moves in a jerk, as that of an LSTM may
after 200 words, or has a kink, as maxima and ReLUs make. Here the score at both ends of every piece of the path tells
whether its gradients add up; where they do not, the piece is halved.
"""

import numpy as np

from lstm_core.reviewing.fast_gradients import WordGradients

CLOSE, CLOSE_SHARE = 0.01, 0.01  # log odds, and a share of the whole change, that the pieces may miss together
_ROUGH, _ROUGH_SHARE = 0.25, 0.25  # the same for a single piece
_FIRST_PIECES = 4
_HALVED_AT_ONCE = 3  # pieces
_MAX_PIECES = 60  # that are ever looked at

# Lobatto's rule with five points, the ends among them: exact for polynomials up to the seventh degree (Abramowitz and
# Stegun 1964, 25.4.32). On the interval from 0 to 1.
_PLACES = np.array([0, 0.5 - np.sqrt(3 / 28), 0.5, 0.5 + np.sqrt(3 / 28), 1])
_SHARES = np.array([9, 49, 64, 49, 9]) / 180

# T: words of the longest review   B: reviews   S: pieces of the path   P: the five places in each   E: size of a word


def integrate_gradients(network: WordGradients, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return each word's share (T,) float32 of the change of the log odds from the vectors `start` to `end`, (T, E).

    The shares add up to that change within 1 %, or 0.01; in the rare case that 60 pieces do not suffice, less well.
    """
    ends = np.stack([start, end])[:, :, None]  # (2, T, 1, E): one review
    lengths = np.array([len(start)])
    pieces = np.linspace(0, 1, _FIRST_PIECES + 1)
    pieces = np.stack([pieces[:-1], pieces[1:]], axis=1)  # (S, 2): where each begins and ends
    shares, missing, changes = _look_at(network, ends, lengths, pieces)
    looked_at, close = len(pieces), max(CLOSE, CLOSE_SHARE * abs(float(changes.sum())))
    while np.abs(missing).sum() > close and looked_at < _MAX_PIECES:
        order = np.argsort(-np.abs(missing[:, 0]), kind="stable")
        count = min(_HALVED_AT_ONCE, int((np.abs(missing) > close / len(pieces)).sum()))  # at least one misses so much
        worst, kept = pieces[order[:count]], order[count:]
        middles = worst.mean(axis=1)
        halves = np.concatenate([np.stack([worst[:, 0], middles], axis=1), np.stack([middles, worst[:, 1]], axis=1)])
        new_shares, new_missing, _ = _look_at(network, ends, lengths, halves)
        pieces = np.concatenate([pieces[kept], halves])
        shares, missing = np.concatenate([shares[kept], new_shares]), np.concatenate([missing[kept], new_missing])
        looked_at += len(halves)
    return shares[:, 0].sum(axis=0)


def integrate_roughly(
    network: WordGradients, start: np.ndarray, end: np.ndarray, lengths: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the words' shares (B, T) in one piece, of several reviews; and whether they nearly add up, (B,) bool.

    `start` and `end` are (T, B, E), of which the first `lengths` (B,) count; beyond, both are the same.
    """
    shares, missing, changes = _look_at(network, np.stack([start, end]), lengths, np.array([[0.0, 1.0]]))
    return shares[0], np.abs(missing[0]) <= np.maximum(_ROUGH, _ROUGH_SHARE * np.abs(changes[0]))


def _look_at(
    network: WordGradients, ends: np.ndarray, lengths: np.ndarray, pieces: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Look at pieces (S, 2) of the path between the two `ends` (2, T, B, E).

    Return the words' shares (S, B, T), what these miss of the change of the log odds (S, B), and this change (S, B).
    """
    start, way = ends[0], ends[1] - ends[0]  # (T, B, E)
    sizes = pieces[:, 1] - pieces[:, 0]
    places = (pieces[:, :1] + sizes[:, None] * _PLACES).astype(np.float32)  # (S, P)
    words = start[:, None] + places.reshape(-1, 1, 1) * way[:, None]  # (T, S P, B, E)
    flat = words.reshape(len(start), -1, words.shape[-1])
    gradients, log_odds = network.of(flat, np.tile(lengths, places.size))
    along = np.einsum("tpbe,tbe->pbt", gradients.reshape(words.shape), way)  # (S P, B, T)
    along = along.reshape(*places.shape, *along.shape[1:])  # (S, P, B, T)
    shares = np.einsum("spbt,p,s->sbt", along, _SHARES, sizes).astype(np.float32)
    log_odds = log_odds.reshape(*places.shape, -1)  # (S, P, B)
    changes = log_odds[:, -1] - log_odds[:, 0]
    return shares, changes - shares.sum(axis=2), changes
