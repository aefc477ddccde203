"""Both ends of a sequence: the ground form takes and gives what the interpreter does, in every state."""

from __future__ import annotations

from collections import Counter

from checker.elaborate.lower import elaborate
from checker.engines.explicit import explore
from checker.ground.program import ground
from checker.language.check import check
from checker.language.parse import parse_protocol
from checker.language.source import Source
from checker.semantics.interpreter import Interpreter
from tests.ground.straight_line import transitions

DEQUE = """protocol deque()
shared q: seq[0..2, max 3] = []
shared taken: 0..2 = 0
role Owner:
    action push(x: 0..2):
        q = append(q, x)
    action pop:
        taken = last(q)
        q = butlast(q)
role Thief:
    action steal when len(q) > 1:
        taken = first(q)
        q = rest(q)
    action pick(x: 0..2) when x in q:
        q = without(q, x)
    action swap when len(q) == 2:
        q = rest(q) + butlast(q)
"""


def test_a_deque() -> None:
    model = elaborate(check(parse_protocol(Source("deque.team", DEQUE))))
    interpreter, form, states = Interpreter(model), ground(model), explore(model).states
    assert len(states) == 3 * (1 + 3 + 9 + 27)
    for state in states:
        assert transitions(form, state) == Counter((t.step, t.target) for t in interpreter.transitions(state))
