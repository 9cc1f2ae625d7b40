# How everything is run. `make` or `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
BUILT := $(VENV)/.built
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PACKAGES := compiler stdlib lsp runtime server apextrade

# What is compiled: the kernels, and the modules that come with declarations (.pxd).
COMPILED := $(wildcard stdlib/kernels/*.py runtime/*.pxd runtime/*/*.pxd)
COMPILED += $(wildcard $(patsubst %.pxd,%.py,$(wildcard runtime/*.pxd runtime/*/*.pxd)))
COMPILED += runtime/machine/weld.py

.PHONY: help setup run test test-long test-editors test-browser vsix faults fuzz docs check fmt bench talib instructions clean
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(BUILT) ## create .venv, install, compile; does only what has become necessary

$(INSTALLED): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "ApexTrade needs Python 3.11 or later; say which: make PYTHON=python3.11"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' > $(VENV)/build-needs.txt
	$(PIP) --requirement $(VENV)/build-needs.txt
	$(BIN)/python -c 'import tomllib; p = tomllib.load(open("pyproject.toml", "rb"))["project"]; print(*p["dependencies"], *p["optional-dependencies"]["test"], sep="\n")' > $(VENV)/needs.txt
	$(PIP) --requirement $(VENV)/needs.txt
	APX_COMPILE_LATER=1 $(PIP) --no-build-isolation --no-deps --editable .
	@touch $@

$(BUILT): $(INSTALLED) setup.py grammar/apx.lark grammar/build.py $(COMPILED)
	$(BIN)/python -m grammar.build
	$(BIN)/python setup.py --quiet build_ext --inplace --parallel 2
	$(BIN)/python -m compileall -q grammar $(PACKAGES)
	@touch $@

run: setup ## backtest examples/golden_cross.apx on sample bars of AAPL, with a report
	@mkdir -p reports
	$(BIN)/apx backtest examples/golden_cross.apx --data AAPL --report reports/golden_cross.html

test: setup ## run the tests, except the long ones, on all cores
	$(BIN)/pytest -n auto --dist loadfile

test-long: setup ## run the long tests: more programs, more bars
	LAW_PROGRAMS=3200 $(BIN)/pytest -m long
	LAW_PROGRAMS=3200 $(BIN)/pytest tests/laws
	MUTATIONS=1000 $(BIN)/pytest tests/compiler/test_mutations.py

lsp/vscode/node_modules: lsp/vscode/package.json
	npm install --prefix lsp/vscode --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

vsix: lsp/vscode/node_modules ## package the extension for VS Code as dist/apextrade.vsix; needs node 20 and npm
	@mkdir -p dist
	cd lsp/vscode && node_modules/.bin/vsce package --no-dependencies --allow-missing-repository --out ../../dist/apextrade.vsix

frontend/node_modules: frontend/package.json frontend/packages/editor/package.json
	npm install --prefix frontend --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

test-browser: setup frontend/node_modules ## run the tests of the editor for pages in Chromium; needs node 20, npm and chromium
	$(BIN)/pytest tests/frontend -rs

test-editors: setup lsp/vscode/node_modules ## run the tests of the editors: VS Code's extension, Neovim, Emacs, each where it is installed
	$(BIN)/pytest tests/lsp/editors tests/apextrade/test_snippets.py tests/grammar -rs

faults: setup ## kill Celery workers 20 times in a sweep of 20,000 combinations; needs redis-server
	$(BIN)/python -m tests.faults.celery_kills

fuzz: setup ## try 100,000 generated and mutated programs (COUNT=...), two at a time
	$(BIN)/python -m tests.fuzz --count $(or $(COUNT),100000) --processes 2

check: setup ## lint, types, and which room may import which
	$(BIN)/ruff check .
	$(BIN)/mypy --strict $(PACKAGES)
	$(BIN)/lint-imports

fmt: setup ## format the Python code
	$(BIN)/ruff check --quiet --fix --exit-zero .
	$(BIN)/ruff format --quiet .

docs: setup ## write what is made from declarations: the reference, the library, grammars and snippets of editors
	$(BIN)/python -m apextrade.reference
	$(BIN)/python -m apextrade.language_page
	$(BIN)/python -m apextrade.highlighting
	$(BIN)/python -m apextrade.snippets
	$(BIN)/python -m apextrade.vim_syntax
	$(BIN)/python -m apextrade.emacs_words

talib: setup ## compare the library with TA-Lib on 800,000 hard bars and write docs/talib.md
	$(BIN)/python -W ignore -m bench.talib_page

bench: setup ## measure everything beside its peers and write docs/benchmarks.md (ten minutes)
	$(BIN)/python bench/page.py

instructions: setup ## count the instructions a bar of each main kernel; fails where one grew by more than 5 % (needs valgrind)
	$(BIN)/python bench/instructions.py

clean: ## remove what was built; .venv stays
	rm -rf build dist reports *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache $(BUILT)
	find compiler grammar stdlib lsp runtime server apextrade tests \( -name __pycache__ -o -name '*.so' -o -name '*.c' \) -prune -exec rm -rf {} +
	rm -f grammar/tables.json stdlib/kernels/*.pxd
