# Everything a newcomer types. `make demo` and `make test` set up what they need by themselves.
#
#   make setup      .venv with the `qingyu` command in it
#   make demo       a whole simulated city: files of sixteen departments become graded indices
#                   CITY=montco the 911 calls of Montgomery County, PA; DATA=path/to/911.csv your file
#   make test       all tests that run on the wheels alone
#   make test-all   those, and the groups that need ../shared, system packages or more time
#   make lint       format, lint, types, layers
#   make bench      measured against rivals in the same run
#   make evaluate   docs/evaluation.md from raw results; FRESH=1 makes those anew (ten minutes)
#   make reference  docs/reference from the code

SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.qingyu-ready
DATA ?=
# A file of one's own is one of 911 calls; without one there is a simulated city.
CITY ?= $(if $(DATA),montco,zhuhai)
BENCH ?=
FRESH ?=
WORKERS ?= 2
ROOT := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))
# The checkout's own code is what runs, and nothing of the caller's Python leaks in.
export PYTHONPATH := $(ROOT)src
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

# The first of these that is new enough; `make PYTHON=/path/to/python3.12` overrides.
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$p; break; }; done)

.PHONY: setup demo test test-all lint format bench evaluate reference clean

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then \
	echo "make: Python 3.11 or newer was not found; install it with: apt-get install python3 python3-venv  没有找到 Python 3.11 或更新的版本，请先安装" >&2; exit 1; fi
	@if ! $(PYTHON) -c 'import venv, ensurepip' 2>/dev/null; then \
	echo "make: $(PYTHON) has no venv module; install it with: apt-get install python3-venv  缺少 venv 模块，请先安装 python3-venv" >&2; exit 1; fi
	@echo "make: setting up $(VENV) (once; a few minutes)  正在安装（只做一次，需要几分钟）" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@PYTHONPATH= $(BIN)/python -m pip install --quiet --requirement requirements.lock
	@PYTHONPATH= $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY)
	@$(BIN)/qingyu demo --city "$(CITY)" $(if $(DATA),--data "$(DATA)")

test: $(READY)
	@$(BIN)/python -m pytest -n $(WORKERS) -q -m "not shared and not system and not slow"

# PASSED=plain: the plain group has just passed in this very checkout (.ci/run).
test-all: $(READY)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -q --all-groups \
	$(if $(filter plain,$(PASSED)),--plain-passed -m "shared or system or slow")

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet . || { $(BIN)/ruff format --check .; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/whole/test_layers.py

format: $(READY)
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

bench: $(READY)
	@PYTHONPATH=$(ROOT)src:$(ROOT) $(BIN)/python -m bench $(BENCH)

evaluate: $(READY)
	@OMP_NUM_THREADS=1 PYTHONPATH=$(ROOT)src:$(ROOT) $(BIN)/python -m evaluation $(if $(FRESH),all,page)

reference: $(READY)
	@$(BIN)/python -m qingyu.cli.reference

clean:
	rm -rf demo-home .mypy_cache .ruff_cache .pytest_cache .hypothesis
