"""The documents as tests see them: fenced blocks, the tables, and the directives that stand before them in comments.

A directive is an HTML comment, so readers do not see it. It concerns the block or table after it:

    <!-- file: claims.team -->               the block is this file; it must have no errors
    <!-- edit: claims.team -->               the block is a diff that is applied to this file
    <!-- fragment: role -->                  the block is a piece of the page's stage: `declarations`, `role` (members of
                                             Worker), `statements` (of an action of Worker), `spec`
    <!-- fragment: role, refused: T223 -->   ... and refused with this error
    <!-- fragment: role, fails: text -->     ... and its `no error` is violated with this text
    <!-- stage -->                           the block is the protocol that the page's fragments belong to
    <!-- needs: langgraph -->            the block is run where this package is installed
    <!-- table: faults -->                   the table's rows are tried
    <!-- folder: new -->                     what follows runs in an empty folder; `clone`: in a copy of the repository, as at first

Further lines of a directive are declarations that its fragment needs and readers do not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

_FENCE = re.compile(r"^( *)```(\w*)\s*$")
_COMMENT = re.compile(r"<!--\s*(.*?)\s*-->", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Directive:
    """`word: value`, options as a mapping, and the lines after the first."""

    word: str
    value: str
    options: dict[str, str]
    more: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block. `line`: of its first line of text, from 1."""

    page: str
    line: int
    language: str
    text: str
    directive: Directive | None

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table after a `table` directive: its name and its rows, each from column title to text."""

    page: str
    line: int
    name: str
    rows: list[dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """From here on the page works in a new folder: an empty one, or a copy of the repository's protocols and specs."""

    clone: bool


Item = Block | Table | Folder


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def read(page: Path) -> list[Item]:
    """What is to be tried on a page, in order."""
    lines = page.read_text(encoding="utf-8").split("\n")
    items: list[Item] = []
    directive: Directive | None = None
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.startswith("<!--"):
            text, at = _comment(lines, at)
            directive = _directive(text)
            if directive.word == "folder":
                items.append(Folder(clone=directive.value == "clone"))
                directive = None
            continue
        opening = _FENCE.match(line)
        if opening:
            block, at = _block(page, lines, at, opening, directive)
            items.append(block)
            directive = None
            continue
        if line.startswith("|") and directive is not None and directive.word == "table":
            rows, end = _rows(lines, at)
            items.append(Table(page=name_of(page), line=at + 1, name=directive.value, rows=rows))
            directive, at = None, end
            continue
        if line.strip() and directive is not None:
            raise ValueError(f"{name_of(page)}:{at + 1}: the directive before this line concerns nothing")
        at += 1
    return items


def blocks(page: Path) -> list[Block]:
    return [item for item in read(page) if isinstance(item, Block)]


def _comment(lines: list[str], at: int) -> tuple[str, int]:
    end = at
    while "-->" not in lines[end]:
        end += 1
    found = _COMMENT.match("\n".join(lines[at : end + 1]))
    assert found is not None, f"line {at + 1}"
    return found[1], end + 1


def _directive(text: str) -> Directive:
    first, _, more = text.partition("\n")
    parts = [part.partition(":") for part in first.split(", ")]
    (word, _, value), *others = parts
    options = {name.strip(): given.strip() for name, _, given in others}
    return Directive(word=word.strip(), value=value.strip(), options=options, more=more)


def _block(page: Path, lines: list[str], at: int, opening: re.Match[str], directive: Directive | None) -> tuple[Block, int]:
    indent, first = len(opening[1]), at + 1
    end = first
    while lines[end].strip() != "```":
        end += 1
    text = "".join(line[indent:] + "\n" for line in lines[first:end])
    return Block(page=name_of(page), line=first + 1, language=opening[2], text=text, directive=directive), end + 1


def _rows(lines: list[str], at: int) -> tuple[list[dict[str, str]], int]:
    end = at
    while end < len(lines) and lines[end].startswith("|"):
        end += 1
    titles, _, *rows = (_cells(line) for line in lines[at:end])
    for row in rows:
        assert len(row) == len(titles), row
    return [dict(zip(titles, row, strict=True)) for row in rows], end


def _cells(line: str) -> list[str]:
    """The cells of a row; `\\|` in a cell is a bar."""
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]


def code(cell: str) -> list[str]:
    """The pieces of code in a cell: what stands in backticks."""
    return [(one or two).strip() for two, one in re.findall(r"``(.+?)``|`([^`]+)`", cell)]
