"""What can fall due, one module per subject."""
