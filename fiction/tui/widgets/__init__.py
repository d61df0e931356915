"""Parts that screens are made of; each carries its own styles."""
