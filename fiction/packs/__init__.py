"""World packs: reading them with bounds, checking them, finding, installing and writing them."""
