"""Text and its forms: addresses, names of devices; pure functions that every other package may use."""
