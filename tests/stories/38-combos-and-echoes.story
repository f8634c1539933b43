Gifts of one giver, and what a crowd says with one voice, share entries. The first is told at once, the
others once a second, and each comes to its own outcome.

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
> bo joins
  = Joined
  3 Tip: Join Bo by bo, 3 online
  -> host: bo joined on Web
  -> host: bo is online
> ann gives a rose
  = message 1: delivered as 4 at 0.000 s
  4 High: Ann: <a rose>
  -> host: message 1 delivered as 4 at 0.000 s
> ann gives a rose
  = message 2: waiting until 3.000 s
> ann gives a rose
  = message 3: waiting until 3.000 s
> bo gives a rose
  = message 4: delivered as 5 at 0.000 s
  5 High: Bo: <a rose>
  -> host: message 4 delivered as 5 at 0.000 s
> wait 1s
  6 High: Ann: <a rose> x2 of 3, by Ann
  -> host: message 2 delivered as 6 at 1.000 s
  -> host: message 3 delivered as 6 at 1.000 s
> ann gives a rose
  = message 5: waiting until 4.000 s
> wait 5s
  7 High: Ann: <a rose> x1 of 4, by Ann
  -> host: message 5 delivered as 7 at 2.000 s
  -> host: of "Ann: <a rose>" there were 4, delivered 4, removed 0

A crowd says the same word. The entry shows the first, names some, and counts all; staff speak for themselves.

> ann says 666
  = message 6: delivered as 8 at 6.000 s
  8 Normal: Ann: 666
  -> host: message 6 delivered as 8 at 6.000 s
> bo says 666
  = message 7: waiting until 7.250 s
> cy joins
  = Joined
  9 Tip: Join Cy by cy, 4 online
  -> host: cy joined on Web
  -> host: cy is online
> cy says 666
  = message 8: waiting until 7.250 s
> ann says 666
  = message 9: waiting until 7.250 s
> mia says 666
  = message 10: delivered as 10 at 6.000 s
  10 Normal: Mia: 666
  -> host: message 10 delivered as 10 at 6.000 s
> explain 7
  message 7 of bo: Text, Normal, accepted at 1600000006.000000000
  - rules: pace, text rules
  - folded with message 6
  - waiting until 1600000007.250000000
> wait 1s
  11 Normal: Bo: 666 x3 of 4, by Bo, Cy, Ann
  -> host: message 7 delivered as 11 at 7.000 s
  -> host: message 8 delivered as 11 at 7.000 s
  -> host: message 9 delivered as 11 at 7.000 s
> wait 3s
  -> host: of "Ann: 666" there were 4, delivered 4, removed 0

Who is muted takes out their own words; the others' are told.

> ann says ha
  = message 11: delivered as 12 at 10.000 s
  12 Normal: Ann: ha
  -> host: message 11 delivered as 12 at 10.000 s
> bo says ha
  = message 12: waiting until 11.250 s
> cy says ha
  = message 13: waiting until 11.250 s
> mia mutes bo for 60s
  = done
  13 Tip: MemberProfile Bo until 70.000 s by mia, 4 online
  -> host: message 12 discarded: Muted
> wait 4s
  14 Normal: Cy: ha x1 of 2, by Cy
  -> host: message 13 delivered as 14 at 11.000 s
  -> host: of "Ann: ha" there were 2, delivered 2, removed 1

A purge empties what shows its author, and takes their name from what shows another.

> ann says ho
  = message 14: delivered as 15 at 14.000 s
  15 Normal: Ann: ho
  -> host: message 14 delivered as 15 at 14.000 s
> cy says ho
  = message 15: waiting until 15.250 s
> ann says ho
  = message 16: waiting until 15.250 s
> wait 1s
  16 Normal: Cy: ho x2 of 3, by Cy, Ann
  -> host: message 15 delivered as 16 at 15.000 s
  -> host: message 16 delivered as 16 at 15.000 s
> mia purges cy
  = emptied 2, discarded 0
  17 Notice: Purged { author: Some(UserId("cy")), message: None, emptied: 2 }
> ann reads
  2 Tip: Join Ann by ann, 2 online
  3 Tip: Join Bo by bo, 3 online
  4 High: Ann: <a rose>
  5 High: Bo: <a rose>
  6 High: Ann: <a rose> x2 of 3, by Ann
  7 High: Ann: <a rose> x1 of 4, by Ann
  8 Normal: Ann: 666
  9 Tip: Join Cy by cy, 4 online
  10 Normal: Mia: 666
  11 Normal: Bo: 666 x3 of 4, by Bo, Ann and 1 more
  12 Normal: Ann: ha
  13 Tip: MemberProfile Bo until 70.000 s by mia, 4 online
  14 Normal: (emptied)
  15 Normal: Ann: ho
  16 Normal: (emptied)
  17 Notice: Purged { author: Some(UserId("cy")), message: None, emptied: 2 }

In a full room totals stay exact: what is lost with one entry is in the total of the next, or in one that
tells the total alone.

> group modern rate=1 burst=1 reserve=0
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
> app says closed
  = message 1: delivered as 3 at 0.000 s
  3 Normal: the app: closed
  -> host: message 1 delivered as 3 at 0.000 s
> ann gives a rose at low
  = message 2: waiting until 0.250 s
> ann gives a rose at low
  = message 3: waiting until 0.250 s
> wait 1s
  -> host: message 2 discarded: Expired
  -> host: message 3 discarded: Expired
> ann gives a rose at low
  = message 4: delivered as 4 at 1.000 s
  4 Low: Ann: <a rose> x1 of 3, by Ann
  -> host: message 4 delivered as 4 at 1.000 s
> ann gives a rose at low
  = message 5: waiting until 2.250 s
> wait 900ms
> app says again
  = message 6: waiting until 2.150 s
> wait 4s
  5 Normal: the app: again
  6 Low: Ann: <a rose> x0 of 4
  -> host: message 6 delivered as 5 at 2.000 s
  -> host: message 5 discarded: Expired
  -> host: of "Ann: <a rose>" there were 4, delivered 1, removed 0
> stats
  offered 6 = refused 0 + accepted 6
  Normal: accepted 2 = delivered 2 + rejected 0 + discarded 0 + waiting 0 + held 0
  Low: accepted 4 = delivered 1 + rejected 0 + discarded 3 Expired + waiting 0 + held 0
