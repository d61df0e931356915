"""What a server accepts: known beforehand, probed, learned from its answers, and saved."""
