FAQ 6 of the modelled service's guide: likes and follows are counted at once, before the limit, every
one; and their totals go into the group's profile every few seconds.

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
> repeat 1000 ann likes
  = 3 times delivered
  = 741 times discarded: Shed
  = 256 times waiting
  3 times -> host: message delivered as at s
  741 times -> host: message discarded: Shed
  3 times Low: Ann:
> bo follows
  = message 1001: waiting until 0.250 s
  -> host: message 259 discarded: Shed
> profile
  "", "", "", info 0
  likes 1000, follows 1
> wait 4s
  6 Low: Ann: <1>
  7 Low: Bo: <1>
  8 Low: Ann: <1>
  9 Low: Ann: <1>
  10 Low: Ann: <1>
  11 Low: Ann: <1>
  12 Low: Ann: <1>
  13 Low: Ann: <1>
  14 Low: Ann: <1>
  15 Low: Ann: <1>
  16 Tip: GroupProfile [likes 1000, follows 1] info 1, 2 online
  -> host: message 4 delivered as 6 at 0.025 s
  -> host: message 1001 delivered as 7 at 0.050 s
  -> host: message 5 delivered as 8 at 0.075 s
  -> host: message 6 delivered as 9 at 0.100 s
  -> host: message 7 delivered as 10 at 0.125 s
  -> host: message 8 delivered as 11 at 0.150 s
  -> host: message 9 delivered as 12 at 0.175 s
  -> host: message 10 delivered as 13 at 0.200 s
  -> host: message 11 delivered as 14 at 0.225 s
  -> host: message 12 delivered as 15 at 0.250 s
  -> host: 246 messages, 13 to 258, discarded: Expired
  -> host: profile changed [likes 1000, follows 1] info 1
> profile
  "", "", "", info 1
  likes 1000, follows 1
> wait 10s
> profile
  "", "", "", info 1
  likes 1000, follows 1
> stats
  offered 1001 = refused 0 + accepted 1001
  Low: accepted 1001 = delivered 13 + rejected 0 + discarded 246 Expired, 742 Shed + waiting 0 + held 0
