# shellcheck shell=bash
# The running demo behind ./dev up, down, status, logs, reset, env. Sourced by ./dev, after servers.sh.
NIGHTSHIFT=build/release/nightshift
READY_SECONDS=${NIGHTSHIFT_READY_SECONDS:-60}

DEMO_URL() { echo "http://localhost:$(cat "$STATE/port")"; }
# The process of that number is our daemon, not one that got its number since: it serves our own configuration file.
daemon_running() {
    local pid; pid=$(cat "$STATE/daemon.pid" 2> /dev/null) || return 1
    [ -n "$pid" ] && grep -qzx serve "/proc/$pid/cmdline" 2> /dev/null && grep -qzxF "$STATE/nightshift.yaml" "/proc/$pid/cmdline" 2> /dev/null
}

# Every mail of the demo goes to a server that takes it and shows it, and to nobody else.
MAIL_URL() { echo "http://localhost:$(cut -d' ' -f2 "$STATE/mail.ports")"; }
sink_running() {
    local pid; pid=$(cat "$STATE/mail.pid" 2> /dev/null) || return 1
    [ -n "$pid" ] && grep -qzxF "$STATE/mail.ports" "/proc/$pid/cmdline" 2> /dev/null
}
sink_start() {
    local smtp=0 http=8025
    ! sink_running || return 0
    if [ -s "$STATE/mail.ports" ]; then read -r smtp http < "$STATE/mail.ports"; fi   # a daemon may know them
    for _ in 1 2; do
        rm -f "$STATE/mail.ports"
        setsid python3 tests/kit/mail_sink.py --ports "$STATE/mail.ports" --smtp "$smtp" --http "$http" > "$STATE/mail.log" 2>&1 < /dev/null &
        local pid=$!
        echo $pid > "$STATE/mail.pid"
        for _ in $(seq 100); do [ ! -s "$STATE/mail.ports" ] || return 0; alive $pid || break; sleep 0.1; done
        smtp=0 http=0   # one of them is taken
    done
    say "The mail page did not start:"; tail -n 5 "$STATE/mail.log" >&2
    return 1
}
sink_stop() {
    ! sink_running || kill "$(cat "$STATE/mail.pid")" 2> /dev/null || true
    rm -f "$STATE/mail.pid"
}

demo_configure() {
    local port=8000
    [ ! -s "$STATE/port" ] || port=$(cat "$STATE/port")
    if ! daemon_running && (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then
        local taken=$port
        port=$(free_port)
        say "Port $taken is taken; serving on $port instead."
    fi
    echo "$port" > "$STATE/port"
    (umask 077; postgres_url "$STATE/servers" nightshift > "$STATE/database_url"; rabbitmq_url "$STATE/servers" > "$STATE/broker_url")
    mkdir -p "$STATE/reports" "$STATE/attachments"
    cat > "$STATE/nightshift.yaml" <<CONF
database: {url_file: $STATE/database_url}
broker: {url_file: $STATE/broker_url}
api: {port: $port, pages: $PWD/build/pages}
console: {key_file: $STATE/key}
reports: {folder: $STATE/reports}
attachments: {folder: $STATE/attachments}
mail: {host: 127.0.0.1, port: $(cut -d' ' -f1 "$STATE/mail.ports"), tls: none, from: nightshift@demo.com, site: http://localhost:$port, collect: 5s}
diagnostics: {enabled: true}
CONF
}

demo_create_database() {
    local psql=("$PG_BIN/psql" -qAtX "$(postgres_url "$STATE/servers")")
    [ "$("${psql[@]}" -c "select 1 from pg_database where datname = 'nightshift'")" = 1 ] || "${psql[@]}" -c 'create database nightshift'
}

# The commands and the first report ask with it, in the name of the demo's administrator.
demo_make_key() {
    [ -s "$STATE/key" ] || (umask 077; $NIGHTSHIFT api-keys make --user admin@demo.com --name './dev up' --config "$STATE/nightshift.yaml" > "$STATE/key")
}

demo_serve() {
    $NIGHTSHIFT migrate --config "$STATE/nightshift.yaml" >&2
    $NIGHTSHIFT seed --demo --config "$STATE/nightshift.yaml" >&2
    demo_make_key
    setsid $NIGHTSHIFT serve --config "$STATE/nightshift.yaml" > "$STATE/daemon.log" 2>&1 < /dev/null &
    local pid=$!
    echo $pid > "$STATE/daemon.pid"
    for _ in $(seq 50); do daemon_running && break; alive $pid || break; sleep 0.02; done   # until it is that program
}

demo_await_ready() {
    local answer='' until=$((SECONDS + READY_SECONDS))
    while [ $SECONDS -lt $until ] && daemon_running; do
        if answer=$(curl -s --max-time 5 --fail-with-body "$(DEMO_URL)/ready"); then return 0; fi
        sleep 0.1
    done
    if daemon_running; then say "Nightshift is not ready after $READY_SECONDS s: $(DEMO_URL)/ready says ${answer:-nothing}. The last lines of its log:"
    else say "Nightshift ended before it was ready. The last lines of its log:"; fi
    tail -n 20 "$STATE/daemon.log" >&2
    return 1
}

# A first report, made by a worker and saved.
demo_first_report() {
    local url id answer='' until=$((SECONDS + READY_SECONDS)) ask
    url=$(DEMO_URL)
    ask=(curl -sS --max-time 60 -H "Authorization: Bearer $(cat "$STATE/key")")
    answer=$("${ask[@]}" -H 'Content-Type: application/json' "$url/api/v1/reports/generate" \
        -d '{"name": "First report", "report_type": "job_summary", "parameters": {}, "export_format": "PDF"}') || true
    id=$(jq -r '.id // empty' <<< "$answer" 2> /dev/null) || id=''
    [ -n "$id" ] || { say "The first report was refused: ${answer:-no answer}"; return 1; }
    while [ $SECONDS -lt $until ]; do
        answer=$("${ask[@]}" "$url/api/v1/reports/$id") || true
        case $(jq -r .status <<< "$answer" 2> /dev/null) in ready | failed | cancelled) break ;; esac
        sleep 0.1
    done
    [ "$(jq -r .status <<< "$answer" 2> /dev/null)" = ready ] || { say "The first report did not come: ${answer:-no answer}"; return 1; }
    "${ask[@]}" --fail "$url/api/v1/reports/$id/download" -o "$STATE/first-report.pdf" || { say "The first report could not be downloaded."; return 1; }
    say "A first report of $(jq -r .rows <<< "$answer") jobs was made by a worker: $STATE/first-report.pdf"
}

# An `up` that fails or is interrupted leaves nothing running that it started.
demo_leave() {
    local status=$?
    trap - EXIT INT TERM
    trap '' INT   # a second Ctrl-C must not leave half of it running
    [ -n "$STARTED" ] || exit "$status"
    [ "$status" = 0 ] || [ "$status" -ge 128 ] || say "That did not work; stopping what was started. The log stays: $STATE/daemon.log"
    demo_down
    exit "$status"
}

demo_up() {
    local detach=''
    case ${1:-} in --detach) detach=1 ;; '') ;; *) usage "up: expected --detach or nothing, got $1" ;; esac
    build release nightshift
    pages || true
    STARTED=''
    daemon_running || STARTED=1
    trap demo_leave EXIT
    trap 'exit 130' INT; trap 'exit 143' TERM
    [ -d "$STATE" ] || { mkdir -p "$STATE"; chmod 755 "$STATE"; }
    say "Starting PostgreSQL and RabbitMQ, private to $STATE"
    servers_start "$STATE/servers"
    demo_create_database
    sink_start
    demo_configure
    if [ -n "$STARTED" ]; then demo_serve; else say "Already serving."; fi
    demo_await_ready
    say "Nightshift serves on $(DEMO_URL). An API key is in $STATE/key; \`eval \"\$(./dev env)\"\` puts both into your shell."
    say "Every mail it sends is shown on $(MAIL_URL), and goes to nobody."
    demo_first_report
    [ -z "$detach" ] || { trap - EXIT; return 0; }
    STARTED=1
    say "Ctrl-C stops everything. The log:"
    tail -n 5 -f "$STATE/daemon.log" --pid "$(cat "$STATE/daemon.pid")" &
    # shellcheck disable=SC2064
    trap "kill $! 2> /dev/null; exit 0" INT TERM
    wait $! || true
    daemon_running || { say "Nightshift ended by itself."; exit 1; }
}

demo_down() {
    if daemon_running; then
        kill "$(cat "$STATE/daemon.pid")"
        for _ in $(seq 400); do daemon_running || break; sleep 0.1; done
        ! daemon_running || kill -9 "$(cat "$STATE/daemon.pid")"
    fi
    rm -f "$STATE/daemon.pid"
    sink_stop
    [ ! -d "$STATE/servers" ] || servers_stop "$STATE/servers"
    say "Stopped; nothing is left running."
}
demo_status() {
    if daemon_running; then echo "nightshift: running, $(DEMO_URL), $(curl -s "$(DEMO_URL)/ready")"; else echo "nightshift: stopped"; fi
    if sink_running; then echo "mail page: running, $(MAIL_URL)"; else echo "mail page: stopped"; fi
    if postgres_running "$STATE/servers"; then echo "postgresql: running"; else echo "postgresql: stopped"; fi
    if rabbitmq_running "$STATE/servers"; then echo "rabbitmq: running"; else echo "rabbitmq: stopped"; fi
}
demo_logs() { tail -n 100 "$@" "$STATE/daemon.log"; }
demo_reset() { demo_down; servers_remove "$STATE/servers"; rm -rf -- "$STATE"; say "All of the demo's data is gone."; }
demo_env() {
    [ -s "$STATE/port" ] || { say "Nothing runs yet: ./dev up --detach"; return 1; }
    printf 'export NIGHTSHIFT_URL=%q NIGHTSHIFT_TOKEN=%q NIGHTSHIFT_DATABASE_URL=%q NIGHTSHIFT_AMQP_URL=%q NIGHTSHIFT_MAIL_URL=%q NIGHTSHIFT_CONFIG=%q\n' \
        "$(DEMO_URL)" "$(cat "$STATE/key")" "$(cat "$STATE/database_url")" "$(cat "$STATE/broker_url")" "$(MAIL_URL)" "$STATE/nightshift.yaml"
}
# Side by side with the raw limits, on servers of its own.
demo_bench() {
    install_missing python3-xlsxwriter python3-reportlab python3-fastapi python3-uvicorn python3-asyncpg python3-uvloop python3-httptools   # what is measured beside
    build release tests/nightshift_bench nightshift
    local folder; folder=$(mktemp -d "${TMPDIR:-/tmp}/nightshift-bench.XXXXXX"); chmod 755 "$folder"
    # shellcheck disable=SC2064
    trap "servers_stop '$folder'; rm -rf '$folder'" EXIT
    servers_start "$folder"
    NIGHTSHIFT_TEST_DATABASE_URL=$(postgres_url "$folder") NIGHTSHIFT_TEST_AMQP_URL=$(rabbitmq_url "$folder") build/release/tests/nightshift_bench "$@"
}
