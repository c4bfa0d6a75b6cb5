# Everything Yocho needs beyond git, make and Python 3.11+ is set up here, in .venv.
PYTHON ?= python3
BIN := .venv/bin
export DVC_NO_ANALYTICS := 1
export MLFLOW_DISABLE_TELEMETRY := true

.PHONY: setup run study test test-long lint clean

setup: .venv/.ready

.venv/.ready: pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit("Yocho needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Say which with make PYTHON=...") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -c 'import ctypes; ctypes.CDLL("libgomp.so.1")' 2>/dev/null || [ "$$(uname)" != Linux ] \
		|| { echo "LightGBM needs libgomp, which this machine lacks: apt-get install libgomp1 (Debian) or dnf install libgomp (Fedora)." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv sync --frozen --inexact --quiet
	@touch $@

run: setup  ## the main job: from raw tables to data/review/report.html
	$(BIN)/yocho run

study: setup  ## docs/study.md: tuned models on three portfolios; some twenty minutes on two cores
	$(BIN)/yocho study

test: setup
	$(BIN)/python -m pytest -m "not long" --dist loadgroup -n 2

test-long: setup
	$(BIN)/python -m pytest -m long

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

clean:  ## outputs only; fitted models and scores go too
	rm -rf data/raw data/truth data/interim data/features data/artifacts data/scored data/review
