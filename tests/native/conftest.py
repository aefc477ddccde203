"""The library as installed, and one built to strain what large searches strain: tiny blocks of numbers, threads for every layer."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

from checker.engines.native import library
from checker.engines.native.build import BuildError, compile_library
from checker.engines.native.library import NativeUnavailable


@pytest.fixture(scope="session", autouse=True)
def installed() -> ctypes.CDLL:
    """The library that the installation built. Without a C compiler there is none, and nothing to test."""
    try:
        return library.load()
    except NativeUnavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def strained(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """Blocks of 3 numbers; threads for every layer; batches of 128; a log that is compacted when it has 4 states."""
    target: Path = tmp_path_factory.mktemp("native") / "strained.so"
    try:
        compile_library(target, ["-DBLOCK=3", "-DSTATES_WORTH_THREADS=1", "-DLANES=128", "-DLEAST_COMPACTED=4"])
    except BuildError as reason:
        pytest.skip(str(reason))
    return library.load(str(target))
