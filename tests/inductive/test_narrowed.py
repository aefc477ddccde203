"""Large numbers do not keep lemmas about something else from being found."""

from __future__ import annotations

from pathlib import Path

from checker import api
from checker.engines.inductive.narrowed import NEAR, narrowed
from checker.ground.program import ground

CRITIC = """
protocol critic(pieces: 1..4 = 2, rounds: 0..1_000 = 2)
enum Phase: open, judging, accepted
ids Piece * pieces
role Critic
shared phase: map[Piece, Phase] = open
shared left: 0..1_000 = rounds
role Critic:
    action judge(p: Piece) when phase[p] == open:
        phase[p] = judging
        await llm() as reading
        if left > 0:
            left -= 1
            phase[p] = open
        else:
            phase[p] = accepted
done when all(p in Piece: phase[p] == accepted)
"""
SPEC = """
spec critic for "critic.team"
step kept: all(p in Piece: old(phase[p]) == accepted implies phase[p] == accepted)
always one: count(p in Piece: phase[p] == judging) <= 1
"""


def protocol(tmp_path: Path) -> Path:
    (tmp_path / "critic.team").write_text(CRITIC, encoding="utf-8")
    spec = tmp_path / "critic.spec"
    spec.write_text(SPEC, encoding="utf-8")
    return spec


def test_a_number_of_a_thousand_values_has_those_near_its_start(tmp_path: Path) -> None:
    form = ground(api.load(protocol(tmp_path)))
    few = narrowed(form)
    assert [(a, b) for a, b in zip(form.fields, few.fields, strict=True) if a != b] == [((0, 1_000), (0, 2 + NEAR))]
    assert narrowed(few) is few
    far = ground(api.load(protocol(tmp_path), overrides={"rounds": 400}))
    assert narrowed(far) is far


def test_what_does_not_speak_of_it_is_proved_for_every_size(tmp_path: Path) -> None:
    found = api.prove(protocol(tmp_path), properties=["kept", "one"], time_s=60)
    assert [proof.rung for proof in found.proofs] == ["every size", "every size"]
