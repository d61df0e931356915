"""How the built-in storyteller tells: what it knows, draws, casts, says, remembers and offers in one turn."""
