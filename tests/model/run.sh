#!/usr/bin/env bash
# Proves the protocol's models with spin, and that each mutant of them is caught. README.md beside it says what they prove.
# Prints a line for each and closes with "n passed, m failed". Needs spin and gcc.
set -uo pipefail
here=$(dirname "$(readlink -f "$0")")
work=$(mktemp -d "${TMPDIR:-/tmp}/nightshift-model.XXXXXX")
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

# model, property, what is expected, flags
table() {
    cat <<'TABLE'
run  safety holds  -DFAULTS=3
run  safety holds  -DFAULTS=1 -DRUNS=2
run  ends   holds  -DFAULTS=2
run  safety caught -DMUTANT_NO_FENCE
run  safety caught -DMUTANT_FENCE_BY_STATE
run  safety caught -DMUTANT_EFFECT_BEFORE_FENCE
run  safety caught -DMUTANT_BACK_BY_STATE
run  safety caught -DMUTANT_CLAIM_ANY
run  safety caught -DMUTANT_RESCUE_BY_AGE
run  ends   caught -DMUTANT_NO_RESCUE
run  ends   caught -DMUTANT_NO_REHINT
run  ends   caught -DMUTANT_UNKNOWN_CLAIM_FORGOTTEN
run  ends   caught -DMUTANT_TOLD_BEFORE_COMMIT
tick safety holds  -DFAULTS=2
tick safety holds  -DFAULTS=2 -DWITH_LOCK
tick ends   holds  -DFAULTS=2
tick ends   holds  -DFAULTS=2 -DWITH_LOCK
tick safety caught -DMUTANT_NO_UNIQUE
tick safety caught -DMUTANT_RUN_FIRST
tick safety caught -DMUTANT_CONFLICT_STILL_RUNS
tick ends   caught -DMUTANT_CURSOR_FIRST
tick ends   caught -DMUTANT_CONFLICT_STAYS
hint safety holds  -DFAULTS=5
hint safety holds  -DFAULTS=5 -DACKNOWLEDGE_FIRST
hint ends   holds  -DFAULTS=5
hint ends   holds  -DFAULTS=5 -DACKNOWLEDGE_FIRST
hint safety caught -DMUTANT_HINT_IS_PERMISSION
hint ends   caught -DMUTANT_NO_REHINT
hint ends   caught -DMUTANT_CONFIRM_IS_TRUSTED
hint ends   caught -DMUTANT_DISPATCHER_STAYS_AWAY
hint ends   caught -DMUTANT_NO_FALLBACK
TABLE
}

# Searches one model for a state that breaks an assertion (safety), or for a way to go on for ever without the end promised (ends; each
# process that can move for ever does move). Prints what came out: holds, caught, or why neither.
check() {
    local model=$1 property=$2; shift 2
    local compile=(-DSAFETY -DNOCLAIM) search=() sign='assertion violated|invalid end state'
    if [ "$property" = ends ]; then compile=(-DNFAIR=3) search=(-a -f) sign='acceptance cycle'; fi
    rm -rf "$work/search"; mkdir "$work/search"; cd "$work/search" || return
    spin "$@" -a "$here/$model.pml" > spin.log 2>&1 || { echo "spin: $(tail -1 spin.log)"; return; }
    gcc -O1 -w "${compile[@]}" -o pan pan.c > gcc.log 2>&1 || { echo "gcc: $(grep -m1 error gcc.log)"; return; }
    timeout 100 ./pan -m1000000 "${search[@]}" > pan.log 2>&1
    if grep -qE "^pan:1: ($sign)" pan.log; then echo caught
    elif grep -q 'errors: 0' pan.log && ! grep -qE 'max search depth|out of memory|truncated' pan.log; then echo "holds, $(awk '/states, stored/ {print $1; exit}' pan.log) states"
    else echo "neither holds nor fails: $(grep -m1 -E '^pan|error' pan.log || echo 'no time')"; fi
}

tell() { # ok, line
    if [ "$1" = 1 ]; then passed=$((passed + 1)); echo "ok    $2"; else failed=$((failed + 1)); echo "FAIL  $2"; fi
}

for tool in spin gcc; do
    command -v $tool > /dev/null || "$here/../../dev" install $tool || { echo "$tool is missing"; echo "0 passed, 1 failed"; exit 1; }
done

while read -r model property expected flags; do
    # shellcheck disable=SC2086
    came=$(check "$model" "$property" $flags)
    [[ $came == "$expected"* ]] && ok=1 || ok=0
    tell "$ok" "$model $property ${flags//-D/}: expected $expected, $came"
done < <(table)

# A mutant nobody tries proves nothing.
while read -r model mutant; do
    table | grep -qE "^$model .*$mutant( |$)" || tell 0 "$model $mutant: is not in the table of run.sh"
done < <(cd "$here" && grep -oE 'MUTANT_[A-Z_]+' -- *.pml | sort -u | sed 's/\.pml:/ /')

echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
