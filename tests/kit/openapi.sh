# shellcheck shell=bash
# What others make of /openapi.json. Sourced by ./dev, after cron_compare.sh; packages go under build/.
# openapi_check PRESET REPORT: writes a report of GoogleTest's shape; skipped where there is no npm or it has no registry.
openapi_check() {
    local folder=build/openapi report=$2
    mkdir -p $folder
    cp tests/openapi/{package.json,package-lock.json,redocly.yaml,replay.mjs} $folder/
    if ! cmp -s $folder/package-lock.json $folder/installed.json; then
        if ! command -v npm > /dev/null && ! install_missing nodejs npm; then cron_skipped "no npm" "$report"; return; fi
        (cd $folder && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >&2 || { cron_skipped "npm can't reach its registry" "$report"; return; }
        cp $folder/package-lock.json $folder/installed.json
    fi
    pages || true
    command -v chromium > /dev/null || install_missing chromium || say "no chromium: the pages are not looked at"
    python3 tests/openapi/openapi_test.py "$report" "build/$1/nightshift" $folder build/pages
}
