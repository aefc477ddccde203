"""What of the corpus is proved for every size, and what that takes: `python -m tests.proving.table [STEM ...]`.

Seconds are of processors, those of the solvers included, for the proof and for each attempt before it; a search at small sizes is not among them.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from checker.model.model import Goal
from checker.properties.plan import expects_violation, read_target
from checker.properties.searches import Limits, model_of
from checker.properties.tolerance.subject import subject
from checker.proving.attempt import Attempts
from checker.sorted.obligations import PROVABLE

ROOT = Path(__file__).parents[2]
TIME_S = 60.0  # wall clock, for one property: machines are shared


class Row(Struct, frozen=True, kw_only=True):
    stem: str
    instance: str
    faults: str
    property: str
    proved: bool
    lemmas: int
    questions: int
    seconds: float
    reason: str


def rows(stem: str, instance: str, faults: str, names: tuple[str, ...] | None = None, time_s: float = TIME_S) -> Iterator[Row]:
    """A row for each property that a proof may be about and that is expected to hold; `names`: only these."""
    path = str(ROOT / "specs" / f"{stem}.spec")
    base = subject(path, instance=instance, faults=faults, properties=None, overrides={}, limits=Limits(), said=None)
    attempts = Attempts(base, faults, None)
    for goal in (goal for job in base.jobs(faults) for goal in model_of(job).goals):
        if names is None and (goal.kind not in PROVABLE or expects_violation(base.target, goal.name, instance, faults)):
            continue
        if names is None or goal.name in names:
            yield _row(attempts, stem, instance, faults, goal, time_s)


def _row(attempts: Attempts, stem: str, instance: str, faults: str, goal: Goal, time_s: float) -> Row:
    began = _processor_s()
    attempts.every_size(goal, time_s)
    found = attempts.of(goal.name)
    return Row(
        stem=stem,
        instance=instance,
        faults=faults,
        property=goal.name,
        proved=found.every_size,
        lemmas=len(found.lemmas),
        questions=found.obligations,
        seconds=_processor_s() - began,
        reason=found.reason,
    )


def _processor_s() -> float:
    used = [resource.getrusage(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def shown(row: Row) -> str:
    where = f"{row.stem} {row.instance}" + ("" if row.faults == "none" else f" {row.faults}")
    said = f"{row.lemmas:2} lemmas, {row.questions:3} questions" if row.proved else f"no: {row.reason}"
    return f"{where:48} {row.property:28} {row.seconds:5.1f} s  {said}"


def main(stems: list[str]) -> int:
    everything = sorted(str(path.relative_to(ROOT / "specs"))[:-5] for path in (ROOT / "specs").rglob("*.spec"))
    proved: dict[str, int] = {}
    for stem in stems or everything:
        for instance, faults in read_target(str(ROOT / "specs" / f"{stem}.spec")).pairs():
            for row in rows(stem, instance, faults):
                print(shown(row), flush=True)
                proved[stem] = proved.get(stem, 0) + row.proved
    with_some = sum(bool(count) for count in proved.values())
    print(f"{sum(proved.values())} properties of {with_some} protocols are proved for every size")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
