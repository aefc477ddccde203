"""How much memory this process uses, and how much it may use at most where nobody says."""

from __future__ import annotations

import os
import sys

MIB = 2**20
SHARE = 1 / 3  # of what is free: looking for cycles takes up to twice as much again as a state graph


def used_mib(process: int | None = None) -> float:
    """The resident memory of this process, in MiB (its peak, where the present value is not known); or of another one (0 where not known)."""
    try:
        with open(f"/proc/{'self' if process is None else process}/statm", encoding="utf-8") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / MIB
    except OSError:
        return _peak_mib() if process is None else 0.0


def default_limit_mib(share: float = SHARE) -> float | None:
    """What this process may use so that the machine does not run out of memory: what it uses now and a share of what is free.

    None where that is not known.
    """
    free = free_mib()
    return None if free is None else used_mib() + share * free


def free_mib() -> float | None:
    """What this process could take now: of the machine's memory, of its control group's, of its own limit. None: not known."""
    known = [free for free in (_of_machine(), _of_control_group(), _of_process()) if free is not None]
    return min(known, default=None)


def _peak_mib() -> float:
    try:
        import resource
    except ImportError:  # a system without it: no memory is ever seen used
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (MIB if sys.platform == "darwin" else 2**10)


def _of_machine() -> float | None:
    try:
        with open("/proc/meminfo", encoding="utf-8") as lines:
            found = next((line.split()[1] for line in lines if line.startswith("MemAvailable:")), None)
        return None if found is None else int(found) / 2**10
    except (OSError, ValueError):
        pass
    try:  # a system that does not tell what is free: half of what there is
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / MIB / 2
    except (AttributeError, OSError, ValueError):
        return None


def _of_control_group() -> float | None:
    """Of a container's memory (cgroup version 2, then 1)."""
    for folder, limit, usage in (
        ("/sys/fs/cgroup", "memory.max", "memory.current"),
        ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes"),
    ):
        try:
            with open(f"{folder}/{limit}", encoding="utf-8") as most, open(f"{folder}/{usage}", encoding="utf-8") as used:
                return max(0.0, (int(most.read()) - int(used.read())) / MIB)
        except (OSError, ValueError):  # not there, or `max`
            continue
    return None


def _of_process() -> float | None:
    """Of the address space that the process may have (`ulimit -v`)."""
    try:
        import resource

        most = resource.getrlimit(resource.RLIMIT_AS)[0]
        with open("/proc/self/statm", encoding="utf-8") as statm:
            taken = int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (ImportError, OSError, ValueError):
        return None
    return None if most == resource.RLIM_INFINITY else max(0.0, (most - taken) / MIB)
