"""The values of a story: frozen, typed, without I/O and without any third-party library."""
