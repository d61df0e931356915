"""What becomes of a model's replies: passages, notes, plans, memory and imagined worlds."""
