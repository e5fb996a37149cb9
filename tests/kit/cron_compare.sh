# shellcheck shell=bash
# Compares `nightshift cron next` with npm's croner and cron-parser. Sourced by ./dev; packages go under build/.
# cron_compare PRESET REPORT: writes a report of GoogleTest's shape; skipped where there is no npm or it has no registry.
cron_compare() {
    local folder=build/cron-compare report=$2
    mkdir -p $folder
    cp tests/cron/package.json tests/cron/package-lock.json tests/cron/compare.mjs $folder/
    if ! cmp -s $folder/package-lock.json $folder/installed.json; then
        if ! command -v npm > /dev/null && ! install_missing nodejs npm; then cron_skipped "no npm" "$report"; return; fi
        (cd $folder && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >&2 || { cron_skipped "npm can't reach its registry" "$report"; return; }
        cp $folder/package-lock.json $folder/installed.json
    fi
    local status=0
    node $folder/compare.mjs "build/$1/nightshift" > "$report.out" || status=$?
    head -n -1 "$report.out"
    tail -n 1 "$report.out" > "$report"
    return $status
}
cron_skipped() {
    say "skipped: $1"
    echo '{"tests": 1, "failures": 0, "disabled": 1}' > "$2"
}
