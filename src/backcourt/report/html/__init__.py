"""The report as one static page: no server, and nothing that a browser would have to fetch."""
