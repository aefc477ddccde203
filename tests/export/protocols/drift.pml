/* drift, instance default, faults none
 *
 * spin -o2 -a FILE && cc -O2 -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -c0 -m1000000
 *
 * `assertion violated holds_X`: the property X is violated; `never_X`: a state that X asks for is reached; `has_value_X`: X
 * has no value in some state. `./pan -c0` goes on after them. SPIN's distinct states (`states, stored`) are the model's
 * and one more, in which no initial state is chosen yet; ends are valid: deadlock is an assertion.
 */
short v_a = -3; /* a */
short v_b = -1; /* b */
byte v_last = 0; /* last */
hidden int tmp_0;
hidden int tmp_1;
/* each is 0 for ever: they are there to be named by the assertions that fail */
hidden byte has_value_small;
hidden byte holds_far;
hidden byte never_met;
hidden byte never_apart;
hidden byte has_value_unclear;
hidden byte holds_no_deadlock;
hidden byte has_value_no_deadlock;
hidden byte has_value_down;
hidden byte holds_same;
hidden byte holds_no_error;

active proctype team() {
  atomic {
    if :: v_a = -3 :: v_a = 2 fi;
    if :: v_b = -1 :: v_b = 0 :: v_b = 3 fi
  }
end:
  do
  /* always small */
  :: d_step { v_last == 0 -> assert(has_value_small) }
  /* never far */
  :: d_step { v_last != 0 && (0 > (v_last + (-1)) -> 0 : (v_last + (-1))) && v_b == 3 -> assert(holds_far) }
  /* sometimes met */
  :: d_step { v_a == v_b -> assert(never_met) }
  /* sometimes apart */
  :: d_step { v_last != 0 && v_a == 3 && v_b == (-2) -> assert(never_apart) }
  /* sometimes unclear */
  :: d_step { v_last == 0 -> assert(has_value_unclear) }
  /* no deadlock */
  :: d_step { !(v_a == 3 || v_last != 0 || (v_b != 0 && 0 < v_a) || (v_a >= (-2) && v_a != 0) || (v_a != 0 && v_a != 3)) && !(v_a == 0 || (-2) == (v_a == 0 -> 0 : (6 / v_a) - ((6 % v_a) != 0 && ((6 % v_a) < 0) != (v_a < 0) -> 1 : 0))) -> assert(holds_no_deadlock) }
  /* no deadlock */
  :: d_step { v_a == 0 && !(v_a == 3 || v_last != 0 || (v_b != 0 && 0 < v_a) || (v_a >= (-2) && v_a != 0) || (v_a != 0 && v_a != 3)) -> assert(has_value_no_deadlock) }
  /* Hand.swap */
  :: d_step { v_a >= (-2) && v_a != 0 ->
       tmp_0 = v_a;
       tmp_1 = v_b;
       if :: tmp_0 == 2 && v_last == 0 -> assert(has_value_down) :: else fi; v_a = tmp_1; v_b = tmp_0 }
  /* Hand.halve */
  :: d_step { v_a != 0 && v_a != 3 ->
       tmp_0 = (v_a / 2) - ((v_a % 2) != 0 && ((v_a % 2) < 0) != (2 < 0) -> 1 : 0);
       if :: !(v_b != tmp_0 || v_a == v_b || 0 == tmp_0) -> assert(holds_same) :: else fi; v_a = tmp_0; v_last = 1 + ((tmp_0 % 2) + ((tmp_0 % 2) != 0 && ((tmp_0 % 2) < 0) != (2 < 0) -> 2 : 0)) }
  /* Hand.turn */
  :: d_step { v_b != 0 && 0 < v_a ->
       tmp_0 = (v_b == 0 -> 0 : (v_a % v_b) + ((v_a % v_b) != 0 && ((v_a % v_b) < 0) != (v_b < 0) -> v_b : 0));
       if :: !(v_a == v_b || v_b != tmp_0 || 0 == tmp_0) -> assert(holds_same) :: else fi; if :: v_a == 2 && v_last == 0 -> assert(has_value_down) :: else fi; v_a = tmp_0 }
  /* Hand.lower */
  :: d_step { v_last != 0 ->
       tmp_0 = v_last != 0;
       tmp_1 = tmp_0 && (v_b - 1) < (-2);
       if :: tmp_1 || (tmp_0 && !tmp_1 && (0 > (v_last + (-1)) -> 0 : (v_last + (-1))) == (v_b - 1)) -> assert(holds_no_error) :: else -> if :: !(v_a == 0 || v_a != v_b || v_a == (v_b - 1)) -> assert(holds_same) :: else fi; if :: v_a == 2 && v_last == 0 -> assert(has_value_down) :: else fi; v_b = v_b - 1 fi }
  /* Hand.stop */
  :: d_step { v_a == 3 ->
       if :: v_a == 2 -> assert(has_value_down) :: else fi; v_a = 0; v_last = 0 }
  od
}
