"""Proofs for the team of the instance alone, where what there is is too much to search: bounds on meters, and numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker import api
from checker.proving import searched
from checker.proving.result import Proof

RETRY = """\
protocol retry
role Worker * 9
role Worker:
    var tries: 0..3 = 0
    action work when tries < 3:
        tries += 1
        await llm(tokens: 1_000)
"""
STAGES = """\
protocol stages(most: 1..4_000 = 3_000)
role Writer
role Checker
shared drafted: 0..most = 0
shared checked: 0..most = 0
role Writer:
    action draft when drafted < most:
        drafted += 1
        await llm(tokens: 10)
role Checker:
    action check when checked < drafted:
        checked += 1
        await llm(tokens: 10)
"""


def proofs(folder: Path, monkeypatch: pytest.MonkeyPatch, protocol: str, claims: str) -> dict[str, Proof]:
    """What is proved with a search that sees next to nothing, and certified."""
    monkeypatch.setattr(searched, "MOST_STATES", 1_000)
    (folder / "p.team").write_text(protocol, encoding="utf-8")
    (folder / "p.spec").write_text(f'spec p for "p.team"\n{claims}\n', encoding="utf-8")
    found = api.prove(folder / "p.spec", certificates=folder / "kept", time_s=60)
    return {proof.property: proof for proof in found.proofs}


def test_a_bound_on_a_meter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = proofs(tmp_path, monkeypatch, RETRY, "tokens <= 27_000")["tokens"]
    assert (found.rung, found.solvers) == ("this size", ("Z3",))
    (lemma,) = found.lemmas
    assert lemma.text.startswith("(tokens spent) + sum(w in Worker: ")
    assert found.certificate


def test_a_bound_that_a_run_exceeds_is_not_proved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = proofs(tmp_path, monkeypatch, RETRY.replace("* 9", "* 3"), "tokens <= 8_999")["tokens"]
    assert (found.rung, found.certificate) == ("violated", "")


def test_numbers_of_thousands_of_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No lemma tells thousands of values apart, and no search goes through the 9 million pairs of them."""
    found = proofs(tmp_path, monkeypatch, STAGES, "always behind: checked <= drafted")
    behind = found["behind"]
    assert (behind.rung, behind.solvers) == ("this size", ("Z3",))
    assert api.verify(behind.certificate).exit_code == 0


def test_numbers_that_do_not_keep_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond what is searched the checker passes the writer: nothing may be proved."""
    found = proofs(
        tmp_path,
        monkeypatch,
        STAGES.replace("checked < drafted", "checked < drafted or checked == 2_500"),
        "always behind: checked <= drafted",
    )
    assert found["behind"].rung in ("open", "violated")
    assert found["behind"].certificate == ""
