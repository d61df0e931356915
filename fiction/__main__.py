"""`python -m fiction`."""

from fiction.cli import run

if __name__ == "__main__":
    run()
