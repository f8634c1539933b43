What may go on is shown to the staff first, for 2 to 6 s. They withdraw what nobody else should see, and
the rest goes on at its own time, in its order. What staff and app say is not held back.

> group modern owner=mia preview=2s
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
  -> staff: message 1 until 2.000 s: Ann: one
> wait 1s
> ann gives a rose
  = message 2: held until 3.000 s
  -> staff: message 2 until 3.000 s: Ann: <a rose>
> mia says hello
  = message 3: delivered as 3 at 1.000 s
  3 Normal: Mia: hello
  -> host: message 3 delivered as 3 at 1.000 s
> app says welcome
  = message 4: delivered as 4 at 1.000 s
  4 Normal: the app: welcome
  -> host: message 4 delivered as 4 at 1.000 s
> app/ann says for ann
  = message 5: delivered as 5 at 1.000 s
  5 Normal: Ann: for ann
  -> host: message 5 delivered as 5 at 1.000 s
> held
  1: message 1 from 0.000 s to 2.000 s, Preview: Ann: one
  2: message 2 from 1.000 s to 3.000 s, Preview: Ann: <a rose>
> mia withdraws 2
  = done
  -> host: message 2 discarded: Withdrawn, undisclosed
> explain 2
  message 2 of ann: Gift, High, accepted at 1600000001.000000000
  - rules: exempt from pace, text rules
  - shown to the staff, until 1600000003.000000000
  - withdrawn by mia
  - discarded: staff withdrew it before it was shown to anybody else
> mia withdraws 2
  ! message 2 is not withheld: it went on, ended, or its question is open (4011)
> ann withdraws 1
  ! that takes at least the role Admin (2108)
> wait 1s
  6 Normal: Ann: one
  -> host: message 1 delivered as 6 at 2.000 s
> mia withdraws 1
  ! message 1 is not withheld: it went on, ended, or its question is open (4011)
> stats
  offered 5 = refused 0 + accepted 5
  High: accepted 1 = delivered 0 + rejected 0 + discarded 1 Withdrawn + waiting 0 + held 0
  Normal: accepted 4 = delivered 4 + rejected 0 + discarded 0 + waiting 0 + held 0

The author may be told, if the config says so; nobody decides about those who stand as high.

> configure withdrawn=told
> ann says two
  = message 6: held until 4.000 s
  -> staff: message 6 until 4.000 s: Ann: two
> app makes ann admin
  = done
  7 Tip: SetAdmin Ann, 2 online
  -> ann@web after 7: RoleChanged { role: Admin }
> app makes bo admin
  ! bo is not a member (4002)
> bo joins
  = Joined
  8 Tip: Join Bo by bo, 3 online
  -> host: bo joined on Web
  -> host: bo is online
> app makes bo admin
  = done
  9 Tip: SetAdmin Bo, 3 online
  -> bo@web after 9: RoleChanged { role: Admin }
> bo withdraws 6
  ! the target is Admin; that takes a higher role (2111)
> mia withdraws 6
  = done
  -> host: message 6 discarded: Withdrawn

A mute, a purge, a ban and the end of the group discard what is in preview.

> app makes ann member
  = done
  10 Tip: CancelAdmin Ann, 3 online
  -> ann@web after 10: RoleChanged { role: Member }
> ann says three
  = message 7: held until 4.000 s
  -> staff: message 7 until 4.000 s: Ann: three
> app mutes ann for 1s
  = done
  11 Tip: MemberProfile Ann until 3.000 s, 3 online
  -> host: message 7 discarded: Muted
> wait 1s
> ann says four
  = message 8: held until 5.000 s
  -> staff: message 8 until 5.000 s: Ann: four
> app purges ann
  = emptied 2, discarded 1
  12 Notice: Purged { author: Some(UserId("ann")), message: None, emptied: 2 }
  -> host: message 8 discarded: Purged
> ann says five
  = message 9: held until 5.000 s
  -> staff: message 9 until 5.000 s: Ann: five
> app bans ann for 1s
  = done
  13 Tip: Ban Ann until 4.000 s, 3 online
  -> host: message 9 discarded: Banned
  -> host: ann left, Banned from RestApi
  -> host: ann is offline
  -> ann@web after 13: Banned until 4.000 s
> cy joins
  = Joined
  14 Tip: Join Cy by cy, 3 online
  -> host: cy joined on Web
  -> host: cy is online
> cy says six
  = message 10: held until 5.000 s
  -> staff: message 10 until 5.000 s: Cy: six
> app disbands
  = done
  15 Notice: Disbanded
  -> host: message 10 discarded: Disbanded
  -> host: the group is disbanded

A shorter preview shortens those that run, and where there is none any more they are over; the order is kept.

> group modern preview=6s
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> ann says one
  = message 1: held until 6.000 s
  -> staff: message 1 until 6.000 s: Ann: one
> wait 3s
> ann says two
  = message 2: held until 9.000 s
  -> staff: message 2 until 9.000 s: Ann: two
> configure preview=2s
> ann says three
  = message 3: held until 5.000 s
  -> staff: message 3 until 5.000 s: Ann: three
> wait 1s
> ann says four
  = message 4: held until 6.000 s
  -> staff: message 4 until 6.000 s: Ann: four
> wait 1s
  2 Normal: Ann: one
  3 Normal: Ann: two
  4 Normal: Ann: three
  -> host: message 1 delivered as 2 at 5.000 s
  -> host: message 2 delivered as 3 at 5.000 s
  -> host: message 3 delivered as 4 at 5.000 s
> configure preview=off
> ann says five
  = message 5: waiting until 5.250 s
> wait 1s
  5 Normal: Ann: four
  6 Normal: Ann: five
  -> host: message 4 delivered as 5 at 5.025 s
  -> host: message 5 delivered as 6 at 5.050 s

Before it, a message passes every question; and no more is held than may be.

> group modern ask=allow preview=2s held=2
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> ann says one
  = message 1: held until 2.000 s
  -> host: question 1 for callback until 2.000 s, Policy: Ann: one
> app answers 1 allow
  = done
  -> staff: message 1 until 2.000 s: Ann: one
> app answers 2 allow
  ! question 2 is not open: it was answered, or its time is over, or it never was (4004)
> ann says two
  = message 2: held until 2.000 s
  -> host: question 3 for callback until 2.000 s, Policy: Ann: two
> ann says three
  ! the messages held are as many as may be, 2; send again once one is decided, at the latest at 2.000 s (3009)
> app answers 3 allow
  = done
  -> staff: message 2 until 2.000 s: Ann: two
> wait 2s
  2 Normal: Ann: one
  3 Normal: Ann: two
  -> host: message 1 delivered as 2 at 2.000 s
  -> host: message 2 delivered as 3 at 2.000 s
