"""The documents leave nothing out: every option, exit code and key has its place, and every link leads somewhere."""

from __future__ import annotations

import argparse
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from checker.cli.main import COMMANDS, _parser
from tests.docs.pages import PAGES, ROOT, Table, blocks, code, name_of, read

COMMANDS_PAGE = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
SCHEMA = json.loads((ROOT / "checker" / "report" / "schema.json").read_text(encoding="utf-8"))
PYTHON = ".venv/bin/python -m "
SH = [(block, line) for page in PAGES for block in blocks(page) if block.language == "sh" for line in block.text.splitlines()]
YAML = [block for page in PAGES for block in blocks(page) if block.language == "yaml"]


def options_of(command: str) -> list[argparse.Action]:
    parser = _parser([command])
    (chosen,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    return [action for action in chosen.choices[command]._actions if action.option_strings and action.dest != "help"]


def section(title: str) -> str:
    """The text of a section of the page on commands."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", COMMANDS_PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None, title
    return found[1]


# --- commands --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_a_command_is_described(command: str) -> None:
    text = section(command) + section("Choosing an instance")
    missing = [
        o.option_strings[-1]
        for o in options_of(command)
        if f"{o.option_strings[-1]}`" not in text and f"{o.option_strings[-1]} " not in text
    ]
    assert missing == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_that_is_described_is_there(command: str) -> None:
    real = {option for other in COMMANDS for action in options_of(other) for option in action.option_strings} | {
        "--help",
        "--version",
    }
    named = set(re.findall(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*", section(command)))
    assert named <= real
    choices = [str(choice) for action in options_of(command) for choice in action.choices or ()]
    assert [choice for choice in choices if f"`{choice}`" not in section(command) and f" {choice}`" not in section(command)] == []


def test_the_page_has_a_section_for_each_command() -> None:
    titles = re.findall(r"^## (.*)$", COMMANDS_PAGE, re.MULTILINE)
    assert [title for title in titles if title in COMMANDS] == [command for command in titles if command in COMMANDS]
    assert set(COMMANDS) <= set(titles)


@pytest.mark.parametrize("page", ["README.md", "docs/commands.md", "docs/output.md"])
def test_the_exit_codes_are_those_of_the_help(page: str) -> None:
    told = set(re.findall(r"^  (\d)  ", _parser([]).format_help(), re.MULTILINE))
    assert told == {"0", "1", "2", "3", "4"}
    assert set(re.findall(r"^\| (\d) \|", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)) == told


# --- the JSON --------------------------------------------------------------------------------------------------------


def properties(name: str) -> set[str]:
    node = SCHEMA if name == "report" else SCHEMA["$defs"][name]
    return set(node["properties"])


@pytest.mark.parametrize("name", ["report", "result", "trace", "step"])
def test_every_key_of_the_json_is_described(name: str) -> None:
    (table,) = (item for item in read(ROOT / "docs" / "output.md") if isinstance(item, Table) and item.name == name)
    assert {key for row in table.rows for key in code(row["key"])} == properties(name)


def test_every_phrase_of_the_text_is_one_that_is_printed() -> None:
    """Up to numbers, each stands in some output in the documents, and those are real."""
    (table,) = (item for item in read(ROOT / "docs" / "output.md") if isinstance(item, Table) and item.name == "text")
    printed = re.sub(
        r"\d+", "N", " ".join("\n".join(b.text for page in PAGES for b in blocks(page) if b.language == "console").split())
    )
    phrases = [phrase for row in table.rows for phrase in code(row["in the text"])]
    assert len(phrases) > 15
    assert [phrase for phrase in phrases if re.sub(r"\d+", "N", phrase) not in printed] == []


# --- links -------------------------------------------------------------------------------------------------------------


def anchor(title: str) -> str:
    """The anchor that GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith("https://"):
            continue
        path, _, place = target.partition("#")
        file = (page.parent / path) if path else page
        assert file.exists(), target
        if place:
            titles = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert place in {anchor(title) for title in titles}, target


def test_every_page_can_be_found_from_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name_of(page) for page in PAGES[1:] if f"({name_of(page)})" not in text] == []


# --- what is not run here ------------------------------------------------------------------------------------------------


def test_the_readme_sets_up_with_two_commands() -> None:
    assert len(SH) == 2
    assert all(line.startswith("python3 -m venv .venv && .venv/bin/python -m pip install ") for _, line in SH)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_first_command_works_in_a_fresh_clone(tmp_path: Path) -> None:
    """The second one is the line of `.ci/run`, which runs it."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).exists():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    run = subprocess.run(["bash", "-c", SH[0][1]], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "all as expected" in run.stdout


@pytest.mark.parametrize("block", YAML, ids=lambda block: block.place)
def test_the_commands_of_a_workflow_are_commands(block: object) -> None:
    text = getattr(block, "text", "")
    lines = re.findall(r"- run: (?:\.venv/bin/)?teamcheck (.*?)(?: +#.*)?$", text, re.MULTILINE)
    assert lines
    for line in lines:
        words = shlex.split(line)
        assert _parser(words).parse_args(words).command == words[0]


def test_the_command_line_says_what_the_page_on_commands_says() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "checker", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    rows = dict(re.findall(r"^\| \[`(\w+)`\]\(#\w+\) \| (.*) \|$", COMMANDS_PAGE, re.MULTILINE))
    assert set(rows) == set(COMMANDS)
    for command, purpose in COMMANDS.items():
        assert purpose in said
        assert set(rows[command].split()) & set(purpose.split()), command
