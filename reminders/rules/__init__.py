"""What can fall due, a module each subject."""
