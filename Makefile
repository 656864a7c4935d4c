# The few commands a person types.

.PHONY: run test bench e2e sim fmt print

run: ## build, start the demonstration on https://localhost:8443 and tell one person's whole story
	@scripts/needs build
	cargo build --release --bin castellan --bin castellan-agent
	target/release/castellan demo --data data/demo

test: ## everything that must pass
	@scripts/needs test
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo test --workspace
	cargo run -q -p xtask -- tidy
	cargo build --bin castellan --bin castellan-agent
	e2e/run target/debug

bench: ## measure; prints the table of docs/benchmarks.md
	@scripts/needs build
	cargo build --release --bin castellan --bin castellan-agent
	cargo run --release -p bench

e2e: ## only the end-to-end tests with real clients
	@scripts/needs test
	cargo build --bin castellan --bin castellan-agent
	e2e/run target/debug

sim: ## a longer simulation than `make test` runs
	cargo run --release -p xtask -- sim --seeds 5000

fmt:
	cargo fmt --all

print: ## print what is derived from the schema (docs/printed)
	cargo run -q -p xtask -- print
