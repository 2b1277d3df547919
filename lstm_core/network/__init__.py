"""The networks: their description and weights, the LSTM told slowly in NumPy, and the fast one in TensorFlow.

Read `shape.py`, then `numpy_lstm.py`. Only `fast_lstm.py` and `keras_model.py` import TensorFlow.
"""
