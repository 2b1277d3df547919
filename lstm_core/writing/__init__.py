"""How a trained network writes: `sampling` chooses one symbol from its probabilities, `writer` does so again and again."""
