# make run   - build the index from sources/ and open the page on http://127.0.0.1:7860
# make test  - lint, types, architecture and the whole test suite
# make test-llamacpp - the language model's path against llama.cpp's own server, which is compiled first
# make pictures - the README's two pictures, taken by the tests of the sample sources' page
# make train - teach the reader from the sets in TRAIN; packed data, checkpoint and log lie in WORK, where it goes on
# make lock  - pin what is installed now

PYTHON ?= python3
BIN := .venv/bin
TRAIN ?= ../shared/train
WORK ?= build/training
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: run test test-llamacpp pictures train lock clean

run: .venv/.run
	if [ -n "$$(ls sources 2>/dev/null)" ]; then $(BIN)/rag build; fi
	$(BIN)/rag serve

test: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 --dist loadfile --cov=rag --cov-report=term:skip-covered --cov-fail-under=85 --durations=25

test-llamacpp: .venv/.test
	$(PIP) install --quiet --editable '.[llamacpp]'
	$(BIN)/python -m pytest -m llamacpp

.venv/.python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Footnote needs Python 3.11 or newer.")'
	$(PYTHON) -m venv .venv
	touch $@

.venv/.run: .venv/.python pyproject.toml requirements.lock
	$(PIP) install --quiet --constraint requirements.lock --editable .
	touch $@

.venv/.test: .venv/.python pyproject.toml requirements.lock
	$(PIP) install --quiet --constraint requirements.lock --editable '.[dev]'
	touch $@ .venv/.run

pictures: .venv/.test
	$(BIN)/python -m pytest tests/browser/test_page_samples.py
	cp artefacts/page-light.png artefacts/page-dark.png docs/

# Threads that wait for each other idle instead of spinning: a quarter less processor time on a busy machine.
train: .venv/.test
	OMP_WAIT_POLICY=PASSIVE nice -n 19 $(BIN)/python -m training.train $(TRAIN) --work $(WORK)

lock: .venv/.test
	$(PIP) freeze --exclude-editable | sed 's/^\(torch==[0-9.]*\)+.*/\1/' > requirements.lock

clean:
	rm -rf .venv artefacts build *.egg-info
