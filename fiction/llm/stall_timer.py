"""How long a reply's next bytes are waited for.

The first event may take as long as it likes: a slow machine reads a long prompt for many minutes without a word. Once
the reply has begun, a silence of one stall time-out ends it. Comments and blank lines are signs of life, since services
send them while a request queues or a model starts; each begins the silence anew, as do bytes of an unfinished event.
But gateways send them whatever became of the model behind them, so without an event they lengthen the wait to
MAX_STALLS stall time-outs and no further.
"""

MAX_STALLS = 20


class StallTimer:
    """The waits of one reply. Only time spent waiting counts, not what the reader of the reply does in between."""

    def __init__(self, stall_timeout: float) -> None:
        self._stall = stall_timeout
        self._heard = False
        """Anything has come, signs of life included."""
        self._begun = False
        """An event has come, or part of one."""
        self._over = False
        """The reply is at its end; what may still come is its count of tokens."""
        self._waited = 0.0
        """Seconds since the last event, or since the first sign of life; after the end, since then."""

    @property
    def limit(self) -> float:
        """Seconds that signs of life alone may fill."""
        return MAX_STALLS * self._stall

    @property
    def exhausted(self) -> bool:
        """Signs of life came for too long, and no event."""
        return self._waited >= self.limit

    @property
    def seconds(self) -> float | None:
        """How long to wait for the next bytes; None is as long as it takes."""
        if not self._heard:
            return None
        left = max(0.0, self.limit - self._waited)
        return min(self._stall, left) if self._begun else left

    def after_end(self, total: float) -> float:
        """How long to wait for the next bytes where all waits after the reply's end may take so many seconds."""
        if not self._over:
            self._over, self._waited = True, 0.0
        return max(0.0, total - self._waited)

    def waited(self, seconds: float) -> None:
        """The wait for some bytes is over."""
        if self._heard:
            self._waited += seconds

    def hear(self, *, events: bool, begun: bool) -> None:
        """Take in what the bytes were: whether they completed events, and whether part of the reply is there."""
        self._heard = True
        self._begun = self._begun or events or begun
        if events and not self._over:
            self._waited = 0.0
