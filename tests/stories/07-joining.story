Step 7 of the modelled service's guide: joining is free. It ends in one of three ways.

> group livestream owner=mia
> mia@web joins
  = Joined
  1 Tip: Join Mia by mia, 1 online
  -> host: mia joined on Web
  -> host: mia is online
> ann@web joins
  = Joined
  2 Tip: Join Ann by ann, 2 online
  -> host: ann joined on Web
  -> host: ann is online
> ann@web joins
  = AlreadyInGroup
> ann@ios joins
  = AlreadyInGroup
  -> host: ann is back on Ios
> members
  mia Owner on Web
  ann Member on Web, Ios
  0 guests, 2 online

Guests receive, and never speak. They make no tip, and count as online.

> guest@web joins
  = Joined
  -> host: a guest joined on Web
> guest@web says can you hear me?
  ! guests only receive; log in and join to take part (2106)
> ann@web says hello guest
  = message 1: delivered as 3 at 0.000 s
  3 Normal: Ann: hello guest
  -> host: message 1 delivered as 3 at 0.000 s
> guest@web reads
  3 Normal: Ann: hello guest
> members
  mia Owner on Web
  ann Member on Web, Ios
  1 guests, 3 online

Where permission is needed the staff are asked, and the answer comes to the session that asked.

> mia@web sets joining asked
  = done
  -> host: profile changed [joining NeedPermission] info 1
> bo@android joins
  = WaitingForApproval
  -> host: bo asks to join ""
  -> mia@web after 3: Applied { user: UserId("bo"), note: "" }
> bo@android says not yet
  ! only members may do that; join first (2107)
> ann@web admits bo
  ! that takes at least the role Admin (2108)
> mia@web admits bo
  = done
  4 Tip: Join Bo by bo, 4 online
  -> bo@android after 3: Admitted
  -> host: bo joined on Android
  -> host: bo is online
> bo@android says here I am
  = message 2: delivered as 5 at 0.000 s
  5 Normal: Bo: here I am
  -> host: message 2 delivered as 5 at 0.000 s
> cy@pc joins
  = WaitingForApproval
  -> host: cy asks to join ""
  -> mia@web after 5: Applied { user: UserId("cy"), note: "" }
> mia@web declines cy
  = done
  -> cy@pc after 5: Declined
> cy@pc joins
  = WaitingForApproval
  -> host: cy asks to join ""
  -> mia@web after 5: Applied { user: UserId("cy"), note: "" }
> cy@pc quits
  = done
> mia@web admits cy
  ! cy has not asked to join (4003)

Or nobody is let in any more.

> mia@web sets joining closed
  = done
  -> host: profile changed [joining DisableApply] info 2
> dee@web joins
  ! the group admits nobody (4001)
> guest2@web joins
  ! the group admits nobody (4001)

A group may be bounded; whoever takes the last place makes it full.

> group livestream members=2
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
  -> host: the group is full
> cy joins
  ! the group is full: 2 members (3002)
