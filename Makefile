# The two commands: `make demo` and `make test`. Both work on a machine that has nothing but python3.11+ with venv, and make.

PYTHON ?= python3
VENV := .venv
BENCH_VENV := .venv-bench
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test lint bench shots clean

demo: $(VENV)/.run
	@$(BIN)/evtui demo

test: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest

# the pictures of the README, drawn anew from the seeded demo
shots: $(VENV)/.dev
	$(BIN)/python tests/screenshots/pictures.py

# The program beside its peers; about ten minutes on a quiet machine. `make bench ONLY=start,keys` takes some of the
# measures, BENCH='--pairs 3 --json figures.json' passes whatever the harness knows (BENCH=--help).
bench: $(VENV)/.run $(BENCH_VENV)/.ready
	@PYTHONPATH=tests $(BENCH_VENV)/bin/python -m bench $(if $(ONLY),--only $(ONLY)) $(BENCH)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "evtui needs Python 3.11 or newer; say make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --constraint constraints.txt --upgrade pip

$(VENV)/.run: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install --constraint constraints.txt --editable '.[sql]' --group dev
	@touch $@ $(VENV)/.run

$(BENCH_VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/python -m pip --disable-pip-version-check --quiet install --constraint constraints.txt --upgrade pip
	$(BENCH_VENV)/bin/python -m pip --disable-pip-version-check --quiet install --constraint constraints.txt --group bench
	@touch $@

clean:
	rm -rf $(VENV) $(BENCH_VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
