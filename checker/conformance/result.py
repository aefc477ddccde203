"""What following logs came to, as data: the report, the JSON and the Python API are made from these."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from checker.properties.result import TraceStep

Verdict = Literal["conforms", "violates", "cannot tell"]


class Place(Struct, frozen=True, kw_only=True, gc=False):
    """Where something stands: the log, the line where it begins, from 1, and, where many share the line, the path `within` its JSON."""

    log: str
    line: int
    within: str = ""

    def __str__(self) -> str:
        """Without the log."""
        return f"line {self.line} at {self.within}" if self.within else f"line {self.line}"


class Observed(Struct, frozen=True, kw_only=True):
    """One observation as the map reads it. `steps`: the names that the step may have. `agent` None: unknown, or a step of no agent.
    `values`: parameters and choices, or cells, with their values. `nobody`: of a step of no agent, what stands in its place."""

    kind: Literal["step", "state", "done", "begin", "end", "fail"]
    steps: tuple[str, ...]
    phrase: str
    agent: str | None
    values: tuple[tuple[str, str], ...]
    place: Place
    record: str
    nobody: str = ""

    @property
    def line(self) -> int:
        return self.place.line


class Explaining(Struct, frozen=True, kw_only=True):
    """A step of the behaviour that explains a run. `place` None: the log does not show it, it is assumed."""

    step: TraceStep
    place: Place | None

    @property
    def line(self) -> int | None:
        return None if self.place is None else self.place.line


class Violation(Struct, frozen=True, kw_only=True):
    """The first observation that no behaviour explains: number `event` of the run's. `allowed`: the steps that could have been observed instead;
    `possible`: of an observed state, what its cells could have held instead. `fails`: the step could happen, as an error of the protocol.

    `explanation`: a behaviour that explains what came before, `assumed` of its steps unseen; empty where the run is too long. `only`: it explains
    so many of these events, as none that explains them all was found soon, though there is one.
    `waiting`: where the order is known in part, all the observations of which none could come next; `event` is then how many no order gets beyond.
    """

    event: int
    seen: Observed
    allowed: tuple[TraceStep, ...]
    possible: tuple[str, ...]
    fails: str | None
    explanation: tuple[Explaining, ...]
    replay: str
    waiting: tuple[Observed, ...] = ()
    only: int | None = None

    @property
    def assumed(self) -> int:
        return sum(one.line is None for one in self.explanation)


class RunResult(Struct, frozen=True, kw_only=True):
    """One run of a log. `events`: its observations; `explained`: how many of them some behaviour explains. `states`: how many are possible
    after them all; `at_least`: there may be more, as one explanation was looked for and found.

    `end`: of the stores and the agents' variables, the values that each may have at the end, in the states that explain the run; empty where
    they are too many, or one explanation was enough. `names`: by sort, what the log called its elements. `unknown_outcomes`: calls that
    began and are not known to have ended.
    """

    run: str
    verdict: Verdict
    events: int
    explained: int
    states: int
    at_least: bool = False
    reason: str = ""
    violation: Violation | None = None
    end: dict[str, tuple[str, ...]] = {}
    names: dict[str, dict[str, str]] = {}
    unknown_outcomes: int = 0


class Conformance(Struct, frozen=True, kw_only=True):
    """Whether the runs of logs are behaviours of a protocol. `ignored`: records that a rule passes over; `unread`: those that no rule fits.

    `seen`: how often each step was certainly observed; `unseen`: the steps that no record can be; `hidden`: those that may happen unseen.
    """

    protocol: str
    path: str
    instance: str
    faults: str
    map: str
    logs: tuple[str, ...]
    format: str
    runs: tuple[RunResult, ...]
    records: int
    ignored: int
    unread: int
    seen: dict[str, int]
    unseen: tuple[str, ...]
    hidden: tuple[str, ...]
    warnings: tuple[str, ...]
    seconds: float
    interrupted: bool = False

    def count(self, verdict: Verdict) -> int:
        return sum(run.verdict == verdict for run in self.runs)

    @property
    def verdict(self) -> Verdict:
        """Of all runs together; a log without any run tells nothing."""
        if self.count("violates"):
            return "violates"
        return "cannot tell" if self.interrupted or not self.runs or self.count("cannot tell") else "conforms"

    @property
    def exit_code(self) -> int:
        """0 all runs conform, 1 one violates, 3 one cannot be told and none violates."""
        return {"conforms": 0, "violates": 1, "cannot tell": 3}[self.verdict]
