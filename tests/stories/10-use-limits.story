The use limits of the modelled service's guide: nothing is recalled, nobody is removed, the owner does
not quit. Each answer says what to do instead.

> group livestream owner=mia
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
> ann says oops
  = message 1: delivered as 3 at 0.000 s
  3 Normal: Ann: oops
  -> host: message 1 delivered as 3 at 0.000 s
> ann recalls 1
  ! messages cannot be recalled here; send a correction, or mute the author (2101)
> mia recalls 1
  ! messages cannot be recalled here; send a correction, or mute the author (2101)
> mia kicks ann
  ! members cannot be removed here; send a removal directive, upon which their client leaves (2102)
> app kicks ann
  ! members cannot be removed here; send a removal directive, upon which their client leaves (2102)
> mia bans ann for 60s
  ! this group does not offer that; its config can turn it on (2105)
> mia quits
  ! the owner cannot quit; disband the group instead (2103)
> mia detaches
  = done
> wait 31s
  -> host: mia left, Lost from Web, and stays a member
  -> host: mia is offline
> members
  mia Owner on 
  ann Member on Web
  0 guests, 1 online
> mia attaches
  = AlreadyInGroup
  -> host: mia is back on Web
  -> host: mia is online
> mia makes ann admin
  ! this group does not offer that; its config can turn it on (2105)
> mia hands over to ann
  ! this group does not offer that; its config can turn it on (2105)
> app purges ann
  ! this group does not offer that; its config can turn it on (2105)
