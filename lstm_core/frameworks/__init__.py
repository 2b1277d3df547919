"""The same character LSTM three times: NumPy by hand, low-level TensorFlow, Keras. Each program stands alone.

`parts.py` finds the lines that correspond, `comparison.py` runs all three with the same weights on the same windows.
"""
