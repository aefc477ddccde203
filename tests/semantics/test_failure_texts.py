"""What a failure says: the names and values of the user."""

from __future__ import annotations

import pytest

from checker.language.types import BagOf, Enum, Int, MapOf, Option, Record, SeqOf, SetOf, Sort
from checker.model.expr import Expr, Local
from checker.model.model import While
from checker.semantics.failure import EvaluationError, cell_name
from checker.semantics.interpreter import Interpreter
from tests.semantics.building import (
    FALSE,
    HERE,
    TRUE,
    Variables,
    apply,
    const,
    model,
    narrow,
    number,
    quantifier,
    read,
    step,
    unwrapped,
)

TASK, WORKER, SLOT = Sort("Task", 2), Sort("Worker", 2, role=True), Sort("Slot", 3, ordered=True)
LEAD = Sort("Lead", 1, role=True, single=True)
STATUS = Enum("Status", ("open", "done"))
ENTRY = Record("Entry", (("by", Option(WORKER)),))
V = Variables()
OWNER = V.add("owner", Option(WORKER), TASK, initial=None)
SEEN = V.add("Worker.seen", Option(TASK), WORKER, initial=None, kind="agent")
PLAN = V.add("Lead.plan", Option(TASK), LEAD, initial=None, kind="agent")
VOTE = V.add("Worker.vote", Option(TASK), WORKER, TASK, initial=None, kind="agent")
BY_STATUS = V.add("by_status", Option(TASK), STATUS, Int(1, 2), initial=None)
ENTRY_CELL = V.add("entry", ENTRY, initial=(None,))
NEEDS = V.add("needs", MapOf(TASK, Option(TASK)), initial=(None, None))
LOG = V.add("log", SeqOf(TASK, 2), initial=())
BAG = V.add("bag", BagOf(TASK, 2), initial=())
MAYBE = V.add("maybe", Option(TASK), initial=1)
T = Local(0, "t", Option(TASK))
FIVE = Int(0, 5)


def slot(place: int) -> Expr:
    return const(place, SLOT)


TEXTS: list[tuple[Expr, str, str]] = [
    (unwrapped(read(OWNER, const(0, TASK))), "none", "`owner[Task0]` is none"),
    (unwrapped(read(OWNER, unwrapped(read(MAYBE)))), "none", "`owner[Task1]` is none"),
    (unwrapped(read(SEEN, const(1, WORKER))), "none", "`Worker1.seen` is none"),
    (unwrapped(read(PLAN, const(0, LEAD))), "none", "`Lead.plan` is none"),
    (unwrapped(read(VOTE, const(1, WORKER), const(0, TASK))), "none", "`Worker1.vote[Task0]` is none"),
    (unwrapped(read(BY_STATUS, const(1, STATUS), number(2))), "none", "`by_status[done, 2]` is none"),
    (unwrapped(apply("field", read(ENTRY_CELL), number(0), type=Option(WORKER))), "none", "`entry.by` is none"),
    (unwrapped(apply("get", read(NEEDS), const(1, TASK), type=Option(TASK))), "none", "`needs[Task1]` is none"),
    (unwrapped(read(OWNER, const(0, TASK), old=True)), "none", "`old(owner[Task0])` is none"),
    (unwrapped(apply("if", TRUE, read(PLAN, const(0, LEAD)), T, type=Option(TASK))), "none", "`x!` is none"),
    (narrow(apply("add", number(2), number(2), type=Int(4, 4)), Int(0, 3)), "range", "value 4 is not in 0..3"),
    (narrow(const(None, Option(TASK)), TASK), "range", "value none is not in Task"),
    (narrow(const(frozenset({0, 4}), SetOf(FIVE)), SetOf(Int(0, 3))), "range", "value {0, 4} is not in set[0..3]"),
    (apply("next", slot(2), type=SLOT), "range", "Slot2 is the last Slot: nothing comes next"),
    (apply("previous", slot(0), type=SLOT), "range", "Slot0 is the first Slot: nothing comes before"),
    (apply("next", const(1, STATUS), type=STATUS), "range", "done is the last Status: nothing comes next"),
    (apply("floordiv", number(3), number(0), type=FIVE), "division", "3 // 0: division by zero"),
    (apply("mod", number(3), number(0), type=FIVE), "division", "3 % 0: division by zero"),
    (apply("first", read(LOG), type=TASK), "empty", "first(log) of an empty sequence"),
    (apply("last", const((), LOG.type), type=TASK), "empty", "last([]) of an empty sequence"),
    (apply("rest", read(LOG), type=LOG.type), "empty", "rest(log) of an empty sequence"),
    (apply("butlast", read(LOG), type=LOG.type), "empty", "butlast(log) of an empty sequence"),
    (apply("item", read(LOG), number(1), type=TASK), "key", "`log` has 0 elements: none at 1"),
    (apply("without", read(LOG), number(0), type=LOG.type), "key", "`log` has 0 elements: none at 0"),
    (apply("replace", read(LOG), number(0), const(0, TASK), type=LOG.type), "key", "`log` has 0 elements: none at 0"),
    (apply("get", read(NEEDS), const(None, Option(TASK)), type=Option(TASK)), "key", "the map has no key none"),
    (apply("bag_remove", read(BAG), const(1, TASK), type=BAG.type), "key", "Task1 is not there to be taken"),
    (read(BY_STATUS, const(0, STATUS), apply("add", number(2), number(1), type=FIVE)), "key", "3 is not in 1..2"),
    (quantifier("min", Local(1, "q", TASK), const(frozenset(), SetOf(TASK)), number(1), FIVE), "empty", "min of nothing"),
]


@pytest.mark.parametrize(("expr", "kind", "text"), TEXTS, ids=[text for _, _, text in TEXTS])
def test_texts(expr: Expr, kind: str, text: str) -> None:
    interpreter = Interpreter(model(V, ()))
    (state,) = interpreter.initial_states()
    with pytest.raises(EvaluationError) as raised:
        interpreter.evaluate(expr, state, state)
    assert (raised.value.failure.kind, raised.value.failure.text, str(raised.value)) == (kind, text, text)


def test_the_index_of_a_name_is_its_value_of_the_moment() -> None:
    """Read from a cell of a variable with two indices."""
    v = Variables()
    owner, grid = v.add("owner", Option(WORKER), TASK, initial=None), v.add("grid", TASK, SLOT, WORKER, initial=0)
    expr = unwrapped(read(owner, read(grid, const(2, SLOT), const(0, WORKER))))
    with pytest.raises(EvaluationError, match=r"^`owner\[Task1\]` is none$"):
        Interpreter(model(v, ())).evaluate(expr, (None, None, 0, 0, 0, 0, 1, 0))


def test_a_loop_without_end() -> None:
    loop = While(condition=apply("not", FALSE), limit=5, body=(), at=HERE)
    interpreter = Interpreter(model(V, (step("s", (), (loop,)),)))
    (found,) = interpreter.transitions(interpreter.initial_states()[0])
    assert found.failure is not None
    assert (found.failure.kind, found.failure.text) == ("bound", "the condition of `while` still holds after 5 rounds")


def test_names_of_cells() -> None:
    assert cell_name(LOG, ()) == "log"
    assert cell_name(OWNER, (1,)) == "owner[Task1]"
    assert cell_name(VOTE, (0, 1)) == "Worker0.vote[Task1]"
