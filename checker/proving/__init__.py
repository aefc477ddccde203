"""Proofs: the ladder from a search at one size to a proof for every size, and what of it was reached."""
