"""YAML read within bounds: events only, limits on size, depth and count, every value with its place."""
