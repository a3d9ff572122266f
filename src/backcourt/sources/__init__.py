"""Where raw data comes from: one folder per source."""
