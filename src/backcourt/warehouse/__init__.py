"""Where tables live. Only modules of this package import a database client."""
