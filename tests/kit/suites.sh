# shellcheck shell=bash
# Building and running the test suites behind ./dev test. Sourced by ./dev, after servers.sh.
# shellcheck source=tests/kit/cron_compare.sh
source tests/kit/cron_compare.sh
# shellcheck source=tests/kit/openapi.sh
source tests/kit/openapi.sh

SUITES="house unit dev integration seeds fault"   # what ./dev test runs
NAMED_SUITES="docs cron openapi"   # by name: the commands in the documents, on a release build; what needs npm: cron rules beside croner and cron-parser, /openapi.json
PRESETS="dev release asan tsan"
usage() { say "$1"; exit 64; }

# Counts a report (GoogleTest's JSON, or one of its shape) into PASSED, FAILED and SKIPPED. A suite that wrote none, or ended
# with a status other than 0 while its report is clean (a leak or a race found at exit), has failed.
count() {
    local report=$1 status=$2 line
    line=$(python3 - "$report" 2> /dev/null <<'PY' || echo "0 1 0"
import json, sys
r = json.load(open(sys.argv[1]))
failed = r["failures"] + r.get("errors", 0)
skipped = r.get("disabled", 0) + sum(t.get("result") == "SKIPPED" for s in r.get("testsuites", []) for t in s["testsuite"])
print(r["tests"] - failed - skipped, failed, skipped)
PY
    )
    local passed failed skipped; read -r passed failed skipped <<< "$line"
    [ "$status" = 0 ] || [ "$failed" -gt 0 ] || failed=1
    PASSED=$((PASSED + passed)); FAILED=$((FAILED + failed)); SKIPPED=$((SKIPPED + skipped))
}

# Tests that mostly wait, each in a database of its own: two halves at once.
run_halves() {
    local suite=$1 preset=$2 folder=$3 half status pids=()
    for half in 0 1; do
        GTEST_TOTAL_SHARDS=2 GTEST_SHARD_INDEX=$half "build/$preset/tests/${suite}_tests" --gtest_brief=1 "--gtest_output=json:$folder/$suite.$half.json" \
            > "$folder/$suite.$half.out" 2> "$folder/$suite.$half.log" & pids+=($!)
    done
    for half in 0 1; do
        status=0; wait "${pids[half]}" || status=$?
        cat "$folder/$suite.$half.out"
        [ $status = 0 ] || { tail -40 "$folder/$suite.$half.log" >&2; say "a half of $suite ended with status $status"; }
        count "$folder/$suite.$half.json" $status
    done
}

# Fault tests break servers, so they have their own; and they mostly wait, so they run beside the others. FAULT: their process.
start_fault_tests() {
    local preset=$1 filter=$2 folder=$3
    (
        servers_start "$folder/fault" > /dev/null || exit 1
        NIGHTSHIFT_TEST_DATABASE_URL=$(postgres_url "$folder/fault") NIGHTSHIFT_TEST_AMQP_URL=$(rabbitmq_url "$folder/fault") \
            NIGHTSHIFT_TEST_SERVERS="$PWD/dev servers $folder/fault" exec "build/$preset/tests/fault_tests" --gtest_brief=1 "--gtest_output=json:$folder/fault.json" ${filter:+"--gtest_filter=$filter"}
    ) > "$folder/fault.out" 2> "$folder/fault.log" &
    FAULT=$!
}

run_suite() {
    local suite=$1 preset=$2 filter=$3 folder=$4 status=0
    case $suite in
        fault)
            wait "$FAULT" || status=$?
            cat "$folder/fault.out" ;;
        dev | docs) python3 "tests/$suite/${suite}_test.py" "$folder/$suite.json" 2> "$folder/$suite.log" || status=$? ;;
        seeds)
            NIGHTSHIFT_PROGRAM=$PWD/build/$preset/nightshift python3 tests/seeds/seeds_test.py "$folder/$suite.json" ${filter:+--only "$filter"} \
                2> "$folder/$suite.log" || status=$?
            grep ' statements of ' "$folder/$suite.log" >&2 || true ;;
        cron)
            cron_compare "$preset" "$folder/$suite.json" 2> "$folder/$suite.log" || status=$?
            tail -n 5 "$folder/$suite.log" >&2
            [ -e "$folder/$suite.json" ] || echo '{"tests": 1, "failures": 0, "disabled": 1}' > "$folder/$suite.json" ;;
        openapi)
            openapi_check "$preset" "$folder/$suite.json" 2> "$folder/$suite.log" || status=$?
            grep -v '^ok' "$folder/$suite.log" | tail -n 60 >&2 ;;
        integration)
            if [ -z "$filter" ]; then run_halves "$suite" "$preset" "$folder"; return; fi ;;&
        *)
            "build/$preset/tests/${suite}_tests" --gtest_brief=1 "--gtest_output=json:$folder/$suite.json" ${filter:+"--gtest_filter=$filter"} \
                2> "$folder/$suite.log" || status=$? ;;
    esac
    [ $status = 0 ] || { tail -40 "$folder/$suite.log" >&2; say "$suite ended with status $status"; }
    count "$folder/$suite.json" $status
}

end_servers() {
    local one
    for one in "$1/fault" "$1"; do servers_stop "$one"; servers_remove "$one"; done
}

run_tests() {
    local preset=dev filter='' suites=() suite targets=()
    while [ $# -gt 0 ]; do
        case $1 in
            --preset | --filter) [ $# -gt 1 ] || usage "test: $1 expects a value"; printf -v "${1#--}" %s "$2"; shift 2 ;;
            -*) usage "test: unknown option $1; there are --preset and --filter" ;;
            *) suites+=("$1"); shift ;;
        esac
    done
    [[ " $PRESETS " == *" $preset "* ]] || usage "test --preset: expected one of $PRESETS, got $preset"
    # shellcheck disable=SC2206
    [ ${#suites[@]} -gt 0 ] || suites=($SUITES)
    for suite in "${suites[@]}"; do
        [[ " $SUITES $NAMED_SUITES " == *" $suite "* ]] || usage "test: expected suites of $SUITES $NAMED_SUITES, got $suite"
        case $suite in
            dev | docs) ;;
            cron | openapi | seeds) targets+=(nightshift) ;;
            *) [ ! -d "tests/$suite" ] || targets+=("tests/${suite}_tests") ;;
        esac
    done
    # The virus scanner is tested where it can be had; its tests say so where it can't.
    [[ " ${suites[*]} " != *" integration "* ]] || install_missing clamav-daemon || true
    [ ${#targets[@]} = 0 ] || build "$preset" "${targets[@]}"
    local folder; folder=$(mktemp -d "${TMPDIR:-/tmp}/nightshift-test.XXXXXX"); chmod 755 "$folder"
    # shellcheck disable=SC2064
    trap "kill \$(jobs -p) 2> /dev/null || true; end_servers '$folder'" EXIT
    trap 'kill $(jobs -p) 2> /dev/null; exit 130' INT; trap 'kill $(jobs -p) 2> /dev/null; exit 143' TERM
    if [[ " ${suites[*]} " =~ \ (integration|seeds|openapi)\  ]]; then
        servers_start "$folder"
        NIGHTSHIFT_TEST_DATABASE_URL=$(postgres_url "$folder"); NIGHTSHIFT_TEST_AMQP_URL=$(rabbitmq_url "$folder")
        export NIGHTSHIFT_TEST_DATABASE_URL NIGHTSHIFT_TEST_AMQP_URL NIGHTSHIFT_TEST_SERVERS="$PWD/dev servers $folder"
    fi
    # Only for what is not ours: fontconfig keeps what it has read.
    [ "$preset" != asan ] || export LSAN_OPTIONS="suppressions=$PWD/tests/kit/lsan.suppressions:print_suppressions=0${LSAN_OPTIONS:+:$LSAN_OPTIONS}"
    [ "$preset" != tsan ] || export TSAN_OPTIONS="suppressions=$PWD/tests/kit/tsan.suppressions${TSAN_OPTIONS:+:$TSAN_OPTIONS}"
    PASSED=0 FAILED=0 SKIPPED=0
    [[ " ${suites[*]} " != *" fault "* ]] || start_fault_tests "$preset" "$filter" "$folder"
    for suite in "${suites[@]}"; do
        if [ -d "tests/$suite" ]; then say "== $suite"; run_suite "$suite" "$preset" "$filter" "$folder"; else say "== $suite has no tests yet"; fi
    done
    echo "$PASSED passed, $FAILED failed, $SKIPPED skipped"
    [ "$FAILED" = 0 ] && [ "$PASSED" -gt 0 ]
}
