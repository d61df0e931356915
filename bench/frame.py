"""First frame: the game's title screen beside an empty Textual app, in a real pseudo-terminal, alternating.

Bar (docs/design.md section 11): at most 1.3 times the empty app. `uv run python -m bench.frame [RUNS]`
"""

import statistics
import sys
import tempfile
from pathlib import Path

from bench.pty_time import until_painted

EMPTY = """
from textual.app import App
from textual.widgets import Static

class Empty(App):
    def compose(self):
        yield Static("painted-at-last", markup=False)

Empty().run()
"""
BAR = 1.3


def main(runs: int) -> int:
    with tempfile.TemporaryDirectory() as home:
        empty = Path(home, "empty.py")
        empty.write_text(EMPTY)
        env = {"FICTION_HOME": home}
        game = [sys.executable, "-m", "fiction"]
        times: dict[str, list[float]] = {"empty Textual app": [], "fiction": []}
        for run in range(runs + 1):
            a = until_painted([sys.executable, str(empty)], "painted-at-last")
            b = until_painted(game, "New story", env=env)
            if run:
                times["empty Textual app"].append(a)
                times["fiction"].append(b)
    print(f"{'first frame':<20} {'min':>7} {'median':>7} {'max':>7}   ms, {runs} runs, alternating")
    for name, values in times.items():
        print(f"{name:<20} {min(values) * 1e3:7.0f} {statistics.median(values) * 1e3:7.0f} {max(values) * 1e3:7.0f}")
    ratio = statistics.median(times["fiction"]) / statistics.median(times["empty Textual app"])
    print(f"ratio of the medians {ratio:.2f} (bar {BAR})")
    return 0 if ratio <= BAR else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 9))
