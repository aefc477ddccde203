"""Expressions of a model as sentences of the language, and in plain English; and back."""
