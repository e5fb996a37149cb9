# shellcheck shell=bash
# ./dev package: the Debian package, and a proof that what it lays out is whole. Sourced by ./dev, after suites.sh.
PACKAGE_PACKAGES="dpkg-dev systemd"

# Lays a package out in a folder, beside systemd's own units, and asks systemd what it thinks of ours. Exposure 1.0 at most.
package_verify() {
    local package=$1 root unit
    root=$(mktemp -d "${TMPDIR:-/tmp}/nightshift-package.XXXXXX")
    # shellcheck disable=SC2064
    trap "rm -rf '$root'" EXIT
    dpkg-deb -x "$package" "$root"
    cp -rn /lib/systemd/system/. "$root/lib/systemd/system/"
    install -D -m 755 /dev/null "$root/bin/kill"   # what ExecReload= calls is the system's
    install -D -m 644 /dev/null "$root/etc/passwd"
    install -D -m 644 /dev/null "$root/etc/group"
    systemd-analyze verify --root="$root" --man=no --recursive-errors=no nightshift.service nightshift-worker@1.service
    for unit in nightshift.service nightshift-worker@1.service; do
        systemd-analyze security --offline=yes --root="$root" --threshold=10 --no-pager "$unit" | tail -n 1 >&2
        [ "${PIPESTATUS[0]}" = 0 ]
    done
    systemd-sysusers --root="$root" nightshift.conf > /dev/null
    grep -q '^nightshift:' "$root/etc/passwd"
    [ "$(id -u)" != 0 ] || systemd-tmpfiles --root="$root" --create nightshift.conf
    [ "$(id -u)" != 0 ] || [ "$(stat -c %a "$root/var/lib/nightshift/reports")" = 700 ]
    "$root/usr/bin/nightshift" check --config "$root/etc/nightshift/nightshift.yaml" >&2
    "$root/usr/bin/nightshift" --version >&2
}

package() {
    # shellcheck disable=SC2086
    install_missing $PACKAGE_PACKAGES
    build release nightshift
    pages || say "The package is made without the pages /docs and /redoc."
    rm -f build/release/*.deb
    (cd build/release && cpack -G DEB > cpack.log 2>&1) || { tail -20 build/release/cpack.log >&2; return 1; }
    local file; file=$(echo build/release/*.deb)
    package_verify "$file"
    echo "$file"
}
