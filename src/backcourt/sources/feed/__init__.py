"""From a source's documents to raw rows: what to ask for, what came back, and the files that ingest reads."""
