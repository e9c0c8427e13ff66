"""Pages of coaching, a module each."""
