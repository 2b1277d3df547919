# make run           the app on http://localhost:8501 (PORT=8600 make run: on another port)
# make test          style, types and all tests
# make lint, format  the style alone; put it right
# make bench         the app against its peers, three quarters of an hour on an idle machine: benchmarks/RESULTS.md
# make cloud-check   does it fit on Streamlit Cloud? requirements.txt alone, one core, its memory measured
.PHONY: run test lint format bench cloud-check environment dev-environment browser

PORT ?= 8501
BIN := .venv/bin

# The first Python here for which TensorFlow has a wheel; PYTHON=/path/to/python chooses another.
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3 python; do \
  "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
  && echo "$$python" && break; done)

# $(call install,LIST): bring LIST into the environment, unless exactly these pins are already there. What was
# installed is kept beside it as a copy, written last, so that an interrupted installation is begun again.
install = cat requirements.txt $(1) | cmp -s - .venv/installed-$(1) || { \
  $(BIN)/python -m pip install --disable-pip-version-check --progress-bar off -r $(1) \
  && cat requirements.txt $(1) > .venv/installed-$(1); }

run: environment
	@exec $(BIN)/python -m streamlit run streamlit_app.py --server.port $(PORT) --server.headless true

# Both halves at once, and the browser's, which mostly waits, in two processes with an app each. What it says is shown
# when all are done.
test: lint browser
	@$(BIN)/python -m pytest -m browser -n 2 --dist loadfile > .venv/browser-tests.log 2>&1 & browser=$$!; \
	  trap 'kill $$browser' INT TERM; \
	  $(BIN)/python -m pytest -m "not browser"; others=$$?; \
	  echo "The tests in the browser go on …"; wait $$browser; in_browser=$$?; cat .venv/browser-tests.log; \
	  exit $$((others | in_browser))

lint: dev-environment
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy

format: dev-environment
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

browser: dev-environment
	@$(BIN)/python -m tests.browser.chromium

# BENCH=--full trains to the end what is else extrapolated. A peer that cannot be installed is left out, and it is said.
bench: browser
	@$(call install,requirements-bench.txt) || echo "Not all peers could be installed; the benchmarks go on without them."
	$(BIN)/python -m benchmarks all $(BENCH)

cloud-check: browser
	$(BIN)/python -m benchmarks.cloud_check $(PYTHON)

environment: $(BIN)/pip
	@$(call install,requirements.txt)

dev-environment: $(BIN)/pip
	@$(call install,requirements-dev.txt)

$(BIN)/pip:
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed and none was found."; exit 1; }
	$(PYTHON) -m venv .venv
