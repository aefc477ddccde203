"""Stale reads on a run: an activity looked at a cell, another changed it, and the activity went on without looking again."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from checker.properties.run import Run, Taken
from checker.properties.touched import step_reads

_STEPS = 100  # at the end of a run, that are looked at


class StaleRead(Struct, frozen=True, kw_only=True):
    """`reader` last read `cell` in the activity that `user` goes on with, or wrote it as well; `writer` changed it in between."""

    cell: int
    reader: Taken
    writer: Taken
    user: Taken


def find_stale(run: Run, cells: Collection[int]) -> StaleRead | None:
    """The latest step that acts on a stale read: one that writes the very cell of `cells` that it read, else any of them."""
    wanted = set(cells)
    other: StaleRead | None = None
    for user in reversed(run.taken[-_STEPS:]):
        if wanted.isdisjoint(user.changed):
            continue
        for stale in stale_at(run, user):
            if stale.cell in wanted and stale.cell in user.changed:
                return stale
            other = other or stale
    return other


def stale_sentence(run: Run, stale: StaleRead) -> str:
    """`Worker1 read count (0) in step 2, Worker0 changed it to 1 in step 3, and Worker1 went on in step 4 without looking at it again.`"""
    cell = run.names[stale.cell]
    known, now = run.value(stale.cell, stale.reader.after), run.value(stale.cell, stale.writer.after)
    knew = f"made {cell} {known}" if stale.cell in stale.reader.changed else f"read {cell} ({known})"
    writer = stale.writer.who or stale.writer.step.name
    return (
        f"{stale.reader.who} {knew} in step {stale.reader.number}, {writer} changed it to {now} in step "
        f"{stale.writer.number}, and {stale.user.who} went on in step {stale.user.number} without looking at it again."
    )


def stale_at(run: Run, user: Taken) -> list[StaleRead]:
    """The shared cells that `user`'s activity read before its last await, that are not as it left them, and that `user` does not read."""
    if user.step.kind not in ("resume", "take", "timeout") or user.step.activity is None or not user.changed:
        return []
    earlier = _earlier_steps(run, user)
    fresh = set(_reads(run, user)) if earlier else set()
    found: dict[int, StaleRead] = {}
    for reader in earlier:
        for cell in _reads(run, reader) - fresh - found.keys():
            writer = _changed_by_another(run, cell, reader, user)
            differs = reader.after[cell] != user.before[cell]
            if run.variables[cell].kind == "shared" and writer is not None and differs:
                found[cell] = StaleRead(cell=cell, reader=reader, writer=writer, user=user)
        fresh |= _reads(run, reader)
    return [found[cell] for cell in sorted(found)]


def _reads(run: Run, taken: Taken) -> set[int]:
    found = run.reads.get(taken.number)
    if found is None:
        found = run.reads[taken.number] = step_reads(taken)
    return found


def _earlier_steps(run: Run, user: Taken) -> list[Taken]:
    """The steps of the same activity of the same agent before `user`, latest first, back to its start."""
    found = []
    for taken in reversed(run.taken[max(0, user.number - 1 - _STEPS) : user.number - 1]):
        same = taken.step.role == user.step.role and taken.step.activity == user.step.activity and taken.agent == user.agent
        if same and taken.step.fault is None:
            found.append(taken)
            if taken.step.kind == "start" or not taken.step.name.startswith(f"{taken.step.role}.{taken.step.activity}."):
                break
    return found


def _changed_by_another(run: Run, cell: int, reader: Taken, user: Taken) -> Taken | None:
    """The last step between the two, by somebody else, that changed the cell."""
    for taken in reversed(run.taken[reader.number : user.number - 1]):
        if cell in taken.changed and (taken.step.role, taken.agent) != (user.step.role, user.agent):
            return taken
    return None
