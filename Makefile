# The course's commands. `make help` lists them; tools/setup.py does the work of setting up.
PYTHON ?= python3
TORCH_INDEX ?=
LAB_ARGS ?=
BIN := .venv/bin
TWO := -n 2 --dist loadfile # a file stays with one worker: it shares fixtures, a notebook its kernel
BENCHMARKS := $(patsubst benchmarks/%.py,%,$(wildcard benchmarks/[a-z]*.py))

.PHONY: help lab test browser notebooks lint bench setup clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile
	@echo "  PYTHON=python3.12 picks the Python, TORCH_INDEX=<address> another build of torch."

lab: setup ## open the lessons in JupyterLab; LAB_ARGS="--no-browser --port 9999" reach it
	@$(BIN)/python tools/setup.py lab $(LAB_ARGS)

test: lint ## run every test: lint, the library, the notebooks against their stored outputs
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -rs $(TWO) --ignore tests/browser
	$(BIN)/python -m pytest -rs tests/browser
	@rm -rf build/nbval && mkdir -p build/nbval && cp notebooks/*.ipynb build/nbval # a lesson writes evidence/: not among yours
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest $(TWO) --nbval build/nbval --nbval-sanitize-with tests/nbval_sanitize.cfg

browser: setup ## only the notebooks in JupyterLab in a real browser; how they look goes to build/screens
	$(BIN)/python -m pytest -rs tests/browser

notebooks: setup ## rebuild the notebooks from instructor/lessons
	$(BIN)/python -m instructor.build

lint: setup ## check style and format with ruff
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .

bench: setup ## measure speed, one script of benchmarks/ after the other
	@bad=0; for name in $(BENCHMARKS); do echo "== $$name"; $(BIN)/python -m benchmarks.$$name || bad=1; done; exit $$bad

setup: ## only make .venv, which every other command does first
	@$(PYTHON) tools/setup.py --torch-index="$(TORCH_INDEX)"

clean: ## remove .venv and build products, nothing of your own work
	rm -rf .venv build dist *.egg-info .pytest_cache .ruff_cache .hypothesis .coverage
	find course_lib instructor tests benchmarks tools -name __pycache__ -type d -prune -exec rm -rf {} +
