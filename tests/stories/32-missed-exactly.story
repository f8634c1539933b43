A reader who was away is told exactly what it missed, by class; a flood of likes evicts only likes.

> group livestream quota=4
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
> bo reads
  2 Tip: Join Bo by bo, 2 online
> ann gives rose
  = message 1: delivered as 3 at 0.000 s
  3 High: Ann: <rose>
  -> host: message 1 delivered as 3 at 0.000 s
> repeat 3 ann likes
  = 2 times delivered
  = 1 times waiting
  2 times -> host: message delivered as at s
  2 times Low: Ann:
> wait 1s
  6 Low: Ann: <1>
  -> host: message 4 delivered as 6 at 0.025 s
> repeat 3 ann likes
  = 3 times delivered
  3 times -> host: message delivered as at s
  3 times Low: Ann:
> wait 1s
> repeat 3 ann likes
  = 3 times delivered
  3 times -> host: message delivered as at s
  3 times Low: Ann:
> wait 1s
> ann says did you see that?
  = message 11: delivered as 13 at 3.000 s
  13 Normal: Ann: did you see that?
  -> host: message 11 delivered as 13 at 3.000 s
> bo reads
  missed 5 Low
  3 High: Ann: <rose>
  9 Low: Ann: <1>
  10 Low: Ann: <1>
  11 Low: Ann: <1>
  12 Low: Ann: <1>
  13 Normal: Ann: did you see that?
> bo reads
