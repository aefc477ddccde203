"""What depends on the instance: bounds of loops, and instances that are too large."""

from __future__ import annotations

from pathlib import Path

import checker


def test_the_bound_of_a_loop_is_that_of_the_instance(tmp_path: Path) -> None:
    """`at most 2 * n` is as many rounds as the instance says, not as many as the default."""
    (tmp_path / "loop.team").write_text(
        """protocol loop(n: 1..4 = 1)
role A
shared count: 0..9 = 0
shared first: bool = true
role A:
    action go when first:
        first = false
        while count < 2 * n at most 2 * n:
            count += 1
    action short when not first and count < 9:
        while count < 9 at most 2 * n:
            count += 1
done when count == 9
"""
    )
    (tmp_path / "loop.spec").write_text(
        """spec loop for "loop.team"
instance one: n = 1
instance three: n = 3
instance four: n = 4
sometimes all_of_them: count == 2 * n
no deadlock
check one, three, four under none
"""
    )
    report = checker.check(str(tmp_path / "loop.spec"))
    assert {(r.property, r.instance): r.verdict for r in report.results if r.property != "no deadlock"} == {
        ("all_of_them", "one"): "holds",
        ("all_of_them", "three"): "holds",
        ("all_of_them", "four"): "holds",
        ("no error", "one"): "violated",  # from 2 to 9 are more than 2 rounds
        ("no error", "three"): "holds",
        ("no error", "four"): "holds",
    }


def test_an_instance_that_is_too_large_is_unknown_and_the_others_go_on(tmp_path: Path) -> None:
    (tmp_path / "p.team").write_text(
        """protocol p(n: 2..600 = 2)
role W * n
role W:
    var done: map[W, bool] = false
    action go when not done[self]:
        done[self] = true
done when all(w in W: w is idle)
"""
    )
    spec = """spec p for "p.team"
instance large: n = 600
instance small: n = 2
sometimes some: any(w in W: w.done[w])
no deadlock
check large, small under none
"""
    (tmp_path / "p.spec").write_text(spec)
    report = checker.check(str(tmp_path / "p.spec"))
    assert [(r.property, r.instance, r.verdict) for r in report.results] == [
        ("some", "large", "unknown"),
        ("no deadlock", "large", "unknown"),
        ("no error", "large", "unknown"),
        ("some", "small", "holds"),
        ("no deadlock", "small", "holds"),
        ("no error", "small", "holds"),
    ]
    assert report.exit_code == 3
    reason = report.results[0].reason
    assert reason.startswith("a state of this instance is too large: `W.done` alone has 360,000 cells")
    assert reason.endswith("p.team:4:5)")
