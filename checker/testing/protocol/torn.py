"""What no behaviour explains may be half of a step: the protocol changes two variables at once, the code one after the other."""

from __future__ import annotations

from checker.conformance.beliefs import Beliefs, CannotTell
from checker.model.cells import cell_names

MOST = 2_000  # states that are looked at


def half_of_a_step(beliefs: Beliefs, belief: int, cells: tuple[tuple[int, object], ...]) -> str:
    """Which step of the protocol the code has done the most of, and not all; "" where the cells do not look like that, or it cannot be told.

    `belief`: before the cells were seen so. Some of what the step changes of them has changed, the rest is as before.
    """
    try:
        before = sorted(beliefs.closed(belief))[:MOST]
    except CannotTell:
        return ""
    names = cell_names(beliefs.model)
    found: list[tuple[int, str]] = []
    for candidate in before:
        old = beliefs.automaton.state(beliefs.state_of(candidate))
        for (step, _), target in beliefs.unseen_moves(candidate):
            new = beliefs.automaton.state(beliefs.state_of(target))
            changed = [cell for cell, _ in cells if old[cell] != new[cell]]
            if any(value != old[cell] for cell, value in cells if cell not in changed):
                continue
            done = [names[cell] for cell, value in cells if cell in changed and value == new[cell]]
            left = [names[cell] for cell, value in cells if cell in changed and value == old[cell]]
            if done and left and len(done) + len(left) == len(changed):
                found.append((len(left), _told(beliefs.model.steps[step].name, done, left)))
    return min(found)[1] if found else ""


def _told(step: str, done: list[str], left: list[str]) -> str:
    changed, kept = ", ".join(done), ", ".join(left)
    what = f"it looks like half of {step}, which changes {changed} and {kept} in one step: {kept} is as before"
    return f"{what}. Where the code may do one after the other, an `await` between the two in the protocol says so"
