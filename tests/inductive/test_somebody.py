"""Rules that there is somebody: no state refutes one, nothing can be left out of one, and none that is as small is missing."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from checker.certificates.subject import Asked
from checker.elaborate import make
from checker.engines.explicit import explore
from checker.engines.inductive.somebody import meeting, somebody
from checker.model.expr import Apply, Expr, Quantifier
from checker.model.model import Model
from checker.model.resize import resized
from checker.properties.plan import read_target
from checker.semantics.interpreter import Interpreter
from checker.sentences.sentence import sentence

ROOT = Path(__file__).parents[2]
STEMS = ["patterns/lock_server", "patterns/handoff_chain", "patterns/token_ring"]


def of_corpus(stem: str) -> tuple[Asked, list[Model]]:
    target = read_target(str(ROOT / "specs" / f"{stem}.spec"))
    asked = Asked(target, next(iter(target.instances)), "none", "no deadlock", {})
    return asked, [asked.model_at(size) for size in (2, 3)]


@pytest.mark.parametrize(
    ("stem", "names", "rule"),
    [
        (
            "patterns/lock_server",
            0,
            "waiting(Release, Server) > 0 or any(c in Client: waiting(Grant, c) > 0) or any(c in Client: c.holds) or Server.free",
        ),
        (
            "patterns/lock_server",
            1,
            "all(c in Client: waiting(Grant, c) > 0 or not c at waiting or (an Ask message from c waits for Server))",
        ),
        (
            "patterns/handoff_chain",
            0,
            "answers != 0 or not begun or any(a in Agent: waiting(Handoff, a) > 0) or any(a in Agent: a.active)",
        ),
        ("patterns/token_ring", 0, "any(n in Node: waiting(Token, n) > 0) or any(n in Node: n.has)"),
        (
            "patterns/work_stealing",
            1,
            "all(w in Worker: not w at working or any(t in Task: w.task == t))",
        ),
    ],
)
def test_rules_say_where_it_is(stem: str, names: int, rule: str) -> None:
    asked, models = of_corpus(stem)
    assert rule in [sentence(found, asked.checked, models[0]).text for found in somebody(models, names)]


@pytest.mark.parametrize("stem", STEMS)
def test_no_state_refutes_a_rule_and_each_part_of_it_is_needed(stem: str) -> None:
    _, models = of_corpus(stem)
    found = [rule for names in (0, 1) for rule in somebody(models, names)]
    assert len(found) >= 2
    for rule in found:
        assert holds_everywhere(rule, models)
        assert not any(holds_everywhere(shorter, models) for shorter in without_a_part(rule))


def holds_everywhere(rule: Expr, models: list[Model]) -> bool:
    for model in models:
        here, interpreter = resized(rule, model), Interpreter(model)
        if not all(interpreter.evaluate(here, state) for state in explore(model, states_limit=400).states):
            return False
    return True


def without_a_part(rule: Expr) -> list[Expr]:
    if isinstance(rule, Quantifier) and rule.kind == "all":
        return [replace(rule, body=shorter) for shorter in without_a_part(rule.body)]
    parts = rule.arguments if isinstance(rule, Apply) and rule.operator == "or" else ()
    return [make.either(*(part for part in parts if part is not left_out)) for left_out in parts]


@pytest.mark.parametrize("seed", range(40))
def test_the_smallest_sets_that_meet_all_rows(seed: int) -> None:
    random = Random(seed)
    rows = [sum(1 << number for number in random.sample(range(7), random.randint(1, 4))) for _ in range(random.randint(0, 8))]
    sets = [sum(1 << number for number in chosen) for size in range(4) for chosen in combinations(range(7), size)]
    meets = [one for one in sets if all(one & row for row in rows)]
    wanted = [one for one in meets if not any(other != one and other & one == other for other in meets)]
    assert sorted(meeting(rows, 3)) == sorted(wanted)
