#!/usr/bin/env bash
# run.sh PROGRAM [PLAYWRIGHT ARGUMENT…]: the browser tests against one build of ml-connector, whose
# browser files are in `site` beside it.
set -euo pipefail

program=$(realpath "$1")
shift
cd "$(dirname "${BASH_SOURCE[0]}")"
CHROMIUM=$(./tools.sh chromium-path)
export CHROMIUM ML_BINARY=$program
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1
exec node_modules/.bin/playwright test "$@"
