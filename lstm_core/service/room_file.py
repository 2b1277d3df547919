"""The small file that keeps the class rooms when the server is restarted; nothing of a closed room stays in it."""

import logging
from collections.abc import Iterable
from pathlib import Path

from lstm_core.errors import CoreError, ServiceUnavailable
from lstm_core.knobs import MAX_ROOMS
from lstm_core.service.room import Room
from lstm_core.service.run_files import disk_errors_as, read_json, replace_json

FILE = Path(".rooms", "rooms.json")  # a folder of its own: the list of runs is read anew when theirs has changed

logger = logging.getLogger(__name__)


class RoomFile:
    """All rooms of a server in one file; `trouble` says why it cannot be written at the moment."""

    def __init__(self, runs_folder: Path) -> None:
        self._path = runs_folder / FILE
        self.trouble = ""

    def load(self) -> list[Room]:
        """Return the rooms that were saved last; those that cannot be read are left out, and the log says so."""
        try:
            entries = read_json(self._path).get("rooms") if self._path.exists() else []
        except CoreError as error:
            logger.warning("The class rooms of the last server are gone: %s", error)
            return []
        rooms = []
        for entry in entries[:MAX_ROOMS] if isinstance(entries, list) else []:
            try:
                rooms.append(Room.from_record(entry))
            except (CoreError, KeyError, TypeError, ValueError, AttributeError) as error:
                logger.warning("A class room of the last server could not be understood and is gone: %r", error)
        return rooms

    def save(self, rooms: Iterable[Room]) -> None:
        """Write all rooms down in one piece. A disk that refuses costs the record, never a lesson."""
        try:
            with disk_errors_as("The class rooms could not be saved"):
                self._path.parent.mkdir(parents=True, exist_ok=True)
                replace_json(self._path, {"rooms": [room.to_record() for room in rooms]})
            self.trouble = ""
        except ServiceUnavailable as error:
            self.trouble = str(error)
            logger.warning("%s", error)
