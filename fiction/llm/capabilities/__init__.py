"""What a server takes and refuses: known beforehand, asked, learned from its answers, and kept."""
