"""`METER <= BOUND`: held to the worst case that the longest path finds, by every engine, on the corpus and on generated protocols."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest

from checker import api
from checker.language.diagnostics import BadInput
from checker.sizing.meters import meters_of
from tests.elaborate.generator import protocol
from tests.sizing.loading import exact, loaded

ROOT = Path(__file__).resolve().parents[2]


def verdicts(folder: Path, text: str, lines: str, faults: str = "none", engine: str = "auto") -> dict[str, str]:
    (folder / "p.team").write_text(text, encoding="utf-8")
    model = "" if faults == "none" else f"faults f: {faults}\n"
    (folder / "p.spec").write_text(
        f'spec p for "p.team"\n{model}{lines}\ncheck default under {"f" if model else "none"}\n', encoding="utf-8"
    )
    found = api.check([str(folder / "p.spec")], engine=engine)
    return {result.property: result.verdict for result in found.results}


def written(meter: str, most: int) -> str:
    return f"{'' if meter in ('tokens', 'seconds', 'messages', 'rounds', 'steps') else 'meter '}{meter} <= {most}"


def compared(seed: int, folder: Path, engine: str = "auto") -> int:
    """How many bounds on a generated protocol, the worst case and one less, are judged as the longest path says."""
    random = Random(seed)
    made = protocol(random.randrange)
    text = re.sub(r"await llm\(\)", lambda _: f"await llm(tokens: {random.choice((1, 3, 10))})", made.protocol)
    model_of = re.search(r"^faults f: (.*)$", made.spec, re.MULTILINE)
    faults = model_of[1] if model_of else "none"
    path = folder / "p.team"
    path.write_text(text, encoding="utf-8")
    try:
        _, model = loaded(path, faults=faults)
    except BadInput:
        return 0
    here = exact(model, states=400)
    if here is None:
        return 0
    count = 0
    for meter in meters_of(model):
        worst = here[meter]
        if worst.worst == "at least" or worst.amount > 60:
            continue
        endless = worst.worst == "unbounded"
        for most, verdict in (
            (20 if endless else worst.amount, "violated" if endless else "holds"),
            (worst.amount - 1, "violated"),
        ):
            if most >= 0:
                found = verdicts(folder, text, written(meter, most), faults, engine)
                assert found[meter] == verdict, (seed, meter, most, worst)
                count += 1
    return count


@pytest.mark.parametrize("engine", ["reference", "native"])
def test_generated_protocols(tmp_path: Path, engine: str) -> None:
    assert sum(compared(seed, tmp_path, engine) for seed in range(4)) >= 8


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_many_generated_protocols(tmp_path: Path) -> None:
    assert sum(compared(seed, tmp_path) for seed in range(1_000, 1_400)) >= 400


SENDS = """
protocol p(workers: 1..4 = 2, retries: 0..3 = 1)
meter dollars
message Go to Worker: unordered, capacity 4
role Lead
role Worker * workers
shared begun: bool = false
role Lead:
    action start when not begun:
        begun = true
        broadcast Go to Worker
        await llm(tokens: 5, dollars: 2) as planning
role Worker:
    on Go():
        await llm(tokens: 10 * (retries + 1)) as working
"""


@pytest.mark.parametrize("engine", ["reference", "native", "z3"])
def test_each_meter(tmp_path: Path, engine: str) -> None:
    just = "tokens <= 5 + 10 * (retries + 1) * workers\nmeter dollars <= 2\nmessages <= workers\nsteps <= 2 + 2 * workers\nseconds <= 0"
    if engine != "z3":  # which finds violations, and goes on where there are none
        assert set(verdicts(tmp_path, SENDS, just, engine=engine).values()) == {"holds"}
    less = "tokens <= 4 + 10 * (retries + 1) * workers\nmeter dollars <= 1\nmessages <= workers - 1\nsteps <= 1 + 2 * workers"
    found = verdicts(tmp_path, SENDS, less, engine=engine)
    assert {found[meter] for meter in ("tokens", "dollars", "messages", "steps")} == {"violated"}


def test_a_call_that_costs_too_much(tmp_path: Path) -> None:
    text = SENDS.replace("dollars: 2", "dollars: 600_000_000")
    assert verdicts(tmp_path, text, "meter dollars <= 500_000_000")["dollars"] == "unknown"
