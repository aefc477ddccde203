"""teamcheck: write down how agents coordinate, and prove or break it."""
