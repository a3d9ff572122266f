"""sportsdataverse (hoopR): whole seasons of ESPN's box scores and schedules as Parquet releases, from 2001-02 on."""
