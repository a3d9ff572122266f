"""Planning, running, hashing and the ledger."""
