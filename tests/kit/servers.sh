# shellcheck shell=bash
# A private PostgreSQL and RabbitMQ on loopback, under one folder; never the system's own. Sourced by ./dev.
#   servers_start FOLDER    servers_stop FOLDER    servers_remove FOLDER    postgres_url FOLDER [database]    rabbitmq_url FOLDER

postgres_programs() { find /usr/lib/postgresql -maxdepth 2 -name bin 2> /dev/null | sort -V | tail -1 || true; }
PG_BIN=$(postgres_programs)

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
secret() { python3 -c 'import secrets; print(secrets.token_hex(16))'; }
alive() { [ -n "$1" ] && kill -0 "$1" 2>/dev/null; }

# PostgreSQL refuses to run as root: then it runs as the package's own user.
as_server_user() {
    if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups env HOME="$PWD" "$@"; else "$@"; fi
}

# Where FOLDER's PostgreSQL lives: FOLDER/postgres, or where that points to.
postgres_home() { readlink -m "$1/postgres"; }

# As root the server runs as another user, who must reach its data. Where a folder above is closed to him (it is not ours to open),
# the data goes to a private folder in /var/tmp, and FOLDER/postgres points there.
postgres_place() {
    local link=$1/postgres home; home=$(postgres_home "$1")
    mkdir -p "$1"
    [ "$(id -u)" = 0 ] || { mkdir -p "$home"; return; }
    [ -d "$home" ] || { rm -f "$link"; mkdir "$link"; home=$link; }
    chown postgres: "$home"
    (cd / && as_server_user test -x "$home") && return
    [ ! -e "$home/data" ] || { say "$home cannot be reached by the user postgres, and holds data: open the folders above it (chmod o+x), or move it"; return 1; }
    rmdir "$link"
    ln -s "$(as_server_user mktemp -d /var/tmp/nightshift-postgres.XXXXXX)" "$link"
}

postgres_start() {
    postgres_place "$1" || return 1
    local keep=$1/postgres home; home=$(postgres_home "$1")
    if [ ! -s "$home/data/PG_VERSION" ]; then
        (umask 077; [ -s "$keep.password" ] || secret > "$keep.password"; cp "$keep.password" "$home/password")
        [ "$(id -u)" != 0 ] || chown postgres: "$home/password"
        (cd / && as_server_user "$PG_BIN/initdb" -D "$home/data" -U nightshift --auth=scram-sha-256 --pwfile="$home/password" -E UTF8 --locale=C.UTF-8 > "$1/initdb.log" 2>&1) \
            || { cat "$1/initdb.log" >&2; return 1; }
        rm -f "$home/password"
    fi
    [ -s "$keep.port" ] || free_port > "$keep.port"
    (cd / && as_server_user "$PG_BIN/pg_ctl" -D "$home/data" -l "$home/log" -w -t 60 -s start \
        -o "-p $(cat "$keep.port") -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200 -c max_wal_size=4GB") \
        || { tail -5 "$home/log" >&2; return 1; }
}
postgres_running() {
    local home; home=$(postgres_home "$1")
    [ -s "$home/data/PG_VERSION" ] && (cd / && as_server_user "$PG_BIN/pg_ctl" -D "$home/data" status > /dev/null 2>&1)
}
postgres_stop() {
    postgres_running "$1" || return 0
    (cd / && as_server_user "$PG_BIN/pg_ctl" -D "$(postgres_home "$1")/data" -w -s -m "${2:-fast}" stop) || true
}

rabbitmq_environment() {
    local folder=$1/rabbitmq
    export RABBITMQ_NODE_PORT; RABBITMQ_NODE_PORT=$(cat "$folder.port")
    export HOME=$folder/home RABBITMQ_NODENAME=nightshift-$RABBITMQ_NODE_PORT@localhost
    export RABBITMQ_DIST_PORT; RABBITMQ_DIST_PORT=$(cat "$folder.dist")
    export RABBITMQ_MNESIA_BASE=$folder/data RABBITMQ_LOG_BASE=$folder/log RABBITMQ_CONFIG_FILE=$folder/rabbitmq.conf
    export RABBITMQ_ENABLED_PLUGINS_FILE=$folder/plugins RABBITMQ_PID_FILE=$folder/pid RABBITMQ_CONF_ENV_FILE=$folder/none
    export ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT; ERL_EPMD_PORT=$(cat "$folder.epmd")
}
rabbitmq_start() {
    local folder=$1/rabbitmq name
    mkdir -p "$folder/home"
    for name in port dist epmd; do [ -s "$folder.$name" ] || free_port > "$folder.$name"; done
    (umask 077; [ -s "$folder.password" ] || secret > "$folder.password"; [ -s "$folder/home/.erlang.cookie" ] || secret > "$folder/home/.erlang.cookie")
    chmod 400 "$folder/home/.erlang.cookie"
    (umask 077; cat > "$folder/rabbitmq.conf") <<CONF
listeners.tcp.1 = 127.0.0.1:$(cat "$folder.port")
default_user = nightshift
default_pass = $(cat "$folder.password")
vm_memory_high_watermark.absolute = 1GB
disk_free_limit.absolute = 50MB
CONF
    (rabbitmq_environment "$1"; cd "$folder" && exec setsid /usr/lib/rabbitmq/bin/rabbitmq-server > "$folder/out" 2>&1 < /dev/null) &
    echo $! > "$folder.pid"
    # ready when it takes connections; its own waiting command fails while the node is not up yet
    local port; port=$(cat "$folder.port")
    for _ in $(seq 600); do
        alive "$(cat "$folder.pid")" || break
        (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null && return 0
        sleep 0.1
    done
    tail -5 "$folder/out" >&2
    return 1
}
# its environment names our folder: a number that another process got since is not ours to stop
rabbitmq_running() { [ -s "$1/rabbitmq.pid" ] && grep -qz "^RABBITMQ_PID_FILE=$1/" "/proc/$(cat "$1/rabbitmq.pid")/environ" 2> /dev/null; }
rabbitmq_stop() {
    [ -s "$1/rabbitmq.pid" ] || return 0
    local pid; pid=$(cat "$1/rabbitmq.pid")
    for _ in $(seq 20); do if rabbitmq_running "$1" || ! alive "$pid"; then break; fi; sleep 0.05; done   # just born: not that program yet
    if rabbitmq_running "$1"; then
        (rabbitmq_environment "$1"; timeout 30 /usr/lib/rabbitmq/bin/rabbitmqctl -q stop > /dev/null 2>&1) || true
        for _ in $(seq 50); do alive "$pid" || break; sleep 0.1; done
        alive "$pid" && kill -9 -- "-$pid" 2>/dev/null
    fi
    # its port mapper is ours alone: it listens on a port of its own
    (rabbitmq_environment "$1"; epmd -kill > /dev/null 2>&1) || true
    rm -f "$1/rabbitmq.pid"
}

servers_start() {
    mkdir -p "$1"
    postgres_running "$1" || postgres_start "$1" || { rm -f "$1/postgres.port"; postgres_start "$1"; }
    rabbitmq_running "$1" || rabbitmq_start "$1" || { rm -f "$1"/rabbitmq.port "$1"/rabbitmq.dist "$1"/rabbitmq.epmd; rabbitmq_start "$1"; }
}
servers_stop() { rabbitmq_stop "$1"; postgres_stop "$1"; }
servers_remove() {
    local home; home=$(postgres_home "$1")
    [[ $home != /var/tmp/nightshift-postgres.* ]] || rm -rf -- "$home"
    rm -rf -- "$1"
}
postgres_url() { echo "postgresql://nightshift:$(cat "$1/postgres.password")@127.0.0.1:$(cat "$1/postgres.port")/${2:-postgres}"; }
rabbitmq_url() { echo "amqp://nightshift:$(cat "$1/rabbitmq.password")@127.0.0.1:$(cat "$1/rabbitmq.port")/%2f"; }
