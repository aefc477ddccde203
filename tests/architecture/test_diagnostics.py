"""Every diagnostic has a code of its own, a page, texts that its fields can fill, and a place in a `*_errors.py`."""

from __future__ import annotations

import re
from importlib import import_module
from string import Formatter

import pytest
from msgspec.structs import fields

from checker.language.diagnostics import Diagnostic, catalogue
from checker.language.source import Span
from tests.architecture.tree_of_modules import module_name, modules

SHORTEST_PAGE = 20  # characters
ADAPTERS = "checker.testing.adapters."  # need packages that are not all there, and have no diagnostics: `test_adapters_have_none`


def diagnostics() -> list[type[Diagnostic]]:
    """Every diagnostic class with a code of its own in the whole of `checker`, by code."""
    for path in modules():
        name = module_name(path)
        if path.stem != "__main__" and not name.startswith(ADAPTERS):
            import_module(name)
    found, waiting = [], Diagnostic.__subclasses__()
    while waiting:
        cls = waiting.pop()
        waiting += cls.__subclasses__()
        if "code" in cls.__dict__:
            found.append(cls)
    return sorted(found, key=lambda cls: (cls.code, cls.__name__))


ALL = diagnostics()


def test_adapters_have_none() -> None:
    texts = [path.read_text(encoding="utf-8") for path in modules() if module_name(path).startswith(ADAPTERS)]
    assert texts
    assert not any("Diagnostic" in text for text in texts)


each = pytest.mark.parametrize("diagnostic", ALL, ids=lambda cls: f"{cls.code}-{cls.__name__}")


def test_there_are_diagnostics() -> None:
    assert len(ALL) >= 20


def test_no_code_is_used_twice() -> None:
    codes = [cls.code for cls in ALL]
    assert sorted(set(codes)) == codes
    assert list(catalogue()) == codes


@each
def test_it_lives_with_its_kind(diagnostic: type[Diagnostic]) -> None:
    assert diagnostic.__module__.endswith("_errors")


@each
def test_its_code_and_severity_agree(diagnostic: type[Diagnostic]) -> None:
    assert re.fullmatch(r"T[1-9]\d\d", diagnostic.code)
    assert diagnostic.severity == ("warning" if diagnostic.code.startswith("T8") else "error")


@each
def test_it_has_a_page(diagnostic: type[Diagnostic]) -> None:
    page = diagnostic.__dict__.get("__doc__") or ""
    assert len(page.strip()) >= SHORTEST_PAGE


@each
def test_its_texts_can_be_filled(diagnostic: type[Diagnostic]) -> None:
    known = set(diagnostic.__struct_fields__)
    for text in (diagnostic.title, diagnostic.label, diagnostic.help):
        holes = {re.split(r"[.\[]", name)[0] for _, name, _, _ in Formatter().parse(text) if name is not None}
        assert holes <= known
    required = [f for f in fields(diagnostic) if f.required and f.name != "span"]
    needed = {f.name: 7 if f.type is int else "x" for f in required}
    made = diagnostic(span=Span("a.team", 1, 1, 1, 2), **needed)
    assert made.title_text.strip()
    assert "\n" not in made.title_text
    assert isinstance(made.label_text + made.help_text, str)
