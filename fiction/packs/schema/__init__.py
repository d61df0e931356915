"""The schema of packs, as pydantic models with messages of their own."""
