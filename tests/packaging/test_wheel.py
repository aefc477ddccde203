"""The wheel of this platform: built from the tree, installed into an empty environment, it checks a spec with its own library."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from checker.engines.native.build import BuildError, compiler
from checker.version import VERSION

ROOT = Path(__file__).parents[2]
LIBRARY = "checker/engines/native/search_library.so"

WHAT_RAN = """
import sys, checker
from checker import api
report = api.check(sys.argv[1], engine="native", properties=["no deadlock"], faults=["none"])
print(checker.__file__, sorted({(result.verdict, result.engine.partition(",")[0]) for result in report.results}))
"""


def run(*command: str | Path, **environment: str) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=ROOT / "specs",
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy with the packages of this environment: nothing is left in the tree, nothing is fetched."""
    try:
        compiler()
    except BuildError as reason:
        pytest.skip(str(reason))
    tree, folder = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT / "checker", tree / "checker", ignore=shutil.ignore_patterns("__pycache__", "*.so"))
    for name in ("setup.py", "pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", folder]
    run(sys.executable, "-m", "pip", "wheel", "-q", *options, tree)
    (made,) = folder.iterdir()
    return made


@pytest.mark.timeout(300)
def test_one_wheel_serves_every_python_of_the_platform(wheel: Path) -> None:
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    assert wheel.name == f"teamcheck-{VERSION}-py3-none-{platform}.whl"
    names = set(ZipFile(wheel).namelist())
    assert LIBRARY in names
    assert {"checker/language/grammar.json", "checker/report/schema.json", "checker/py.typed"} <= names
    assert not [name for name in names if name.endswith((".pyc", ".o")) or not name.startswith(("checker/", "teamcheck-"))]
    metadata = next(name for name in names if name.endswith(".dist-info/WHEEL"))
    tags = [line for line in ZipFile(wheel).read(metadata).decode().splitlines() if line.startswith("Tag:")]
    assert tags == [f"Tag: py3-none-{platform}"]


@pytest.mark.timeout(300)
def test_it_is_installed_and_checks_natively(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "fresh", with_pip=False)
    python = tmp_path / "fresh" / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", "--no-index", wheel)
    packages = os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))  # networkx; not teamcheck itself
    said = run(python, "-P", "-c", WHAT_RAN, "lock.spec", PYTHONPATH=packages)
    place, _, found = said.partition(" ")
    assert Path(place).is_relative_to(tmp_path / "fresh")
    assert found.strip() == "[('holds', 'explicit (native')]"
    command = [tmp_path / "fresh" / "bin" / "teamcheck", "check", "lock.spec", "--engine", "native", "--format", "json"]
    results = json.loads(run(*command, PYTHONPATH=packages))["results"]
    assert all(result["met"] for result in results)
