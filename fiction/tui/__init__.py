"""The game on the whole screen, in Textual."""
