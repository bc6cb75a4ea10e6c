"""Two series of one patient laid over each other: run, decided, stored."""
