"""What stories cost: lists of prices, a log of every call, and the caps that the reader set."""
