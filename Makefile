# Two commands: `make selfplay` and `make test`. Both set up what they need first; `make setup` does only that.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: setup selfplay test clean

setup: $(VENV)/installed
	$(BIN)/antiphon lean install --judge

$(VENV)/installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-compile --constraint constraints.txt --editable '.[dev]'
	touch $@

selfplay: setup
	$(BIN)/antiphon selfplay $(ARGS)

test: $(VENV)/installed
	$(BIN)/antiphon lean install & $(BIN)/python -m pytest $(ARGS); tested=$$?; wait && exit $$tested

clean:
	rm -rf $(VENV) runs
