"""A search that went on from a checkpoint, held to the reference interpreter.

The digests of a checkpoint find what was damaged. A checkpoint that was written to deceive, or by a machine that computes wrongly, has the right
digests: here a few of its states are looked at before the search goes on, and what the interpreter does not find again afterwards is
a reason to refuse it. That every state was expanded as it should be is not looked at: it would take as long as the search.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from checker.engines.native.checkpoint_errors import BadCheckpoint
from checker.engines.native.compile import Compiled
from checker.engines.native.search import Search
from checker.language.diagnostics import BadInput
from checker.semantics.interpreter import Interpreter

SAMPLES = 100  # states, at most; each costs the interpreter one expansion
INITIAL = 0xFFFFFFFF  # the predecessor of an initial state


@contextmanager
def blaming(folder: str) -> Iterator[None]:
    """Around what goes on from the checkpoint in `folder`, and around what asks the interpreter about it: what should never happen there speaks
    against the checkpoint. Were it teamcheck's own fault, a check from the start, which is the advice, would show it again."""
    try:
        yield
    except (AssertionError, ArithmeticError, LookupError, ValueError) as fault:
        raise _refused(folder, "the reference interpreter does not find what it says was found") from fault


def require_steps(folder: str, compiled: Compiled, search: Search) -> None:
    """Hold states all over the checkpoint to the interpreter: each is a successor of its predecessor. Raises BadInput."""
    count = search.stats().distinct
    for number in sorted({place * (count - 1) // (SAMPLES - 1) for place in range(SAMPLES)} if count else ()):
        with blaming(folder):
            follows = _follows(compiled, search, number)
        if not follows:
            raise _refused(folder, f"no step leads to state {number:,} from where it was reached")


def _follows(compiled: Compiled, search: Search, number: int) -> bool:
    form = compiled.ground
    words, (predecessor,) = search.states(number, number + 1)
    if predecessor == INITIAL:
        return True  # it was compared with that of the new search
    fields = compiled.unpacked(search.state(predecessor))
    state = form.decoded(fields)
    if form.encoded(state) != fields:  # a value that its field has room for and its type has not
        return False
    targets = [t.target for t in Interpreter(form.model).transitions(state)]
    return any(compiled.packed(form.canonical(form.encoded(target))) == tuple(words) for target in targets if target is not None)


def _refused(folder: str, reason: str) -> BadInput:
    return BadInput([BadCheckpoint(span=None, path=folder, reason=reason)])
