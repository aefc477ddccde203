"""Bounds on meters, proved for every size: those that hold, none that a search exceeds, and their certificates."""

from __future__ import annotations

import json
import re
from pathlib import Path
from random import Random

import pytest

from checker import api
from checker.language.diagnostics import BadInput
from checker.properties.plan import read_target
from checker.properties.searches import Limits, model_of
from checker.properties.tolerance.subject import subject
from checker.proving.attempt import Attempt, Attempts
from checker.report.cost import bound_text
from checker.sizing.meters import meters_of
from checker.sizing.potential import constraints
from checker.sizing.result import Bound
from tests.elaborate.generator import protocol
from tests.sizing.loading import bounds_in, exact, loaded

ROOT = Path(__file__).resolve().parents[2]


def attempted(path: Path, meter: str, faults: str = "none", time_s: float = 20.0, certificates: str | None = None) -> Attempt:
    target = read_target(str(path))
    base = subject(
        str(path), instance=target.instances[0], faults=faults, properties=[meter], overrides={}, limits=Limits(), said=None
    )
    goal = next(goal for job in base.jobs(faults) for goal in model_of(job).goals if goal.name == meter)
    attempts = Attempts(base, faults, certificates)
    attempts.every_size(goal, time_s)
    return attempts.of(meter)


def spec_of(folder: Path, stem: str, bound: str, faults: str = "") -> Path:
    path = folder / "p.spec"
    team = stem if stem.endswith(".team") else f"{ROOT}/protocols/{stem}.team"
    path.write_text(f'spec p for "{team}"\n{faults}\n{bound}\n', encoding="utf-8")
    return path


BOUNDS = {  # the smallest bound that is proved, and one that is below it
    "two_phase_commit": ("messages", "", "messages <= 2 * participants", "messages <= 2 * participants - 1"),
    "task_board": ("tokens", "", "tokens <= 10_000 * tasks * workers", "tokens <= 9_999 * tasks * workers"),
    "patterns/retry_budget": (
        "tokens",
        "faults f: crash Worker <= 1, restart Worker <= 1",
        "tokens <= 2_700 + 1_700 * workers",
        "tokens <= 2_699 + 1_700 * workers",
    ),
}


@pytest.mark.parametrize("stem", [pytest.param(stem, marks=pytest.mark.slow if "/" in stem else ()) for stem in BOUNDS])
def test_it_is_proved_and_no_less(stem: str, tmp_path: Path) -> None:
    meter, faults, just, less = BOUNDS[stem]
    assert attempted(spec_of(tmp_path, stem, just, faults), meter, "f" if faults else "none").every_size
    assert not attempted(spec_of(tmp_path, stem, less, faults), meter, "f" if faults else "none", 5.0).every_size


def test_a_certificate_of_a_bound(tmp_path: Path) -> None:
    spec = spec_of(tmp_path, "two_phase_commit", "messages <= 2 * participants")
    path = attempted(spec, "messages", certificates=str(tmp_path)).certificate
    assert api.verify(path).exit_code == 0
    data = json.loads(Path(path).read_text(encoding="utf-8"))
    (lemma,) = data["lemmas"]
    text = json.dumps(lemma["expression"])
    assert '"value": 2' in text
    lemma["expression"] = json.loads(text.replace('"value": 2', '"value": 1'))
    Path(path).write_text(json.dumps(data), encoding="utf-8")
    assert api.verify(path).exit_code == 1


# --- generated -------------------------------------------------------------------------------------------------------


def attacked(seed: int, folder: Path) -> tuple[int, int]:
    """How many bounds of a generated protocol are proved for every size, and how many that a run exceeds were tried: none of them is."""
    random = Random(seed)
    made = protocol(random.randrange)
    text = re.sub(r"await llm\(\)", lambda _: f"await llm(tokens: {random.choice((1, 3, 10))})", made.protocol)
    text = re.sub(
        r"^(protocol \w+)(\((.*)\))?", lambda m: f"{m[1]}(size: 1..9 = 2{', ' + m[3] if m[3] else ''})", text, count=1, flags=re.M
    )
    text = re.sub(r"^((?:ids I|role [RS]) \* )2", r"\g<1>size", text, flags=re.MULTILINE)
    path = folder / "p.team"
    path.write_text(text, encoding="utf-8")
    try:
        checked, model = loaded(path)
    except BadInput:
        return 0, 0
    here = exact(model, states=600)
    if here is None:
        return 0, 0
    meters = {meter: here[meter].amount for meter in meters_of(model) if here[meter].worst == "at most"}
    proved = tried = 0
    for meter, bound in bounds_in(checked, model, meters).items():
        if isinstance(bound, Bound):
            spec = spec_of(folder, str(path), f"{meter} <= {bound_text(bound).replace(',', '_')}")
            proved += attempted(spec, meter, time_s=5.0).every_size
            if meters[meter]:
                tried += 1
                below = f"{meter} <= {bound_text(bound).replace(',', '_')} - {bound.at({s.name: s.size for s in model.sorts}) - meters[meter] + 1}"
                assert not attempted(spec_of(folder, str(path), below), meter, time_s=3.0).every_size, (seed, below)
    return proved, tried


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_generated_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constraints, "MOST_WAYS", 400)
    counts = [attacked(seed, tmp_path) for seed in range(2_000, 2_200)]
    assert sum(proved for proved, _ in counts) >= 20
    assert sum(tried for _, tried in counts) >= 10
