"""Proofs: lemmas that no step breaks. At one size by IC3 on a SAT solver; as candidates for every size by what the small sizes show."""
