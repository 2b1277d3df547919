"""Looking inside a trained network: what each unit does over a text, and what becomes of it when a unit is taken away.

Read `reading.py`, then `trace.py`. All numbers come from the NumPy networks that are tested against Keras
(`lstm_core.network`); nothing here changes a network.
"""
