"""Is it right? Rules over what is stored: contracts, equalities between tables, health of columns, rows recomputed."""
