"""`python -m fiction.packs.check PATH ...`: every problem and warning of world packs, for their authors."""

import sys
from pathlib import Path

from fiction.errors import PackError
from fiction.packs.loader import load_world


def main(paths: list[str]) -> int:
    """Print what is wrong with each file; 1 if any can't be used."""
    failed = False
    for path in paths:
        try:
            world = load_world(Path(path).read_bytes(), name=path)
        except PackError as error:
            failed = True
            sys.stdout.write("".join(f"{problem}\n" for problem in error.problems))
        else:
            sys.stdout.write(f"{path}: {world.title} {world.version} is a whole world\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
