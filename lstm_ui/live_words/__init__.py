"""What a run writes now, what it wrote earlier, and what it predicts: rows.py makes rows, live_words.js draws them."""
