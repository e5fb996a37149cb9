# shellcheck shell=bash
# ./dev lint [file..]: format, shell scripts, clang-tidy over every .cpp of the floors or those named. Sourced by ./dev, after suites.sh.
LINT_PACKAGES="clang-format clang-tidy shellcheck"

lint() {
    # shellcheck disable=SC2086
    install_missing $LINT_PACKAGES
    local files scripts sources=("$@")
    mapfile -t files < <(git ls-files '*.h' '*.cpp')
    clang-format --dry-run -Werror "${files[@]}"
    say "clang-format: ${#files[@]} files clean"
    mapfile -t scripts < <(git ls-files dev .ci/run '*.sh' systemd/package/p*)
    shellcheck -x "${scripts[@]}"
    say "shellcheck: ${#scripts[@]} scripts clean"
    build dev nightshift_generated
    # Many files in one translation unit where the build does so: headers are read once for all of them
    [ ${#sources[@]} -gt 0 ] || mapfile -t sources < <(python3 - build/dev/compile_commands.json <<'PY'
import json, os, sys
root = os.getcwd() + "/"
units = [unit["file"] for unit in json.load(open(sys.argv[1]))]
print("\n".join(unit for unit in units if not unit.startswith(root + "tests/") and "/tests/" not in unit and not unit.endswith("/stamp.cpp")))
PY
    )
    [ ${#sources[@]} -gt 0 ] || { say "lint: build/dev/compile_commands.json names no sources; remove build/dev and try again"; return 1; }
    # GCC's flags that clang does not know are no fault of the code, and of shadows GCC judges: it tells files of one unit apart
    printf '%s\0' "${sources[@]}" | xargs -0 -n 1 -P "$(nproc)" clang-tidy -p build/dev --quiet --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-shadow 2> >(grep -v 'warnings\? generated' >&2) \
        || { say "clang-tidy found something; see above."; return 1; }
    say "clang-tidy: ${#sources[@]} translation units clean"
}
