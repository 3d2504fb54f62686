#!/usr/bin/env bash
# The test command: installs its judges from Debian, builds, runs every suite, and ends with "N passed, N failed".
#   ./test.sh [--no-install] [--quick]      --quick leaves out the whole-server suite
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here" || exit 2
. "$here/scripts/machine.sh"
require_sdk
install=yes quick=no
for word in "$@"; do
  case $word in
    --no-install) install=no ;;
    --quick) quick=yes ;;
    -h | --help) sed -n '2,4p' "$0"; exit 0 ;;
    *) echo "unknown option: $word (see --help)" >&2; exit 2 ;;
  esac
done
if [ $install = yes ]; then
  install_packages "判官与浏览器 (judges and browser)" ffmpeg:ffmpeg espeak-ng:espeak-ng multimon-ng:multimon-ng minimodem:minimodem sox:sox chromium:chromium fc-list:fontconfig font:NotoSansCJK:fonts-noto-cjk "lib:libicuuc:$(icu_package)"
fi

results="$here/artifacts/test-results"
rm -rf "$results"; mkdir -p "$results"
echo "== build"
if ! dotnet build AlertGateway.sln -c Release -v q -clp:NoSummary --nologo >"$results/build.log" 2>&1; then
  grep -E 'error' "$results/build.log" | sort -u | head -40
  echo "0 passed, 1 failed"
  exit 1
fi
touch "$here/artifacts/.agw-built"
export AGW_HOME="$here"

passed=0 failed=0 skipped=0
suite() { # NAME MINUTES ASSEMBLY
  local name=$1 minutes=$2 program=$3 log="$results/$1.log" summary
  echo "== $name"
  # Browser pages and whole houses share two cores: one after the other keeps their time limits meaningful.
  local order=()
  [ "$name" = AlertGateway.Acceptance ] && order=(-parallel none)
  timeout --signal=INT --kill-after=20 "${minutes}m" "$program" -noColor ${order[@]+"${order[@]}"} >"$log" 2>&1
  local code=$?
  summary=$(grep -E 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+' "$log" | tail -n 1)
  if [ -z "$summary" ]; then
    tail -n 30 "$log"; echo "-- $name: no result (exit $code)"; failed=$((failed + 1)); return
  fi
  local total errors fails skips notrun
  total=$(sed -E 's/.*Total: ([0-9]+).*/\1/' <<<"$summary"); errors=$(sed -E 's/.*Errors: ([0-9]+).*/\1/' <<<"$summary")
  fails=$(sed -E 's/.*Failed: ([0-9]+).*/\1/' <<<"$summary"); skips=$(sed -E 's/.*Skipped: ([0-9]+).*/\1/' <<<"$summary"); notrun=$(sed -E 's/.*Not Run: ([0-9]+).*/\1/' <<<"$summary")
  grep -E '\[(SKIP|FAIL)\]' "$log" | head -40
  [ $((fails + errors)) -gt 0 ] && grep -A 12 -E '\[FAIL\]' "$log" | head -120
  echo "-- $name: $total run, $fails failed, $errors errors, $skips skipped"
  passed=$((passed + total - fails - skips - notrun)); failed=$((failed + fails + errors)); skipped=$((skipped + skips))
  [ $code -ne 0 ] && [ $((fails + errors)) -eq 0 ] && failed=$((failed + 1))
}
for project in tests/*/; do
  name=$(basename "$project")
  case $name in
    AlertGateway.Benchmarks | AlertGateway.CityLoad | corpus | judges) continue ;;
    AlertGateway.Acceptance) [ $quick = yes ] && continue ;;
  esac
  program="artifacts/bin/$name/release/$name"
  [ -x "$program" ] && suite "$name" 15 "$program"
done
if [ $failed -eq 0 ]; then code=0; else code=1; fi
[ $skipped -gt 0 ] && echo "skipped visibly: $skipped"
echo "$passed passed, $failed failed"
exit $code
