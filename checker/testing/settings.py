"""What a run may do: limits and options that each run of a search has alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct, field

from checker.testing.choices import Mode


class Settings(Struct, frozen=True, kw_only=True):
    """The settings of a run. The numbering of choice points depends on them: a token is replayed under the same ones."""

    mode: Mode = "latency"
    seed: int = 0  # of `random`, `os.urandom` and `uuid.uuid4` in the code under test
    faults: Mapping[str, int] = field(default_factory=dict)  # how often each fault may strike in a run
    cancel: bool | Sequence[str] = (
        False  # which tasks a sweep cancels: all but the test itself, or those of these names (an agent's own task has its name)
    )
    slack_s: float = 0.05  # how long, in virtual time, timers may overtake ready work
    late_s: float = 0.005  # how late the loop may wake up: timers that are due by then are ready at once
    max_steps: int = 20_000  # a run of more steps is a livelock
    grace_s: float = 0.25  # real time that a helper thread is given before the clock jumps; eight times that before a deadlock
    epoch: float = 1_735_689_600.0  # what `time.time()` gives at the start of a run: 2025-01-01T00:00:00Z


Status = Literal["passed", "failed"]
