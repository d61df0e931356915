"""The game: ports, one turn, the session, the director. Imports the values and nothing that does I/O."""
