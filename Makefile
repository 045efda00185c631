# Everything a developer does here, in the order one meets it. `make` alone lists it.

.DEFAULT_GOAL := help
.PHONY: help run dev test check docs openapi bench soak coverage fuzz screenshots holidays ship-demo clean

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## build Raally and start it on http://127.0.0.1:8080, data in ./data
	@scripts/run.sh

dev: ## the same, built and started again whenever a source changes
	@cargo xtask dev

test: ## every test, on SQLite and on a throw-away PostgreSQL
	@scripts/test.sh

check: ## what a review would say first: format, clippy, dependencies, scripts, documents
	@scripts/check.sh

docs: ## write the pages that are made from the code
	@cargo xtask docs

openapi: ## write openapi/raally.json anew, after the API was changed on purpose
	@UPDATE_OPENAPI=1 cargo test --locked --package raally-api openapi

bench: ## measure beside the yardstick; results in bench/results (BENCH='--seconds 8 --growth')
	@cargo xtask bench $(BENCH)

soak: ## the tests with their full number of crashes; takes long
	@SOAK=1 RAALLY_KILL_ROUNDS=200 scripts/test.sh

ship-demo: ## two good releases and a bad one under load, with a report in target/ship-demo
	@scripts/ship-demo.sh

coverage: ## which lines the tests reach; needs `cargo install cargo-llvm-cov`
	@scripts/test-needs.sh
	@cargo llvm-cov --workspace --all-targets --locked --no-fail-fast --ignore-run-fail --html
	@cargo llvm-cov report --summary-only

screenshots: ## pictures of every page, light, dark and phone, into web/screenshots; after make run
	@[ web/node_modules -nt web/package-lock.json ] || npm --prefix web ci
	@npm --prefix web run screenshots

fuzz: ## importers and parsers on hostile input (FUZZ_SECONDS=60 each)
	@scripts/fuzz.sh

holidays: ## make the holiday data anew from the pinned PyPI package
	@scripts/holidays.py

clean: ## remove what was built; ./data stays
	@cargo clean
	@rm -rf web/dist web/node_modules
