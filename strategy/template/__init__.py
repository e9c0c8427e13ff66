"""Strategy templates, and the shape that a city gives its own strategy."""
