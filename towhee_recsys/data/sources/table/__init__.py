"""Tables: CSV, TSV, JSON lines and Parquet files, compressed or not, queries, and pandas data frames."""
