"""The one training service that all visitors of this server share."""

import streamlit as st

from lstm_core.service.training_service import TrainingService
from lstm_core.service.warm_ups import LIKELY_EXPERIMENTS


@st.cache_resource(show_spinner=False)
def training_service() -> TrainingService:
    """Return the service, starting it (and, in the background, its worker) at the first call."""
    return TrainingService(experiments_ahead=LIKELY_EXPERIMENTS)
