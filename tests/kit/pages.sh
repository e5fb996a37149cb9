# shellcheck shell=bash
# The programs behind /docs and /redoc, from npm: each version and digest is pinned here. Sourced by ./dev.
# One a line: package, version, digest of its archive, files to keep.
PAGES="swagger-ui-dist 5.29.0 sha512-gqs7Md3AxP4mbpXAq31o5QW+wGUZsUzVatg70yXpUR245dfIis5jAzufBd+UQM/w2xSfrhvA1eqsrgnl2PbezQ== swagger-ui-bundle.js swagger-ui.css LICENSE NOTICE
redoc 2.5.1 sha512-LmqA+4A3CmhTllGG197F0arUpmChukAj9klfSdxNRemT9Hr07xXr7OGKu4PHzBs359sgrJ+4JwmOlM7nxLPGMg== bundles/redoc.standalone.js LICENSE"

# Into build/pages, once. Fails without leaving half of it where there is no npm or no registry; the daemon does without.
pages() {
    local target=build/pages work package version digest files file
    ! [ "$PAGES" = "$(cat $target/versions 2> /dev/null)" ] || return 0
    command -v npm > /dev/null || install_missing nodejs npm || return 1
    work=$(mktemp -d "${TMPDIR:-/tmp}/nightshift-pages.XXXXXX")
    while read -r package version digest files; do
        if ! { (cd "$work" && npm pack --silent --ignore-scripts "$package@$version" > /dev/null) \
            && [ "sha512-$(openssl dgst -sha512 -binary "$work/$package-$version.tgz" | base64 -w 0)" = "$digest" ] \
            && mkdir "$work/$package" && tar -xzf "$work/$package-$version.tgz" -C "$work/$package" --strip-components=1; }; then
            say "$package $version could not be had as it was pinned: /docs and /redoc will say so."
            rm -rf "$work"
            return 1
        fi
        mkdir -p "$work/pages"
        for file in $files; do
            case $file in LICENSE | NOTICE) cp "$work/$package/$file" "$work/pages/$package.$file" ;; *) cp "$work/$package/$file" "$work/pages/" ;; esac
        done
    done <<< "$PAGES"
    echo "$PAGES" > "$work/pages/versions"
    chmod -R a+rX "$work/pages"
    rm -rf $target
    mkdir -p build
    mv "$work/pages" $target
    rm -rf "$work"
}
