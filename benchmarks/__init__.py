"""Commands whose output is quoted in the docs: `python -m benchmarks.NAME`."""
