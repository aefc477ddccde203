"""Checkpoints that are rightly signed and wrong: refused, or read without harm. (Those that are damaged: test_checkpoints.py.)"""

from __future__ import annotations

import base64
import hashlib
import json
from array import array
from collections import Counter
from functools import cache
from math import inf, nan
from pathlib import Path
from random import Random
from shutil import copytree
from typing import Any

import pytest

from checker import api
from checker.engines.native import resumed
from checker.engines.native.checkpoint import FORMAT, Keep, signed
from checker.engines.native.explore import explore_native
from checker.language.diagnostics import BadInput
from checker.model.model import Model
from checker.properties.checkpoints import opened
from tests.native.test_checkpoints import ROOT, SPEC, kept

WRONG = (None, True, -1, 0, 5, 2**40, 2**63, 2**70, 1e308, nan, inf, "", "x", "AAAA", [], [1], {}, {"bytes": 3})


@cache
def model() -> Model:
    return api.load(SPEC, "three", "manager_crash")


def logs(keep: Keep) -> dict[str, bytes]:
    return {name: (keep.folder / name).read_bytes() for name in ("states", "predecessors")}


def read(keep: Keep) -> dict[str, Any]:
    made: dict[str, Any] = json.loads((keep.folder / "manifest").read_bytes().partition(b"\n")[2])
    return made


def outcome(keep: Keep, made: object, whole: dict[str, bytes]) -> str:
    """What comes of a manifest, with the logs as they were: the code of the error, or how the search ended."""
    for name, log in whole.items():
        (keep.folder / name).write_bytes(log)
    (keep.folder / "manifest").write_bytes(signed(made))  # type: ignore[arg-type]
    try:
        found = explore_native(model(), keep=keep)
    except BadInput as refused:
        return refused.diagnostics[0].code
    for witness in found.seen.values():
        assert witness.count == 0 or found.path(witness.state)
    return "complete" if found.complete else found.stopped or ""


def test_every_part_of_a_manifest_may_be_anything(tmp_path: Path) -> None:
    keep = kept(tmp_path / "kept")
    made, whole = read(keep), logs(keep)
    forged: list[tuple[object, object]] = [("all of it", wrong) for wrong in WRONG]
    forged += [(f"no {part}", {name: value for name, value in made.items() if name != part}) for part in made]
    forged += [((part, wrong), {**made, part: wrong}) for part in made for wrong in WRONG]
    forged += [
        ((part, inner, wrong), {**made, part: {**made[part], inner: wrong}})
        for part in ("states", "predecessors")
        for inner in ("bytes", "sha256")
        for wrong in WRONG
    ]
    outcomes = {repr(what): outcome(keep, other, whole) for what, other in forged}
    assert set(outcomes.values()) == {"T641", "complete"}
    harmless = [*(("seconds", wrong) for wrong in (True, 0, 5))]
    assert {what for what, result in outcomes.items() if result == "complete"} <= {repr(what) for what in harmless}


def test_every_number_of_a_position_may_be_anything(tmp_path: Path) -> None:
    keep, random, seen = kept(tmp_path / "kept"), Random(3), Counter[str]()
    made, whole = read(keep), logs(keep)
    position = base64.b64decode(made["position"])
    for _ in range(150):
        data = bytearray(position)
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
        seen[outcome(keep, {**made, "position": base64.b64encode(data).decode()}, whole)] += 1
    assert set(seen) == {"T641", "complete"}
    assert seen["T641"] > 120


@pytest.mark.parametrize(
    "wrong", [*WRONG, {"format": FORMAT}, {"format": FORMAT, "searches": [5]}, {"format": FORMAT, "searches": 7}, {"format": 1}]
)
def test_the_list_of_searches_may_be_anything(tmp_path: Path, wrong: object) -> None:
    folder = tmp_path / "kept"
    with opened(str(folder), [], resume=False, every_s=1, symmetry=False):
        pass
    (folder / "check").write_bytes(signed(wrong))  # type: ignore[arg-type]
    with pytest.raises(BadInput) as refused, opened(str(folder), [], resume=True, every_s=1, symmetry=False):
        raise AssertionError
    assert [d.code for d in refused.value.diagnostics] == ["T641"]


# --- states that are well-formed and wrong --------------------------------------------------------------------------------

CHECKS: dict[str, dict[str, Any]] = {
    "states": {"paths": [SPEC], "instances": ["three"], "faults": ["manager_crash"]},
    "orbits": {"paths": [SPEC], "instances": ["three"], "faults": ["none"], "symmetry": True},
    "edges": {
        "paths": [str(ROOT / "specs" / "task_board.spec")],
        "instances": ["pair"],
        "faults": ["none"],
        "properties": ["no livelock", "one_owner"],
    },
}


def told(check: str, folder: Path, *, resume: bool, states_limit: int | None = None) -> list[tuple[object, ...]]:
    options = {**CHECKS[check], "checkpoint": str(folder), "resume": resume, "states_limit": states_limit, "threads": 1}
    return [(r.property, r.verdict, r.distinct, r.transitions) for r in api.check(**options).results]


def forge(search: Path, random: Random) -> None:
    """Change some states or predecessors, and sign the whole as if it had been so."""
    made = json.loads((search / "manifest").read_bytes().partition(b"\n")[2])
    logs = {
        "states": array("Q", (search / "states").read_bytes()),
        "predecessors": array("I", (search / "predecessors").read_bytes()),
    }
    states, predecessors = logs["states"], logs["predecessors"]
    count = len(predecessors)
    words = len(states) // count
    for _ in range(random.choice((1, 1, 4, 20))):
        number, other = random.randrange(count), random.randrange(count)
        place, from_place = number * words, other * words
        match random.choice(("bit", "copy", "predecessor")):
            case "bit":
                states[place] ^= 1 << random.choice(
                    [bit for bit in range(64) if any(word >> bit & 1 for word in states[::words])]
                )
            case "copy":
                states[place : place + words] = states[from_place : from_place + words]
            case _:
                predecessors[number] = other
    for name, log in logs.items():
        (search / name).write_bytes(log.tobytes())
        made[name]["sha256"] = hashlib.sha256(log.tobytes()).hexdigest()
    (search / "manifest").write_bytes(signed(made))


@pytest.mark.parametrize("samples", [2, resumed.SAMPLES])
@pytest.mark.parametrize("check", CHECKS)
def test_states_that_do_not_follow_from_each_other(
    check: str, samples: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused with the name of the checkpoint, or nothing came of it: a violation that is told is one of the protocol."""
    monkeypatch.setattr(resumed, "SAMPLES", samples)
    random, reasons = Random(11), Counter[str]()
    truth = told(check, tmp_path / "whole", resume=False)
    told(check, tmp_path / "part", resume=False, states_limit=60)
    violated = {name for name, verdict, *_ in truth if verdict == "violated"}
    for attempt in range(40):
        forged = copytree(tmp_path / random.choice(("whole", "part")), tmp_path / f"forged{attempt}")
        forge(next(forged.glob("*/manifest")).parent, random)
        try:
            found = told(check, forged, resume=True)
        except BadInput as bad:
            (refused,) = bad.diagnostics
            assert refused.code == "T641"
            assert str(forged) in refused.title_text
            reasons[refused.title_text.partition("cannot be used: ")[2].split(" state ")[0]] += 1
        else:
            assert {name for name, verdict, *_ in found if verdict == "violated"} <= violated
    assert sum(reasons.values()) >= 20
    assert reasons["no step leads to"] >= 5 or samples == 2
    assert reasons["the reference interpreter does not find what it says was found"] >= 1 or samples > 2
