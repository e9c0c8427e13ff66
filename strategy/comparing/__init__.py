"""What changed between two texts or versions, and bringing two texts together."""
