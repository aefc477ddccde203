"""Every example in README.md and docs/ is run: files and fragments are checked, commands print what is shown, Python does what it says.

`UPDATE_GOLDEN=1 python -m pytest tests/docs` writes the real output into the pages (not where `...` leaves lines out).
"""

from __future__ import annotations

import contextlib
import doctest
import os
import shutil
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import pytest

from checker.conformance.logs.map_file import read_map
from checker.language.check import check
from checker.language.diagnostics import BadInput
from checker.language.parse import parse_protocol, parse_spec, read_source
from tests.docs.console import Console, agrees, difference, leaves_out, shown, written
from tests.docs.fragments import violated, whole
from tests.docs.pages import PAGES, ROOT, Block, Folder, Table, blocks, name_of, read

LANGUAGES = {"team", "spec", "diff", "console", "python", "sh", "yaml", "json", "toml"}
FRAGMENTS = [block for page in PAGES for block in blocks(page) if block.directive and block.directive.word == "fragment"]

each_page = pytest.mark.parametrize("page", PAGES, ids=name_of)


def stage_of(page: str) -> str:
    """The protocol that the fragments of a page belong to."""
    stages = [block for block in blocks(ROOT / page) if block.directive and block.directive.word == "stage"]
    assert len(stages) == 1, f"{page} has {len(stages)} stages"
    return stages[0].text


def test_there_are_pages() -> None:
    assert {name_of(page) for page in PAGES} >= {
        "README.md",
        "docs/language.md",
        "docs/tutorial.md",
        "docs/commands.md",
        "docs/output.md",
        "docs/proofs.md",
        "docs/semantics.md",
        "docs/conformance.md",
        "docs/schedules.md",
        "docs/testing.md",
    }


@each_page
def test_every_block_is_of_a_kind_that_is_run(page: Path) -> None:
    """A protocol is a file or a fragment; nothing is shown that no test looks at."""
    for block in blocks(page):
        assert block.language in LANGUAGES, f"{block.place}: `{block.language}`"
        word = block.directive.word if block.directive else None
        if block.language in ("team", "spec"):
            assert word in ("file", "fragment", "stage"), f"{block.place} is neither a file nor a fragment"
        elif block.language in ("json", "toml"):
            assert word == "file", f"{block.place} is no file"
        elif block.language == "diff":
            assert word == "edit", f"{block.place} edits no file"


# --- whole pages ---------------------------------------------------------------------------------------------------


@dataclass
class Reading:
    """A reader who goes down a page and does what it says."""

    page: Path
    folders: Path
    console: Console = field(init=False)
    wrong: list[str] = field(default_factory=list)
    updates: list[tuple[Block, str]] = field(default_factory=list)
    values: dict[str, object] = field(
        default_factory=lambda: {"__name__": "__main__"}
    )  # frameworks ask functions for their module

    def __post_init__(self) -> None:
        self.new_folder(clone=True)

    def new_folder(self, clone: bool) -> None:
        folder = self.folders / str(len(list(self.folders.iterdir())))
        folder.mkdir()
        for name in ("protocols", "specs") if clone else ():
            shutil.copytree(ROOT / name, folder / name)
        self.console = Console(folder)

    def do(self, block: Block) -> None:
        word = block.directive.word if block.directive else None
        if word == "file":
            self.write(block)
        elif word == "edit":
            self.edit(block)
        elif block.language == "console":
            self.run(block)
        elif block.language == "python" and not (word == "needs" and self.lacks(block)):
            self.evaluate(block)

    def lacks(self, block: Block) -> bool:
        """True when a package that the block needs is not installed."""
        assert block.directive is not None
        return any(find_spec(package) is None for package in block.directive.value.split())

    def write(self, block: Block) -> None:
        assert block.directive is not None
        path = self.console.folder / block.directive.value
        path.parent.mkdir(exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
        refused = block.directive.options.get("refused")
        if refused is None:
            self.check(path)
            return
        with pytest.raises(BadInput) as bad:
            self.check(path)
        assert bad.value.diagnostics[0].code == refused

    def check(self, path: Path) -> None:
        """A protocol is checked by itself, a spec with its protocol; a map is read. Raises BadInput."""
        source = read_source(str(path))
        if path.suffix == ".toml":
            read_map(source.path, source.text)
        elif path.suffix == ".team":
            check(parse_protocol(source))
        elif path.suffix == ".spec":
            spec = parse_spec(source)
            protocol = parse_protocol(read_source(str(path.parent / spec.path)))
            for instance in [i.name for i in spec.instances] or [None]:
                check(protocol, spec, instance)

    def edit(self, block: Block) -> None:
        """Replaces the lines of the file that the diff shows as old by those that it shows as new."""
        assert block.directive is not None
        path = self.console.folder / block.directive.value
        text = path.read_text(encoding="utf-8")
        lines = block.text.splitlines(keepends=True)
        old = "".join(line[1:] or line for line in lines if line[0] in " -\n")
        new = "".join(line[1:] or line for line in lines if line[0] in " +\n")
        assert text.count(old) == 1, f"{block.place}: the old lines are not in {path.name}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def run(self, block: Block) -> None:
        real = ""
        for one in shown(block.text):
            output = self.console.run(one.command)
            if not agrees(one.output, output):
                self.wrong.append(f"{block.place}: $ {one.command}\n{difference(one.output, output)}")
            kept = leaves_out(one.output) or agrees(one.output, output)
            real += f"$ {one.command}\n" + (one.output if kept else written(output))
        if real != block.text:
            self.updates.append((block, real))

    def evaluate(self, block: Block) -> None:
        test = doctest.DocTestParser().get_doctest(block.text, self.values, block.place, block.page, block.line)
        assert test.examples, f"{block.place} has no `>>>`"
        said: list[str] = []
        with contextlib.chdir(self.console.folder):
            doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=said.append, clear_globs=False)
        self.values = test.globs
        if said:
            self.wrong.append("".join(said))


@each_page
@pytest.mark.timeout(240)
def test_a_reader_who_does_what_the_page_says(page: Path, tmp_path: Path) -> None:
    reading = Reading(page, tmp_path)
    for item in read(page):
        match item:
            case Folder(clone=clone):
                reading.new_folder(clone)
            case Block():
                reading.do(item)
            case Table():
                pass
    if os.environ.get("UPDATE_GOLDEN") == "1":
        update(page, reading.updates)
    assert not reading.wrong, "\n\n".join(reading.wrong)


def update(page: Path, updates: list[tuple[Block, str]]) -> None:
    lines = page.read_text(encoding="utf-8").split("\n")
    for block, text in reversed(updates):
        first = block.line - 1
        lines[first : first + block.text.count("\n")] = text.rstrip("\n").split("\n")
    page.write_text("\n".join(lines), encoding="utf-8")


# --- fragments -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", FRAGMENTS, ids=lambda block: block.place)
def test_a_fragment_does_what_the_page_says(block: Block, tmp_path: Path) -> None:
    assert block.directive is not None
    piece, options = whole(block, stage_of(block.page)), block.directive.options
    if "refused" in options:
        assert piece.refusal(tmp_path) == options["refused"]
        return
    failed = violated(piece.check(tmp_path), "no error")
    if "fails" in options:
        assert failed is not None
        assert options["fails"] in failed.why
    else:
        assert failed is None, failed.why
