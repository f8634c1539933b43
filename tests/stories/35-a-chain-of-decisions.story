Several may be asked about a message, in order: here a classifier about every message, and a human about
what the classifier escalates or the filter holds. Each step has its own time, and its own meaning of
silence. Allowed, a message goes to the next step that is asked about it, or out.

> group modern owner=mia chain=classifier:passed:1s:escalate,human:held+escalated:60s:reject
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
> filter wait=hold
> ann says one
  = message 1: held until 1.000 s
  -> host: question 1 for classifier until 1.000 s, Policy: Ann: one
> ann says two
  = message 2: held until 1.000 s
  -> host: question 2 for classifier until 1.000 s, Policy: Ann: two
> ann says three
  = message 3: held until 1.000 s
  -> host: question 3 for classifier until 1.000 s, Policy: Ann: three
> ann says wait
  = message 4: held until 60.000 s
  -> host: question 4 for human until 60.000 s, Filter { term: 0 }: Ann: wait
> app answers 1 allow
  = done
  3 Normal: Ann: one
  -> host: message 1 delivered as 3 at 0.000 s
> app answers 2 escalate
  = done
  -> host: question 5 for human until 60.000 s, Escalated: Ann: two
> held
  3: message 3 from 0.000 s to 1.000 s, classifier is asked, Policy: Ann: three
  4: message 4 from 0.000 s to 60.000 s, human is asked, Filter { term: 0 }: Ann: wait
  5: message 2 from 0.000 s to 60.000 s, human is asked, Escalated: Ann: two
> app answers 2 allow
  ! question 2 is not open: it was answered, or its time is over, or it never was (4004)
> app answers 4 escalate
  ! nobody is asked after question 4; decide it (4010)

A step whose silence escalates hands on by itself. Silence of the last step rejects here.

> wait 1s
  -> host: question 6 for human until 61.000 s, Escalated: Ann: three
> app answers 5 discard
  = done
  -> host: message 2 discarded: Decision, undisclosed
> wait 60s
  -> host: message 4 rejected, nobody decided
  -> host: message 3 rejected, nobody decided
> explain 3
  message 3 of ann: Text, Normal, accepted at 1600000000.000000000
  - rules: pace, text rules, filter
  - filtered: nothing found
  - classifier asked as about every message, until 1600000001.000000000
  - classifier answered: Silence
  - human asked as escalated, until 1600000061.000000000
  - human answered: Silence
  - rejected, because nobody decided in time

The staff may answer, where the house lets them, about those below them. It is kept who did.

> ann says four
  = message 5: held until 62.000 s
  -> host: question 7 for classifier until 62.000 s, Policy: Ann: four
> app answers 7 escalate
  = done
  -> host: question 8 for human until 121.000 s, Escalated: Ann: four
> app makes ann admin
  = done
  4 Tip: SetAdmin Ann, 2 online
  -> ann@web after 4: RoleChanged { role: Admin }
> ann answers 8 allow
  ! the target is Admin; that takes a higher role (2111)
> mia answers 8 allow
  = done
  5 Normal: Ann: four
  -> host: message 5 delivered as 5 at 61.000 s
> explain 5
  message 5 of ann: Text, Normal, accepted at 1600000061.000000000
  - rules: pace, text rules, filter
  - filtered: nothing found
  - classifier asked as about every message, until 1600000062.000000000
  - classifier answered: Escalate
  - human asked as escalated, until 1600000121.000000000
  - human answered by mia: Allow
  - delivered at 1600000061.000000000 as entry 5
> mia answers 8 allow
  ! question 8 is not open: it was answered, or its time is over, or it never was (4004)
> bo answers 8 allow
  ! session 3 is not in the group; join or attach first (2001)

What replaces a message is filtered again, and somebody is asked about what it holds then, if need be
somebody who was asked before.

> mia says five
  = message 6: held until 62.000 s
  -> host: question 9 for classifier until 62.000 s, Policy: Mia: five
> app answers 9 escalate
  = done
  -> host: question 10 for human until 121.000 s, Escalated: Mia: five
> app answers 10 replace wait now
  = done
  -> host: question 11 for human until 121.000 s, Filter { term: 0 }: Mia: wait now
> app answers 11 replace FIVE
  = done
  6 Normal: Mia: FIVE
  -> host: message 6 delivered as 6 at 61.000 s
> explain 6
  message 6 of mia: Text, Normal, accepted at 1600000061.000000000
  - rules: pace, text rules, filter
  - classifier asked as about every message, until 1600000062.000000000
  - classifier answered: Escalate
  - human asked as escalated, until 1600000121.000000000
  - human answered: Replace
  - filtered: Held for term 0
  - human asked for term 0, until 1600000121.000000000
  - human answered: Replace
  - delivered at 1600000061.000000000 as entry 6

A question whose step is no more keeps its deadline. Where its message is let through, the chain begins
anew: rather is somebody asked twice than nobody.

> ann says six
  = message 7: held until 62.000 s
  -> host: question 12 for classifier until 62.000 s, Policy: Ann: six
> ann says seven
  = message 8: held until 62.000 s
  -> host: question 13 for classifier until 62.000 s, Policy: Ann: seven
> configure chain=first:passed:5s:allow,last:held+passed:10s:allow
> app answers 12 escalate
  ! nobody is asked after question 12; decide it (4010)
> app answers 12 allow
  = done
  -> host: question 14 for first until 66.000 s, Policy: Ann: six
> app answers 14 allow
  = done
  -> host: question 15 for last until 71.000 s, Policy: Ann: six
> wait 1s
  -> host: message 8 rejected, nobody decided
> stats
  offered 8 = refused 0 + accepted 8
  Normal: accepted 8 = delivered 3 + rejected 3 + discarded 1 Decision + waiting 0 + held 1

In a house without the power only the app answers, and nobody is asked where nobody is to be.

> group livestream owner=mia ask=allow
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
> ann says one
  = message 1: held until 2.000 s
  -> host: question 1 for callback until 2.000 s, Policy: Ann: one
> mia answers 1 allow
  ! only the app may do that (2109)
> mia withdraws 1
  ! only the app may do that (2109)
> app withdraws 1
  ! message 1 is not withheld: it went on, ended, or its question is open (4011)
> app answers 1 escalate
  ! nobody is asked after question 1; decide it (4010)
> app answers 1 allow
  = done
  3 Normal: Ann: one
  -> host: message 1 delivered as 3 at 0.000 s

What is replaced is judged as what it is now: where nothing is found any more, whoever is asked about what the filter
holds is not asked again.

> group modern chain=filter:held:5s:reject,human:held:60s:reject
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> filter wait=hold
> ann says wait
  = message 1: held until 5.000 s
  -> host: question 1 for filter until 5.000 s, Filter { term: 0 }: Ann: wait
> app answers 1 replace stay
  = done
  2 Normal: Ann: stay
  -> host: message 1 delivered as 2 at 0.000 s
