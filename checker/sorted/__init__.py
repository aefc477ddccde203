"""A model as formulas of first-order logic, with sorts of any size."""
