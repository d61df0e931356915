"""What stories cost: a list of prices, a ledger of every call, and the caps that the reader set."""
