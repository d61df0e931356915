"""How long the small commands take, as whole processes. Bars: `--help` 100 ms, `worlds list` 300 ms on an idle machine.

`uv run python -m bench.commands [RUNS]`
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMANDS = {"python -c pass": None, "fiction --help": ["--help"], "fiction worlds list": ["worlds", "list"]}


def seconds(argv: list[str], env: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(argv, env=env, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main(runs: int) -> None:
    fiction = str(Path(sys.executable).with_name("fiction"))
    print(f"{'command':<22} {'min':>7} {'median':>7} {'max':>7}   ms, {runs} runs")
    with tempfile.TemporaryDirectory() as home:
        env = {**os.environ, "FICTION_HOME": home}
        for name, arguments in COMMANDS.items():
            argv = [sys.executable, "-c", "pass"] if arguments is None else [fiction, *arguments]
            seconds(argv, env)
            times = [seconds(argv, env) * 1e3 for _ in range(runs)]
            print(f"{name:<22} {min(times):7.0f} {statistics.median(times):7.0f} {max(times):7.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
