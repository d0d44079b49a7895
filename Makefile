# `make book` and `make test` do everything from a fresh clone: Python 3.11 to 3.13 and make are
# enough. The environment is .venv, from requirements.lock; nothing outside this folder changes.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& echo $$p && break; done)
RUN = .venv/bin/python -m
PIP = $(RUN) pip --disable-pip-version-check --no-input install --quiet
LITE = _build/lite-venv/bin/python -m
BENCH = _build/bench-venv/bin/python -m
MUTMUT = PYTHONPATH=../mutmut ../../$(RUN) mutmut
DOWNLOAD = about 210 MB

unexport PYTHONPATH PYTHONHOME

# an environment whose interpreter is gone, or that was made for another folder, is made anew
ifneq ($(wildcard .venv/.packages),)
ifneq ($(shell .venv/bin/python -c 'print(1)' 2>/dev/null),1)
$(shell rm -f .venv/.packages)
endif
ifneq ($(shell cat .venv/.installed 2>/dev/null),$(CURDIR))
$(shell rm -f .venv/.installed)
endif
endif

.PHONY: book pdf test mutants bench lite clean distclean

book: .venv/.installed ## execute, verify and build the book
	@$(RUN) companion book

pdf: .venv/.installed ## print what make book built: each chapter, and the whole book
	@$(RUN) companion pdf

test: .venv/.installed ## all tests, the verdicts of all chapters among them
	@$(RUN) pytest $(or $(ARGS),--cov --numprocesses 2 --dist worksteal)

mutants: _build/mutmut ## plant small faults in the verdict logic; each must fail a test
	@rm -rf _build/mutants && mkdir -p _build/mutants/src
	@cp -r lib/implicitreg _build/mutants/src && cp -r tests pyproject.toml _build/mutants
	@cd _build/mutants && $(MUTMUT) run
	@cd _build/mutants && for name in $$($(MUTMUT) results | grep -o 'implicitreg[^:]*'); do \
	grep -qF '`'"$$name"'`' tests/mutants.md || { echo "no test fails on $$name"; failed=1; }; \
	done; exit $${failed:-0}

_build/mutmut: requirements-mutants.lock .venv/.installed
	@rm -rf $@
	@$(PIP) --no-deps --require-hashes --only-binary :all: --target $@ --requirement $<

bench: _build/bench-venv/.packages ## speed, beside other libraries: a few minutes, best on a quiet machine
	@PYTHONPATH=lib $(BENCH) benchmarks $(ARGS)

_build/bench-venv/.packages: requirements-bench.lock .venv/.packages
	@echo 'Making _build/bench-venv: downloading the packages of requirements-bench.lock, about 250 MB'
	@rm -rf _build/bench-venv
	@.venv/bin/python -m venv _build/bench-venv
	@$(BENCH) pip --disable-pip-version-check --no-input install --quiet --require-hashes \
	--only-binary :all: --requirement $<
	@touch $@

lite: .venv/.installed _build/lite-venv/.packages ## the chapters in JupyterLab, run by the browser
	@rm -rf _build/lite && mkdir -p _build/lite/source/lib
	@cp -r lib/implicitreg _build/lite/source/lib && cp pyproject.toml README.md LICENSE _build/lite/source
	@$(RUN) pip --disable-pip-version-check wheel --quiet --no-deps --no-build-isolation \
	--wheel-dir _build/lite/pypi _build/lite/source
	@$(LITE) pip --disable-pip-version-check download --quiet --no-deps --require-hashes \
	--only-binary :all: --dest _build/lite/pypi --requirement requirements-browser.lock
	@$(RUN) companion.lite _build/lite/contents
	@cd _build/lite && ../../$(LITE) jupyter lite build --lite-dir . --contents contents \
	--output-dir site --apps lab --no-sourcemaps --no-unused-shared-packages \
	$(if $(PYODIDE),--pyodide '$(abspath $(PYODIDE))') > build.log 2>&1 || { cat build.log >&2; exit 1; }
	@echo 'Show it with: python -m http.server --directory $(CURDIR)/_build/lite/site'

_build/lite-venv/.packages: requirements-lite.lock .venv/.installed
	@rm -rf _build/lite-venv
	@.venv/bin/python -m venv _build/lite-venv
	@$(LITE) pip --disable-pip-version-check --no-input install --quiet --no-deps --require-hashes \
	--only-binary :all: --requirement $<
	@touch $@

.venv/.installed: .venv/.packages pyproject.toml
	@$(PIP) --no-deps --no-build-isolation --editable .
	@printf '%s\n' "$(CURDIR)" > $@

.venv/.packages: requirements.lock
	@if [ -z '$(PYTHON)' ]; then echo 'make: no Python 3.11, 3.12 or 3.13 found' \
	"(python3 is $$(python3 --version 2>&1 | head -n 1)); install one, or say make PYTHON=..." >&2; \
	exit 1; fi
	@'$(PYTHON)' -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	|| { echo "make: PYTHON=$(PYTHON) is $$('$(PYTHON)' --version 2>&1 | head -n 1);" \
	'allowed: Python 3.11, 3.12 or 3.13' >&2; exit 1; }
	@'$(PYTHON)' -c 'import ensurepip, venv' 2>/dev/null || { echo 'make: $(PYTHON) lacks venv' \
	'or pip; install them (on Debian and Ubuntu: apt install python3-venv), or say make PYTHON=...' \
	>&2; exit 1; }
	@echo 'Making .venv: downloading the packages of requirements.lock, $(DOWNLOAD) (about a minute)'
	@rm -rf .venv
	@'$(PYTHON)' -m venv .venv
	@$(PIP) --require-hashes --only-binary :all: --requirement requirements.lock
	@touch $@

clean: ## remove what was executed and built
	@rm -rf _build .pytest_cache .hypothesis
	@find lib tests notebooks benchmarks -name __pycache__ -prune -exec rm -rf {} +

distclean: clean ## remove the environment too
	@rm -rf .venv lib/*.egg-info
