"""The coach: what an experienced eye would say of a run's curves, in plain words, and what it would do about it.

`facts.py` holds what it looks at, `rules.py` what it knows, `energy.py` what the training has used.
"""
