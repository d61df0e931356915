"""Prompts of the model storyteller: the templates (.md) and what fills them."""
