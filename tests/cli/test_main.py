"""The command as a whole: help, exit codes of every kind, our own faults, gone readers, start-up time."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from checker.cli.main import COMMANDS, main
from checker.model.model import Model
from checker.properties import running
from checker.properties.searches import Job, model_of
from checker.version import VERSION
from tests.cli.conftest import Said, Teamcheck

ROOT = Path(__file__).resolve().parents[2]


def process(*words: str, **more: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **more.pop("env", {})}  # type: ignore[dict-item]
    command = [sys.executable, "-m", "checker", *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False, **more)  # type: ignore[call-overload, no-any-return]


def test_help_lists_the_commands_and_the_exit_codes(teamcheck: Teamcheck) -> None:
    said = teamcheck("--help")
    assert said.code == 0
    for name, purpose in COMMANDS.items():
        assert f"{name:<8}  {purpose}" in said.out
    for line in ("  0  all is as expected", "  1  a verdict", "  2  the input", "  3  unknown", "  4  a fault of teamcheck"):
        assert line in said.out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(teamcheck: Teamcheck, command: str) -> None:
    said = teamcheck(command, "--help")
    assert said.code == 0
    assert said.out.startswith(f"usage: teamcheck {command} ")
    assert max(map(len, said.out.splitlines())) <= 120


def test_the_version(teamcheck: Teamcheck) -> None:
    assert teamcheck("--version").out == f"teamcheck {VERSION}\n"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["chek"], "did you mean check?"),
        (["check", "--instanc", "x"], "unrecognized arguments: --instanc"),
        (["check", "--states", "0"], "0 is not at least 1"),
        (["check", "--states", "many"], "many"),
        (["check", "--time", "-1"], "-1 is not above 0"),
        (["check", "--format", "xml"], "invalid choice: 'xml'"),
    ],
)
def test_a_wrong_command_line_is_2(teamcheck: Teamcheck, words: list[str], text: str) -> None:
    said = teamcheck(*words)
    assert (said.code, said.out) == (2, "")
    assert text in said.err


def test_our_own_fault_is_4_and_says_how_to_report_it(teamcheck: Teamcheck, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> int:
        raise ZeroDivisionError("a\nb")

    monkeypatch.delenv("TEAMCHECK_DEBUG", raising=False)
    monkeypatch.setattr("checker.cli.list.run", broken)
    said = teamcheck("list")
    assert said.code == 4
    assert said.err.splitlines()[0].startswith("teamcheck: internal error: ZeroDivisionError: a b at ")
    assert "Please report it" in said.err
    assert "Traceback" not in said.err
    monkeypatch.setenv("TEAMCHECK_DEBUG", "1")
    assert "Traceback (most recent call last)" in teamcheck("list").err


def test_our_own_fault_names_the_search_that_it_came_in(
    board: Path, teamcheck: Teamcheck, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(job: Job) -> Model:
        if job.faults == "one_crash":
            raise ZeroDivisionError
        return model_of(job)

    monkeypatch.setattr(running, "model_of", broken)
    said = teamcheck("check", "--set", "tasks=2")
    assert said.code == 4
    lines = said.err.splitlines()
    assert lines[0].startswith("teamcheck: internal error: ZeroDivisionError at ")
    assert lines[1] == "It happened with specs/board.spec, instance safe, tasks = 2, fault model one_crash."


def test_too_deep_is_told_as_such(teamcheck: Teamcheck, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(_: object) -> int:
        return endless(_)

    monkeypatch.setattr("checker.cli.list.run", endless)
    said = teamcheck("list")
    assert said.code == 2
    assert "nested too deeply" in said.err
    assert "Traceback" not in said.err


def test_control_c_while_the_command_line_is_read(teamcheck: Teamcheck, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("checker.cli.list.configure", stopped)
    assert teamcheck("list") == Said(130, "", "\ninterrupted\n")


def test_control_c_before_the_command_line_begins(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from checker.__main__ import main as begin

    def stopped() -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("checker.cli.main.program", stopped)
    assert begin() == 130
    assert capsys.readouterr().err == "\ninterrupted\n"


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (MemoryError(), 3, "out of memory"),
        (ImportError("_ctypes.so: failed to map segment from shared object"), 3, "out of memory"),
        (ImportError("no module named nothing"), 4, "internal error: ImportError"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_what_stops_a_command(
    teamcheck: Teamcheck, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, text: str
) -> None:
    def stopped(_: object) -> int:
        raise error

    monkeypatch.setattr("checker.cli.list.run", stopped)
    said = teamcheck("list")
    assert said.code == code
    assert text in said.err


def test_a_gone_reader_is_no_traceback(board: Path) -> None:
    for words in (["check"], ["list"], ["explain"], ["--help"]):
        with subprocess.Popen(
            [sys.executable, "-m", "checker", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        ) as running:
            assert running.stdout is not None
            assert running.stderr is not None
            running.stdout.close()
            assert running.stderr.read() == b""
            assert running.wait(60) in (0, 3)


@pytest.mark.parametrize(
    ("redirected", "code", "told"),
    [
        (">&-", 0, ""),
        ("2>&-", 0, ""),
        ("<&-", 0, ""),
        (">/dev/full", 2, "teamcheck: the output cannot be written: no space left on device\n"),
        ("--format json >/dev/full", 2, "teamcheck: the output cannot be written: no space left on device\n"),
        ("nowhere.spec 2>/dev/full", 2, ""),
    ],
)
def test_an_output_that_is_closed_or_full(board: Path, redirected: str, code: int, told: str) -> None:
    spec = "specs/board.spec --states 1000"
    command = f"{sys.executable} -m checker check {spec} --property 'no error' {redirected}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (code, told)


def test_output_is_plain_where_there_is_no_terminal(board: Path) -> None:
    said = process("check", "--instance", "pair")
    assert said.returncode == 0
    assert "\x1b" not in said.stdout + said.stderr


def test_letters_that_the_terminal_does_not_know_are_no_fault(board: Path) -> None:
    protocol = board / "protocols" / "ask.team"
    protocol.write_text(protocol.read_text(encoding="utf-8").replace("A lead asks", "Ä leäd äsks 你"), encoding="utf-8")
    said = process("list", "protocols/ask.team", env={"PYTHONIOENCODING": "ascii"})
    assert (said.returncode, said.stderr) == (0, "")
    assert "le\\xe4d" in said.stdout


def test_nothing_heavy_is_imported_for_help() -> None:
    code = "import sys; from checker.cli.main import main; main(['--help']); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60, check=True)
    for heavy in ("lark", "networkx", "rich", "checker.language.tree", "checker.properties.result"):
        assert f"'{heavy}'" not in done.stdout


def test_help_starts_at_once() -> None:
    def cpu_seconds() -> float:  # of the processor: a busy machine makes no command slower in these
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "checker", "--help"], capture_output=True, cwd=ROOT, timeout=60, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(cpu_seconds() for _ in range(3)) < 0.2


def test_main_takes_the_words_of_the_process(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["teamcheck", "--version"])
    assert main() == 0
    assert capsys.readouterr().out == f"teamcheck {VERSION}\n"
