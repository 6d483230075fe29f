# The two commands of the README, and what CI and contributors run. Everything happens in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test check lint types format wheel-check clean

# Both stamps are made anew when the project's metadata change.
$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --group dev
	@touch $@

demo: $(VENV)/.installed
	$(BIN)/tipsearch demo

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 --dist loadgroup

