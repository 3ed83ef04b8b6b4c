"""Benchmarks: `python -m benchmarks [NAME ...]` runs them, and docs/explanation/performance.md shows the results.

A benchmark is a module of this package that is listed in BENCHMARKS of `__main__.py`. It has

- a docstring, which appears on the page: what is measured, how, and what it is compared with;
- `PACKAGES`, the distribution names of the packages involved: their versions are stored with the figures;
- `WHAT_BOUNDS`, for rows that may miss their target, by the row's `work`: the bottleneck, as a profile shows it;
- `check()`, if it has requirements that may be missing: raises EvaluationError before anything is measured;
- `measure(case)`, which returns its rows: see `Case` in case.py, `Row` and `compared` in rows.py, `interleaved` in
  timing.py, and tower.py for a short example. Import other libraries in functions, since the page imports the module.

A row's `detail` may hold data for the pictures: "distribution", percentiles 0 to 100 by name, and "curve", whose lines
are points (size, figure) by name; see performance_pictures.py. Anything else in `detail` is only stored in the JSON.

`quality`, `planted`, `main_job`, `added_items` and `feedback` are separate commands with the same entry point.
"""
