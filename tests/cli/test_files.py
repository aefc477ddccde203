"""`fmt`, `new`, `list`, `explain` and `graph`: commands about files and pages."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from checker.cli.explain import every_diagnostic
from checker.cli.new import template
from tests.cli.conftest import PROTOCOL, Teamcheck

# --- fmt ----------------------------------------------------------------------------------------------------------

UGLY = "protocol   a( n:1 .. 2=1 )\nshared x:0..n=0   # kept\n"


def test_fmt_lays_out_and_is_then_content(board: Path, teamcheck: Teamcheck) -> None:
    teamcheck("fmt")
    path = board / "protocols" / "ugly.team"
    path.write_text(UGLY, encoding="utf-8")
    path.chmod(0o640)
    said = teamcheck("fmt", "--check", "protocols")
    assert said.code == 1
    assert said.out == "would change protocols/ugly.team\n1 of 3 files would change\n"
    assert path.read_text(encoding="utf-8") == UGLY
    said = teamcheck("fmt", "protocols/ugly.team")
    assert (said.code, said.out) == (0, "changed protocols/ugly.team\n1 of 1 file changed\n")
    assert "# kept" in path.read_text(encoding="utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert teamcheck("fmt", "--check").code == 0
    assert not [name for name in os.listdir(board / "protocols") if name.startswith(".")]


def test_fmt_keeps_a_link_a_link(board: Path, teamcheck: Teamcheck) -> None:
    (board / "real.team").write_text(UGLY, encoding="utf-8")
    (board / "link.team").symlink_to("real.team")
    assert teamcheck("fmt", "link.team").code == 0
    assert (board / "link.team").is_symlink()
    assert (board / "real.team").read_text(encoding="utf-8") != UGLY


def test_fmt_of_what_cannot_be_read_is_2_and_does_the_rest(board: Path, teamcheck: Teamcheck) -> None:
    (board / "protocols" / "bad.team").write_text("protocol (\n", encoding="utf-8")
    (board / "protocols" / "ugly.team").write_text(UGLY, encoding="utf-8")
    said = teamcheck("fmt", "protocols", "missing.team")
    assert said.code == 2
    assert "changed protocols/ugly.team\n" in said.out
    assert "protocols/bad.team:1" in said.err
    assert "missing.team" in said.err
    assert (board / "protocols" / "bad.team").read_text(encoding="utf-8") == "protocol (\n"


def test_without_files_there_is_nothing_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, teamcheck: Teamcheck) -> None:
    monkeypatch.chdir(tmp_path)
    for command in ("fmt", "list"):
        said = teamcheck(command)
        assert said.code == 2
        assert "no *.team or *.spec file in `protocols` or `specs`" in said.err


# --- new ----------------------------------------------------------------------------------------------------------


def test_a_new_team_is_green_laid_out_and_never_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, teamcheck: Teamcheck
) -> None:
    monkeypatch.chdir(tmp_path)
    said = teamcheck("new", "my_review")
    assert (said.code, said.err) == (0, "")
    assert said.out == "wrote protocols/my_review.team\nwrote specs/my_review.spec\nnow: teamcheck check specs/my_review.spec\n"
    checked = teamcheck("check", "specs/my_review.spec")
    assert checked.code == 0
    assert "warning" not in checked.out
    assert teamcheck("fmt", "--check").code == 0
    again = teamcheck("new", "my_review")
    assert again.code == 2
    assert "`protocols/my_review.team` exists already" in again.err
    assert (tmp_path / "protocols" / "my_review.team").read_text(encoding="utf-8") == template("team", "my_review")


def test_the_template_says_what_breaks_it_and_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, teamcheck: Teamcheck
) -> None:
    monkeypatch.chdir(tmp_path)
    teamcheck("new", "t")
    path = tmp_path / "protocols" / "t.team"
    text = path.read_text(encoding="utf-8")
    claim, call = (
        "        status[t] = claimed\n        owner[t] = self\n",
        "        await llm(tokens: 8_000, seconds: 60) as working",
    )
    start = text.index(call)
    line = text[start : text.index("\n", start) + 1]
    broken = text.replace(line, "").replace(claim, "        await llm() as thinking\n" + claim + line)
    path.write_text(broken, encoding="utf-8")
    said = teamcheck("check", "--traces", "none", "--instance", "pair", "--faults", "none")
    assert said.code == 1
    assert "FAIL  one_owner " in said.out


@pytest.mark.parametrize(
    ("name", "suggestion"), [("9x", "my_9x"), ("if", "my_if"), ("a-b", "a_b"), ("", "my_team"), ("../x", "x")]
)
def test_a_name_must_be_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, teamcheck: Teamcheck, name: str, suggestion: str
) -> None:
    monkeypatch.chdir(tmp_path)
    said = teamcheck("new", name)
    assert said.code == 2
    assert f"write `teamcheck new {suggestion}`" in said.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is refused to root")
def test_a_folder_that_refuses_is_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, teamcheck: Teamcheck) -> None:
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o500)
    try:
        assert teamcheck("new", "x").code == 2
    finally:
        tmp_path.chmod(0o700)


# --- list ---------------------------------------------------------------------------------------------------------


def test_list(board: Path, teamcheck: Teamcheck) -> None:
    said = teamcheck("list")
    assert (said.code, said.err) == (0, "")
    assert said.out == (
        """\
ask  protocols/ask.team
  A lead asks, a worker answers.

board  protocols/board.team
  Two workers look, think, and then claim: both can claim the same task.
  parameters  workers: 1..3 = 2, tasks: 1..3 = 1, careful: bool = false
  specs/board.spec
    instances   pair (workers = 2), safe (workers = 2, careful = true)
    faults      none, one_crash (crash Worker <= 1)
    properties  always one_owner  expected violated in pair
                sometimes both
                no deadlock       expected violated in safe under one_crash

"""
    )


def test_list_of_a_bad_file_is_2_and_lists_the_rest(board: Path, teamcheck: Teamcheck) -> None:
    (board / "protocols" / "bad.team").write_text("protocol (\n", encoding="utf-8")
    said = teamcheck("list")
    assert said.code == 2
    assert "ask  protocols/ask.team" in said.out
    assert "protocols/bad.team:1" in said.err


# --- explain ------------------------------------------------------------------------------------------------------


def test_explain_a_code(teamcheck: Teamcheck) -> None:
    for word in ("T684", "t684", "684", "[T684]"):
        said = teamcheck("explain", word)
        assert (said.code, said.err) == (0, "")
        assert said.out == (
            """\
error[T684]: `PATH` exists already

`teamcheck new` writes `protocols/NAME.team` and `specs/NAME.spec`, and never over a
file that is there.

help: choose another name, or remove the file first
"""
        )


def test_explain_lists_every_code(teamcheck: Teamcheck) -> None:
    said = teamcheck("explain")
    known = every_diagnostic()
    assert len(known) >= 20
    for code in known:
        assert f"\n  {code}  " in said.out


def test_every_page_can_be_shown(teamcheck: Teamcheck) -> None:
    for code in every_diagnostic():
        said = teamcheck("explain", code)
        assert said.code == 0
        assert "{" not in said.out.splitlines()[0]


def test_an_unknown_code_names_the_nearest(teamcheck: Teamcheck) -> None:
    said = teamcheck("explain", "T6840")
    assert said.code == 2
    assert "the nearest is T684;" in said.err


# --- graph --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["g.svg", "g.dot", "g.graphml"])
def test_graphs_are_written(board: Path, teamcheck: Teamcheck, name: str) -> None:
    said = teamcheck("graph", "specs/board.spec", "--output", name)
    assert (said.code, said.err) == (0, "")
    assert said.out == f"wrote {name}: board, instance pair, no faults, 18 states, 24 transitions\n"
    assert (board / name).stat().st_size > 1_000


def test_a_merged_graph_of_a_chosen_model(board: Path, teamcheck: Teamcheck) -> None:
    said = teamcheck("graph", "specs/board.spec", "--instance", "safe", "--faults", "one_crash", "--view", "role")
    assert said.code == 0
    assert said.out.startswith("wrote board.svg: board, instance safe, faults one_crash, 28 states, 50 transitions, in ")
    assert (board / "board.svg").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["--view", "rol"],
        ["--output", "x.pdf"],
        ["--output", "no/such/folder/x.svg"],
        ["--instance", "pear"],
        ["--faults", "pear"],
    ],
)
def test_graphs_that_cannot_be_made_are_2(board: Path, teamcheck: Teamcheck, words: list[str]) -> None:
    said = teamcheck("graph", "specs/board.spec", *words)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("error[T")


def test_what_cannot_be_drawn_is_refused_before_much_work(
    board: Path, teamcheck: Teamcheck, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("checker.graph.views.to_networkx", None)
    said = teamcheck("graph", "specs/board.spec", "--set", "workers=3", "--set", "tasks=3")
    assert (said.code, said.out) == (2, "")
    assert "are too many for a picture" in said.err
    monkeypatch.setattr("checker.engines.explicit.explore", None)
    for words in (["--view", "rol"], ["--view", "var:nothing"], ["--view", "goals:nothing"], ["--output", "x.pdf"]):
        said = teamcheck("graph", "specs/board.spec", *words)
        assert (said.code, said.out) == (2, "")


def test_control_c_ends_a_graph(board: Path, teamcheck: Teamcheck, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(self: object, state: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr("checker.semantics.interpreter.Interpreter.outcomes", stopped)
    assert teamcheck("graph", "specs/board.spec").code == 130
    assert not (board / "board.svg").exists()


def test_a_graph_that_is_not_whole_is_3(board: Path, teamcheck: Teamcheck) -> None:
    said = teamcheck("graph", "specs/board.spec", "--memory", "1", "--output", "g.dot")
    assert said.code == 3
    assert said.err.startswith("the graph is not whole: ")


def test_the_protocol_of_the_fixtures_is_what_the_tests_say() -> None:
    assert "careful and status[t] != open" in PROTOCOL
