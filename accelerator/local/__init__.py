"""Embedded PostgreSQL and Redis on one machine; docs/running.md describes how they start and stop."""
