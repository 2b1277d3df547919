"""The chart that grows while a network learns: data.py thins, component.py sends, live_chart.js draws in place."""

from lstm_ui.live_chart.component import CHART_HEIGHT, show_live_chart
from lstm_ui.live_chart.data import ChartData, smooth, thin_history

__all__ = ["CHART_HEIGHT", "ChartData", "show_live_chart", "smooth", "thin_history"]
