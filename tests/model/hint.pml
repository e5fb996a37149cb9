/* The hint between dispatcher and worker: publisher confirms that get lost, a broker that goes away for a while or for good, a queue
 * that is deleted, the fallback to PostgreSQL, and hinting again. The real thing: queue/dispatcher.cpp (publish, rehint, lose_broker),
 * queue/worker.cpp (take, open, lose), queue/transport/.
 *
 * Working on a run is one step here: run.pml has the rest. Assumed: a link can be opened again when the broker is up; whether it ever
 * comes up again is left open. */

#ifndef FAULTS
#define FAULTS 3
#endif
#define MOST_WAITING 2

mtype = { ready, dispatched, done };
mtype state = ready;            /* the run, in PostgreSQL */
byte effects = 0;
byte waiting = 0;               /* hints in the broker's queue, on disk */
bool broker_up = true;
bool dispatcher_linked = true;
bool linked[2] = true;          /* the workers' links */
bool confirmed = false;         /* the last publish was confirmed */
byte faults = FAULTS;

/* dispatched -> running by primary key, and its work; a hint that comes late or twice finds nothing. */
inline claim_and_work() {
#ifdef MUTANT_HINT_IS_PERMISSION
    state = done; effects++
#else
    if :: state == dispatched -> state = done; effects++ :: else fi
#endif
    ;
    assert(effects <= 1)
}

active proctype dispatcher() {
end:
    do
    :: atomic { state == ready -> state = dispatched };
       if
       :: atomic { faults > 0 -> faults-- }                                  /* dies before it publishes, and starts again */
       :: goto publish
       fi
#ifndef MUTANT_NO_REHINT
#ifdef MUTANT_CONFIRM_IS_TRUSTED
    :: state == dispatched && waiting == 0 && !confirmed -> goto publish
#else
    :: state == dispatched && waiting == 0 -> goto publish                  /* too long without a claim */
#endif
#endif
    :: atomic { dispatcher_linked && !broker_up -> dispatcher_linked = false }
    od;

publish:
#ifndef MUTANT_DISPATCHER_STAYS_AWAY
    if :: atomic { !dispatcher_linked && broker_up -> dispatcher_linked = true } :: else fi;   /* each publish looks for the broker */
#endif
    if
    :: atomic { dispatcher_linked && broker_up ->
           if
           :: waiting < MOST_WAITING -> waiting++; confirmed = true
           :: waiting < MOST_WAITING && faults > 0 -> faults--; waiting++; confirmed = false; dispatcher_linked = false   /* the confirm is lost */
           :: faults > 0 -> faults--; confirmed = false; dispatcher_linked = false                                     /* the message is */
           :: waiting == MOST_WAITING
           fi }
    :: atomic { else -> confirmed = false; dispatcher_linked = false }        /* who lost the broker looks into PostgreSQL */
    fi;
    goto end
}

proctype worker(byte w) {
end:
    do
    :: atomic { linked[w] && broker_up && waiting > 0 ->
           if
#ifdef ACKNOWLEDGE_FIRST
           :: waiting--;
              if :: claim_and_work() :: faults > 0 -> faults-- fi            /* dies in between: the hint is gone */
#else
           :: claim_and_work(); waiting--
           :: faults > 0 -> faults--; claim_and_work(); linked[w] = false    /* dies before it acknowledged: the hint comes again */
           :: faults > 0 -> faults--; linked[w] = false                      /* dies before it claimed: likewise */
#endif
           fi }
    :: atomic { linked[w] && !broker_up -> linked[w] = false }
    :: atomic { !linked[w] && broker_up -> linked[w] = true }
#ifndef MUTANT_NO_FALLBACK
    :: atomic { !linked[w] && state == dispatched -> claim_and_work() }
#endif
    od
}

/* Goes away, comes back or not; its queue may be deleted with what waits in it, confirmed or not. */
active proctype broker() {
end:
    do
    :: atomic { broker_up && faults > 0 -> faults--; broker_up = false }
    :: atomic { !broker_up -> broker_up = true }
    :: !broker_up -> break                                                   /* for good */
    :: atomic { waiting > 0 && faults > 0 -> faults--; waiting = 0 }
    od
}

init {
    atomic { run worker(0); run worker(1) }
}

/* Something always moves somewhere: without it, a state in which everybody waits would end the search instead of failing it. */
bool elsewhere_lives = true;
active proctype elsewhere() {
    do
    :: elsewhere_lives
    od
}

ltl every_run_ends { <> (state == done) }
