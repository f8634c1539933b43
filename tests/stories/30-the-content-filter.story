Harmful words are masked, held for a human, or blocked, by list.

> group livestream
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> filter darn=mask villain=hold swine=block
> ann says well, darn it
  = message 1: delivered as 2 at 0.000 s
  2 Normal: Ann: well, **** it
  -> host: message 1 delivered as 2 at 0.000 s
> ann says D.A.R.N.
  = message 2: delivered as 3 at 0.000 s
  3 Normal: Ann: *******.
  -> host: message 2 delivered as 3 at 0.000 s
> ann says you swine
  = message 3: rejected by the filter, term 2
  -> host: message 3 rejected by the filter, term 2
> ann says the villain
  = message 4: held until 60.000 s
  -> host: question 1 for filter until 60.000 s, Filter { term: 1 }: Ann: the villain
> app answers 1 allow
  = done
  4 Normal: Ann: the villain
  -> host: message 4 delivered as 4 at 0.000 s
> ann says another villain
  = message 5: held until 60.000 s
  -> host: question 2 for filter until 60.000 s, Filter { term: 1 }: Ann: another villain
> wait 60s
  -> host: message 5 rejected, nobody decided
> explain 1
  message 1 of ann: Text, Normal, accepted at 1600000000.000000000
  - rules: filter
  - filtered: Masked for term 0
  - delivered at 1600000000.000000000 as entry 2
> explain 3
  message 3 of ann: Text, Normal, accepted at 1600000000.000000000
  - rules: filter
  - filtered: Blocked for term 2
  - rejected by filter 11615472949178411757 for term 2
> explain 4
  message 4 of ann: Text, Normal, accepted at 1600000000.000000000
  - rules: filter
  - filtered: Held for term 1
  - filter asked for term 1, until 1600000060.000000000
  - filter answered: Allow
  - delivered at 1600000000.000000000 as entry 4
> stats
  offered 5 = refused 0 + accepted 5
  Normal: accepted 5 = delivered 3 + rejected 2 + discarded 0 + waiting 0 + held 0

What the host puts in its place is filtered again.

> ann says a villain again
  = message 6: held until 120.000 s
  -> host: question 3 for filter until 120.000 s, Filter { term: 1 }: Ann: a villain again
> app answers 3 replace a darn rascal
  = done
  5 Normal: Ann: a **** rascal
  -> host: message 6 delivered as 5 at 60.000 s
> ann says a villain still
  = message 7: held until 120.000 s
  -> host: question 4 for filter until 120.000 s, Filter { term: 1 }: Ann: a villain still
> app answers 4 replace a swine
  = done
  -> host: message 7 rejected by the filter, term 2

A word may be parted over several texts of one message, which clients show as one: it is met, and masked in each part. A face between two parts them as a hyphen would.

> ann says what a da|rn day
  = message 8: delivered as 6 at 60.000 s
  6 Normal: Ann: what a **|** day
  -> host: message 8 delivered as 6 at 60.000 s
> ann says s|w|i|ne
  = message 9: rejected by the filter, term 2
  -> host: message 9 rejected by the filter, term 2
> ann says vil|:)|lain
  = message 10: held until 120.000 s
  -> host: question 5 for filter until 120.000 s, Filter { term: 1 }: Ann: vil|:)|lain
> ann says a swan|:)|in e|very lake
  = message 11: delivered as 7 at 60.000 s
  7 Normal: Ann: a swan|:)|in e|very lake
  -> host: message 11 delivered as 7 at 60.000 s

> wait 1s

Names and notices pass the same filter. Nobody is asked about a name: what would be held is refused, as what would be blocked is.

> ben joins as Villain
  ! the nick holds a word that is not allowed here; choose others (1006)
> ben joins as Darnley
  = Joined
  8 Tip: Join ****ley by ben, 2 online
  -> host: ben joined on Web
  -> host: ben is online
> ben is called the swine
  ! the nick holds a word that is not allowed here; choose others (1006)
> app sets name Villains only
  = done
  9 Tip: GroupProfile [name "Villains only"] info 1, 2 online
  -> host: profile changed [name "Villains only"] info 1
> app/ben is called Ben
  = done
> ann says hello
  = message 12: delivered as 10 at 61.000 s
  10 Normal: Ann: hello
  -> host: message 12 delivered as 10 at 61.000 s

In a modern house a word that is written over several messages within a few seconds is met with the last of them. What was delivered stays.

> group modern
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> filter darn=mask swine=block
> ann says sw
  = message 1: delivered as 2 at 0.000 s
  2 Normal: Ann: sw
  -> host: message 1 delivered as 2 at 0.000 s
> ann says i n
  = message 2: delivered as 3 at 0.000 s
  3 Normal: Ann: i n
  -> host: message 2 delivered as 3 at 0.000 s
> ann says e!
  = message 3: rejected by the filter, term 1
  -> host: message 3 rejected by the filter, term 1
> ann says e
  = message 4: rejected by the filter, term 1
  -> host: message 4 rejected by the filter, term 1
> explain 4
  message 4 of ann: Text, Normal, accepted at 1600000000.000000000
  - rules: pace, text rules, filter
  - the last of 3 that make a word
  - filtered: Blocked for term 1
  - rejected by filter 3582487957146399741 for term 1
> wait 6s
> ann says e
  = message 5: delivered as 4 at 6.000 s
  4 Normal: Ann: e
  -> host: message 5 delivered as 4 at 6.000 s
> ann says d
  = message 6: delivered as 5 at 6.000 s
  5 Normal: Ann: d
  -> host: message 6 delivered as 5 at 6.000 s
> ann says ar
  = message 7: delivered as 6 at 6.000 s
  6 Normal: Ann: ar
  -> host: message 7 delivered as 6 at 6.000 s
> wait 1s
> ann says n...
  = message 8: delivered as 7 at 7.000 s
  7 Normal: Ann: ****
  -> host: message 8 delivered as 7 at 7.000 s
