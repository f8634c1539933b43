FAQ 5 of the modelled service's guide: messages can be lost to the limit of 40 a second. A hundred at
one instant: three at once, the others as the rate allows for a quarter of a second, and the rest
expire. The host is told of every one.

> group livestream
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
> repeat 100 ann says hello
  = 3 times delivered
  = 97 times waiting
  3 times -> host: message delivered as at s
  3 times Normal: Ann: hello
> wait 250ms
  6 Normal: Ann: hello
  7 Normal: Ann: hello
  8 Normal: Ann: hello
  9 Normal: Ann: hello
  10 Normal: Ann: hello
  11 Normal: Ann: hello
  12 Normal: Ann: hello
  13 Normal: Ann: hello
  14 Normal: Ann: hello
  15 Normal: Ann: hello
  -> host: message 4 delivered as 6 at 0.025 s
  -> host: message 5 delivered as 7 at 0.050 s
  -> host: message 6 delivered as 8 at 0.075 s
  -> host: message 7 delivered as 9 at 0.100 s
  -> host: message 8 delivered as 10 at 0.125 s
  -> host: message 9 delivered as 11 at 0.150 s
  -> host: message 10 delivered as 12 at 0.175 s
  -> host: message 11 delivered as 13 at 0.200 s
  -> host: message 12 delivered as 14 at 0.225 s
  -> host: message 13 delivered as 15 at 0.250 s
  -> host: 87 messages, 14 to 100, discarded: Expired
> stats
  offered 100 = refused 0 + accepted 100
  Normal: accepted 100 = delivered 13 + rejected 0 + discarded 87 Expired + waiting 0 + held 0

One that the host was asked about may still be lost to the limit, since the limit comes last.

> group livestream ask=allow burst=1 reserve=0 rate=1
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
> app answers 1 allow
  = done
  2 Normal: Ann: one
  -> host: message 1 delivered as 2 at 0.000 s
> app answers 2 allow
  = done
> wait 250ms
  -> host: message 2 discarded: Expired
> explain 2
  message 2 of ann: Text, Normal, accepted at 1600000000.000000000
  - callback asked as about every message, until 1600000002.000000000
  - callback answered: Allow
  - waited 250ms in its lane, where 0 waited already; released meanwhile: nobody
  - expired: it waited as long as its lane lets anything wait
> app answers 2 allow
  ! question 2 is not open: it was answered, or its time is over, or it never was (4004)

Who went before it is told, and who were the last of them.

> group livestream burst=1 reserve=0 rate=10
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
  = message 1: delivered as 3 at 0.000 s
  3 Normal: Ann: one
  -> host: message 1 delivered as 3 at 0.000 s
> bo says two
  = message 2: waiting until 0.250 s
> ann says three
  = message 3: waiting until 0.250 s
> ann gives rose
  = message 4: waiting until 2.000 s
> wait 250ms
  4 High: Ann: <rose>
  5 Normal: Bo: two
  -> host: message 4 delivered as 4 at 0.100 s
  -> host: message 2 delivered as 5 at 0.200 s
  -> host: message 3 discarded: Expired
> explain 3
  message 3 of ann: Text, Normal, accepted at 1600000000.000000000
  - waited 250ms in its lane, where 1 waited already; released meanwhile: 1 of High, 1 whose turn came first
  - the last of them: 2 of bo, 4 of ann
  - expired: it waited as long as its lane lets anything wait

A host that must say success to whom it dropped, as the modelled service does, can have that.

> group livestream disclose=no burst=1 reserve=0 rate=1
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> ann says one
  = message 1: delivered as 2 at 0.000 s
  2 Normal: Ann: one
  -> host: message 1 delivered as 2 at 0.000 s
> ann says two
  = message 2: waiting until 0.250 s
> wait 250ms
  -> host: message 2 discarded: Expired, undisclosed
