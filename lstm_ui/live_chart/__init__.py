"""The chart that grows while a network learns.

growing.py chooses the points, shared.py keeps them for all who watch, packing.py says what a browser does not have yet;
live_chart.js draws in place what figure.js describes. data.py does for a run at rest what growing.py does for one that
goes on.
"""
