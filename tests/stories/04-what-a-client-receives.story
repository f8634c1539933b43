Step 4 of the modelled service's guide: a client receives messages, tips of every kind, and notices.
In the modern house, so that all of them can happen.

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
> ann says hello
  = message 1: delivered as 4 at 0.000 s
  4 Normal: Ann: hello
  -> host: message 1 delivered as 4 at 0.000 s
> ann gives {"gift":"rose"}
  = message 2: delivered as 5 at 0.000 s
  5 High: Ann: <{"gift":"rose"}>
  -> host: message 2 delivered as 5 at 0.000 s
> mia makes ann admin
  = done
  6 Tip: SetAdmin Ann by mia, 3 online
  -> ann@web after 6: RoleChanged { role: Admin }
> mia makes ann member
  = done
  7 Tip: CancelAdmin Ann by mia, 3 online
  -> ann@web after 7: RoleChanged { role: Member }
> mia kicks bo
  = done
  8 Tip: Kick Bo by mia, 3 online
  -> host: bo left, Kicked from Web
  -> host: bo is offline
  -> bo@web after 8: Kicked { reason: "" }
> bo joins
  = Joined
  9 Tip: Join Bo by bo, 3 online
  -> host: bo joined on Web
  -> host: bo is online
> mia sets notification We begin at nine.
  = done
  10 Tip: GroupProfile [notification "We begin at nine."] info 1 by mia, 3 online
  -> host: profile changed [notification "We begin at nine."] info 1
> mia mutes bo for 60s
  = done
  11 Tip: MemberProfile Bo until 60.000 s by mia, 3 online
> mia unmutes bo
  = done
  12 Tip: MemberProfile Bo by mia, 3 online
> wait 1s
> mia bans bo for 10min
  = done
  13 Tip: Ban Bo until 601.000 s by mia, 3 online
  -> host: bo left, Banned from Web
  -> host: bo is offline
  -> bo@web after 13: Banned until 601.000 s
> bo joins
  ! banned until 601.000 s (2003)
> mia unbans bo
  = done
  14 Tip: Unban bo by mia, 2 online
> ann quits
  = done
  15 Tip: Quit Ann by ann, 1 online
  -> host: ann left, Quit from Web
  -> host: ann is offline

A notice of the host goes to all online members, or to some; it is never limited.

> app tells all The raffle is open.
  = done
  16 Notice: notice "The raffle is open."
> app tells mia You won.
  = done
  -> mia@web after 16: notice "You won."
> mia reads
  1 Tip: Join Mia by mia, 1 online
  2 Tip: Join Ann by ann, 2 online
  3 Tip: Join Bo by bo, 3 online
  4 Normal: Ann: hello
  5 High: Ann: <{"gift":"rose"}>
  6 Tip: SetAdmin Ann by mia, 3 online
  7 Tip: CancelAdmin Ann by mia, 3 online
  8 Tip: Kick Bo by mia, 3 online
  9 Tip: Join Bo by bo, 3 online
  10 Tip: GroupProfile [notification "We begin at nine."] info 1 by mia, 3 online
  11 Tip: MemberProfile Bo until 60.000 s by mia, 3 online
  12 Tip: MemberProfile Bo by mia, 3 online
  13 Tip: Ban Bo until 601.000 s by mia, 3 online
  14 Tip: Unban bo by mia, 2 online
  15 Tip: Quit Ann by ann, 1 online
  16 Notice: notice "The raffle is open."
