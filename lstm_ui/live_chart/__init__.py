"""The chart that grows while a network learns: data.py thins, component.py sends, live_chart.js draws in place."""

from lstm_ui.live_chart.component import show_live_chart
from lstm_ui.live_chart.data import ChartData, smooth, thin_history

__all__ = ["ChartData", "show_live_chart", "smooth", "thin_history"]
