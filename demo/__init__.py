"""The demonstration, installed only where DEMO is on: nothing else in the house imports it."""
