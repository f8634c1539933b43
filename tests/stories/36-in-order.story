An author's messages leave in the order in which they were sent, if the config says so, in whatever order
they are decided. One that may go on is held until those before it are decided.

> group modern ask=reject order=yes
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> bo joins
  = Joined
  2 Tip: Join Bo by bo, 2 online
  -> host: bo joined on Web
  -> host: bo is online
> ann says one
  = message 1: held until 2.000 s
  -> host: question 1 for callback until 2.000 s, Policy: Ann: one
> ann says two
  = message 2: held until 2.000 s
  -> host: question 2 for callback until 2.000 s, Policy: Ann: two
> bo says three
  = message 3: held until 2.000 s
  -> host: question 3 for callback until 2.000 s, Policy: Bo: three
> ann says four
  = message 4: held until 2.000 s
  -> host: question 4 for callback until 2.000 s, Policy: Ann: four
> app answers 4 allow
  = done
> app answers 3 allow
  = done
  3 Normal: Bo: three
  -> host: message 3 delivered as 3 at 0.000 s
> held
  1: message 1 from 0.000 s to 2.000 s, callback is asked, Policy: Ann: one
  2: message 2 from 0.000 s to 2.000 s, callback is asked, Policy: Ann: two
  5: message 4 from 0.000 s to 2.000 s, Order: Ann: four
> app answers 2 reject 10100 no
  = done
  -> host: message 2 rejected with 10100 "no"
> app answers 1 allow
  = done
  4 Normal: Ann: one
  5 Normal: Ann: four
  -> host: message 1 delivered as 4 at 0.000 s
  -> host: message 4 delivered as 5 at 0.000 s

What is asked about by nobody waits as well; and silence decides for those behind it, too.

> group modern chain=human:held:2s:discard order=yes
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> filter wait=hold
> ann says wait
  = message 1: held until 2.000 s
  -> host: question 1 for human until 2.000 s, Filter { term: 0 }: Ann: wait
> ann says one
  = message 2: held until 2.000 s
> wait 1s
> ann says wait again
  = message 3: held until 3.000 s
  -> host: question 3 for human until 3.000 s, Filter { term: 0 }: Ann: wait again
> ann says two
  = message 4: held until 3.000 s
> app answers 2 allow
  ! question 2 is not open: it was answered, or its time is over, or it never was (4004)
> wait 1s
  2 Normal: Ann: one
  -> host: message 1 discarded: Decision, undisclosed
  -> host: message 2 delivered as 2 at 2.000 s
> wait 1s
  3 Normal: Ann: two
  -> host: message 3 discarded: Decision, undisclosed
  -> host: message 4 delivered as 3 at 3.000 s

Where another step is asked about a message, those behind it wait as long as that takes.

> group modern chain=first:passed:1s:allow,second:escalated:3s:reject,filter:held:9s:reject order=yes
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> ann says one
  = message 1: held until 1.000 s
  -> host: question 1 for first until 1.000 s, Policy: Ann: one
> ann says two
  = message 2: held until 1.000 s
  -> host: question 2 for first until 1.000 s, Policy: Ann: two
> app answers 2 allow
  = done
> app answers 1 escalate
  = done
  -> host: question 4 for second until 3.000 s, Escalated: Ann: one
> held
  3: message 2 from 0.000 s to 3.000 s, Order: Ann: two
  4: message 1 from 0.000 s to 3.000 s, second is asked, Escalated: Ann: one
> wait 3s
  2 Normal: Ann: two
  -> host: message 1 rejected, nobody decided
  -> host: message 2 delivered as 2 at 3.000 s

A mute in between discards all of it, and what the app says in a user's name goes on.

> ann says three
  = message 3: held until 4.000 s
  -> host: question 5 for first until 4.000 s, Policy: Ann: three
> app answers 4 escalate
  ! question 4 is not open: it was answered, or its time is over, or it never was (4004)
> ann says four
  = message 4: held until 4.000 s
  -> host: question 6 for first until 4.000 s, Policy: Ann: four
> app answers 6 allow
  = done
> app/ann says five
  = message 5: held until 4.000 s
> held
  5: message 3 from 3.000 s to 4.000 s, first is asked, Policy: Ann: three
  7: message 4 from 3.000 s to 4.000 s, Order: Ann: four
  8: message 5 from 3.000 s to 4.000 s, Order: Ann: five
> app mutes ann for 60s
  = done
  3 Tip: MemberProfile Ann until 63.000 s, 1 online
  4 Normal: Ann: five
  -> host: message 3 discarded: Muted
  -> host: message 4 discarded: Muted
  -> host: message 5 delivered as 4 at 3.000 s
> app answers 5 allow
  ! question 5 is not open: it was answered, or its time is over, or it never was (4004)

Under a config that asks for no order, what waits for that alone goes on at once.

> group modern ask=allow order=yes
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> ann says one
  = message 1: held until 2.000 s
  -> host: question 1 for callback until 2.000 s, Policy: Ann: one
> ann says two
  = message 2: held until 2.000 s
  -> host: question 2 for callback until 2.000 s, Policy: Ann: two
> ann says three
  = message 3: held until 2.000 s
  -> host: question 3 for callback until 2.000 s, Policy: Ann: three
> app answers 3 allow
  = done
> app answers 2 allow
  = done
> configure order=no
  2 Normal: Ann: three
  3 Normal: Ann: two
  -> host: message 3 delivered as 2 at 0.000 s
  -> host: message 2 delivered as 3 at 0.000 s
> wait 2s
  4 Normal: Ann: one
  -> host: message 1 delivered as 4 at 2.000 s

No more is held than may be, whatever it is held for.

> group modern chain=human:held:2s:discard order=yes held=2
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> filter wait=hold
> ann says wait
  = message 1: held until 2.000 s
  -> host: question 1 for human until 2.000 s, Filter { term: 0 }: Ann: wait
> ann says one
  = message 2: held until 2.000 s
> ann says two
  ! the messages held are as many as may be, 2; send again once one is decided, at the latest at 2.000 s (3009)
> bo joins
  = Joined
  2 Tip: Join Bo by bo, 2 online
  -> host: bo joined on Web
  -> host: bo is online
> bo says three
  = message 3: delivered as 3 at 0.000 s
  3 Normal: Bo: three
  -> host: message 3 delivered as 3 at 0.000 s
