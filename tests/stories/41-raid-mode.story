A raid: strangers pour in and post links. Staff make the house stricter for a minute, and it loosens by itself.

> group modern owner=mia
> mia joins
  = Joined
  1 Tip: Join Mia by mia, 1 online
  -> host: mia joined on Web
  -> host: mia is online
> ann joins
  = Joined
  2 Tip: Join Ann by ann, 2 online
  -> host: ann joined on Web
  -> host: ann is online
> ann raids for 60s
  ! that takes at least the role Admin (2108)
> ann says see www.a.com
  = message 1: delivered as 3 at 0.000 s
  3 Normal: Ann: see www.a.com
  -> host: message 1 delivered as 3 at 0.000 s
> mia raids for 60s
  = done
  4 Notice: raid mode until 60.000 s
  -> host: raid mode until 60.000 s, by mia
> ann says see www.b.com
  ! no links are allowed; there are 1 (3008)
> ann says hello
  = message 2: delivered as 5 at 0.000 s
  5 Normal: Ann: hello
  -> host: message 2 delivered as 5 at 0.000 s
> ann says slowly
  ! slow mode: write again at 10.000 s (3001)
> wait 10s
> ann says hello
  ! said already: say something else, or say it again at 60.000 s (3006)
> ann says hello everybody
  = message 3: delivered as 6 at 10.000 s
  6 Normal: Ann: hello everybody
  -> host: message 3 delivered as 6 at 10.000 s
> bo joins
  = WaitingForApproval
  -> host: bo asks to join ""
  -> mia@web after 6: Applied { user: UserId("bo"), note: "" }
> guest@web joins
  ! the group is in raid mode and admits nobody; try again at 60.000 s (4012)
> mia admits bo
  = done
  7 Tip: Join Bo by bo, 3 online
  -> bo@web after 6: Admitted
  -> host: bo joined on Web
  -> host: bo is online

Raid mode is renewed from now on, and ends before its time if staff say so.

> mia raids for 60s
  = done
  8 Notice: raid mode until 70.000 s
  -> host: raid mode until 70.000 s, by mia
> wait 59s
> ann says see www.c.com
  ! no links are allowed; there are 1 (3008)
> wait 1s
  9 Notice: raid mode is over
  -> host: raid mode is over, by the app or time
> ann says see www.c.com
  = message 4: delivered as 10 at 70.000 s
  10 Normal: Ann: see www.c.com
  -> host: message 4 delivered as 10 at 70.000 s
> cy joins
  = Joined
  11 Tip: Join Cy by cy, 4 online
  -> host: cy joined on Web
  -> host: cy is online
> mia raids for 30s
  = done
  12 Notice: raid mode until 100.000 s
  -> host: raid mode until 100.000 s, by mia
> mia ends the raid
  = done
  13 Notice: raid mode is over
  -> host: raid mode is over, by mia
> mia ends the raid
  = done
> cy says all is well
  = message 5: delivered as 14 at 70.000 s
  14 Normal: Cy: all is well
  -> host: message 5 delivered as 14 at 70.000 s

A pause that raid mode made ends with it, and does not come back with the next.

> mia raids for 60s
  = done
  15 Notice: raid mode until 130.000 s
  -> host: raid mode until 130.000 s, by mia
> cy says one
  = message 6: delivered as 16 at 70.000 s
  16 Normal: Cy: one
  -> host: message 6 delivered as 16 at 70.000 s
> cy says two
  ! slow mode: write again at 80.000 s (3001)
> mia ends the raid
  = done
  17 Notice: raid mode is over
  -> host: raid mode is over, by mia
> mia raids for 60s
  = done
  18 Notice: raid mode until 130.000 s
  -> host: raid mode until 130.000 s, by mia
> cy says two
  = message 7: waiting until 70.250 s
> mia ends the raid
  = done
  19 Notice: raid mode is over
  -> host: raid mode is over, by mia
> wait 1s
  20 Normal: Cy: two
  -> host: message 7 delivered as 20 at 70.025 s

It moves with the clock.

> mia raids for 60s
  = done
  21 Notice: raid mode until 131.000 s
  -> host: raid mode until 131.000 s, by mia
> app rebases to 10s
  = done
> wait 60s
  22 Notice: raid mode is over
  -> host: raid mode is over, by the app or time
