"""Everything the app knows about LSTMs, without a screen.

Read `network/numpy_lstm.py` first: the LSTM in plain NumPy, each equation named. Then `training/step.py`, which
trains the same network fast, and `service/training_service.py`, which lets many visitors train at once.
"""
