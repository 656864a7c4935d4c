# The few commands a person types.

# The tests start cryptsetup, which lies where not everybody's PATH looks.
export PATH := $(PATH):/usr/sbin:/sbin

.PHONY: run test bench bench-web e2e deb e2e-device web sim fmt print screenshots manual

run: ## build, start the demonstration on https://localhost:8443 and tell one person's whole story
	@scripts/needs build
	@if command -v npm >/dev/null; then web/build; else echo "without Node.js: the admin center is not built in"; fi
	cargo build --release --bin castellan --bin castellan-agent
	target/release/castellan demo --data data/demo

# Each step may take several times what it takes from nothing on two cores that others use too; one that hangs ends the whole in time.
test: ## everything that must pass
	@scripts/within 300 scripts/needs test
	scripts/within 360 web/build check
	scripts/within 60 cargo fmt --all --check
	scripts/within 1200 cargo clippy --workspace --all-targets -- -D warnings
	scripts/within 1800 cargo test --workspace
	scripts/within 300 cargo run -q -p xtask -- tidy
	scripts/within 600 cargo build --bin castellan --bin castellan-agent
	scripts/within 2100 e2e/run target/debug

bench: ## measure; prints the table of docs/benchmarks.md
	@scripts/needs build
	cargo build --release --bin castellan --bin castellan-agent
	cargo run --release -p bench

bench-web: ## measure the admin center on a list of 100,000 people; prints a table
	@scripts/needs test
	web/build
	cargo build --release --bin castellan --bin castellan-agent
	e2e/run target/release bench_list.py -s -o faulthandler_timeout=0

web: ## build the admin center and My portal into the next build of the server; needs Node.js
	@scripts/needs test
	web/build check

e2e: ## only the end-to-end tests with real clients
	@scripts/needs test
	web/build
	cargo build --bin castellan --bin castellan-agent
	e2e/run target/debug

screenshots: ## picture every main page, light and dark, into docs/manual/pictures
	@scripts/needs test
	web/build
	cargo build --bin castellan --bin castellan-agent
	e2e/run target/debug test_chromium_web_pictures.py --pictures $(CURDIR)/docs/manual/pictures -o faulthandler_timeout=1800

deb: ## build the agent's Debian package (target/debian)
	@scripts/needs deb
	cargo deb -p castellan-agent

e2e-device: ## the agent's whole life on a throw-away Debian, as root; key in a file and in a TPM
	@scripts/needs device
	cargo build --bin castellan --bin castellan-agent
	cargo deb -p castellan-agent --no-build --profile dev
	e2e/run target/debug device_on_debian.py -o faulthandler_timeout=1800

sim: ## a longer simulation than `make test` runs
	cargo run --release -p xtask -- sim --seeds 5000
	cargo run --release -p xtask -- sim fleet --seeds 2000
	cargo run --release -p xtask -- sim fleet --devices 10000 --seed 1

manual: ## the manual as a book in target/book; needs mdBook
	@command -v mdbook >/dev/null || { echo "mdbook is missing: install it with \`cargo install mdbook --locked\`"; exit 1; }
	mdbook build docs

fmt:
	cargo fmt --all

print: ## print what is derived from the schema (docs/printed)
	cargo run -q -p xtask -- print
