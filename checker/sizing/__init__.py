"""What a team costs: the worst case of its meters, at a size and at every size."""
