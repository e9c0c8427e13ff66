"""Pages of the strategy, a module each."""
