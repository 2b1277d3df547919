"""The one training service that all visitors of this server share, and the class rooms on it."""

import streamlit as st

from lstm_core.service.rooms import ClassRooms
from lstm_core.service.training_service import TrainingService
from lstm_core.service.warm_ups import experiments_ahead


def training_service() -> TrainingService:
    """Return the service, starting it (and, in the background, its worker) at the first call."""
    return _start()[0]


def class_rooms() -> ClassRooms:
    """Return the rooms of this server; they hold their members' runs to their rules from the first page on."""
    return _start()[1]


@st.cache_resource(show_spinner=False)
def _start() -> tuple[TrainingService, ClassRooms]:
    service = TrainingService(experiments_ahead=experiments_ahead())
    return service, ClassRooms(service)
