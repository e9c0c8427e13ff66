"""The demo, installed only if DEMO is on: no other app imports it."""
