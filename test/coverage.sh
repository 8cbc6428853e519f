#!/usr/bin/env bash
# Builds agent/ so that its lines are counted, runs the unit and the integration tests with it, and writes into
# docs/RELIABILITY.md how many lines they ran, and which not. A library that counts is no product: the tests that judge
# the library itself fail, and are not held against it.
set -euo pipefail
cd "$(dirname "$0")/.."

cmake --preset coverage -DTRIM_BUILD_TESTS=ON >/dev/null
cmake --build --preset coverage >/dev/null
find build/coverage -name '*.gcda' -delete
ctest --preset coverage -j 2 | grep -vE '^ +Start |\. +Passed ' || true
build/venv/bin/gcovr --root . --filter 'agent/' --json build/coverage/all.json \
    --merge-mode-functions=merge-use-line-min build/coverage
exec test/coverage.py build/coverage/all.json --write
