"""Rows recomputed from raw in plain Python: code that shares nothing with the SQL that built them."""
