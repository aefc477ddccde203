"""Checkpoints that are rightly signed and wrong: refused, or read without harm. (Those that are damaged: test_checkpoints.py.)"""

from __future__ import annotations

import base64
import json
from collections import Counter
from functools import cache
from math import inf, nan
from pathlib import Path
from random import Random
from typing import Any

import pytest

from checker import api
from checker.engines.native.checkpoint import Keep, signed
from checker.engines.native.explore import explore_native
from checker.language.diagnostics import BadInput
from checker.model.model import Model
from checker.properties.checkpoints import opened
from tests.native.test_checkpoints import SPEC, kept

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
    harmless = [("format", True), *(("seconds", wrong) for wrong in (True, 0, 5))]
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
    "wrong", [*WRONG, {"format": 1}, {"format": 1, "searches": [5]}, {"format": 1, "searches": 7}, {"format": 2}]
)
def test_the_list_of_searches_may_be_anything(tmp_path: Path, wrong: object) -> None:
    folder = tmp_path / "kept"
    with opened(str(folder), [], resume=False, every_s=1, symmetry=False):
        pass
    (folder / "check").write_bytes(signed(wrong))  # type: ignore[arg-type]
    with pytest.raises(BadInput) as refused, opened(str(folder), [], resume=True, every_s=1, symmetry=False):
        raise AssertionError
    assert [d.code for d in refused.value.diagnostics] == ["T641"]
