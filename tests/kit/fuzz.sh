# shellcheck shell=bash
# ./dev fuzz [seconds]: each target of tests/fuzz for so long, with clang's libFuzzer and its sanitizers. Sourced by ./dev. GCC has none: the same
# readers are given bent input by Fuzz.* of the unit tests too. What was found stays in build/fuzz, inputs that reach something new in build/fuzz/corpus.
FUZZ_PARTS="core/error core/json core/schema core/text core/time core/http/target.cpp core/http/multipart.cpp core/http/message.cpp api/kit/cursor.cpp api/kit/headers.cpp"
fuzz() {
    local seconds=${1:-60} folder=build/fuzz target part sources=() failed=0
    [[ $seconds =~ ^[0-9]+$ ]] || usage "fuzz: expected seconds, got $seconds"
    # shellcheck disable=SC2086
    install_missing $PACKAGES clang-14
    mkdir -p $folder/parts
    for part in $FUZZ_PARTS; do
        if [ -d "$part" ]; then sources+=("$part"/*.cpp); elif [ -e "$part" ]; then sources+=("$part"); fi
    done
    # shellcheck disable=SC2054
    local flags=(-std=c++20 -O1 -g1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -I.) objects=() source object
    for source in "${sources[@]}"; do
        object=$folder/parts/${source//\//_}.o
        [ "$object" -nt "$source" ] || ccache clang++-14 "${flags[@]}" -fsanitize=fuzzer-no-link -c "$source" -o "$object"
        objects+=("$object")
    done
    for source in tests/fuzz/*.cpp; do
        target=$(basename "$source" .cpp)
        mkdir -p "$folder/corpus/$target"
        clang++-14 "${flags[@]}" -fsanitize=fuzzer "$source" "${objects[@]}" -o "$folder/$target" -lboost_json -lPocoFoundation
        say "$target, $seconds s"
        "$folder/$target" -max_total_time="$seconds" -max_len=4096 -timeout=5 -print_final_stats=0 -verbosity=0 -artifact_prefix="$folder/found-$target-" \
            "$folder/corpus/$target" "tests/fuzz/seeds/$target" > "$folder/$target.log" 2>&1 || { grep -v "^\"" "$folder/$target.log" | tail -n 40 >&2; failed=$((failed + 1)); say "$target found something: $folder/found-$target-*"; }
    done
    [ $failed = 0 ]
}
