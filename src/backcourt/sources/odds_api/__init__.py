"""The Odds API, version 4: spreads, totals, moneylines and points lines, live and as they stood."""
