"""Bounded YAML: read from parser events, with limits on size, depth and count, and every value with its place."""
