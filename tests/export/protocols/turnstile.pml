/* turnstile, instance default, faults one_crash
 *
 * spin -o2 -a FILE && cc -O2 -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -c0 -m1000000
 *
 * `assertion violated holds_X`: the property X is violated; `never_X`: a state that X asks for is reached; `has_value_X`: X
 * has no value in some state. `./pan -c0` goes on after them. SPIN's distinct states (`states, stored`) are the model's
 * own; ends are valid: deadlock is an assertion.
 * Not checked here: over, no livelock.
 */
byte v_gate = 0; /* gate: 0 open, 1 taken, 2 broken */
bit v_Walker0_up = 1; /* Walker0 up */
bit v_Walker1_up = 1; /* Walker1 up */
byte v_Walker0_run = 0; /* Walker0.run: 0 unstarted, 1 waiting, 2 passing, 3 finished */
byte v_Walker1_run = 0; /* Walker1.run: 0 unstarted, 1 waiting, 2 passing, 3 finished */
bit v_crash_Walker = 0; /* crash Walker */
/* each is 0 for ever: they are there to be named by the assertions that fail */
hidden byte holds_together;
hidden byte never_waits;
hidden byte holds_no_deadlock;
hidden byte holds_never_broken;

active proctype team() {
end:
  do
  /* never together */
  :: d_step { v_Walker0_run == 2 && v_Walker1_run == 2 -> assert(holds_together) }
  /* sometimes waits */
  :: d_step { v_gate == 1 && (v_Walker0_run != 2 || v_Walker1_run != 2) -> assert(never_waits) }
  /* no deadlock */
  :: d_step { !((v_Walker1_up && v_Walker1_run == 2) || (v_Walker0_up && v_Walker0_run == 2) || (v_Walker1_up && v_Walker1_run == 1) || (v_Walker0_up && v_Walker0_run == 1) || (v_gate == 0 && v_Walker1_up && v_Walker1_run == 1) || (v_Walker0_up && v_Walker0_run == 1 && v_gate == 0) || (v_Walker0_up && v_Walker0_run == 0) || (v_Walker1_up && v_Walker1_run == 0)) && !(v_Walker0_run == 3 && v_Walker1_run == 3) -> assert(holds_no_deadlock) }
  /* Walker.run */
  :: d_step { v_Walker0_up && v_Walker0_run == 0 ->
       v_Walker0_run = 1 }
  :: d_step { v_Walker1_up && v_Walker1_run == 0 ->
       v_Walker1_run = 1 }
  /* Walker.run.waiting[when] */
  :: d_step { v_Walker0_up && v_Walker0_run == 1 && v_gate == 0 ->
       if :: v_gate == 2 -> assert(holds_never_broken) :: else fi; v_gate = 1; v_Walker0_run = 2 }
  :: d_step { v_gate == 0 && v_Walker1_up && v_Walker1_run == 1 ->
       if :: v_gate == 2 -> assert(holds_never_broken) :: else fi; v_gate = 1; v_Walker1_run = 2 }
  /* Walker.run.waiting[timeout] */
  :: d_step { v_Walker0_up && v_Walker0_run == 1 && !((v_Walker1_up && v_Walker1_run == 2) || (v_Walker0_up && v_Walker0_run == 2) || (v_gate == 0 && v_Walker1_up && v_Walker1_run == 1) || (v_Walker0_up && v_Walker0_run == 1 && v_gate == 0) || (v_Walker0_up && v_Walker0_run == 0) || (v_Walker1_up && v_Walker1_run == 0)) ->
       v_Walker0_run = 3 }
  :: d_step { v_Walker1_up && v_Walker1_run == 1 && !((v_Walker1_up && v_Walker1_run == 2) || (v_Walker0_up && v_Walker0_run == 2) || (v_gate == 0 && v_Walker1_up && v_Walker1_run == 1) || (v_Walker0_up && v_Walker0_run == 1 && v_gate == 0) || (v_Walker0_up && v_Walker0_run == 0) || (v_Walker1_up && v_Walker1_run == 0)) ->
       v_Walker1_run = 3 }
  /* Walker.run.passing */
  :: d_step { v_Walker0_up && v_Walker0_run == 2 ->
       if :: v_gate == 2 -> assert(holds_never_broken) :: else fi; v_gate = 0; v_Walker0_run = 3 }
  :: d_step { v_Walker1_up && v_Walker1_run == 2 ->
       if :: v_gate == 2 -> assert(holds_never_broken) :: else fi; v_gate = 0; v_Walker1_run = 3 }
  /* crash Walker */
  :: d_step { v_Walker0_up && !v_crash_Walker ->
       v_Walker0_up = 0; v_Walker0_run = 0; v_crash_Walker = v_crash_Walker + 1 }
  :: d_step { v_Walker1_up && !v_crash_Walker ->
       v_Walker1_up = 0; v_Walker1_run = 0; v_crash_Walker = v_crash_Walker + 1 }
  od
}
