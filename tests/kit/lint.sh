# shellcheck shell=bash
# ./dev lint: format, shell scripts, clang-tidy. Sourced by ./dev.
LINT_PACKAGES="clang-format clang-tidy shellcheck"

lint() {
    # shellcheck disable=SC2086
    install_missing $LINT_PACKAGES
    local files scripts
    mapfile -t files < <(git ls-files '*.h' '*.cpp')
    clang-format --dry-run -Werror "${files[@]}"
    say "clang-format: ${#files[@]} files clean"
    mapfile -t scripts < <(git ls-files dev .ci/run '*.sh')
    shellcheck -x "${scripts[@]}"
    say "shellcheck: ${#scripts[@]} scripts clean"
}
