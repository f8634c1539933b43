A clock that jumped ahead does not freeze a group: the app moves it, and every open deadline with it.

> group livestream
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> app mutes ann for 60s
  = done
  2 Tip: MemberProfile Ann until 60.000 s, 1 online
> wait 100000s
> app mutes ann for 60s
  = done
  3 Tip: MemberProfile Ann until 100060.000 s, 1 online
> app rebases to 10s
  = done
> ann says still muted?
  ! muted until 70.000 s (2004)
> wait 60s
> ann says and now?
  = message 1: delivered as 4 at 70.000 s
  4 Normal: Ann: and now?
  -> host: message 1 delivered as 4 at 70.000 s
