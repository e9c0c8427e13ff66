"""Files that people bring, and spreadsheets that they take away."""
