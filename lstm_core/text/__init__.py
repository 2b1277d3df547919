"""From bytes to numbers: what a network reads before it learns anything.

Follow a text on its way: `reading` (bytes to clean text), `library` (the texts that ship), `symbols` (text to symbols
and ids), `windows` (ids to what one training step looks at).
"""
