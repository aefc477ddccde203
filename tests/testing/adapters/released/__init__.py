"""Real bugs in released versions of frameworks, each as a user would look for it: a short scenario, and what must hold.

`python -m tests.testing.adapters.released NAME` searches with the version that is on the path, and prints the report. `BUGS` says which
release has the bug and which has it no more.
"""
