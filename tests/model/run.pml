/* The life of a run: submit, admit, hint, claim, finish, retry, rescue. DESIGN of the real thing: queue/sql/{admit,claim,finish,back,
 * unclaim,rehint,rescue_*}.sql, queue/worker.cpp, queue/liveness.cpp.
 *
 * Each `atomic` is one committed statement of PostgreSQL; between two of them anything may happen to anybody. Time does not exist: a
 * lease may run out at any moment, so what is proven holds however long a process freezes.
 * What goes wrong comes from one budget (FAULTS), in any combination: crash, freeze past the lease, hint lost, doubled or handed back,
 * commit of unknown outcome, handler that fails. Within it every interleaving is tried. */

#ifndef RUNS
#define RUNS 1
#endif
#ifndef FAULTS
#define FAULTS 2
#endif
#define WORKERS 2
#define MOST_INCARNATIONS (3 + FAULTS)   /* 1, 2, and one more for each crash or lost lease */

mtype = { none, ready, dispatched, running, done };

/* PostgreSQL */
mtype state[RUNS] = none;
byte epoch[RUNS];
byte owner[RUNS];               /* the incarnation of the claim */
bool lives[MOST_INCARNATIONS];  /* rows of `incarnation` that nobody declared dead */
byte effects[RUNS];             /* how often the run's own change to the database was committed */
bool told[RUNS];                /* the client has the answer that its run was taken */

/* the broker: hints (run, epoch), lost and doubled at will */
chan hints = [2] of { byte, byte };

/* the workers, as seen from above */
byte self[WORKERS];             /* the incarnation a worker claims as */
byte works_on[WORKERS];         /* run + 1; 0: nothing */
byte works_as[WORKERS];
byte next_incarnation;

byte faults = FAULTS;           /* how many more things may go wrong, of whatever kind */

#define GONE(i) (lives[i] && self[0] != i && self[1] != i)
#define FENCED(r, e, me) (state[r] == running && epoch[r] == e && owner[r] == me)

inline new_incarnation(w) {
    self[w] = next_incarnation; lives[next_incarnation] = true; next_incarnation++
}

/* At most one worker with a living lease works on a run. */
inline nobody_else_works_on(r, w) {
    assert(works_on[1 - w] != r + 1 || !lives[works_as[1 - w]])
}

proctype client(byte r) {
#ifdef MUTANT_TOLD_BEFORE_COMMIT
    told[r] = true;
#endif
    if
    :: atomic { state[r] = ready }                       /* the commit of the caller's own transaction */
    :: atomic { faults > 0 -> faults--; goto gone }  /* the link broke before it: the client hears no answer */
    fi;
    told[r] = true;
gone:
    skip
}

/* Admits, then publishes. Dying between the two is a hint that was never sent. */
proctype dispatcher() {
    byte r;
end:
    do
    :: atomic { state[0] == ready -> r = 0; state[0] = dispatched }; publish: atomic { nfull(hints) -> hints!r, epoch[r]; r = 0 }
#if RUNS > 1
    :: atomic { state[1] == ready -> r = 1; state[1] = dispatched }; atomic { nfull(hints) -> hints!r, epoch[r]; r = 0 }
#endif
#ifndef MUTANT_NO_REHINT
    :: atomic { state[0] == dispatched && empty(hints) -> hints!0, epoch[0] }     /* too long without a claim */
#if RUNS > 1
    :: atomic { state[1] == dispatched && empty(hints) -> hints!1, epoch[1] }
#endif
#endif
    od
}

/* What a broker and a network may do to a hint. */
proctype broker() {
    byte r, e;
end:
    do
    :: atomic { faults > 0 && nempty(hints) -> hints?r, e; faults--; r = 0; e = 0 }
    :: atomic { faults > 0 && nempty(hints) && nfull(hints) -> hints?<r, e>; hints!r, e; faults--; r = 0; e = 0 }
    od
}

proctype worker(byte w) {
    byte r, e, me;
end:
    do
    :: atomic { hints?r, e ->
           if
           :: faults > 0 -> faults--; if :: state[r] == dispatched && epoch[r] == e -> state[r] = ready :: else fi; r = 0; e = 0
           :: true -> goto claim
           fi }
    od;

claim:
    if
    :: atomic { faults > 0 -> faults--; goto dies }   /* with a hint in hand and nothing claimed */
    :: true
    fi;
    atomic {                                             /* it may have been declared dead and not know it yet */
        lives[self[w]] || faults > 0 ->
        if :: lives[self[w]] :: else -> faults-- fi;
        me = self[w];
        if
#ifdef MUTANT_CLAIM_ANY
        :: state[r] == dispatched || state[r] == running ->
#else
        :: state[r] == dispatched && epoch[r] == e ->
#endif
            nobody_else_works_on(r, w);
            state[r] = running; epoch[r]++; owner[r] = me; e = epoch[r];
            if
            :: faults > 0 -> faults--; goto unknown  /* committed, but the link broke before the answer */
            :: works_on[w] = r + 1; works_as[w] = me
            fi
        :: else -> goto idle                             /* stale or doubled: forgotten */
        fi
    };
    if                                                   /* the handler works; then one of these */
    :: works_on[w] = 0; goto finish
    :: atomic { faults > 0 -> faults--; works_on[w] = 0; goto back }
    :: atomic { faults > 0 -> faults--; goto dies }
    fi;

finish:
#ifdef MUTANT_EFFECT_BEFORE_FENCE
    effects[r]++;
#endif
    atomic {
        if
#ifdef MUTANT_NO_FENCE
        :: true ->
#elif defined(MUTANT_FENCE_BY_STATE)
        :: state[r] == running ->
#else
        :: FENCED(r, e, me) ->
#endif
            assert(owner[r] == me && epoch[r] == e);     /* no stale worker's write is ever accepted */
#ifndef MUTANT_EFFECT_BEFORE_FENCE
            effects[r]++;
#endif
            assert(effects[r] == 1);
            state[r] = done
        :: else
        fi
    };
    goto idle;

back:
    atomic {
        if
#ifdef MUTANT_BACK_BY_STATE
        :: state[r] == running ->
#else
        :: FENCED(r, e, me) ->
#endif
            state[r] = ready; owner[r] = 0
        :: else
        fi
    };
    goto idle;

unknown:                                                 /* what we own and nobody works on goes back, fenced like the rest */
#ifndef MUTANT_UNKNOWN_CLAIM_FORGOTTEN
    atomic { if :: FENCED(r, e, me) -> state[r] = ready; owner[r] = 0 :: else fi };
#endif
    goto idle;

dies:                                                    /* kill -9; systemd starts it again as a new incarnation */
    atomic { works_on[w] = 0; works_as[w] = 0; r = 0; e = 0; me = 0; new_incarnation(w) };
    goto end;

idle:
    atomic { works_on[w] = 0; works_as[w] = 0; r = 0; e = 0; me = 0 };
    goto end
}

/* Leases. A dead process never renews; one that lives may freeze past its lease at any moment, and learns of it at its next beat, if
 * ever before it finishes. */
proctype rescue() {
end:
    do
    :: atomic { faults > 0 -> faults--; if :: lives[self[0]] = false :: lives[self[1]] = false fi }
#ifndef MUTANT_NO_RESCUE
    :: atomic { GONE(1) -> lives[1] = false }
    :: atomic { GONE(2) -> lives[2] = false }
    :: atomic { GONE(3) -> lives[3] = false }
#if FAULTS > 1
    :: atomic { GONE(4) -> lives[4] = false }
#endif
#if FAULTS > 2
    :: atomic { GONE(5) -> lives[5] = false }
#endif
#ifdef MUTANT_RESCUE_BY_AGE
    :: atomic { state[0] == running && faults > 0 -> faults--;
#else
    :: atomic { state[0] == running && !lives[owner[0]] ->
#endif
           state[0] = ready; epoch[0]++; owner[0] = 0 }
#if RUNS > 1
    :: atomic { state[1] == running && !lives[owner[1]] -> state[1] = ready; epoch[1]++; owner[1] = 0 }
#endif
#endif
    od
}

/* The heartbeat of a worker that was declared dead while it lives: it starts over. What it still does keeps its old name. */
proctype heartbeat() {
end:
    do
    :: atomic { !lives[self[0]] && next_incarnation < MOST_INCARNATIONS -> new_incarnation(0) }
    :: atomic { !lives[self[1]] && next_incarnation < MOST_INCARNATIONS -> new_incarnation(1) }
    od
}

init {
    atomic {
        next_incarnation = 1;
        new_incarnation(0); new_incarnation(1);
        run dispatcher(); run broker(); run rescue(); run heartbeat(); run worker(0); run worker(1);
        run client(0);
#if RUNS > 1
        run client(1);
#endif
    }
}

/* Something always moves somewhere: without it, a state in which everybody waits would end the search instead of failing it. */
bool elsewhere_lives = true;
active proctype elsewhere() {
    do
    :: elsewhere_lives
    od
}

/* Liveness: what a client was told of ends. */
ltl every_acknowledged_run_ends { [] (told[0] -> <> (state[0] == done)) }
