"""The same examples at every run, and no time limit on one of them: a busy machine must not fail a test."""

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")
