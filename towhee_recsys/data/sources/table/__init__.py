"""Tables: CSV, TSV, JSON lines and Parquet files, compressed or not, and pandas data frames."""
