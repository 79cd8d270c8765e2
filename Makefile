# What each command does stands behind its name; `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help run venv test test-system install upgrade rollback check fix bench soak clean
BIN := .venv/bin
# Processes by the dozen come and go: what was compiled once is kept, whatever the environment says
export PYTHONDONTWRITEBYTECODE :=

help: ## List the commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile | expand -t 20

run: ## Start kiebot: the sandbox, or with a config.toml the real bot. Does all the set-up itself
	@scripts/setup.sh run
	@exec $(BIN)/kiebot run

venv: ## Make .venv/ with the commands kiebot and kiebot-admin, and start nothing
	@scripts/setup.sh venv

test: ## Run all tests but soak. Does all the set-up itself
	@scripts/setup.sh test
	@$(BIN)/python -m pytest -n auto --dist loadfile --timeout 300 -m "not soak and not system"

check: ## Lint, format, types, import layers, catalogue and locales
	@scripts/setup.sh test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest --durations=1 tests/locales tests/catalog tests/test_i18n.py

fix: ## Repair what lint and format can
	@scripts/setup.sh test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: ## Measure against a bare Pyrogram bot
	@scripts/setup.sh test
	@$(BIN)/python -m bench

test-system: ## Install, kill, crash and remove on a machine with a real systemd (root; takes minutes)
	@scripts/setup.sh test
	@$(BIN)/python -m tests.system.possible
	@$(BIN)/python -m pytest --timeout 900 -m system tests/system

install: ## Install on this machine as systemd services (root)
	@scripts/install

upgrade: ## Bring the installed services to this checkout, with a backup and a way back (root)
	@scripts/upgrade

rollback: ## Bring the installed services back to the release before (root)
	@scripts/rollback

soak: ## Kills by the hundred and large fan-outs; takes long
	@scripts/setup.sh test
	@$(BIN)/python -m pytest -m soak

clean: ## Remove what the other commands made, but not data/
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
