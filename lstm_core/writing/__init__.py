"""How a trained network writes: `sampling` draws one symbol, `writer` does so again and again."""
