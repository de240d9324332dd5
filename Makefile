# Each target installs what it needs; nothing has to be activated.
#   make dataset   build seeds/ into dist/seeds/
#   make test      format, lint, types, import contracts, quick tests
#   make bench     builds against peers, as a table and dist/bench.json (5 minutes, idle machine)
#   make test-all  then the slow ones: engines, browser, fault matrices, optional back-ends
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: dataset test test-all check bench clean
.DELETE_ON_ERROR:

dataset: $(VENV)/.base
	$(BIN)/pressmark build seeds --out dist/seeds

test: check
	$(BIN)/pytest --numprocesses auto --dist worksteal -m "not slow"

test-all: test $(VENV)/.all
	$(BIN)/pytest --numprocesses auto --dist worksteal -m slow

check: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.bench
	$(BIN)/python -m tests.benchmarks --json dist/bench.json

clean:
	rm -rf $(VENV) dist

$(VENV)/.base: pyproject.toml setup.py constraints.txt $(wildcard builder/native/*.[ch])
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; set PYTHON=python3.x" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable .
	touch $@

$(VENV)/.test: $(VENV)/.base
	$(PIP) --editable '.[test,check]'
	touch $@

$(VENV)/.bench: $(VENV)/.base
	$(PIP) --editable '.[bench]'
	touch $@

$(VENV)/.all: $(VENV)/.test
	$(PIP) --editable '.[test,check,all]'
	touch $@
