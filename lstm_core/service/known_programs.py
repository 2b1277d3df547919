"""What a run that begins will wait for: which programs are compiled already, and how long another one will take."""

from collections.abc import Hashable

COMPILE_SECONDS = 3.0  # of a new program on an idle machine, until one was compiled here
IMPORT_SECONDS = 4.0  # of TensorFlow, in a worker that has just been started
NEW_FROM = 0.5  # seconds: what takes less was there already


class KnownPrograms:
    """Programs by what decides which one a run calls (`training.data.program_key`)."""

    def __init__(self) -> None:
        self._known: set[Hashable] = set()
        self._seconds = COMPILE_SECONDS

    def add(self, program: Hashable, seconds: float = 0.0) -> None:
        """Take in that a worker has a program, and if a run has waited for it, how long."""
        self._known.add(program)
        if seconds >= NEW_FROM:
            self._seconds = seconds

    def forget_all(self) -> None:
        """A worker has gone, and with it perhaps the only copy of a program."""
        self._known.clear()

    def expect(self, program: Hashable, is_importing: bool) -> float | None:
        """Return the seconds until a run with this program can begin; None when it can begin at once."""
        if program is not None and program in self._known:
            return None
        return self._seconds + (IMPORT_SECONDS if is_importing else 0.0)
