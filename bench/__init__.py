"""What is measured, as programs that print a table: `uv run python -m bench.NAME`."""
