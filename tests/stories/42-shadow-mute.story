Who is shadow-muted alone sees what they say, and is told of success. Staff know.

> group modern owner=owner audit=yes house=off
> owner joins
  = Joined
  1 Tip: Join Owner by owner, 1 online
  -> host: owner joined on Web
  -> host: owner is online
> ann joins
  = Joined
  2 Tip: Join Ann by ann, 2 online
  -> host: ann joined on Web
  -> host: ann is online
> ann@ios attaches
  = AlreadyInGroup
  -> host: ann is back on Ios
> app makes ann member
  = done
> ann says one
  = message 1: delivered as 3 at 0.000 s
  3 Normal: Ann: one
  -> host: message 1 delivered as 3 at 0.000 s
> repeat 3 ann says two
  = 1 times delivered
  = 2 times waiting
  1 times -> host: message delivered as at s
  1 times Normal: Ann: two
> owner shadows ann for 10s
  = done
  -> host: message 3 discarded: Shadowed, undisclosed
  -> host: message 4 discarded: Shadowed, undisclosed
  -> ann@web after 4, alone: Ann: two, Ann: two
  -> ann@ios after 4, alone: Ann: two, Ann: two
  -> host: audit 1 by owner: Shadow ann until 10.000 s
> ann says three
  = message 5: discarded: Shadowed, undisclosed
  -> host: message 5 discarded: Shadowed, undisclosed
  -> ann@web after 4, alone: Ann: three
  -> ann@ios after 4, alone: Ann: three
> ann@ios likes
  = message 6: discarded: Shadowed, undisclosed
  -> host: message 6 discarded: Shadowed, undisclosed
  -> ann@web after 4, alone: Ann: <1>
  -> ann@ios after 4, alone: Ann: <1>
> ann says four random 7
  = message 7: discarded: Shadowed, undisclosed
  -> host: message 7 discarded: Shadowed, undisclosed
  -> ann@web after 4, alone: Ann: four
  -> ann@ios after 4, alone: Ann: four
> ann says four random 7
  = message 7: discarded: Shadowed, undisclosed, a duplicate
> profile
  "", "", "", info 0
  likes 0, follows 0
> explain 6
  message 6 of ann: Like, Low, accepted at 1600000000.000000000
  - discarded: its author was shadow-muted, and they alone saw it
> app/ann says five
  = message 8: delivered as 5 at 0.000 s
  5 Normal: Ann: five
  -> host: message 8 delivered as 5 at 0.000 s
> bo joins
  = Joined
  6 Tip: Join Bo by bo, 3 online
  -> host: bo joined on Web
  -> host: bo is online
> bo mutes ann for 1s
  ! that takes at least the role Admin (2108)
> bo unshadows ann
  ! that takes at least the role Admin (2108)

What the filter would mask, hold or block it masks, holds or blocks all the same.

> filter bad=block wait=hold so=mask
  -> host: audit 2 by app: UseFilter { filter: Some(FilterId(4335211709071611091)) }
> ann says bad
  = message 9: rejected by the filter, term 0
  -> host: message 9 rejected by the filter, term 0
> ann says wait so
  = message 10: held until 60.000 s
  -> host: question 1 for filter until 60.000 s, Filter { term: 1 }: Ann: wait so
> wait 10s
  -> host: of "Ann: two" there were 1, delivered 1, removed 2
  -> host: audit 3 by time: Unshadow ann, Elapsed
> ann says six
  = message 11: delivered as 7 at 10.000 s
  7 Normal: Ann: six
  -> host: message 11 delivered as 7 at 10.000 s
> owner shadows ann for good
  = done
  -> host: audit 4 by owner: Shadow ann until for good
> owner unshadows ann
  = done
  -> host: audit 5 by owner: Unshadow ann
> ann says seven
  = message 12: delivered as 8 at 10.000 s
  8 Normal: Ann: seven
  -> host: message 12 delivered as 8 at 10.000 s
> owner shadows owner for 1s
  ! the target is Owner; that takes a higher role (2111)
> stats
  offered 12 = refused 0 + accepted 12
  Normal: accepted 11 = delivered 5 + rejected 1 + discarded 4 Shadowed + waiting 0 + held 1
  Low: accepted 1 = delivered 0 + rejected 0 + discarded 1 Shadowed + waiting 0 + held 0

Where the house asks about messages, or shows them to the staff first, it does so with theirs: an author would
learn from a quicker answer that they are shadow-muted. They are heard by nobody where others would go on.

> group modern ask=allow
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> ann says one
  = message 1: held until 2.000 s
  -> host: question 1 for callback until 2.000 s, Policy: Ann: one
> app shadows ann,bo for good
  = done
> app answers 1 allow
  = done
  -> host: message 1 discarded: Shadowed, undisclosed
  -> ann@web after 1, alone: Ann: one
> ann says two
  = message 2: held until 2.000 s
  -> host: question 2 for callback until 2.000 s, Policy: Ann: two
> app mutes ann for 1s
  = done
  2 Tip: MemberProfile Ann until 1.000 s, 1 online
  -> host: message 2 discarded: Muted
> ann says three
  ! muted until 1.000 s (2004)

House rules hold for them as for anybody, and what they said is repeated by them alone: nobody else learns
that it was said, and they do not learn that nobody heard, even later.

> group modern audit=yes house=off unique=30s block_run=5 hold_capitals=4
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
> app shadows ann for 20s
  = done
  -> host: audit 1 by app: Shadow ann until 20.000 s
> ann says hello
  = message 1: discarded: Shadowed, undisclosed
  -> host: message 1 discarded: Shadowed, undisclosed
  -> ann@web after 2, alone: Ann: hello
> ann says hello
  ! said already: say something else, or say it again at 30.000 s (3006)
> ann says mine
  = message 2: discarded: Shadowed, undisclosed
  -> host: message 2 discarded: Shadowed, undisclosed
  -> ann@web after 2, alone: Ann: mine
> ann says wooooow
  = message 3: rejected by house rule 0
  -> host: message 3 rejected by house rule 0
> ann says STOP THIS
  = message 4: held until 60.000 s
  -> host: question 1 for filter until 60.000 s, Rule { rule: 1 }: Ann: STOP THIS
> wait 10s
> bo says hello
  = message 5: delivered as 3 at 10.000 s
  3 Normal: Bo: hello
  -> host: message 5 delivered as 3 at 10.000 s
> bo says STOP THIS
  = message 6: held until 70.000 s
  -> host: question 2 for filter until 70.000 s, Rule { rule: 1 }: Bo: STOP THIS
> app answers 1 discard
  = done
  -> host: audit 2 by app: Discard ann, message 4, house rule 1
  -> host: message 4 discarded: Decision, undisclosed
> ann says hello
  ! said already: say something else, or say it again at 40.000 s (3006)
> wait 10s
  -> host: audit 3 by time: Unshadow ann, Elapsed
> ann says mine
  ! said already: say something else, or say it again at 30.000 s (3006)
> wait 10s
> ann says mine
  = message 7: delivered as 4 at 30.000 s
  4 Normal: Ann: mine
  -> host: message 7 delivered as 4 at 30.000 s
> ann says hello
  ! said already: say something else, or say it again at 40.000 s (3006)

Who takes back what nobody saw learns nothing by that, once as with any message.

> group modern
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
> ann recalls 1
  = emptied 1, discarded 0
  4 Notice: Purged { author: Some(UserId("ann")), message: Some(MessageId(1)), emptied: 1 }
> ann recalls 1
  ! message 1 is not kept any more (4005)
> app shadows ann for good
  = done
> ann says two
  = message 2: discarded: Shadowed, undisclosed
  -> host: message 2 discarded: Shadowed, undisclosed
  -> ann@web after 4, alone: Ann: two
> bo recalls 2
  ! message 2 is not kept any more (4005)
> ann recalls 2
  = emptied 1, discarded 0
  -> ann@web after 4: Purged { author: Some(UserId("ann")), message: Some(MessageId(2)), emptied: 1 }
> ann recalls 2
  ! message 2 is not kept any more (4005)

Where no more can be asked about, theirs are refused like others'.

> group modern ask=allow questions=0
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> ann says one
  ! the messages held are as many as may be, 0 (3009)
> app shadows ann for good
  = done
> ann says one
  ! the messages held are as many as may be, 0 (3009)

As many may be shadow-muted as muted, each counted alone.

> group modern mutes=1
> app mutes ann for good
  = done
  1 Tip: MemberProfile ann until for good, 0 online
> app shadows bo for good
  = done
> app shadows bo for good
  = done
> app shadows cy for good
  ! 2 for the users muted, at most 1 are allowed (1003)
> app moderates cy shadow=5s
  ! Silence: 2 for the users muted, at most 1 are allowed (1003)

A house without the power has no such thing, but is rid of what there was.

> group vendor
> app shadows ann for 1s
  ! this group does not offer that; its config can turn it on (2105)
> app unshadows ann
  = done

What somebody said who is in the shadow since is not shown again as the sum of those who said the same.

> group modern owner=owner audit=no house=off rate=1 burst=2 reserve=1
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> bob joins
  = Joined
  2 Tip: Join Bob by bob, 2 online
  -> host: bob joined on Web
  -> host: bob is online
> ann says hello
  = message 1: delivered as 3 at 0.000 s
  3 Normal: Ann: hello
  -> host: message 1 delivered as 3 at 0.000 s
> bob says same
  = message 2: waiting until 0.250 s
> wait 300ms
  -> host: message 2 discarded: Expired
> ann says same
  = message 3: waiting until 0.550 s
> wait 300ms
  -> host: message 3 discarded: Expired
> app shadows bob for 1s
  = done
> wait 9s
  -> host: of "Bob: same" there were 2, delivered 0, removed 0

Whoever is not in the shadow is:

> group modern owner=owner audit=no house=off rate=1 burst=2 reserve=1
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> bob joins
  = Joined
  2 Tip: Join Bob by bob, 2 online
  -> host: bob joined on Web
  -> host: bob is online
> ann says hello
  = message 1: delivered as 3 at 0.000 s
  3 Normal: Ann: hello
  -> host: message 1 delivered as 3 at 0.000 s
> bob says same
  = message 2: waiting until 0.250 s
> wait 300ms
  -> host: message 2 discarded: Expired
> ann says same
  = message 3: waiting until 0.550 s
> wait 300ms
  -> host: message 3 discarded: Expired
> wait 9s
  4 Normal: Bob: same x0 of 2
  -> host: of "Bob: same" there were 2, delivered 0, removed 0
