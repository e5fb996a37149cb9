/* The tick of a schedule over two schedulers. The real thing: queue/scheduler.cpp, queue/sql/schedule_{due,fired,advance}.sql.
 *
 * Each scheduler reads the cursor, then commits the tick's row, its run and the new cursor in one transaction, or dies before it. The
 * lock on the schedule's row is left out unless WITH_LOCK is given: it saves work, the unique key (schedule, fire_at) is the guarantee.
 * Once, somebody moves the cursor back to an instant that has fired (a restored backup, a clock that was wrong). */

#ifndef FAULTS
#define FAULTS 2
#endif
#define TICKS 3
#define SCHEDULERS 2

byte now = 0;                   /* the database's clock, in ticks */
byte cursor = 1;                /* schedule.next_fire_at */
bool fired[TICKS + 2];          /* rows of schedule_fire: the unique key */
byte runs[TICKS + 2];           /* runs that exist for the tick */
byte locked = 0;                /* by which scheduler; 0: nobody */
byte faults = FAULTS;
bool moved_back = false;

#ifdef WITH_LOCK
#define LOCK_IS_FREE (locked == 0)
#define LOCK(who) locked = who
#define LET_GO if :: locked == me -> locked = 0 :: else fi
#else
#define LOCK_IS_FREE true
#define LOCK(who) skip
#define LET_GO skip
#endif

active proctype clock() {
end:
    do
    :: now < TICKS -> now++
    :: else -> break
    od
}

active proctype backup() {
    if
    :: atomic { cursor > 1 && locked == 0 -> cursor--; moved_back = true }
    :: true
    fi
}

proctype scheduler(byte me) {
    byte at;
end:
    do
    :: atomic { cursor <= now && cursor <= TICKS && LOCK_IS_FREE -> LOCK(me); at = cursor };
       if
       :: atomic { faults > 0 -> faults--; LET_GO; at = 0 }                /* dies with nothing written */
       :: true ->
#if defined(MUTANT_CURSOR_FIRST)
           atomic { cursor = at + 1 };                                      /* commits, then the rest in another transaction */
           if :: atomic { faults > 0 -> faults--; goto next } :: true fi;
           atomic { if :: !fired[at] -> fired[at] = true; runs[at]++ :: else fi };
#elif defined(MUTANT_RUN_FIRST)
           atomic { runs[at]++ };
           if :: atomic { faults > 0 -> faults--; goto next } :: true fi;
           atomic { if :: !fired[at] -> fired[at] = true; cursor = at + 1 :: else fi };
#else
           atomic {
               if
#ifdef MUTANT_NO_UNIQUE
               :: true ->
#else
               :: !fired[at] ->
#endif
                   fired[at] = true; runs[at]++; cursor = at + 1
               :: fired[at] ->                                              /* the key says no: nothing of it is committed */
#ifdef MUTANT_CONFLICT_STILL_RUNS
                   runs[at]++;
#endif
#ifndef MUTANT_CONFLICT_STAYS
                   if :: cursor == at -> cursor = at + 1 :: else fi         /* and the cursor goes on behind it */
#else
                   skip
#endif
               fi
           };
#endif
next:
           atomic { assert(at == 0 || runs[at] <= 1); LET_GO; at = 0 }
       fi
    od
}

init {
    atomic { run scheduler(1); run scheduler(2) }
}

/* Something always moves somewhere: without it, a state in which everybody waits would end the search instead of failing it. */
bool elsewhere_lives = true;
active proctype elsewhere() {
    do
    :: elsewhere_lives
    od
}

/* Each tick makes its run, however often schedulers die. */
#define every_tick_ran (runs[1] == 1 && runs[2] == 1 && runs[3] == 1)
ltl every_tick_runs { <> [] every_tick_ran }
