"""Home: what this is, and the doors into it."""

from lstm_ui.page import page_setup

page_setup("Home", "/")
