"""Benchmarks: `python -m benchmarks [NAME ...]` measures, and docs/performance.md tells what was found.

A benchmark is a module in here whose name stands in BENCHMARKS of `__main__.py`. It has

- a docstring, which goes onto the page: what is measured, how, and compared with what;
- `PACKAGES`, the names by which the packages concerned were installed: their versions are kept with the figures;
- `WHAT_BOUNDS`, for a row that may fall short, by the row's `work`: what bounds it, as a profile shows it;
- `check()`, if it needs what may be missing: raises EvaluationError before anything is measured;
- `measure(case)`, which gives its rows: see `Case` in case.py, `Row` and `compared` in rows.py, `interleaved` in
  timing.py, and tower.py for a short example. Peers are imported in functions, since the page imports the module.

A row's `detail` may hold what pictures show: "distribution", percentiles 0 to 100 by name, and "curve", whose lines
are points (size, figure) by name; see performance_pictures.py. Whatever else is in `detail` is only kept in the JSON.

Beside them stand commands of their own, by the same entry: `quality`, `main_job` and `added_items`.
"""
