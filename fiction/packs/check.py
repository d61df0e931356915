"""`python -m fiction.packs.check PATH ...`: every problem and warning of world packs, for their authors."""

import sys
from pathlib import Path

from fiction.errors import PackError
from fiction.packs.lint import lint
from fiction.packs.loader import load_pack


def main(paths: list[str]) -> int:
    """Print what is wrong with each file; 1 if any can't be used."""
    failed = False
    for path in paths:
        try:
            pack = load_pack(Path(path).read_bytes(), name=path)
        except PackError as error:
            failed = True
            lines = [str(problem) for problem in error.problems]
        else:
            lines = [f"warning: {warning}" for warning in lint(pack)]
            lines.append(f"{path}: {pack.world.title} {pack.world.version}, {len(lines)} warnings")
        sys.stdout.write("".join(f"{line}\n" for line in lines))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
