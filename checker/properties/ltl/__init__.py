"""Linear temporal logic: formulas on words, and as automata."""
