"""World packs: read within bounds, checked, listed, installed and written."""
