"""Solvers outside of the tool: what they are asked, and that a question that does not hold is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.certificates.outside import SPECS, answers, main, solvers

HOLDS = "(declare-const p Bool)\n(assert (and p (not p)))\n(check-sat)\n"


def test_each_solver_answers(tmp_path: Path) -> None:
    commands = solvers()
    assert list(commands) == ["z3", "cvc5"]
    assert answers(HOLDS, commands, tmp_path) == {"z3": "unsat", "cvc5": "unsat"}
    assert answers(HOLDS.replace("(not p)", "p"), commands, tmp_path) == {"z3": "sat", "cvc5": "sat"}
    assert not {"sat", "unsat"} & set(answers("(assert q)\n(check-sat)\n", {"z3": commands["z3"]}, tmp_path).values())


def test_what_does_not_hold_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "odd.cert.json").write_text('{"obligations": [{"name": "safety", "smtlib": "(check-sat)"}]}', encoding="utf-8")
    assert main([tmp_path], 1, 5) == 1
    assert "odd.cert.json: safety: z3: sat" in capsys.readouterr().out
    assert len(SPECS) > 50
