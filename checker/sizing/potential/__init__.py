"""Bounds for every size: what each element still owes, from the changes that steps make."""
