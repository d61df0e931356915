"""Which servers run on this machine, and which models they list."""
