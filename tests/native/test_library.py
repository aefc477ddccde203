"""A library that is absent, foreign or older than its sources is told, never used."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.engines.native import build, library
from checker.engines.native.build import BuildError, compile_library, compiler
from checker.engines.native.library import NativeUnavailable, load
from checker.engines.native.search import Search, Status
from checker.engines.native.sources import source_digest
from tests.native.assembler import two_phase


def test_the_tier_that_ran_is_told() -> None:
    with Search(two_phase(3), [(0,)], tier="portable", threads=1) as search:
        assert search.run() is Status.COMPLETE
        assert (search.stats().tier, search.stats().threads, search.stats().lanes) == ("portable", 1, 64)


def test_absent(tmp_path: Path) -> None:
    with pytest.raises(NativeUnavailable, match="is not there or does not open"):
        load(str(tmp_path / "none.so"))


def test_no_library_at_all(tmp_path: Path) -> None:
    (tmp_path / "text.so").write_text("int main;")
    with pytest.raises(NativeUnavailable, match="is not there or does not open"):
        load(str(tmp_path / "text.so"))


def test_older_than_its_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = compile_library(tmp_path / "made.so", ["-O0"])
    monkeypatch.setattr(library, "source_digest", lambda: "0123456789abcdef")
    with pytest.raises(NativeUnavailable, match=f"was built from other sources \\({source_digest()}, not 0123456789abcdef\\)"):
        load(str(made))


def test_another_interface(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = compile_library(tmp_path / "made.so", ["-O0"])
    monkeypatch.setattr(library, "INTERFACE", 0)
    with pytest.raises(NativeUnavailable, match="has interface 13, this teamcheck needs 0"):
        load(str(made))


def test_another_layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = compile_library(tmp_path / "made.so", ["-O0"])
    monkeypatch.setattr(library, "STRUCTS", library.STRUCTS[1:])
    with pytest.raises(NativeUnavailable, match="lays out its data differently"):
        load(str(made))


def test_no_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BuildError, match="there is no C compiler"):
        compiler()
    monkeypatch.setenv("CC", str(tmp_path / "cc -x"))
    with pytest.raises(BuildError, match="No such file"):
        compile_library(tmp_path / "made.so")
    assert list(tmp_path.iterdir()) == []


def test_a_command_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", 'gcc "-O2')
    with pytest.raises(BuildError, match='CC is `gcc "-O2`, which is no command: No closing quotation'):
        compiler()


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    for folder, reason in ((tmp_path / "none", "No such file"), (tmp_path / "file", "Not a directory")):
        with pytest.raises(BuildError, match=f"{reason}.*: it has to be a folder that may be written to"):
            compile_library(folder / "made.so")


def test_a_compiler_that_fails(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="failed:"):
        compile_library(tmp_path / "made.so", ["-Werror", "-DTC_MAX_WORDS=x"])
    assert not (tmp_path / "made.so").exists()


def test_the_sources_raise_no_warning(tmp_path: Path) -> None:
    strict = ["-Werror", "-Wpedantic", "-Wshadow", "-Wstrict-prototypes", "-Wconversion", "-Wsign-conversion"]
    assert compile_library(tmp_path / "made.so", strict).exists()
    assert Path(build.LIBRARY).name == "search_library.so"
