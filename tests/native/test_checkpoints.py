"""A search that goes on from a checkpoint finds what an uninterrupted one finds; what is damaged is refused."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
from array import array
from collections.abc import Callable
from pathlib import Path
from random import Random
from time import sleep

import pytest
from msgspec.structs import astuple

from checker import api
from checker.engines.native.checkpoint import Keep
from checker.engines.native.explore import Explored, explore_native
from checker.engines.native.program import Program
from checker.engines.native.search import BadProgram, Search, Status
from checker.language.diagnostics import BadInput
from tests.native.assembler import two_phase
from tests.native.comparing import summary
from tests.native.evaluator import State, reach
from tests.native.random_programs import random_program

ROOT = Path(__file__).resolve().parents[2]
SPEC = str(ROOT / "specs" / "two_phase_commit.spec")


# --- the library ---------------------------------------------------------------------------------------------------------


def moved(search: Search, program: Program, initial: list[State], make: Callable[..., Search]) -> Search:
    """A new search at the place of the old one, which is closed."""
    position, count = search.position(), search.stats().distinct
    new = make(program, initial)
    first = new.stats().distinct
    assert search.states(0, first) == new.states(0, first)
    middle = (first + count) // 2
    for start, stop in ((first, middle), (middle, count)):
        new.append(*search.states(start, stop))
    new.resume(position)
    assert astuple(new.stats())[:7] == astuple(search.stats())[:7]
    search.close()
    return new


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_going_on_after_every_pause_changes_nothing(threads: int, strained: ctypes.CDLL) -> None:
    for seed in range(30):
        program, initial = random_program(seed, bits=9)
        workers = Random(seed)

        def make(program: Program, initial: list[State], workers: Random = workers) -> Search:
            return Search(program, initial, threads=workers.randint(1, threads), library=strained)

        search = make(program, initial)
        for pauses in range(10_000):
            if search.run(0) is not Status.RUNNING:
                break
            if pauses < 200:
                search = moved(search, program, initial, make)
        assert search.stats().status is Status.COMPLETE
        assert summary(search, edges=not program.canonical_updates) == reach(program, initial)
        search.close()


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("kind", ["small", "large"])
def test_going_on_after_a_limit_changes_nothing(threads: int, kind: str, strained: ctypes.CDLL) -> None:
    """A limit ends a search in the midst of batches; more room, and it goes on from there."""
    programs = [random_program(seed, bits=9) for seed in range(40)] if kind == "small" else [(two_phase(5), [(0,)])]
    in_the_midst = 0
    for number, (program, initial) in enumerate(programs):
        random = Random(number)
        limit = len(set(initial))
        search = Search(program, initial, states_limit=limit, threads=threads, library=strained)
        while search.run() is Status.LIMIT:
            in_the_midst += search.stats().expanded not in (0, search.stats().distinct)
            limit += random.choice((1, 2, 7, 100, 1000))

            def make(
                program: Program, initial: list[State], limit: int = limit, workers: int = random.randint(1, threads)
            ) -> Search:
                return Search(program, initial, states_limit=limit, threads=workers, library=strained)

            search = moved(search, program, initial, make)
        assert search.stats().status is Status.COMPLETE
        assert summary(search, edges=not program.canonical_updates) == reach(program, initial)
        search.close()
    assert in_the_midst > 10


def test_initial_states_that_found_no_room_leave_nothing_to_go_on_from() -> None:
    with Search(two_phase(3), [(0,), (1,), (2,)], states_limit=2) as search:
        assert search.run() is Status.LIMIT
        assert search.position() == b""


def attack_positions(seeds: range) -> tuple[int, int]:
    """(refused, run) among positions with words changed: none harms the process."""
    program, initial = two_phase(4), [(0,)]
    refused = ran = 0
    for seed in seeds:
        random = Random(seed)
        with Search(program, initial, states_limit=random.choice((50, 300, 700, 0)), threads=2) as search:
            for _ in range(random.randint(3, 12)):
                search.run(0)
            words, states = array("Q", search.position()), search.states(1, search.stats().distinct)
        for _ in range(random.choice((1, 1, 3))):
            place = random.randrange(len(words))
            near = words[place] + random.choice((-1, 1, 2, 64))
            words[place] = random.choice((near, random.getrandbits(random.choice((3, 8, 64))))) % 2**64
        if random.random() < 0.1:
            words = words[: random.randrange(len(words))]
        if random.random() < 0.3:
            states[1][random.randrange(len(states[1]))] = random.choice((0, 5, 0xFFFFFFFF))
        with Search(program, initial, threads=2, states_limit=5_000) as search:
            search.append(*states)
            try:
                search.resume(words.tobytes())
            except BadProgram:
                refused += 1
                continue
            while search.run(1.0) is Status.RUNNING:
                pass
            search.watches(), search.outcomes(), search.layers(), search.path(search.stats().distinct - 1)
            ran += 1
    return refused, ran


def test_positions_that_are_wrong_are_refused_or_run() -> None:
    refused, ran = attack_positions(range(600))
    assert refused > 100
    assert ran > 20


@pytest.mark.parametrize("change", ["bits", "length"])
def test_states_that_are_none_are_refused(change: str) -> None:
    with Search(two_phase(3), [(0,)]) as search, pytest.raises(BadProgram):
        search.append(array("Q", [1 << 60] if change == "bits" else [1, 2]), array("I", [0]))


# --- files ---------------------------------------------------------------------------------------------------------------


def counted(found: Explored) -> tuple[object, ...]:
    """What must be the same; the numbers of states may differ between runs."""
    seen = {w: (witness.count, len(found.path(witness.state)) if witness.count else 0) for w, witness in found.seen.items()}
    stuck = None if found.deadlocked is None else len(found.path(found.deadlocked))
    outcomes = [(o.transitions, o.failures.count) for o in found.search.outcomes()]
    return (found.complete, *astuple(found.stats)[:6], found.fired, seen, stuck, outcomes)


@pytest.mark.parametrize("symmetry", [False, True])
def test_a_limit_leaves_what_can_be_gone_on_from(tmp_path: Path, symmetry: bool) -> None:
    model = api.load(SPEC, "three", "manager_crash")
    whole = counted(explore_native(model, symmetry=symmetry))
    keep = Keep(folder=tmp_path / "kept", every_s=0.0)
    limits, ended = iter((1, 3, 40, 41, 100, 150, 200, 10_000)), False
    while not ended:
        found = explore_native(model, symmetry=symmetry, states_limit=next(limits), threads=2, keep=keep)
        ended = found.complete
    assert counted(found) == whole
    assert counted(explore_native(model, symmetry=symmetry, keep=keep)) == whole  # complete, it is only read again
    assert counted(explore_native(model, symmetry=symmetry, keep=keep, states_limit=2)) == whole


def kept(folder: Path) -> Keep:
    """The checkpoint of an unfinished search."""
    keep = Keep(folder=folder, every_s=0.0)
    explore_native(api.load(SPEC, "three", "manager_crash"), states_limit=90, threads=2, keep=keep)
    return keep


@pytest.mark.parametrize("name", ["states", "predecessors", "manifest"])
def test_every_damaged_byte_is_found(tmp_path: Path, name: str) -> None:
    keep, model = kept(tmp_path / "kept"), api.load(SPEC, "three", "manager_crash")
    file, random = keep.folder / name, Random(7)
    data = file.read_bytes()
    damaged = [data[:length] for length in {0, 1, len(data) // 2, len(data) - 1}]
    for _ in range(150):
        place = random.randrange(len(data))
        damaged.append(data[:place] + bytes([data[place] ^ 1 << random.randrange(8)]) + data[place + 1 :])
    for wrong in damaged:
        file.write_bytes(wrong)
        with pytest.raises(BadInput) as refused:
            explore_native(model, keep=keep)
        assert {d.code for d in refused.value.diagnostics} == {"T641"}
        assert str(keep.folder) in str(refused.value)
    file.unlink()
    if name != "manifest":  # without it nothing was ever saved
        with pytest.raises(BadInput):
            explore_native(model, keep=keep)
    file.write_bytes(data)
    assert explore_native(model, keep=keep).complete


def test_what_was_being_written_is_cut_off(tmp_path: Path) -> None:
    keep, model = kept(tmp_path / "kept"), api.load(SPEC, "three", "manager_crash")
    for name in ("states", "predecessors", "manifest.new"):
        with (keep.folder / name).open("ab") as file:
            file.write(b"half of someth")
    assert counted(explore_native(model, keep=keep)) == counted(explore_native(model))
    assert counted(explore_native(model, keep=keep)) == counted(explore_native(model))


def test_a_checkpoint_of_another_model_is_refused(tmp_path: Path) -> None:
    keep = kept(tmp_path / "kept")
    for other in (api.load(SPEC, "three"), api.load(SPEC, "five")):
        with pytest.raises(BadInput, match="of another program"):
            explore_native(other, keep=keep)


def test_states_that_do_not_fit_into_memory_are_told(tmp_path: Path) -> None:
    keep = kept(tmp_path / "kept")
    with pytest.raises(BadInput, match=r"the 90 states of the checkpoint .* do not fit"):
        explore_native(api.load(SPEC, "three", "manager_crash"), keep=keep, memory_mib=1)


# --- the command ---------------------------------------------------------------------------------------------------------

LARGE = ["specs/two_phase_commit.spec", "--instance", "three", "--faults", "none", "--set", "participants=8"]
LARGE += ["--property", "consistent,final,aborts,no deadlock"]
ORBITS = ["specs/bench/lossy_lease.spec", "--instance", "small", "--faults", "rough", "--set", "clients=3", "--set", "leases=4"]
ORBITS += ["--symmetry", "--property", "newest_is_given"]


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "checker", "check", *words, "--format", "json"]


def said(output: str) -> list[object]:
    results = json.loads(output)["results"]
    keys = ("instance", "faults", "property", "verdict", "basis", "distinct", "transitions", "depth")
    return [[result[key] for key in keys] for result in results]


def checked(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*words), cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("what", [LARGE, ORBITS], ids=["all states", "orbits"])
def test_killed_again_and_again(what: list[str], tmp_path: Path) -> None:
    """With -9 at random moments, until a run comes through: it says what one says that nobody disturbs."""
    folder, random, killed = tmp_path / "kept", Random(3), 0
    expected = checked(*what, "--engine", "native")
    assert expected.returncode == 0
    words = [*what, "--checkpoint", str(folder), "--checkpoint-every", "0.01", "--resume"]
    for attempt in range(200):
        process = subprocess.Popen(command(*words), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        most = 0.6 + attempt * 0.1 if attempt >= 3 else 0.25  # three end far from the end, however fast the machine is
        sleep(random.uniform(0.1, most))
        process.send_signal(signal.SIGKILL)
        output, errors = process.communicate()
        if process.returncode != -signal.SIGKILL:
            break
        killed += 1
    assert process.returncode == expected.returncode, errors
    assert said(output) == said(expected.stdout)
    assert killed >= 3


def test_interrupted_by_hand_it_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    process = subprocess.Popen(command(*LARGE, "--checkpoint", str(folder)), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    while not list(folder.glob("*")) and process.poll() is None:
        sleep(0.01)
    sleep(0.3)
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert process.returncode in (0, 3, 130, -signal.SIGINT)  # the last one: Python was ending by itself
    again = checked(*LARGE, "--checkpoint", str(folder), "--resume")
    assert again.returncode == 0
    assert said(again.stdout) == said(checked(*LARGE, "--engine", "native").stdout)


def refused(*words: str) -> str:
    done = subprocess.run([*command(*words)[:-2]], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2, done.stdout
    return done.stderr


def test_what_the_command_refuses(tmp_path: Path) -> None:
    spec, folder = "specs/lock.spec", tmp_path / "kept"
    assert checked(spec, "--checkpoint", str(folder)).returncode == 0
    assert checked(spec, "--checkpoint", str(folder), "--resume").returncode == 0
    assert "T643" in refused(spec, "--checkpoint", str(folder))
    assert "T642" in refused("specs/peterson.spec", "--checkpoint", str(folder), "--resume")
    assert "T642" in refused(spec, "--symmetry", "--checkpoint", str(folder), "--resume")
    assert "T689" in refused(spec, "--resume")
    assert "T689" in refused(spec, "--checkpoint", str(tmp_path / "new"), "--engine", "reference")
    assert "T644" in refused(spec, "--checkpoint", str(tmp_path / "no" / "folder"))
    assert "it is no folder" in refused(spec, "--checkpoint", "README.md")
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    assert "T643" in refused(spec, "--checkpoint", str(other))
    assert "T642" in refused(spec, "--checkpoint", str(other), "--resume")
    assert os.listdir(other) == ["thesis.txt"]
    check = folder / "check"
    check.write_bytes(check.read_bytes()[:-1])
    assert "T641" in refused(spec, "--checkpoint", str(folder), "--resume")


def test_two_at_once_are_refused(tmp_path: Path) -> None:
    from checker.properties.checkpoints import opened

    folder = str(tmp_path / "kept")
    with (
        opened(folder, [], resume=False, every_s=1, symmetry=False),
        pytest.raises(BadInput, match="another teamcheck is using it"),
        opened(folder, [], resume=True, every_s=1, symmetry=False),
    ):
        raise AssertionError
    with opened(folder, [], resume=True, every_s=1, symmetry=False) as again:
        assert again.folder == Path(folder)
    shutil.rmtree(folder)


FULL_DISK = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
from checker.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def test_on_a_full_disk_the_search_goes_on_and_what_was_written_can_be_gone_on_from(tmp_path: Path) -> None:
    folder = str(tmp_path / "kept")
    words = [*LARGE[:-4], "--set", "participants=6", "--property", "consistent", "--checkpoint", folder]
    full = [sys.executable, "-c", FULL_DISK, "check", *words, "--checkpoint-every", "0.01"]
    done = subprocess.run(full, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0
    assert "holds (exhaustive, 50,816 states)" in done.stdout
    assert "of an earlier moment, if there is one: File too large" in " ".join(done.stdout.split())
    again = checked(*words, "--resume")
    assert [result[3:7] for result in said(again.stdout)] == [["holds", "exhaustive", 50_816, 402_305]]  # type: ignore[index]


def test_a_list_of_searches_that_is_none(tmp_path: Path) -> None:
    from checker.engines.native.checkpoint import signed

    folder = tmp_path / "kept"
    assert checked("specs/lock.spec", "--checkpoint", str(folder)).returncode == 0
    (folder / "check").write_bytes(signed({"searches": []}))
    assert "another version of teamcheck wrote it" in refused("specs/lock.spec", "--checkpoint", str(folder), "--resume")


def test_parts_that_changed_places_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    assert checked("specs/lock.spec", "--checkpoint", str(folder)).returncode == 0
    check, manifest = folder / "check", next(folder.glob("*/manifest"))
    whole = check.read_bytes(), manifest.read_bytes()
    for part, other in ((check, whole[1]), (manifest, whole[0])):
        part.write_bytes(other)
        assert "T641" in refused("specs/lock.spec", "--checkpoint", str(folder), "--resume")
        check.write_bytes(whole[0])
        manifest.write_bytes(whole[1])
    assert checked("specs/lock.spec", "--checkpoint", str(folder), "--resume").returncode == 0
