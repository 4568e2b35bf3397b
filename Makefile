# Set-up and daily commands. `make run` and `make test` are all that a fresh machine needs.
PYTHON ?= python3
STUDY ?= config.yaml
BIN := .venv/bin

.PHONY: env run test lint docs plan verify why gc fuzz faults bench bench-accuracy bench-costs bench-gpu clean

env: .venv/.complete

# The stamp is written last, so an interrupted installation is taken up again.
.venv/.complete: requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.lock
	touch $@

run: env
	$(BIN)/snakemake --configfile $(STUDY) --cores all

test: env lint
	$(BIN)/python -m pytest -m "not slow"
	$(BIN)/python -m pytest -m slow

lint: env
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/snakemake --lint

docs: env
	PYTHONPATH=workflow_scripts $(BIN)/python -m atlas.task_table > docs/tasks.md

verify why gc: env
	$(BIN)/python workflow_scripts/inspect_results.py $@ $(ARTIFACT) --study $(STUDY) $(if $(REMOVE),--remove)

plan: env
	$(BIN)/python workflow_scripts/plan_study.py --study $(STUDY) $(if $(BUDGET),--budget $(BUDGET))

# Kills, full disks and damaged files, more of each than the tests inject.
faults: env
	ATLAS_FAULT_RUNS=5 $(BIN)/python -m pytest tests/workflow/test_kills.py tests/workflow/test_media.py tests/workflow/test_damage.py

# Ten thousand mutated inputs of each kind.
fuzz: env
	ATLAS_FUZZ=10000 $(BIN)/python -m pytest tests/security tests/unit/test_fuzz.py

bench: env
	$(BIN)/python bench/run.py
	$(BIN)/python bench/full_grid.py
	$(BIN)/python bench/scale.py

# Both ways of training on prepared sentences, three seeds: MODEL=folder TRAIN=rows.parquet TUNE=rows.parquet
bench-accuracy: env
	$(BIN)/python bench/engine.py --model $(MODEL) --train $(TRAIN) --tune $(TUNE)

# Rewrites this machine's rows of resources/measured_costs.csv.
bench-costs: env
	$(BIN)/python bench/costs.py

# Share of this machine's GPU that is used, at the shape of XLM-R Large.
bench-gpu: env
	$(BIN)/python bench/gpu.py

clean:
	rm -rf .snakemake .pytest_cache .ruff_cache results/*/logs
