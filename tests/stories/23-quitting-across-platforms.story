FAQ 4 of the modelled service's guide: what does a quit on one device mean for the others? As it is told
there, a quit in the browser ends it everywhere, and one on a phone leaves the browser in the group.

> group livestream
> ann@web joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> ann@ios joins
  = AlreadyInGroup
  -> host: ann is back on Ios
> ann@ios quits
  = done
  -> host: ann left, Quit from Ios, and stays a member
> members
  ann Member on Web
  0 guests, 1 online
> ann@ios joins
  = AlreadyInGroup
  -> host: ann is back on Ios
> ann@web quits
  = done
  2 Tip: Quit Ann by ann, 0 online
  -> host: ann left, Quit from Web
  -> host: ann is offline
  -> ann@ios after 2: QuitElsewhere
> members
  0 guests, 0 online

Together: any quit is a quit everywhere, and the other clients are told.

> group livestream quit=together
> ann@web joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> ann@ios joins
  = AlreadyInGroup
  -> host: ann is back on Ios
> ann@ios quits
  = done
  2 Tip: Quit Ann by ann, 0 online
  -> host: ann left, Quit from Ios
  -> host: ann is offline
  -> ann@web after 2: QuitElsewhere
> members
  0 guests, 0 online

Independent: each client for itself.

> group livestream quit=independent
> ann@web joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> ann@ios joins
  = AlreadyInGroup
  -> host: ann is back on Ios
> ann@web quits
  = done
  -> host: ann left, Quit from Web, and stays a member
> members
  ann Member on Ios
  0 guests, 1 online
> ann@ios quits
  = done
  2 Tip: Quit Ann by ann, 0 online
  -> host: ann left, Quit from Ios
  -> host: ann is offline

A connection that is lost is no quit. It may come back within the grace time; then the member is gone.

> group livestream
> ann@web joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> ann@web detaches
  = done
> wait 29s
> ann@web attaches
  = AlreadyInGroup
> wait 5s
> members
  ann Member on Web
  0 guests, 1 online
> ann@web detaches
  = done
> wait 30s
  2 Tip: Quit Ann by ann, 0 online
  -> host: ann left, Lost from Web
  -> host: ann is offline
> members
  0 guests, 0 online

Or stays, where the house says so.

> group livestream absence=stay
> ann@web joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> ann@web detaches
  = done
> wait 30s
  -> host: ann left, Lost from Web, and stays a member
  -> host: ann is offline
> members
  ann Member on 
  0 guests, 0 online
> ann@web attaches
  = AlreadyInGroup
  -> host: ann is back on Web
  -> host: ann is online
