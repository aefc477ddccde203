"""Certificates of proofs, and checking them again. Shares no code with the search for lemmas (`checker.proving`, `checker.engines.inductive`).

Read `certificate` first: what stands in the file. `subject` and `claims` make from the files what it is about and what is claimed, `questions`
what must be shown, `expressions` (with `nodes`) its lemmas; `make` puts them together. `verify` makes all of it again and compares, asks the
solvers anew, and lets `enumeration` try the lemmas out on states; `verification` is what comes of it.
"""
