"""What can go wrong because of what someone typed, chose or uploaded, in words they can act on.

Every error says what came, what was expected and what to do next. Anything that is not a `CoreError` is a bug.
"""


class CoreError(Exception):
    """An expected failure, told in three sentences: what came, what was expected, what to do."""

    def __init__(self, came: str, expected: str, advice: str) -> None:
        self.came = came
        self.expected = expected
        self.advice = advice
        super().__init__(
            came, expected, advice
        )  # all three: exceptions travel between processes by pickling their args

    def __str__(self) -> str:
        return f"{self.came} {self.expected} {self.advice}"


class InvalidSetting(CoreError):
    """A knob has a value outside its bounds, or two knobs contradict each other."""


class UnreadableText(CoreError):
    """A file or a pasted text cannot be used as text: binary, wrong encoding, empty, no letters."""


class UnreadableReviews(CoreError):
    """A table cannot be used as labelled reviews: binary, damaged, no label column, labels that nobody understands."""


class TextTooShort(CoreError):
    """The text has fewer symbols than one window and its target need."""


class UnknownSymbols(CoreError):
    """A seed text holds symbols that the network has never met.

    `nearest` maps each unknown symbol, in order of appearance, to known symbols that look most like it.
    """

    def __init__(self, nearest: dict[str, tuple[str, ...]]) -> None:
        self.nearest = nearest
        shown = ", ".join(f"“{symbol}”" for symbol in list(nearest)[:5])
        hints = ", ".join(f"“{known[0]}” for “{symbol}”" for symbol, known in list(nearest.items())[:5] if known)
        super().__init__(
            f"The network has never met {shown}{' and others' if len(nearest) > 5 else ''}.",
            "It can only read symbols of the text that it was trained on.",
            f"Try {hints}." if hints else "Leave them out or choose others.",
        )
        self.args = (nearest,)


class TooBig(CoreError):
    """The network, the text or the request is larger than this machine or the app's limits allow."""


class ServiceUnavailable(CoreError):
    """The training processes are starting, have gone, or cannot be reached."""


class RunNotFound(CoreError):
    """No training run has this id or lies in this folder."""


class DamagedRun(CoreError):
    """A run's folder, checkpoint or download is incomplete or not what it says it is."""


class DownloadFailed(CoreError):
    """A file could not be fetched from elsewhere, or what came was not the file that was asked for."""


class RoomNotFound(CoreError):
    """No class room has this code, or it has closed."""


class NotAllowed(CoreError):
    """What was asked is not this visitor's to do, or not now: a teacher has locked it, or it came too often."""


class TooManyRuns(CoreError):
    """So many runs train or wait already that one more would only wait for very long."""
