"""Many generated models by both engines: `python -m tests.native.many --count 200000 --resume many.json`.

Each seed is a protocol, and up to two models: without faults, and under its fault model. `--count` models are compared as
`agreeing.agree` does; those that are too large, or have no ground form, do not count. One seed in fifty makes models as large as those of the
tests, the others smaller ones of fewer statements: what goes wrong shows in small models, and there are more of them in the same time.

`--resume FILE` goes on where the run that wrote the file stopped, and keeps how far it has come there. A disagreement is printed, with its seed, and
the run goes on. The exit code is 1 if there was one.

`--threads 2` runs a library whose threads take part in every layer, however small, and whose table grows often (`strain.py`).
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
import traceback
from pathlib import Path
from random import Random
from time import process_time

import msgspec

from checker.engines.native import library
from checker.engines.native.build import compile_library
from tests.elaborate.generator import protocol
from tests.native.agreeing import MOST_STATES, agree, models, with_final_goals
from tests.native.strain import STRAIN

SMALL = 120  # states
LARGE_EVERY = 50  # seeds
REPORT_EVERY = 250  # seeds: between two lines, and two writings of the file


class Progress(msgspec.Struct, kw_only=True):
    """Seeds below `next_seed` are done; `skipped` models were too large or have no ground form; `cpu_s`: of this process and those before it."""

    next_seed: int = 0
    compared: int = 0
    skipped: int = 0
    disagreeing: list[int] = []
    cpu_s: float = 0.0


def load_strained() -> None:
    """From now on searches run the library that lets threads into small layers."""
    with tempfile.TemporaryDirectory() as folder:
        strained = library.load(str(compile_library(Path(folder) / "strained.so", STRAIN)))
    library.load = lambda path="": strained  # type: ignore[assignment]


def look_at(seed: int, progress: Progress, threads: int) -> None:
    """Compares the models of one seed. A model with faults has all states of the one without: where that is too large, it is too."""
    random, large = Random(seed), seed % LARGE_EVERY == 0
    generated = protocol(random.randrange, most=6 if large else random.choice((2, 3, 4)))
    most = MOST_STATES if large else SMALL
    for model in models(generated):
        try:
            compared = agree(with_final_goals(model), most_states=most, threads=threads)
        except Exception:  # a crash of an engine is a disagreement too
            print(f"--- seed {seed} disagrees\n{generated}\n{traceback.format_exc()}", flush=True)
            progress.disagreeing.append(seed)
            return
        if not compared:
            progress.skipped += 1
            return
        progress.compared += 1


def run(count: int, progress: Progress, file: Path | None, threads: int = 1) -> None:
    """Goes on until so many models are compared, or Ctrl-C."""
    started, before = process_time(), progress.cpu_s
    gc.disable()
    try:
        while progress.compared < count:
            look_at(progress.next_seed, progress, threads)
            progress.next_seed += 1
            progress.cpu_s = before + process_time() - started
            if progress.next_seed % REPORT_EVERY == 0:
                gc.collect()
                report(progress, file)
    except KeyboardInterrupt:
        pass
    finally:
        gc.enable()
    report(progress, file)


def report(progress: Progress, file: Path | None) -> None:
    rate = progress.compared / max(progress.cpu_s, 1e-9)
    print(
        f"{progress.compared:,} models compared, {len(progress.disagreeing)} disagree, {progress.skipped:,} skipped, "
        f"seeds below {progress.next_seed:,}, {rate:.0f} models a CPU second",
        flush=True,
    )
    if file is not None:
        new = file.with_suffix(".new")
        new.write_bytes(msgspec.json.encode(progress))
        new.replace(file)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2_000, help="models to compare, those before included")
    parser.add_argument("--seed", type=int, default=0, help="the first one, where nothing is resumed")
    parser.add_argument("--resume", type=Path, metavar="FILE", help="where the state of the run is kept")
    parser.add_argument("--threads", type=int, default=1, help="of each search")
    asked = parser.parse_args()
    if asked.threads > 1:
        load_strained()
    progress = Progress(next_seed=asked.seed)
    if asked.resume is not None and asked.resume.exists():
        progress = msgspec.json.decode(asked.resume.read_bytes(), type=Progress)
    run(asked.count, progress, asked.resume, asked.threads)
    return 1 if progress.disagreeing else 0


if __name__ == "__main__":
    sys.exit(main())
