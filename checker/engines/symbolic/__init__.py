"""Bounded search with Z3: violations at sizes that no search of states reaches, and never more than `not found`."""
