"""The program's own PostgreSQL and Redis on one machine: docs/running.md says who starts them and how all ends."""
