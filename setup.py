"""Builds the search library with the package. All else about the package is in pyproject.toml.

The library is plain C, opened with ctypes: one wheel for each platform serves every Python. Where there is no C compiler the installation goes
on without it, and the reference engine answers."""

from __future__ import annotations

import sys
from compileall import compile_dir
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext

sys.path.insert(0, str(Path(__file__).parent))

from checker.engines.native.build import BuildError, compile_library
from checker.engines.native.sources import LIBRARY

NAME = "checker.engines.native.search_library"


class BuildLibrary(build_ext):
    """Compiles the library in the place of an extension module."""

    def get_ext_filename(self, fullname: str) -> str:
        """One name for every Python: the file is no extension module."""
        return str(Path(*fullname.split(".")).with_name(Path(LIBRARY).name))

    def run(self) -> None:
        super().run()
        if self.editable_mode:  # pip compiles what it copies; what it leaves in its place may never be written by a start
            compile_dir("checker", quiet=1)

    def build_extension(self, ext: Extension) -> None:
        target = Path(self.get_ext_fullpath(ext.name))
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            compile_library(target)
        except BuildError as error:
            self.warn(f"the search library is not built, searches will be slow: {error}")
            self.extensions = []  # nothing to copy into place


class PlatformWheel(bdist_wheel):
    """A wheel for any Python 3 on this platform."""

    def get_tag(self) -> tuple[str, str, str]:
        return "py3", "none", super().get_tag()[2]


setup(
    ext_modules=[Extension(NAME, sources=[], optional=True)],
    cmdclass={"build_ext": BuildLibrary, "bdist_wheel": PlatformWheel},
)
