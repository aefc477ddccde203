"""Every case of the golden files gives exactly the errors that stand there.

A case is a title, a protocol, perhaps a spec, perhaps other files, perhaps settings, and its errors (none: it must pass).
`UPDATE_GOLDEN=1 python -m pytest tests/language` writes what is found into the files: read the difference before keeping it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from checker.language.check import check, check_spec_all
from checker.language.diagnostics import BadInput, Diagnostic
from checker.language.parse import parse_protocol, parse_spec
from checker.language.source import Source
from tests.language.checked_texts import shown, with_heads

GOLDEN = Path(__file__).parent / "golden"
UPDATE = bool(os.environ.get("UPDATE_GOLDEN"))


@dataclass
class Case:
    """Sections of a case by name: `protocol`, `spec`, `errors`, `settings`, and file names."""

    path: Path
    title: str
    sections: dict[str, str] = field(default_factory=dict)


def read(path: Path) -> list[Case]:
    cases: list[Case] = []
    section = "protocol"
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("=== "):
            cases.append(Case(path, line[4:]))
            section = "protocol"
        elif line.startswith("--- "):
            section = line[4:]
            cases[-1].sections[section] = ""
        elif cases:
            cases[-1].sections[section] = cases[-1].sections.get(section, "") + line + "\n"
    return cases


def write(path: Path, cases: list[Case]) -> None:
    parts: list[str] = []
    for case in cases:
        parts.append(f"=== {case.title}\n{case.sections['protocol'].rstrip()}\n")
        parts += [f"--- {name}\n{text.rstrip()}\n" for name, text in case.sections.items() if name not in ("protocol", "errors")]
        parts.append(f"--- errors\n{case.sections['errors'].rstrip()}".rstrip() + "\n\n")
    path.write_text("".join(parts).rstrip() + "\n", encoding="utf-8")


def found(case: Case, folder: Path) -> str:
    """The errors of a case as text."""
    protocol, spec = with_heads(case.sections["protocol"], case.sections.get("spec"))
    texts = {"p.team": protocol, "p.spec": spec or ""}
    for name, text in case.sections.items():
        if name.endswith(".team"):
            texts[name] = text
            (folder / name).write_text(text, encoding="utf-8")
    (folder / "p.team").write_text(protocol, encoding="utf-8")
    return shown(diagnostics(case, protocol, spec), texts)


def diagnostics(case: Case, protocol: str, spec: str | None) -> list[Diagnostic]:
    settings = dict(line.split("=", 1) for line in case.sections.get("settings", "").split())
    instance = settings.pop("instance", None)
    try:
        tree = parse_protocol(Source("p.team", protocol))
        if spec is None or instance is not None:
            check(tree, None if spec is None else parse_spec(Source("p.spec", spec)), instance, settings)
        else:
            check_spec_all(tree, parse_spec(Source("p.spec", spec)), settings)
    except BadInput as bad:
        return list(bad.diagnostics)
    return []


def cases() -> Iterator[Case]:
    for path in sorted(GOLDEN.glob("check_*.txt")):
        yield from read(path)


ALL = list(cases())


def test_there_are_cases() -> None:
    assert len(ALL) >= 90
    assert len({(case.path, case.title) for case in ALL}) == len(ALL)


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case.path.stem}: {case.title}")
def test_errors(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = found(case, tmp_path)
    if UPDATE:
        case.sections["errors"] = text
        write(case.path, [c for c in ALL if c.path == case.path])
    assert text == case.sections.get("errors", "").rstrip()


def test_every_error_of_the_checks_has_a_case() -> None:
    from checker.language import import_errors
    from checker.language.checking import (
        flow_errors,
        limit_errors,
        name_errors,
        spec_errors,
        type_errors,
        use_errors,
        value_errors,
    )

    modules = (flow_errors, import_errors, limit_errors, name_errors, spec_errors, type_errors, use_errors, value_errors)
    codes = {c.code for m in modules for c in vars(m).values() if isinstance(c, type) and "code" in vars(c)}
    shown = {line[:4] for case in ALL for line in case.sections.get("errors", "").splitlines() if line.startswith("T")}
    assert codes - shown == set()
