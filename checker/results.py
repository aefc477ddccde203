"""Results: what a check says, as data. Every report and the JSON are made from these."""
