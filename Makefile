# The two commands of the README, and what CI and contributors run. Everything happens in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ROOMS := pipeline crawler index cli

.PHONY: demo test stress check lint types format clean

# Both stamps are made anew when the project's metadata change.
# (setuptools warns of every editable install, in a box of twenty lines: nothing that a newcomer could act on.)
$(VENV)/installed: pyproject.toml
	@echo "Setting up $(VENV), once; this takes a minute."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/developing: $(VENV)/installed
	@$(BIN)/python -m pip install --quiet --group dev
	@touch $@

demo: $(VENV)/installed
	@$(BIN)/tipsearch demo

test: $(VENV)/developing
	$(BIN)/python -m pytest --numprocesses 2

# A hundred rounds of each stage: killed at random instants, out of room on the disk, read meanwhile. Takes an hour or two.
stress: $(VENV)/developing
	TIPSEARCH_STRESS=$${TIPSEARCH_STRESS:-100} $(BIN)/python -m pytest --numprocesses 2 tests/stress

check: lint types

lint: $(VENV)/developing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# Type checkers don't follow an editable install that maps folders into a package; a folder of links shows them the same.
types: $(VENV)/developing
	@mkdir -p $(VENV)/types/tipsearch
	@for room in $(ROOMS); do ln -sfn ../../../$$room $(VENV)/types/tipsearch/$$room; done
	MYPYPATH=$(VENV)/types $(BIN)/mypy $(addprefix -p tipsearch.,$(ROOMS))

format: $(VENV)/developing
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
