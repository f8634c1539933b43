FAQ 7 of the modelled service's guide: gifts are High, text is Normal, likes are Low. Under a flood of
text and likes a gift goes first, and the reserve keeps a place for it.

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
> repeat 20 ann says hello
  = 3 times delivered
  = 17 times waiting
  3 times -> host: message delivered as at s
  3 times Normal: Ann: hello
> repeat 20 ann likes
  = 20 times waiting
> bo gives {"gift":"rocket"}
  = message 41: delivered as 6 at 0.000 s
  6 High: Bo: <{"gift":"rocket"}>
  -> host: message 41 delivered as 6 at 0.000 s
> wait 100ms
  7 Normal: Ann: hello
  8 Normal: Ann: hello
  9 Normal: Ann: hello
  -> host: message 4 delivered as 7 at 0.050 s
  -> host: message 5 delivered as 8 at 0.075 s
  -> host: message 6 delivered as 9 at 0.100 s
> wait 2s
  10 Normal: Ann: hello
  11 Normal: Ann: hello
  12 Normal: Ann: hello
  13 Normal: Ann: hello
  14 Normal: Ann: hello
  15 Normal: Ann: hello
  -> host: message 7 delivered as 10 at 0.125 s
  -> host: message 8 delivered as 11 at 0.150 s
  -> host: message 9 delivered as 12 at 0.175 s
  -> host: message 10 delivered as 13 at 0.200 s
  -> host: message 11 delivered as 14 at 0.225 s
  -> host: message 12 delivered as 15 at 0.250 s
  -> host: 28 messages, 13 to 40, discarded: Expired
> stats
  offered 41 = refused 0 + accepted 41
  High: accepted 1 = delivered 1 + rejected 0 + discarded 0 + waiting 0 + held 0
  Normal: accepted 20 = delivered 12 + rejected 0 + discarded 8 Expired + waiting 0 + held 0
  Low: accepted 20 = delivered 0 + rejected 0 + discarded 20 Expired + waiting 0 + held 0

Without the reserve the gift would have to wait a moment.

> group livestream reserve=0
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
  = 4 times delivered
  = 96 times waiting
  4 times -> host: message delivered as at s
  4 times Normal: Ann: hello
> bo gives {"gift":"rocket"}
  = message 101: waiting until 2.000 s
> wait 25ms
  7 High: Bo: <{"gift":"rocket"}>
  -> host: message 101 delivered as 7 at 0.025 s

Within one priority authors take turns: ten messages of one cannot keep another waiting.

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
> repeat 3 ann says flood
  = 1 times delivered
  = 2 times waiting
  1 times -> host: message delivered as at s
  1 times Normal: Ann: flood
> bo says me too
  = message 4: waiting until 0.250 s
> wait 250ms
  4 Normal: Ann: flood
  5 Normal: Bo: me too
  -> host: message 2 delivered as 4 at 0.100 s
  -> host: message 4 delivered as 5 at 0.200 s
  -> host: message 3 discarded: Expired

What is held for a decision does not wait in a lane: what comes meanwhile may overtake it, whatever
its priority.

> group livestream burst=2 reserve=0 rate=1
> filter holdme=hold
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> ann says first at high
  = message 1: delivered as 2 at 0.000 s
  2 High: Ann: first
  -> host: message 1 delivered as 2 at 0.000 s
> ann says holdme at high
  = message 2: held until 60.000 s
  -> host: question 1 for filter until 60.000 s, Filter { term: 0 }: Ann: holdme
> ann says overtakes
  = message 3: delivered as 3 at 0.000 s
  3 Normal: Ann: overtakes
  -> host: message 3 delivered as 3 at 0.000 s
> app answers 1 allow
  = done
> wait 1s
  4 High: Ann: holdme
  -> host: message 2 delivered as 4 at 1.000 s

A cap holds back its own priority, while the group has time for the rest.

> group livestream cap_low=1
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> ann says first at low
  = message 1: delivered as 2 at 0.000 s
  2 Low: Ann: first
  -> host: message 1 delivered as 2 at 0.000 s
> ann says second at low
  = message 2: waiting until 0.250 s
> ann says third at normal
  = message 3: delivered as 3 at 0.000 s
  3 Normal: Ann: third
  -> host: message 3 delivered as 3 at 0.000 s
> wait 1s
  -> host: message 2 discarded: Expired
