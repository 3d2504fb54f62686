#!/usr/bin/env bash
# Runs "agw demo --around FILE" for documents of a corpus and keeps a table of what became of each; a document that is in the table already is not run again.
#   tests/around.sh [--corpus FOLDER] [--table FILE] [--slice N/M] [--households N] [--again] [FILE…]
# Without FILE: every document of FOLDER/manifest.tsv with a polygon or circle whose class is real or edited-real, the exercises of that list, and ten documents that name their area by codes alone.
# Environment: AGW_CORPUS (default folder), AGW_BIN (folder of the built programs; default artifacts/bin).
# Exit 0 when every document was sent without loss, or held or refused with a reason that a person can read.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
corpus=${AGW_CORPUS:-} table="$here/tests/corpus/around.tsv" slice=0/1 households=300 again=no files=()
while [ $# -gt 0 ]; do
  case $1 in
    --corpus) corpus=$2; shift 2 ;;
    --table) table=$2; shift 2 ;;
    --slice) slice=$2; shift 2 ;;
    --households) households=$2; shift 2 ;;
    --again) again=yes; shift ;;
    -h | --help) sed -n '2,6p' "$0"; exit 0 ;;
    -*) echo "unknown option: $1 (see --help)" >&2; exit 2 ;;
    *) files+=("$1"); shift ;;
  esac
done
bin=${AGW_BIN:-$here/artifacts/bin}
program="$bin/AlertGateway.Server/release/agw"
[ -x "$program" ] || { echo "not built: $program (./agw --help builds it)" >&2; exit 2; }
export AGW_HOME="$here"

if [ ${#files[@]} -eq 0 ]; then
  [ -f "$corpus/manifest.tsv" ] || { echo "no manifest.tsv in '$corpus' (--corpus or AGW_CORPUS)" >&2; exit 2; }
  mapfile -t files < <(
    awk -F'\t' -v root="$corpus" '$1 ~ /^cap\// && $7 ~ /(polygon|circle)=[1-9]/ && $4 ~ /^(real|derived-from-real|demo)/ { print root "/" $1 }' "$corpus/manifest.tsv"
    awk -F'\t' -v root="$corpus" '$1 ~ /^cap\// && $7 ~ /polygon=0 / && $7 ~ /circle=0 / && $7 ~ /geocode=[1-9]/ { print root "/" $1 }' "$corpus/manifest.tsv" | head -n 9
    echo "$here/config/cities/liyang/demo-alert.xml"
  )
fi

head="document	class	verdict	households	planned	delivered	handedOff	failed	suppressed	lost	duplicates	stray	seconds	reason"
[ -f "$table" ] || printf '%s\n' "$head" >"$table"
bad=0 number=0
for file in "${files[@]}"; do
  number=$((number + 1))
  [ $((number % ${slice#*/})) -eq $((${slice%/*} % ${slice#*/})) ] || continue
  name=$(basename "$file")
  class=$(awk -F'\t' -v name="cap/$name" '$1 == name { print $4; exit }' "$corpus/manifest.tsv" 2>/dev/null)
  if grep -q "^$name	" "$table"; then
    [ $again = yes ] || continue
    grep -v "^$name	" "$table" >"$table.new"; mv "$table.new" "$table"
  fi
  folder=$(mktemp -d "${TMPDIR:-/tmp}/agw-around.XXXXXX")
  answer=$(timeout --kill-after=20 300 "$program" demo --exit --json --households "$households" --push 20 --speakers 5 --no-mistake --kills 0 --port 0 --folder "$folder/run" --around "$file" 2>"$folder/told")
  code=$?
  row=$(jq -r --arg name "$name" --arg class "${class:-own}" '[$name, $class, .verdict, .audience, .planned, .final.delivered, .final.handedOff, .final.failed, .final.suppressed, .lost, .duplicates, .stray, .seconds,
    ([.reasons[] | "\(.code): \(.sentence) \(.sentenceEnglish)"] | join(" | "))] | @tsv' <<<"$answer" 2>/dev/null)
  if [ $code -ne 0 ] || [ -z "$row" ]; then
    bad=$((bad + 1))
    [ -n "$row" ] || row="$name	${class:-own}	broke											$(tail -n 1 "$folder/told" | tr '\t' ' ' | cut -c1-300)"
    echo "✗ $name (exit $code), see $folder" >&2
  else
    rm -rf "$folder"
  fi
  printf '%s\n' "$row" >>"$table"
  printf '%s\n' "$row" | cut -f1,3-13
done
{ printf '%s\n' "$head"; tail -n +2 "$table" | LC_ALL=C sort; } >"$table.new" && mv "$table.new" "$table"
[ $bad -eq 0 ]
