Step 8 of the modelled service's guide: a message is sent, and its author learns the truth about it at
once or later.

> group livestream
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> ann says Hello world!
  = message 1: delivered as 2 at 0.000 s
  2 Normal: Ann: Hello world!
  -> host: message 1 delivered as 2 at 0.000 s
> stranger says me too
  ! session 2 is not in the group; join or attach first (2001)

The same mark again within five minutes is the same message: it gets the first answer.

> ann says once random 7
  = message 2: delivered as 3 at 0.000 s
  3 Normal: Ann: once
  -> host: message 2 delivered as 3 at 0.000 s
> ann says once random 7
  = message 2: delivered as 3 at 0.000 s, a duplicate
> wait 299s
> ann says once random 7
  = message 2: delivered as 3 at 0.000 s, a duplicate
> wait 1s
> ann says once random 7
  = message 3: delivered as 4 at 300.000 s
  4 Normal: Ann: once
  -> host: message 3 delivered as 4 at 300.000 s
> stats
  offered 4 = refused 1 + accepted 3
  Normal: accepted 3 = delivered 3 + rejected 0 + discarded 0 + waiting 0 + held 0

What is not a message is refused, and nothing happened.

> ann says
  ! a message needs something in it (1001)
> app/ann says the app speaks in her name
  = message 4: delivered as 5 at 300.000 s
  5 Normal: Ann: the app speaks in her name
  -> host: message 4 delivered as 5 at 300.000 s
