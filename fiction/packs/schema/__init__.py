"""The fields of a pack, as models that check and explain them."""
