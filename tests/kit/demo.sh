# The running demo behind ./dev up, down, status, logs, reset, env. Sourced by ./dev, after servers.sh.
DEMO_URL() { echo "http://localhost:$(cat "$STATE/port")"; }
daemon_running() { [ -s "$STATE/daemon.pid" ] && alive "$(cat "$STATE/daemon.pid")" && grep -q nightshift "/proc/$(cat "$STATE/daemon.pid")/cmdline"; }

demo_configure() {
    local port=8000
    [ ! -s "$STATE/port" ] || port=$(cat "$STATE/port")
    if ! daemon_running && (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then
        local taken=$port
        port=$(free_port)
        say "Port $taken is taken; serving on $port instead."
    fi
    echo "$port" > "$STATE/port"
    (umask 077; [ -s "$STATE/token" ] || secret > "$STATE/token"; postgres_url "$STATE/servers" nightshift > "$STATE/database_url"; rabbitmq_url "$STATE/servers" > "$STATE/broker_url")
    mkdir -p "$STATE/reports"
    cat > "$STATE/nightshift.yaml" <<CONF
database: {url_file: $STATE/database_url}
broker: {url_file: $STATE/broker_url}
api: {port: $port, token_file: $STATE/token}
reports: {folder: $STATE/reports}
diagnostics: {enabled: true}
CONF
}

demo_create_database() {
    local psql=("$PG_BIN/psql" -qAtX "$(postgres_url "$STATE/servers")")
    [ "$("${psql[@]}" -c "select 1 from pg_database where datname = 'nightshift'")" = 1 ] || "${psql[@]}" -c 'create database nightshift'
}

demo_up() {
    local detach=
    [ "${1:-}" != --detach ] || detach=1
    build release nightshift
    mkdir -p "$STATE"; chmod 755 "$STATE"; STATE=$(cd "$STATE" && pwd)
    say "Starting PostgreSQL and RabbitMQ, private to $STATE"
    servers_start "$STATE/servers"
    demo_create_database
    demo_configure
    local nightshift=build/release/nightshift
    if daemon_running; then
        say "Already serving."
    else
        $nightshift migrate --config "$STATE/nightshift.yaml" >&2
        ! $nightshift seed --help > /dev/null 2>&1 || $nightshift seed --demo --config "$STATE/nightshift.yaml" >&2
        setsid $nightshift serve --config "$STATE/nightshift.yaml" > "$STATE/daemon.log" 2>&1 < /dev/null &
        echo $! > "$STATE/daemon.pid"
    fi
    for _ in $(seq 300); do
        curl -sf "$(DEMO_URL)/ready" > /dev/null && break
        daemon_running || { tail -20 "$STATE/daemon.log" >&2; return 1; }
        sleep 0.1
    done
    say "Nightshift serves on $(DEMO_URL). Its token is in $STATE/token; \`eval \$(./dev env)\` puts both into your shell."
    demo_first_report
    [ -z "$detach" ] || return 0
    say "Ctrl-C stops everything. The log:"
    trap 'demo_down; exit 0' INT TERM
    tail -n 5 -f "$STATE/daemon.log" --pid "$(cat "$STATE/daemon.pid")" & wait $! || true
    demo_down
}

# A first report, made by a worker and saved, where this build has reports.
demo_first_report() {
    local url token id answer
    url=$(DEMO_URL) token=$(cat "$STATE/token")
    answer=$(curl -s -H "Authorization: Bearer $token" -H 'Content-Type: application/json' "$url/api/v1/reports/generate" \
        -d '{"name": "First report", "report_type": "job_summary", "parameters": {}, "export_format": "PDF"}')
    id=$(jq -r '.id // empty' <<< "$answer")
    [ -n "$id" ] || { say "No first report: $answer"; return 0; }
    for _ in $(seq 300); do
        answer=$(curl -s -H "Authorization: Bearer $token" "$url/api/v1/reports/$id")
        case $(jq -r .status <<< "$answer") in ready | failed | cancelled) break ;; esac
        sleep 0.1
    done
    [ "$(jq -r .status <<< "$answer")" = ready ] || { say "The first report did not come: $answer"; return 1; }
    curl -s -H "Authorization: Bearer $token" "$url/api/v1/reports/$id/download" -o "$STATE/first-report.pdf"
    say "A first report of $(jq -r .rows <<< "$answer") jobs was made by a worker: $STATE/first-report.pdf"
}

demo_down() {
    trap - INT TERM
    if daemon_running; then
        kill "$(cat "$STATE/daemon.pid")"
        for _ in $(seq 400); do daemon_running || break; sleep 0.1; done
        daemon_running && kill -9 "$(cat "$STATE/daemon.pid")"
    fi
    rm -f "$STATE/daemon.pid"
    [ ! -d "$STATE/servers" ] || servers_stop "$STATE/servers"
    say "Stopped; nothing is left running."
}
demo_status() {
    daemon_running && echo "nightshift: running, $(DEMO_URL), $(curl -s "$(DEMO_URL)/ready")" || echo "nightshift: stopped"
    postgres_running "$STATE/servers" && echo "postgresql: running" || echo "postgresql: stopped"
    rabbitmq_running "$STATE/servers" && echo "rabbitmq: running" || echo "rabbitmq: stopped"
}
demo_logs() { tail -n 100 "$@" "$STATE/daemon.log"; }
demo_reset() { demo_down; rm -rf "$STATE"; say "All of the demo's data is gone."; }
demo_env() {
    [ -s "$STATE/port" ] || { say "Nothing runs yet: ./dev up --detach"; return 1; }
    printf 'export NIGHTSHIFT_URL=%q NIGHTSHIFT_TOKEN=%q NIGHTSHIFT_DATABASE_URL=%q NIGHTSHIFT_AMQP_URL=%q\n' \
        "$(DEMO_URL)" "$(cat "$STATE/token")" "$(cat "$STATE/database_url")" "$(cat "$STATE/broker_url")"
}
# Side by side with the raw limits, on servers of its own.
demo_bench() {
    build release
    local folder; folder=$(mktemp -d "${TMPDIR:-/tmp}/nightshift-bench.XXXXXX"); chmod 755 "$folder"
    # shellcheck disable=SC2064
    trap "servers_stop '$folder'; rm -rf '$folder'" EXIT
    servers_start "$folder"
    NIGHTSHIFT_TEST_DATABASE_URL=$(postgres_url "$folder") NIGHTSHIFT_TEST_AMQP_URL=$(rabbitmq_url "$folder") build/release/tests/nightshift_bench "$@"
}
