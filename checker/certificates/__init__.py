"""Certificates of proofs, and checking them again. Shares no code with the search for lemmas (`checker.proving`, `checker.engines.inductive`)."""
