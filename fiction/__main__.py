"""`python -m fiction`."""

import sys

from fiction.cli import main

if __name__ == "__main__":
    sys.exit(main())
