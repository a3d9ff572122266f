"""What the two NBA sources share: ids, clocks, the court, and how a box score has to add up."""
