"""BettingPros: points lines of many books and their consensus, kept since 2021."""
