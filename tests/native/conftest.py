"""The library as installed, and one built to strain what large searches strain."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

from checker.engines.native import library
from checker.engines.native.build import BuildError, compile_library
from checker.engines.native.library import NativeUnavailable
from tests.native.strain import STRAIN


@pytest.fixture(scope="session", autouse=True)
def installed() -> ctypes.CDLL:
    """The library that the installation built. Without a C compiler there is none, and nothing to test."""
    try:
        return library.load()
    except NativeUnavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def strained(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """As `strain.py` says, with batches of 128."""
    target: Path = tmp_path_factory.mktemp("native") / "strained.so"
    try:
        compile_library(target, [*STRAIN, "-DLANES=128"])
    except BuildError as reason:
        pytest.skip(str(reason))
    return library.load(str(target))
