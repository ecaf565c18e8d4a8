# Everything this repository can do, one target each: `make help`.
#
# A target installs only what it lacks, by ordinary package clients, and ends with one sentence
# when something is missing that it may not install. All cargo commands here use one set of
# features, so none of them compiles the dependencies a second time.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# One after the other, but for the two halves of a release: they have no crate in common, and the
# browser's optimiser keeps only one core busy.
ifndef IN_RELEASE
.NOTPARALLEL:
endif
MAKEFLAGS += --no-builtin-rules --no-print-directory

T := $(or $(CARGO_TARGET_DIR),target)
WASM := wasm32-unknown-unknown
NODE := end2end/node_modules
NPM := $(NODE)/.package-lock.json
# Without JavaScript or with it, the same sources: the browser's crate has features of its own.
HYDRATE := -p app --lib --target $(WASM) --no-default-features --features hydrate
SAY := @printf '\033[1m==> %s\033[0m\n'

.PHONY: help demo test check rust-test build release e2e e2e-release sizes campaign bench clean-demo \
	tools-rust tools-chromium tools-servers FORCE

help: ## Lists the targets.
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

demo: build ## Runs the product with simulated Dynamics 365 and FedEx; FRESH=1 begins anew.
	$(SAY) 'Starting the demo; its data is in $(or $(ML_DATA_DIR),./data)/demo'
	@exec $(T)/debug/ml-connector demo $(if $(FRESH),--fresh)

# The browser tests run on what ships; on the development build (`make e2e`) they are the same tests.
test: check rust-test e2e-release ## Everything: check, Rust tests, browser tests on the release build.
	$(SAY) 'All tests passed'

check: tools-rust ## Formatting, and clippy with warnings as errors.
	$(SAY) 'Checking the formatting'
	@cargo fmt --all --check
	$(SAY) 'Clippy: server, tests, bundler'
	@cargo clippy --quiet --all-targets -- -D warnings
	@cargo clippy --quiet -p bundle -- -D warnings
	$(SAY) 'Clippy: browser'
	@cargo clippy --quiet $(HYDRATE) -- -D warnings

rust-test: tools-rust tools-servers ## All Rust tests, on SQLite, PostgreSQL and CUPS.
	$(SAY) 'Rust tests'
	@[ -n "$${FEDEX_OPENAPI:-}" ] || echo "    FEDEX_OPENAPI is not set: FedEx's own schema file is not at hand, requests are checked against ours"
	@end2end/with-postgres.sh $(T)/postgres end2end/with-cups.sh $(T)/cups cargo test --quiet

build: $(T)/debug/ml-connector $(T)/debug/site/pkg/hash.txt ## Development build: server and browser files.

release: tools-rust $(NPM) ## Optimised build in target/release, ready to be copied.
	@$(MAKE) -j2 IN_RELEASE=1 $(T)/release/ml-connector $(T)/release/site/pkg/hash.txt
	@cd $(T)/release/site/pkg && printf '    ml.wasm %s bytes, %s as brotli; server %s bytes\n' \
		$$(cat ml.*.wasm | wc -c) $$(cat ml.*.wasm.br | wc -c) $$(wc -c <../../ml-connector)

e2e: build $(NPM) tools-chromium ## Browser tests in a real Chromium, on the development build.
	$(SAY) 'Browser tests: development build'
	@end2end/run.sh $(T)/debug/ml-connector

e2e-release: release $(NPM) tools-chromium ## The same browser tests on the release build.
	$(SAY) 'Browser tests: release build'
	@end2end/run.sh $(T)/release/ml-connector

sizes: release $(NPM) tools-chromium ## What the orders page weighs on the wire, beside its budgets.
	$(SAY) 'Sizes: release build'
	@end2end/run.sh $(T)/release/ml-connector --project javascript sizes.spec.ts

ORDERS ?= 10000
MINUTES ?= 40

campaign: $(T)/release/ml-connector ## 10,000 orders, answers lost, processes killed; SEED= ORDERS= MINUTES=.
	$(SAY) 'Campaign: $(ORDERS) orders, at most $(MINUTES) minutes'
	@exec $(T)/release/ml-connector campaign --orders $(ORDERS) --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

bench: tools-rust ## Figures, each beside its limit on this machine: pushes durable before 200.
	$(SAY) 'Webhook ingest'
	@end2end/with-postgres.sh $(T)/postgres cargo bench --quiet --bench webhook_ingest

clean-demo: ## Removes the demo's data.
	@rm -rf -- "$(or $(ML_DATA_DIR),./data)/demo"

# --- The server. Cargo knows what is out of date, so it is always asked.

$(T)/debug/ml-connector: FORCE | tools-rust
	$(SAY) 'Building the server (the first time takes some minutes)'
	@cargo build --quiet

$(T)/release/ml-connector: FORCE | tools-rust
	$(SAY) 'Building the server for release (the first time takes some minutes)'
	@cargo build --quiet --release

# --- The browser files, beside the server that serves them. Remade only when their parts changed.

$(T)/$(WASM)/debug/app.wasm: FORCE | tools-rust
	$(SAY) 'Building the browser part'
	@cargo rustc --quiet $(HYDRATE) --crate-type cdylib

$(T)/$(WASM)/wasm-release/app.wasm: FORCE | tools-rust
	$(SAY) 'Building the browser part for release'
	@cargo rustc --quiet --profile wasm-release $(HYDRATE) --crate-type cdylib

PARTS := style/main.css app/vendor/idiomorph.js $(wildcard public/*)
# A whole new directory, moved into place: a running server never sees half of one.
define new_site
rm -rf $(@D).new && mkdir -p $(@D).new
cargo run --quiet -p bundle -- make $< $(@D).new ml
cp style/main.css $(@D).new/ml.css
endef
define place_site
cargo run --quiet -p bundle -- name $(@D).new ml
$(1)
rm -rf $(@D) && mkdir -p $(dir $(@D))
cp -R public/. $(dir $(@D))
mv $(@D).new $(@D)
touch $@
endef

$(T)/debug/site/pkg/hash.txt: $(T)/$(WASM)/debug/app.wasm $(PARTS)
	$(SAY) 'Bundling the browser files'
	@$(new_site)
	@$(call place_site,)

# wasm-opt is npm's: Debian's own is older and quietly breaks the page.
$(T)/release/site/pkg/hash.txt: $(T)/$(WASM)/wasm-release/app.wasm $(PARTS) end2end/compress.mjs | $(NPM)
	$(SAY) 'Bundling, optimising and compressing the browser files'
	@$(new_site)
	@$(NODE)/.bin/wasm-opt -Oz --enable-bulk-memory --enable-nontrapping-float-to-int \
		$(@D).new/ml.wasm -o $(@D).new/ml.wasm
	@$(call place_site,node end2end/compress.mjs $(@D).new/ml.*)

FORCE:

# --- Tools: looked for, and installed only where missing.

tools-rust: $(T)/tools/rust
$(T)/tools/rust:
	@end2end/tools.sh rust
	@mkdir -p $(@D) && touch $@

tools-chromium:
	@end2end/tools.sh chromium

# A test that is skipped because its server is missing would look green.
tools-servers:
	@end2end/tools.sh postgres
	@end2end/tools.sh cups

$(NPM): end2end/package.json end2end/package-lock.json
	@end2end/tools.sh node
	$(SAY) 'Installing the npm packages'
	@cd end2end && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-progress --loglevel=error >/dev/null
	@touch $@
