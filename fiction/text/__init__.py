"""Work on plain text and addresses that any part may use."""
