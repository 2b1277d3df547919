"""What a review network says of a text, word by word, and why: plain NumPy, quick enough to follow someone typing.

Read `scorer.py` first. `fast_reader.py` and `fast_gradients.py` are `lstm_core.network.review_network` once more, for
speed, forward and back; `lstm_core.network.one_thread` tells why that matters on a server that also trains.
"""
