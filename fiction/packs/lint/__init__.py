"""Warnings for valid packs: unreachable scenes, unused qualities, texts against the pack's own rules."""
