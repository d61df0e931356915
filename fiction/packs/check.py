"""`python -m fiction.packs.check PATH ...`: all mistakes and warnings in packs, for their authors."""

import sys
from pathlib import Path

from fiction.packs.library import WorldLibrary


def main(paths: list[str]) -> int:
    """Print the problems of each folder, file or zip; returns 1 if any can't be used."""
    failed = False
    for path in paths:
        errors, warnings = WorldLibrary(()).problems(Path(path))
        failed = failed or bool(errors)
        lines = [str(error) for error in errors] + [f"warning: {warning}" for warning in warnings]
        lines.append(f"{path}: {len(errors)} mistakes, {len(warnings)} warnings")
        sys.stdout.write("".join(f"{line}\n" for line in lines))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
