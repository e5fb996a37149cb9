# Compares `nightshift cron next` with npm's croner and cron-parser. Sourced by ./dev; packages go under build/.
# cron_compare PRESET REPORT: writes a GoogleTest-like summary to REPORT, nothing where there is no npm or no registry.
cron_compare() {
    local folder=build/cron-compare
    command -v npm > /dev/null || install_missing nodejs npm || { say "skipped: no npm"; return 0; }
    mkdir -p $folder
    cp tests/cron/package.json tests/cron/package-lock.json tests/cron/compare.mjs $folder/
    if ! cmp -s $folder/package-lock.json $folder/installed.json; then
        (cd $folder && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >&2 || { say "skipped: npm can't reach its registry"; return 0; }
        cp $folder/package-lock.json $folder/installed.json
    fi
    node $folder/compare.mjs "build/$1/nightshift" > "$2.log" || true
    head -n -1 "$2.log" >&2
    tail -1 "$2.log" > "$2"
    [ -s "$2" ] || echo "no answer" > "$2"
}
