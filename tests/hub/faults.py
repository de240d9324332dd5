"""Faults on purpose: which request breaks, how, and whether it was applied before it broke."""

import threading
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Fault", "FaultPlan"]

Action = Literal["status", "reset", "truncate", "slow", "ratelimit", "hold"]


@dataclass
class Fault:
    """One rule: break the `nth` to `nth + times - 1`-th requests of a kind.

    Attributes:
        kind: request kind as in the log, such as `commit` or `lfs_put`; `*` for any.
        action: `status` answers with `status` and `body`; `reset` cuts the connection
            with a TCP reset; `truncate` sends half of the answer; `slow` waits `seconds`;
            `ratelimit` answers 429 with the Hub's header; `hold` waits until `release`.
        when: `before` the request takes effect, or `after`.
    """

    kind: str
    action: Action
    when: Literal["before", "after"] = "before"
    nth: int = 1
    times: int = 1
    status: int = 503
    code: str = ""
    message: str = ""
    body: bytes = b'{"error": "a fault on purpose"}'
    seconds: float = 0.0
    reached: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)
    seen: int = 0
    fired: int = 0

    def matches(self, kind: str) -> bool:
        """Count a request of this kind; say whether the rule strikes."""
        if self.kind not in ("*", kind):
            return False
        self.seen += 1
        strikes = self.nth <= self.seen < self.nth + self.times
        self.fired += strikes
        return strikes


class FaultPlan:
    """The rules of a server, matched in order; the first that strikes wins."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.rules: list[Fault] = []

    def strike(self, kind: str) -> Fault | None:
        """Return the rule that breaks this request."""
        with self._lock:
            struck = [rule for rule in self.rules if rule.matches(kind)]
            return struck[0] if struck else None

    def clear(self) -> None:
        """Forget all rules and let held requests go."""
        with self._lock:
            for rule in self.rules:
                rule.release.set()
            self.rules.clear()
