Step 2 of the modelled service's guide: a group is made, with or without an owner. The owner is named
when the group is made and joins like everybody else; a group without one belongs to the app.

> group livestream owner=mia
> members
  0 guests, 0 online
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
> members
  mia Owner on Web
  ann Member on Web
  0 guests, 2 online

Its name and the rest of its profile have an order of change, told to host and readers. Setting what
is set already changes nothing.

> mia sets name Friday night
  = done
  3 Tip: GroupProfile [name "Friday night"] info 1 by mia, 2 online
  -> host: profile changed [name "Friday night"] info 1
> mia sets notification Be kind.
  = done
  4 Tip: GroupProfile [notification "Be kind."] info 2 by mia, 2 online
  -> host: profile changed [notification "Be kind."] info 2
> mia sets notification Be kind.
  = done
> profile
  "Friday night", "", "Be kind.", info 2
  likes 0, follows 0
> ann sets name Saturday
  ! that takes at least the role Admin (2108)
> mia sets name A name that is longer than thirty bytes
  ! the name of the group has 39 bytes, at most 30 are allowed (1002)
> mia sets topic songs
  = done
  5 Tip: GroupProfile [topic "songs"] info 3 by mia, 2 online
  -> host: profile changed [topic "songs"] info 3

The owner ends it. Then nothing is taken any more, and the history stays readable.

> ann disbands
  ! that takes at least the role Owner (2108)
> mia disbands
  = done
  6 Notice: Disbanded
  -> host: the group is disbanded
> ann says too late
  ! the group is disbanded (4009)
> ann reads
  2 Tip: Join Ann by ann, 2 online
  3 Tip: GroupProfile [name "Friday night"] info 1 by mia, 2 online
  4 Tip: GroupProfile [notification "Be kind."] info 2 by mia, 2 online
  5 Tip: GroupProfile [topic "songs"] info 3 by mia, 2 online
  6 Notice: Disbanded

An ownerless group is steered by the app.

> group livestream
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> ann disbands
  ! that takes at least the role Owner (2108)
> app disbands
  = done
  2 Notice: Disbanded
  -> host: the group is disbanded
