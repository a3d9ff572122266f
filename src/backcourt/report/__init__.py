"""What a person reads about the warehouse."""
