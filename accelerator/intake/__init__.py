"""Uploaded files, and spreadsheets to download."""
