The host is asked before a message is delivered. It may allow, replace, reject with a code of its own,
or discard without a word; silence is decided when the time is over.

> group livestream ask=allow
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
> ann says four
  = message 4: held until 2.000 s
  -> host: question 4 for callback until 2.000 s, Policy: Ann: four
> ann says five
  = message 5: held until 2.000 s
  -> host: question 5 for callback until 2.000 s, Policy: Ann: five
> app answers 1 allow
  = done
  2 Normal: Ann: one
  -> host: message 1 delivered as 2 at 0.000 s
> app answers 2 replace TWO
  = done
  3 Normal: Ann: TWO
  -> host: message 2 delivered as 3 at 0.000 s
> app answers 3 reject 10100 no numbers, please
  = done
  -> host: message 3 rejected with 10100 "no numbers, please"
> app answers 4 discard
  = done
  -> host: message 4 discarded: Decision, undisclosed
> app answers 4 allow
  ! question 4 is not open: it was answered, or its time is over, or it never was (4004)
> ann answers 5 allow
  ! only the app may do that (2109)
> wait 2s
  4 Normal: Ann: five
  -> host: message 5 delivered as 4 at 2.000 s
> app answers 5 allow
  ! question 5 is not open: it was answered, or its time is over, or it never was (4004)
> app answers 99 allow
  ! question 99 is not open: it was answered, or its time is over, or it never was (4004)

The facts are read again when the answer comes: who was muted meanwhile is not heard.

> ann says six
  = message 6: held until 4.000 s
  -> host: question 6 for callback until 4.000 s, Policy: Ann: six
> app mutes ann for 60s
  = done
  5 Tip: MemberProfile Ann until 62.000 s, 1 online
  -> host: message 6 discarded: Muted
> app answers 6 allow
  ! question 6 is not open: it was answered, or its time is over, or it never was (4004)
> stats
  offered 6 = refused 0 + accepted 6
  Normal: accepted 6 = delivered 3 + rejected 1 + discarded 1 Muted, 1 Decision + waiting 0 + held 0

Silence may also reject.

> group livestream ask=reject
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> ann says one
  = message 1: held until 2.000 s
  -> host: question 1 for callback until 2.000 s, Policy: Ann: one
> wait 2s
  -> host: message 1 rejected, nobody decided
> explain 1
  message 1 of ann: Text, Normal, accepted at 1600000000.000000000
  - callback asked as about every message, until 1600000002.000000000
  - callback answered: Silence
  - rejected, because nobody decided in time

The role counts that the author has when the answer comes; what the app says in a user's name is the
app's.

> group modern ask=allow
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> app makes ann admin
  = done
  2 Tip: SetAdmin Ann, 1 online
  -> ann@web after 2: RoleChanged { role: Admin }
> ann says one
  = message 1: held until 2.000 s
  -> host: question 1 for callback until 2.000 s, Policy: Ann: one
> ann says two
  = message 2: held until 2.000 s
  -> host: question 2 for callback until 2.000 s, Policy: Ann: two
> app mutes all
  = done
  3 Tip: GroupProfile [mute all true] info 1, 1 online
  -> host: profile changed [mute all true] info 1
> app makes ann member
  = done
  4 Tip: CancelAdmin Ann, 1 online
  -> ann@web after 4: RoleChanged { role: Member }
> app answers 1 allow
  = done
  -> host: message 1 discarded: Muted
> app answers 2 replace TWO
  = done
  -> host: message 2 discarded: Muted
> filter wait=hold
> app/ann says wait
  = message 3: held until 60.000 s
  -> host: question 3 for filter until 60.000 s, Filter { term: 0 }: Ann: wait
> app answers 3 allow
  = done
  5 Normal: Ann: wait
  -> host: message 3 delivered as 5 at 0.000 s

A mute of all ends what is held, but for the exempt, by the role they have then, and for the app; a ban
ends it even where the author has left.

> group modern ask=allow
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
> cy joins
  = Joined
  3 Tip: Join Cy by cy, 3 online
  -> host: cy joined on Web
  -> host: cy is online
> ann says one
  = message 1: held until 2.000 s
  -> host: question 1 for callback until 2.000 s, Policy: Ann: one
> bo says two
  = message 2: held until 2.000 s
  -> host: question 2 for callback until 2.000 s, Policy: Bo: two
> app makes bo admin
  = done
  4 Tip: SetAdmin Bo, 3 online
  -> bo@web after 4: RoleChanged { role: Admin }
> filter wait=hold
> app/cy says wait
  = message 3: held until 60.000 s
  -> host: question 3 for filter until 60.000 s, Filter { term: 0 }: Cy: wait
> cy says three
  = message 4: held until 2.000 s
  -> host: question 4 for callback until 2.000 s, Policy: Cy: three
> app mutes all
  = done
  5 Tip: GroupProfile [mute all true] info 1, 3 online
  -> host: profile changed [mute all true] info 1
  -> host: message 1 discarded: Muted
  -> host: message 4 discarded: Muted
> app unmutes all
  = done
  6 Tip: GroupProfile [mute all false] info 2, 3 online
  -> host: profile changed [mute all false] info 2
> app answers 2 allow
  = done
  7 Normal: Bo: two
  -> host: message 2 delivered as 7 at 0.000 s
> app answers 3 allow
  = done
  8 Normal: Cy: wait
  -> host: message 3 delivered as 8 at 0.000 s
> ann says four
  = message 5: held until 2.000 s
  -> host: question 5 for callback until 2.000 s, Policy: Ann: four
> ann quits
  = done
  9 Tip: Quit Ann by ann, 2 online
  -> host: ann left, Quit from Web
  -> host: ann is offline
> app bans ann for good
  = done
  10 Tip: Ban ann until for good, 2 online
  -> host: message 5 discarded: Banned
