"""The built-in storyteller's turn: drawing a storylet, casting, telling, remembering, offering plans."""
