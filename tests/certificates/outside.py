"""The questions of certificates, asked of solvers in processes of their own that know nothing of teamcheck.

`python -m tests.certificates.outside [FILE ...]`: FILE is a certificate, a folder of them, or a spec, of which first all is proved that can be
(without FILE: of every spec in specs/). Each question must be answered with `unsat` by the `z3` that comes with z3-solver, and by cvc5: the program
where there is one, else the package. The exit code is 1 where an answer is `sat` or no answer at all, 3 where a time limit was reached.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

from checker import api
from checker.certificates.certificate import SUFFIX
from checker.language.diagnostics import BadInput

ROOT = Path(__file__).parents[2]
SPECS = sorted((ROOT / "specs").rglob("*.spec"))
PROVE_S, ASK_S = 60.0, 20
READS = """
import sys, cvc5
solver = cvc5.Solver(cvc5.TermManager())
solver.setOption("tlimit-per", sys.argv[2])
solver.setOption("enum-inst", "true")
parser = cvc5.InputParser(solver)
parser.setFileInput(cvc5.InputLanguage.SMT_LIB_2_6, sys.argv[1])
symbols = parser.getSymbolManager()
while not (command := parser.nextCommand()).isNull():
    print(command.invoke(solver, symbols), end="")
"""


def solvers(time_s: int = ASK_S) -> dict[str, list[str]]:
    """The command of each solver that is here; the file comes at the place of FILE."""
    found = {"z3": [str(Path(sys.executable).with_name("z3")), f"-T:{time_s}", "FILE"]}
    if which("cvc5"):
        found["cvc5"] = ["cvc5", "--enum-inst", f"--tlimit-per={1000 * time_s}", "FILE"]
    elif find_spec("cvc5"):
        found["cvc5"] = [sys.executable, "-c", READS, "FILE", str(1000 * time_s)]
    return found


def answers(smtlib: str, commands: dict[str, list[str]], folder: Path, time_s: int = ASK_S) -> dict[str, str]:
    """What each solver says to one question: `unsat`, `sat`, `unknown`, `timeout`, or what it complains of."""
    file = folder / "question.smt2"
    file.write_text(smtlib, encoding="utf-8")
    said = {}
    for solver, command in commands.items():
        asked = [str(file) if word == "FILE" else word for word in command]
        try:
            done = subprocess.run(asked, capture_output=True, text=True, timeout=3 * time_s + 30, check=False)
            said[solver] = done.stdout.strip().partition(" (")[0] or done.stderr.strip()  # `unknown (INCOMPLETE)`
        except subprocess.TimeoutExpired:
            said[solver] = "timeout"
    return said


def questions(certificate: Path) -> list[tuple[str, str]]:
    """(name, SMT-LIB) of each, read as JSON and no more."""
    found = json.loads(certificate.read_text(encoding="utf-8"))["obligations"]
    return [(one["name"], one["smtlib"]) for one in found]


def certificates(files: Iterable[Path], folder: Path, time_s: float) -> Iterator[Path]:
    """Those that are named, and those of what can be proved of specs."""
    for file in files:
        if file.suffix == ".spec":
            into = folder / file.relative_to(file.anchor).with_suffix("")
            into.mkdir(parents=True)
            try:
                api.prove(file, time_s=time_s, certificates=into)
            except BadInput as bad:
                print(f"{file}: {bad.diagnostics[0].title_text}", flush=True)
            file = into
        yield from sorted(file.rglob(f"*{SUFFIX}")) if file.is_dir() else [file]


def main(files: list[Path], prove_s: float, ask_s: int) -> int:
    commands, told = solvers(ask_s), Counter[tuple[str, str]]()
    many = asked = 0
    with TemporaryDirectory() as folder:
        for path in certificates(files or SPECS, Path(folder), prove_s):
            many += 1
            for name, smtlib in questions(path):
                asked += 1
                for solver, said in answers(smtlib, commands, Path(folder), ask_s).items():
                    word = said if said in ("unsat", "sat", "unknown", "timeout") else "no answer"
                    told[solver, word] += 1
                    if word != "unsat":
                        print(f"{path.name}: {name}: {solver}: {said or 'nothing'}", flush=True)
            print(f"after {path.name}: {many} certificates, {asked} questions", flush=True)
    for solver in commands:
        print(f"{solver}: {', '.join(f'{n:,} {word}' for (who, word), n in sorted(told.items()) if who == solver) or 'nothing'}")
    words = {word for _, word in told}
    return 1 if not asked or words & {"sat", "no answer"} else 3 if words - {"unsat"} else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="certificates, folders of them, specs (default: all of specs/)"
    )
    parser.add_argument("--time", type=float, default=PROVE_S, help=f"seconds for the proofs of a spec (default: {PROVE_S:g})")
    parser.add_argument("--ask", type=int, default=ASK_S, help=f"seconds for each question (default: {ASK_S})")
    given = parser.parse_args()
    sys.exit(main(given.files, given.time, given.ask))
